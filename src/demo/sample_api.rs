//! Notes API: a resource server. It asks Latchkey about the token of every call (RFC 7662) and
//! refuses as RFC 6750 §3 says. Its notes are in `sample_api::notebooks`; sign-in is Latchkey's.

mod bearer;
mod notebooks;

use std::io;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, JsonConfig};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::back_channel::BackChannel;
use super::discovery::Discovery;
use super::{Listener, SampleClient, page};
use bearer::{Refusal, Token};
use notebooks::Notebooks;

struct SampleApi {
    client: SampleClient,
    url: String,
    /// The one origin whose pages may call from a browser.
    app_origin: String,
    discovery: Discovery,
    back_channel: BackChannel,
    notebooks: Notebooks,
}

#[derive(Template)]
#[template(path = "demo/sample_api.html")]
struct Page<'a> {
    url: &'a str,
}

#[derive(Deserialize)]
struct NewNote {
    text: String,
}

pub(super) fn serve(
    listener: Listener,
    issuer: &str,
    client: SampleClient,
    app_origin: &str,
) -> io::Result<Server> {
    let api = Data::new(SampleApi {
        client,
        url: listener.url(),
        app_origin: app_origin.to_owned(),
        discovery: Discovery::new(issuer),
        back_channel: BackChannel::new(),
        notebooks: Notebooks::default(),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(api.clone())
            .app_data(JsonConfig::default().limit(4096))
            .wrap(from_fn(allow_app_origin))
            .configure(page::shared_files)
            .route("/", web::get().to(home))
            .route("/notes", web::get().to(read))
            .route("/notes", web::post().to(write))
            .default_service(web::to(unknown))
    });
    let server = server.workers(1).worker_max_blocking_threads(8);
    Ok(server.disable_signals().listen(listener.socket)?.run())
}

async fn home(api: Data<SampleApi>) -> HttpResponse {
    page::answer(
        HttpResponse::Ok(),
        &Page { url: &api.url },
        "form-action 'none'",
    )
}

async fn read(api: Data<SampleApi>, request: HttpRequest) -> HttpResponse {
    match ask(&api, &request, "notes.read").await {
        Ok(token) => HttpResponse::Ok().json(json!({
            "notes": api.notebooks.read(&token.sub),
            "introspection": token.introspection,
        })),
        Err(refusal) => refusal.answer(),
    }
}

async fn write(
    api: Data<SampleApi>,
    request: HttpRequest,
    note: Result<web::Json<NewNote>, Error>,
) -> HttpResponse {
    // The token comes first: who may not write learns nothing about the body.
    let token = match ask(&api, &request, "notes.write").await {
        Ok(token) => token,
        Err(refusal) => return refusal.answer(),
    };
    let note = note.map(|note| note.into_inner().text).unwrap_or_default();
    if note.trim().is_empty() || note.chars().count() > notebooks::LONGEST_NOTE {
        let problem = format!(
            "Send JSON (application/json) with a member \"text\" of 1 to {} characters.",
            notebooks::LONGEST_NOTE
        );
        return HttpResponse::BadRequest().json(refused("invalid_request", &problem));
    }
    let notes = api.notebooks.add(&token.sub, note);
    HttpResponse::Created().json(json!({"notes": notes, "introspection": token.introspection}))
}

/// Asks Latchkey on a thread that may wait for the answer.
async fn ask(
    api: &Data<SampleApi>,
    request: &HttpRequest,
    scope: &'static str,
) -> Result<Token, Refusal> {
    let token = bearer::token(request).ok_or(Refusal::NoToken)?;
    let asking = api.clone();
    web::block(move || asking.introspect(&token, scope))
        .await
        .unwrap_or(Err(Refusal::Unchecked))
}

async fn unknown() -> HttpResponse {
    HttpResponse::NotFound().json(refused("not_found", "This API has GET and POST /notes."))
}

fn refused(error: &str, description: &str) -> Value {
    json!({"error": error, "error_description": description})
}

/// CORS: pages of the one origin may call with a bearer token and read refusals too. Cookies are
/// never allowed, since nobody is known by one here.
async fn allow_app_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let origin = request.headers().get("Origin").cloned();
    let api = request.app_data::<Data<SampleApi>>().cloned();
    let allowed = origin.filter(|origin| api.is_some_and(|api| *origin == *api.app_origin));

    let mut response = if request.method() == Method::OPTIONS {
        request
            .into_response(HttpResponse::NoContent())
            .map_into_boxed_body()
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    let headers = response.headers_mut();
    let mut tell = |name, value| headers.insert(HeaderName::from_static(name), value);
    tell("vary", HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        tell("access-control-allow-origin", origin);
        for (name, value) in [
            ("access-control-allow-methods", "GET, POST"),
            (
                "access-control-allow-headers",
                "Authorization, Content-Type",
            ),
            ("access-control-expose-headers", "WWW-Authenticate"),
            ("access-control-max-age", "600"),
        ] {
            tell(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}
