//! The page behind the one-time link: creates the first administrator. Opening the link moves its token
//! out of the address, into a cookie.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::audit_event::AuditEvent;
use crate::models::one_time_link::{self, LinkPurpose};
use crate::models::role;
use crate::models::user::{self, User};
use crate::oauth::{List, Params, PlainSecret};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Field, Page, any_wrong};
use crate::web::visitor::{PageResult, Visitor};
use crate::web::{cookies, csrf, paths};

use super::login::begin_session;
use super::one_time_link::{chosen_password, move_token};

#[derive(Template)]
#[template(path = "setup.html")]
struct Setup {
    page: Page,
    form: Option<SetupForm>,
    /// Whether there is somebody who can administer: then no link is needed any more.
    is_done: bool,
}

#[derive(Default)]
struct SetupForm {
    csrf: String,
    username: Field,
    email: Field,
    password: Field,
    repeat: Field,
    minimum: usize,
}

/// `GET /setup`.
pub async fn get(visitor: Visitor) -> HttpResponse {
    visitor.answer(show(&visitor).await)
}

/// `POST /setup`.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(create(&visitor, &body).await)
}

async fn show(visitor: &Visitor) -> PageResult {
    if let Some(redirect) = move_token(visitor, cookies::SETUP)? {
        return Ok(redirect);
    }
    match live_token(visitor).await? {
        Some(token) => {
            let form = SetupForm::empty(visitor, &token);
            Ok(page(visitor, StatusCode::OK, form))
        }
        None => used_up(visitor).await,
    }
}

/// The link's token, if it still works and there is still no administrator.
async fn live_token(visitor: &Visitor) -> Result<Option<PlainSecret>, PageError> {
    let Some(token) = cookies::secret(&visitor.app.issuer, &visitor.request, cookies::SETUP) else {
        return Ok(None);
    };
    let (id, now) = (token.id(), visitor.now);
    let works = visitor.app.db.read(move |connection| {
        Ok(
            one_time_link::is_live(connection, &id, LinkPurpose::Setup, now)?
                && !user::any_admin(connection)?,
        )
    });
    Ok(works.await?.then_some(token))
}

async fn create(visitor: &Visitor, body: &Body) -> PageResult {
    let fields = visitor.form(body)?;
    let Some(token) = live_token(visitor).await? else {
        return used_up(visitor).await;
    };
    if !csrf::is_valid(&visitor.app, token.expose(), "", field(&fields, "csrf")?) {
        return Err(PageError::forged());
    }
    let form = SetupForm::checked(visitor, &token, &fields)?;
    if form.is_wrong() {
        return Ok(page(visitor, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let hash = visitor
        .app
        .hasher
        .hash(field(&fields, "password")?.to_owned())
        .await?;
    let administrator = User {
        roles: List(vec![role::ADMIN.to_owned()]),
        password_hash: Some(hash),
        password_changed_at: Some(visitor.now),
        ..User::new(&form.username.value, &form.email.value, visitor.now)
    };
    match insert(visitor, &token, administrator.clone()).await? {
        Inserted::Yes => {
            let begun =
                begin_session(visitor, None, paths::ADMIN, administrator, "setup link").await?;
            let Some(mut response) = begun else {
                return used_up(visitor).await;
            };
            cookies::set(
                &mut response,
                &cookies::remove(&visitor.app.issuer, cookies::SETUP),
            );
            Ok(response)
        }
        Inserted::NameTaken => {
            let error = Some(String::from(
                "Somebody has this name already. Choose another one.",
            ));
            let form = SetupForm {
                username: Field {
                    error,
                    ..form.username
                },
                ..form
            };
            Ok(page(visitor, StatusCode::UNPROCESSABLE_ENTITY, form))
        }
        Inserted::TooLate => used_up(visitor).await,
    }
}

enum Inserted {
    Yes,
    NameTaken,
    TooLate,
}

/// Uses the link up and adds the account, both or neither.
async fn insert(
    visitor: &Visitor,
    token: &PlainSecret,
    administrator: User,
) -> Result<Inserted, PageError> {
    let (id, now, address) = (token.id(), visitor.now, visitor.address.to_string());
    let insert = visitor.app.db.write(move |connection| {
        if user::find_by_username(connection, &administrator.username)?.is_some() {
            return Ok(Inserted::NameTaken);
        }
        let free = !user::any_admin(connection)?;
        if !free || !one_time_link::claim(connection, &id, LinkPurpose::Setup, now)? {
            return Ok(Inserted::TooLate);
        }
        AuditEvent {
            user_id: Some(administrator.id.clone()),
            address: Some(address),
            detail: Some(String::from("the first administrator, by the setup link")),
            ..AuditEvent::new("user.created", now)
        }
        .insert(connection)?;
        user::insert(connection, administrator)?;
        Ok(Inserted::Yes)
    });
    Ok(insert.await?)
}

impl SetupForm {
    fn empty(visitor: &Visitor, token: &PlainSecret) -> Self {
        Self {
            csrf: csrf::token(&visitor.app, token.expose(), ""),
            minimum: visitor.app.config.password.minimum_length,
            ..Self::default()
        }
    }

    /// What was typed, each mistake beside its field.
    fn checked(
        visitor: &Visitor,
        token: &PlainSecret,
        fields: &Params<'_>,
    ) -> Result<Self, PageError> {
        let (username, email) = (
            field(fields, "username")?.trim(),
            field(fields, "email")?.trim(),
        );
        let (password, repeat) = chosen_password(visitor, fields, username, email)?;
        Ok(Self {
            username: Field::new(username, user::check_username(username).err()),
            email: Field::new(email, user::check_email(email).err()),
            password,
            repeat,
            ..Self::empty(visitor, token)
        })
    }

    fn is_wrong(&self) -> bool {
        any_wrong([&self.username, &self.email, &self.password, &self.repeat])
    }
}

fn page(visitor: &Visitor, status: StatusCode, form: SetupForm) -> HttpResponse {
    let template = Setup {
        page: visitor.page("Set up"),
        form: Some(form),
        is_done: false,
    };
    visitor.private_html(status, &template)
}

/// Says how to go on without this link.
async fn used_up(visitor: &Visitor) -> PageResult {
    let any_admin = visitor
        .app
        .db
        .read(|connection| Ok(user::any_admin(connection)?));
    let template = Setup {
        page: visitor.page("Set up"),
        form: None,
        is_done: any_admin.await?,
    };
    Ok(visitor.private_html(StatusCode::OK, &template))
}
