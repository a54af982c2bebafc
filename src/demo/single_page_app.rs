//! Notebook: a single-page app. This server only hands out its page and script; the script
//! (`pages/app.js`) is the client, and runs in the browser.

use std::io;

use actix_web::dev::Server;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use askama::Template;
use url::Url;

use super::{Listener, SampleClient, page};

/// All that the script has to be told; the page carries it in attributes.
#[derive(Template)]
#[template(path = "demo/single_page_app.html")]
struct Page {
    issuer: String,
    client_id: String,
    api_url: String,
}

pub(super) fn serve(
    listener: Listener,
    issuer: &str,
    client: SampleClient,
    api_url: &str,
) -> io::Result<Server> {
    let page = Data::new(Page {
        issuer: issuer.to_owned(),
        client_id: client.client_id,
        api_url: api_url.to_owned(),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(page.clone())
            .configure(page::shared_files)
            .route("/", web::get().to(home))
            .route("/app.js", web::get().to(script))
    });
    let server = server.workers(1);
    Ok(server.disable_signals().listen(listener.socket)?.run())
}

async fn home(page: Data<Page>) -> HttpResponse {
    // Tokens live in this page, so no script but ours may run and nobody else may be called.
    let latchkey = Url::parse(&page.issuer).map(|url| url.origin().ascii_serialization());
    let policy = format!(
        "script-src 'self'; connect-src {} {}; form-action 'none'",
        latchkey.unwrap_or_default(),
        page.api_url
    );
    page::answer(HttpResponse::Ok(), &**page, &policy)
}

async fn script() -> HttpResponse {
    let script = include_str!("pages/app.js");
    page::file("text/javascript; charset=utf-8", script)
}
