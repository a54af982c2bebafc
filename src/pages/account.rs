//! A user's own page: profile, password, sessions, connected apps, appearance.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::authentication::password::{MINIMUM_LENGTH, check_choice};
use crate::authentication::{SignIn, verify_user};
use crate::models::audit_event::AuditEvent;
use crate::models::session::Session;
use crate::models::{authorization, consent, session, user};
use crate::oauth::{Params, SecretId};
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::{Field, Moment, Page, ScopeLine, Theme, first_error, scope_lines};
use crate::web::visitor::{PageResult, SignedIn, Visitor};
use crate::web::{cookies, csrf, paths};

use super::login::field;

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    page: Page,
    csrf: String,
    flash: Option<&'static str>,
    username: String,
    email: String,
    user_id: String,
    password: PasswordForm,
    sessions: Vec<SessionLine>,
    apps: Vec<AppLine>,
}

struct PasswordForm {
    current: Field,
    new: Field,
    repeat: Field,
    minimum: usize,
}

struct SessionLine {
    id: String,
    device: String,
    address: String,
    signed_in: Moment,
    last_seen: Moment,
    current: bool,
}

struct AppLine {
    client_id: String,
    name: String,
    scopes: Vec<ScopeLine>,
    since: Moment,
    last_used: Option<Moment>,
}

/// What the last form did. The cookie carries the word, the page its sentence.
const FLASHES: [(&str, &str); 4] = [
    (
        "password",
        "Your password was changed, and your other sessions and connected apps were signed out.",
    ),
    ("session", "That session was signed out."),
    ("app", "The app was disconnected. Its access has ended."),
    ("theme", "The theme was saved in this browser."),
];

/// `GET /account`.
pub async fn get(visitor: Visitor) -> HttpResponse {
    let outcome = match visitor.require_signed_in().await {
        Ok(Ok(signed_in)) => {
            show(&visitor, &signed_in, StatusCode::OK, PasswordForm::empty()).await
        }
        Ok(Err(sign_in)) => Ok(sign_in),
        Err(error) => Err(error.into()),
    };
    visitor.answer(outcome)
}

/// `POST /account/password`.
pub async fn post_password(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(change_password(&visitor, &body).await)
}

/// `POST /account/sessions`: ends one.
pub async fn post_session(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(end_session(&visitor, &body).await)
}

/// `POST /account/apps`: disconnects one.
pub async fn post_app(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(disconnect(&visitor, &body).await)
}

/// `POST /account/theme`.
pub async fn post_theme(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(choose_theme(&visitor, &body).await)
}

async fn show(
    visitor: &Visitor,
    signed_in: &SignedIn,
    status: StatusCode,
    password: PasswordForm,
) -> PageResult {
    let (user, now) = (signed_in.user.clone(), visitor.now);
    let permissions = visitor.app.directory.permissions().await?;
    let (sessions, authorizations) = visitor
        .app
        .db
        .read(move |connection| {
            Ok((
                session::of_user(connection, &user, now)?,
                authorization::of_user(connection, &user, now)?,
            ))
        })
        .await?;
    let flash = cookies::value(&visitor.app.issuer, &visitor.request, cookies::FLASH);
    let sentence = flash
        .as_ref()
        .and_then(|word| FLASHES.iter().find(|(own, _)| own == word));
    let line = |own: Session| SessionLine {
        id: URL_SAFE_NO_PAD.encode(own.id.as_bytes()),
        device: device(&own.user_agent),
        current: own.id == signed_in.session.id,
        address: own.address,
        signed_in: Moment::new(own.created_at, now),
        last_seen: Moment::new(own.last_seen_at, now),
    };
    let template = Account {
        page: visitor.page("Account"),
        csrf: csrf::token(&visitor.app, &signed_in.secret, ""),
        flash: sentence.map(|(_, sentence)| *sentence),
        username: signed_in.user.username.clone(),
        email: signed_in.user.email.clone(),
        user_id: signed_in.user.id.clone(),
        password,
        sessions: sessions.into_iter().map(line).collect(),
        apps: apps(
            &authorizations,
            |scope| scope_lines(&permissions, scope),
            now,
        ),
    };
    let mut response = visitor.private_html(status, &template);
    if flash.is_some() {
        let _added = response.add_cookie(&cookies::remove(&visitor.app.issuer, cookies::FLASH));
    }
    Ok(response)
}

/// One line a client, however many devices it has: all of their scopes, since the first, last used by any.
fn apps(
    authorizations: &[(authorization::Authorization, String)],
    lines: impl Fn(&crate::oauth::Scope) -> Vec<ScopeLine>,
    now: crate::clock::UnixTime,
) -> Vec<AppLine> {
    let mut clients: Vec<&str> = Vec::new();
    for (authorization, _) in authorizations {
        if !clients.contains(&authorization.client_id.as_str()) {
            clients.push(&authorization.client_id);
        }
    }
    let line = |client_id: &str| {
        let own = || {
            authorizations
                .iter()
                .filter(|(authorization, _)| authorization.client_id == client_id)
        };
        let (first, name) = own().min_by_key(|(authorization, _)| authorization.created_at)?;
        let scope = own().fold(first.scope.clone(), |all, (authorization, _)| {
            all.union(&authorization.scope)
        });
        let last_used = own()
            .map(|(authorization, _)| authorization.last_used_at)
            .max();
        Some(AppLine {
            client_id: client_id.to_owned(),
            name: name.clone(),
            scopes: lines(&scope),
            since: Moment::new(first.created_at, now),
            last_used: last_used.map(|at| Moment::new(at, now)),
        })
    };
    clients.into_iter().filter_map(line).collect()
}

/// Who sent the form, once its token is right.
async fn check_form<'a>(
    visitor: &Visitor,
    body: &'a Body,
) -> Result<(SignedIn, Params<'a>), PageError> {
    let fields = visitor.form(body)?;
    let signed_in = visitor.signed_in().await?.ok_or_else(PageError::forged)?;
    if !csrf::is_valid(&visitor.app, &signed_in.secret, "", field(&fields, "csrf")?) {
        return Err(PageError::forged());
    }
    Ok((signed_in, fields))
}

/// Back to the page, which says what was done.
fn done(visitor: &Visitor, word: &str) -> HttpResponse {
    let mut response = visitor.go_to(paths::ACCOUNT);
    let _added = response.add_cookie(&cookies::make(
        &visitor.app.issuer,
        cookies::FLASH,
        word,
        Some(60),
    ));
    response
}

async fn change_password(visitor: &Visitor, body: &Body) -> PageResult {
    let (signed_in, fields) = check_form(visitor, body).await?;
    let app = &visitor.app;
    let (new, repeat) = (field(&fields, "new")?, field(&fields, "repeat")?);
    let mut form = PasswordForm::empty();
    form.new.error = check_choice(new).err();
    form.repeat.error =
        (new != repeat).then(|| String::from("The two passwords differ. Type it again."));
    // Asked last: what is wrong with the new password costs no try.
    if form.focus().is_empty() {
        let named = (signed_in.user.username.as_str(), field(&fields, "current")?);
        form.current.error = match verify_user(
            &app.db,
            &app.hasher,
            &app.sign_ins,
            named,
            visitor.address,
            visitor.now,
        )
        .await?
        {
            SignIn::Right(_) => None,
            SignIn::Wrong => Some(String::from("This is not your password.")),
            SignIn::Throttled(seconds) => return Err(PageError::throttled(seconds)),
        };
    }
    if !form.focus().is_empty() {
        return show(visitor, &signed_in, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    }
    let hash = app.hasher.hash(new.to_owned()).await?;
    let (user_id, session, now, address) = (
        signed_in.user.id,
        signed_in.session.id,
        visitor.now,
        visitor.address.to_string(),
    );
    app.db
        .write(move |connection| {
            user::set_password(connection, &user_id, &hash, now)?;
            session::end_all_but(connection, &user_id, Some(&session))?;
            authorization::revoke_of_user(
                connection,
                &user_id,
                None,
                "the password was changed",
                now,
            )?;
            AuditEvent {
                actor: Some(user_id.clone()),
                user_id: Some(user_id),
                address: Some(address),
                ..AuditEvent::new("user.password_changed", now)
            }
            .insert(connection)?;
            Ok(())
        })
        .await?;
    Ok(done(visitor, "password"))
}

async fn end_session(visitor: &Visitor, body: &Body) -> PageResult {
    let (signed_in, fields) = check_form(visitor, body).await?;
    let id = URL_SAFE_NO_PAD
        .decode(field(&fields, "session")?)
        .unwrap_or_default();
    let id = SecretId::from_bytes(&id).ok_or_else(PageError::not_found)?;
    let user_id = signed_in.user.id;
    if !visitor
        .app
        .db
        .write(move |connection| Ok(session::end(connection, &id, &user_id)?))
        .await?
    {
        return Err(PageError::not_found());
    }
    Ok(done(visitor, "session"))
}

async fn disconnect(visitor: &Visitor, body: &Body) -> PageResult {
    let (signed_in, fields) = check_form(visitor, body).await?;
    let client_id = field(&fields, "client_id")?.to_owned();
    let (user_id, now, address) = (signed_in.user.id, visitor.now, visitor.address.to_string());
    let disconnect = visitor.app.db.write(move |connection| {
        let because = "disconnected by the user";
        let ended =
            authorization::revoke_of_user(connection, &user_id, Some(&client_id), because, now)?;
        let forgotten = consent::withdraw(connection, &user_id, &client_id)?;
        if ended + forgotten > 0 {
            AuditEvent {
                actor: Some(user_id.clone()),
                user_id: Some(user_id),
                client_id: Some(client_id),
                address: Some(address),
                ..AuditEvent::new("app.disconnected", now)
            }
            .insert(connection)?;
        }
        Ok(ended + forgotten > 0)
    });
    if !disconnect.await? {
        return Err(PageError::not_found());
    }
    Ok(done(visitor, "app"))
}

/// Seconds for which a browser keeps the theme.
const YEAR: i64 = 31_536_000;

async fn choose_theme(visitor: &Visitor, body: &Body) -> PageResult {
    let (_, fields) = check_form(visitor, body).await?;
    let theme = Theme::read(Some(field(&fields, "theme")?));
    let mut response = done(visitor, "theme");
    let _added = response.add_cookie(&cookies::make(
        &visitor.app.issuer,
        cookies::THEME,
        theme.name(),
        Some(YEAR),
    ));
    Ok(response)
}

impl PasswordForm {
    fn empty() -> Self {
        Self {
            current: Field::default(),
            new: Field::default(),
            repeat: Field::default(),
            minimum: MINIMUM_LENGTH,
        }
    }

    /// The field to begin in: the first with an error.
    fn focus(&self) -> &'static str {
        first_error(&[
            ("current", &self.current),
            ("new", &self.new),
            ("repeat", &self.repeat),
        ])
        .unwrap_or_default()
    }
}

/// What a browser calls itself, as people call it. Others first pretend to be Chrome and Safari.
fn device(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::from("Unknown browser"),
    }
}
