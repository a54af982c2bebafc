//! A person's request to a page: where it comes from, who is signed in, and how a page is answered, with
//! the headers that every page has.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::authentication::{SignIn, verify_user};
use crate::clock::UnixTime;
use crate::error::{Error, Result};
use crate::models::session::{self, Session};
use crate::models::user::User;
use crate::oauth::params::MAX_PAIRS;
use crate::oauth::{OAuthError, Params, PlainSecret, SecretKind};

use super::error_page::{ErrorTemplate, PageError};
use super::form::{self, Body};
use super::page::{Page, Theme};
use super::request_log::RequestId;
use super::{client_address, cookies, csrf, cursor, device, paths, refusal_log, static_files};

/// What a page's handler returns before it is answered.
pub type PageResult = std::result::Result<HttpResponse, PageError>;

/// One request of one person.
pub struct Visitor {
    /// The server.
    pub app: web::Data<App>,
    /// The request.
    pub request: HttpRequest,
    /// From where it comes.
    pub address: IpAddr,
    /// When it came.
    pub now: UnixTime,
}

/// Somebody who is signed in.
pub struct SignedIn {
    /// The cookie's value.
    pub secret: PlainSecret,
    /// The session.
    pub session: Session,
    /// The person.
    pub user: User,
}

impl SignedIn {
    /// Whose forms those of this session are: not the secret's, which is another once the password is changed, while forms
    /// wait in other windows.
    pub fn form_key(&self) -> String {
        format!(
            "{} {}",
            self.session.user_id,
            self.session.created_at.seconds()
        )
    }
}

impl FromRequest for Visitor {
    type Error = actix_web::Error;
    type Future = Ready<std::result::Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(app) = request.app_data::<web::Data<App>>() else {
            return ready(Err(Error::failed("the server has no parts").into()));
        };
        ready(Ok(Self::of(app, request)))
    }
}

impl Visitor {
    /// Who sends a request.
    pub fn of(app: &web::Data<App>, request: &HttpRequest) -> Self {
        Self {
            app: app.clone(),
            request: request.clone(),
            address: client_address::client(&app.config, request),
            now: app.now(),
        }
    }

    /// The frame of a page.
    pub fn page(&self, title: &str) -> Page {
        let theme = cookies::value(&self.app.issuer, &self.request, cookies::THEME);
        Page {
            base: self.app.issuer.path().to_owned(),
            version: &static_files::VERSION,
            theme: Theme::read(theme.as_deref()),
            title: title.to_owned(),
        }
    }

    /// The path below the issuer's.
    pub fn own_path(&self) -> &str {
        let path = self.request.path();
        path.strip_prefix(self.app.issuer.path()).unwrap_or(path)
    }

    /// A part of the path, as the table of routes names it.
    ///
    /// # Errors
    /// 404 for what no name or id has: PostgreSQL's text cannot hold a NUL.
    pub fn path_part(&self, name: &str) -> std::result::Result<String, PageError> {
        let part = self.request.match_info().query(name);
        if part.contains('\0') {
            Err(PageError::not_found())
        } else {
            Ok(part.to_owned())
        }
    }

    /// The parameters of the address.
    ///
    /// # Errors
    /// A page about a broken encoding.
    pub fn query(&self) -> std::result::Result<Params<'_>, PageError> {
        let query = Params::parse(self.request.query_string().as_bytes());
        query.map_err(|error| Error::from(OAuthError::from(error)).into())
    }

    /// The fields of a form, once it is known not to come from another site.
    ///
    /// # Errors
    /// A page about a foreign origin, a broken encoding or an oversized body.
    pub fn form<'a>(&self, body: &'a Body) -> std::result::Result<Params<'a>, PageError> {
        self.form_up_to(body, MAX_PAIRS)
    }

    /// The same with at most `most` fields.
    ///
    /// # Errors
    /// As [`Visitor::form`].
    pub fn form_up_to<'a>(
        &self,
        body: &'a Body,
        most: usize,
    ) -> std::result::Result<Params<'a>, PageError> {
        if csrf::is_foreign(&self.app, &self.request) {
            return Err(PageError::forged());
        }
        form::fields_up_to(&self.request, body, most).map_err(|error| Error::from(error).into())
    }

    /// Who is signed in, if anybody. Notes the use, at most once a minute, and often enough that a session in use
    /// does not end as an idle one.
    ///
    /// # Errors
    /// The database's.
    pub async fn signed_in(&self) -> Result<Option<SignedIn>> {
        const MINUTE: i64 = 60;
        let Some(secret) = cookies::secret(&self.app.issuer, &self.request, cookies::SESSION)
        else {
            return Ok(None);
        };
        let (id, now) = (secret.id(), self.now);
        let found = self
            .app
            .db
            .read(move |connection| Ok(session::find_live(connection, &id, now)?))
            .await?;
        let Some((session, user)) = found else {
            return Ok(None);
        };
        let seldom = MINUTE.min(self.app.config.session.idle / 2);
        if now.since(session.last_seen_at) >= seldom {
            let end = self.session_end(session.created_at);
            let address = self.address.to_string();
            self.app
                .db
                .write(move |connection| Ok(session::touch(connection, &id, &address, now, end)?))
                .await?;
        }
        Ok(Some(SignedIn {
            secret,
            session,
            user,
        }))
    }

    /// Checks a name and a password, under the throttle of signing in.
    ///
    /// # Errors
    /// The database's; `Overloaded` where too many hashes wait.
    pub async fn verify(&self, username: &str, password: &str) -> Result<SignIn> {
        let app = &self.app;
        let named = (username, password);
        let outcome = verify_user(
            &app.db,
            &app.hasher,
            &app.sign_ins,
            named,
            self.address,
            self.now,
        )
        .await?;
        let failed = &app.failed_sign_ins;
        match &outcome {
            SignIn::Right(_) => {}
            SignIn::Wrong(whose) => {
                failed.note(whose.as_deref(), self.address, &self.device(), self.now);
            }
            SignIn::Throttled(_) => {
                failed.note_throttled(self.address, &self.device(), self.now);
            }
        }
        Ok(outcome)
    }

    /// The browser, as it calls itself.
    pub fn user_agent(&self) -> &str {
        let agent = self.request.headers().get(header::USER_AGENT);
        agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The browser, as people call it.
    pub fn device(&self) -> String {
        device::name(self.user_agent())
    }

    /// When a session begun at `begun` and used now ends.
    pub fn session_end(&self, begun: UnixTime) -> UnixTime {
        let limits = &self.app.config.session;
        self.now.plus(limits.idle).min(begun.plus(limits.absolute))
    }

    /// The cookie of a session begun at `begun`.
    pub fn session_cookie(&self, secret: &PlainSecret, begun: UnixTime) -> Cookie<'static> {
        let end = begun.plus(self.app.config.session.absolute);
        let seconds = Some(end.since(self.now));
        cookies::make(&self.app.issuer, cookies::SESSION, secret.expose(), seconds)
    }

    /// The secret of this browser before sign-in, and the cookie to set where it is new.
    pub fn browser(&self) -> (PlainSecret, Option<Cookie<'static>>) {
        if let Some(secret) = self.known_browser() {
            return (secret, None);
        }
        let secret = PlainSecret::generate(SecretKind::Browser, self.now);
        let cookie = cookies::make(&self.app.issuer, cookies::BROWSER, secret.expose(), None);
        (secret, Some(cookie))
    }

    /// The secret of this browser before sign-in, if it has been here.
    pub fn known_browser(&self) -> Option<PlainSecret> {
        cookies::secret(&self.app.issuer, &self.request, cookies::BROWSER)
    }

    /// A page. `form_target` is the CSP source to which the page's forms may lead in the end: browsers
    /// apply `form-action` to the whole redirect chain.
    pub fn html(
        &self,
        status: StatusCode,
        template: &impl Template,
        form_target: Option<&str>,
    ) -> HttpResponse {
        let Ok(body) = template.render() else {
            return HttpResponse::InternalServerError().body("The page could not be made.");
        };
        let policy = format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; \
             frame-ancestors 'none'; form-action 'self'{}{}",
            if form_target.is_some() { " " } else { "" },
            form_target.unwrap_or_default()
        );
        let mut response = HttpResponse::build(status);
        response
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, policy))
            .insert_header((header::X_FRAME_OPTIONS, "DENY"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((
                "permissions-policy",
                "camera=(), geolocation=(), microphone=()",
            ));
        response.body(cursor::place(body))
    }

    /// A page of the signed-in areas, which no window of another site may hold on to. Sign-in and consent
    /// are without it: pop-up sign-ins need their opener.
    pub fn private_html(&self, status: StatusCode, template: &impl Template) -> HttpResponse {
        let mut response = self.html(status, template, None);
        let value = header::HeaderValue::from_static("same-origin");
        response
            .headers_mut()
            .insert(header::CROSS_ORIGIN_OPENER_POLICY, value);
        response
    }

    /// 303 to a path of ours, never 307: the next request must not repeat the form (RFC 9700 §4.12).
    pub fn go_to(&self, path_and_query: &str) -> HttpResponse {
        redirect(&self.app.issuer.url(path_and_query))
    }

    /// Answers a handler's outcome, with an error page where it is one.
    pub fn answer(&self, outcome: PageResult) -> HttpResponse {
        let error = match outcome {
            Ok(response) => return response,
            Err(error) => error,
        };
        let request_id = self
            .request
            .extensions()
            .get::<RequestId>()
            .map(ToString::to_string)
            .unwrap_or_default();
        if let Some(cause) = &error.cause {
            refusal_log::note(&self.app, &self.request, cause);
        }
        let template = ErrorTemplate {
            page: self.page(error.title),
            status: error.status.as_u16(),
            happened: error.happened,
            remedy: error.remedy,
            link: error.link,
            request_id,
        };
        let own = self.own_path();
        let private = [paths::ACCOUNT, paths::ADMIN, paths::SETUP, paths::LINK]
            .iter()
            .any(|area| own.starts_with(area));
        let mut response = if private {
            self.private_html(error.status, &template)
        } else {
            self.html(error.status, &template, None)
        };
        if let Some(seconds) = error.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        }
        response
    }
}

/// 303 to an absolute address that was checked before.
pub fn redirect(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish()
}
