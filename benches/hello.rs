//! The yardstick of `benches/run`: a bare actix-web server whose one route parses the form of a token
//! introspection (RFC 7662 §2.1) and answers constant JSON. Latchkey itself is not in it.

use std::error::Error;

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};
use serde::Deserialize;

#[derive(Deserialize)]
struct Introspection {
    token: String,
    token_type_hint: Option<String>,
}

/// `hello ADDRESS BODY`
#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let (Some(address), Some(body)) = (arguments.next(), arguments.next()) else {
        return Err("usage: hello ADDRESS BODY".into());
    };
    let body = web::Bytes::from(body);
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(body.clone()))
            .route("/", web::post().to(answer))
    })
    .bind(address)?
    .run()
    .await?;
    Ok(())
}

async fn answer(form: web::Form<Introspection>, body: web::Data<web::Bytes>) -> HttpResponse {
    if form.token.is_empty() || form.token_type_hint.is_some() {
        return HttpResponse::BadRequest().finish();
    }
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(body.get_ref().clone())
}
