//! Sunny Calendar: a server-side app of somebody else, which asks to see a person's notes. It
//! shows each request and answer. Here are its routes and its session; the flow is in `code_flow`.

mod code_flow;
mod notes;
mod refusal;
mod story;
mod words;

use std::io;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Server;
use actix_web::web::{self, Data, Form, Query};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer};
use askama::Template;
use serde::Deserialize;
use url::Url;

use super::back_channel::BackChannel;
use super::discovery::Discovery;
use super::{Listener, SampleClient, page, random};
use code_flow::AuthorizationResponse;
use story::{Stories, Story};

/// Cookies ignore ports, so the name must differ from those of the other apps on 127.0.0.1.
const SESSION_COOKIE: &str = "sunny_calendar_session";

struct ThirdPartyApp {
    client: SampleClient,
    url: String,
    api_url: String,
    issuer: String,
    discovery: Discovery,
    back_channel: BackChannel,
    stories: Stories,
}

impl ThirdPartyApp {
    fn redirect_uri(&self) -> String {
        format!("{}/callback", self.url)
    }

    fn notes_url(&self) -> String {
        format!("{}/notes", self.api_url)
    }

    /// A story of its own for this browser: the session id, and where to send the browser.
    fn begin(&self, scope: &str) -> Result<(String, String), String> {
        let session_id = random::string()?;
        let (story, authorization_url) = self.connect(scope)?;
        self.stories.keep(&session_id, story);
        Ok((session_id, authorization_url))
    }
}

#[derive(Template)]
#[template(path = "demo/third_party_app.html")]
struct Page<'a> {
    story: Option<&'a Story>,
    problem: Option<&'a str>,
    issuer: &'a str,
}

pub(super) fn serve(
    listener: Listener,
    issuer: &str,
    client: SampleClient,
    api_url: &str,
) -> io::Result<Server> {
    let app = Data::new(ThirdPartyApp {
        client,
        url: listener.url(),
        api_url: api_url.to_owned(),
        issuer: issuer.to_owned(),
        discovery: Discovery::new(issuer),
        back_channel: BackChannel::new(),
        stories: Stories::default(),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(app.clone())
            .configure(page::shared_files)
            .route("/", web::get().to(home))
            .route("/connect", web::post().to(connect))
            .route("/callback", web::get().to(callback))
            .route("/read", web::post().to(read))
            .route("/write", web::post().to(write))
            .route("/refresh", web::post().to(refresh))
            .route("/revoke", web::post().to(revoke))
            .route("/start-again", web::post().to(start_again))
    });
    let server = server.workers(1).worker_max_blocking_threads(4);
    Ok(server.disable_signals().listen(listener.socket)?.run())
}

async fn home(app: Data<ThirdPartyApp>, request: HttpRequest) -> HttpResponse {
    let story = session_id(&request).and_then(|id| app.stories.find(&id));
    answer(HttpResponse::Ok(), &app, story.as_ref(), None)
}

#[derive(Deserialize)]
struct Wish {
    write: Option<String>,
}

async fn connect(app: Data<ThirdPartyApp>, wish: Form<Wish>) -> HttpResponse {
    let scope = match wish.write {
        Some(_) => "profile notes.read notes.write",
        None => "profile notes.read",
    };
    let beginning = app.clone();
    let begun = web::block(move || beginning.begin(scope)).await;
    let (session_id, authorization_url) = match begun {
        Ok(Ok(begun)) => begun,
        Ok(Err(problem)) => return sorry(&app, &problem),
        Err(_) => return sorry(&app, "The demo is stopping."),
    };
    // Lax, since the way back from Latchkey must bring the cookie along.
    let cookie = Cookie::build(SESSION_COOKIE, session_id)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    HttpResponse::SeeOther()
        .cookie(cookie)
        .insert_header(("Location", authorization_url))
        .finish()
}

async fn callback(
    app: Data<ThirdPartyApp>,
    request: HttpRequest,
    query: Result<Query<AuthorizationResponse>, Error>,
) -> HttpResponse {
    let begun = query.ok().and_then(|Query(came)| {
        let trip = app.stories.find(&session_id(&request)?)?.trip?;
        (came.state.as_ref() == Some(&trip.state)).then_some((came, trip))
    });
    // An answer that this browser did not ask for changes nothing (RFC 6749 §10.12).
    let Some((came, trip)) = begun else {
        let problem = "This answer does not belong to a trip that this browser began, or it came \
                       a second time. We did not use it.";
        return answer(HttpResponse::BadRequest(), &app, None, Some(problem));
    };
    act(app, &request, move |app, story| {
        app.come_back(story, &trip, &came);
    })
    .await
}

async fn read(app: Data<ThirdPartyApp>, request: HttpRequest) -> HttpResponse {
    act(app, &request, ThirdPartyApp::read_notes).await
}

async fn write(app: Data<ThirdPartyApp>, request: HttpRequest) -> HttpResponse {
    act(app, &request, ThirdPartyApp::add_note).await
}

async fn refresh(app: Data<ThirdPartyApp>, request: HttpRequest) -> HttpResponse {
    act(app, &request, ThirdPartyApp::refresh).await
}

async fn revoke(app: Data<ThirdPartyApp>, request: HttpRequest) -> HttpResponse {
    act(app, &request, ThirdPartyApp::revoke).await
}

async fn start_again(app: Data<ThirdPartyApp>, request: HttpRequest) -> HttpResponse {
    if let Some(id) = session_id(&request) {
        app.stories.forget(&id);
    }
    see_other("/")
}

/// Lets the browser's story go on, on a thread that may wait for an answer, and shows the page at
/// the first new step. The redirect keeps a code out of the address and a reload harmless.
async fn act(
    app: Data<ThirdPartyApp>,
    request: &HttpRequest,
    action: impl FnOnce(&ThirdPartyApp, &mut Story) + Send + 'static,
) -> HttpResponse {
    let Some(id) = session_id(request) else {
        return see_other("/");
    };
    let Some(mut story) = app.stories.find(&id) else {
        return see_other("/");
    };
    let new = story.next_number();
    let done = web::block(move || {
        action(&app, &mut story);
        app.stories.keep(&id, story);
    });
    match done.await {
        Ok(()) => see_other(&format!("/#step-{new}")),
        Err(_) => see_other("/"),
    }
}

fn session_id(request: &HttpRequest) -> Option<String> {
    Some(request.cookie(SESSION_COOKIE)?.value().to_owned())
}

fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header(("Location", location))
        .finish()
}

fn sorry(app: &ThirdPartyApp, problem: &str) -> HttpResponse {
    answer(HttpResponse::BadGateway(), app, None, Some(problem))
}

fn answer(
    response: HttpResponseBuilder,
    app: &ThirdPartyApp,
    story: Option<&Story>,
    problem: Option<&str>,
) -> HttpResponse {
    let page = Page {
        story,
        problem,
        issuer: &app.issuer,
    };
    // Chromium holds a form's whole chain of redirects against this list, and ours leads away.
    let origin = Url::parse(&app.issuer).map(|url| url.origin().ascii_serialization());
    let policy = format!("form-action 'self' {}", origin.unwrap_or_default());
    page::answer(response, &page, &policy)
}
