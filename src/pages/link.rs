//! The page behind a one-time link that an administrator made: somebody who was invited, or who forgot the
//! password, chooses one and is signed in. Opening the link moves its token out of the address.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::audit_event::AuditEvent;
use crate::models::ending::Ending;
use crate::models::held;
use crate::models::one_time_link::{self, LinkPurpose};
use crate::models::user::{self, User};
use crate::oauth::PlainSecret;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Field, Page, any_wrong};
use crate::web::visitor::{PageResult, Visitor};
use crate::web::{cookies, csrf};

use super::login::begin_session;
use super::one_time_link::{chosen_password, move_token};

#[derive(Template)]
#[template(path = "link.html")]
struct Link {
    page: Page,
    form: Option<PasswordForm>,
}

struct PasswordForm {
    csrf: String,
    username: String,
    /// Whether it is the first password.
    is_first: bool,
    password: Field,
    repeat: Field,
    minimum: usize,
}

/// A link that still works.
struct LiveLink {
    token: PlainSecret,
    purpose: LinkPurpose,
    user: User,
}

/// `GET /link`.
pub async fn get(visitor: Visitor) -> HttpResponse {
    visitor.answer(show(&visitor).await)
}

/// `POST /link`.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(choose(&visitor, &body).await)
}

async fn show(visitor: &Visitor) -> PageResult {
    if let Some(redirect) = move_token(visitor, cookies::LINK)? {
        return Ok(redirect);
    }
    let link = live_link(visitor).await?;
    let form = link.map(|link| PasswordForm::empty(visitor, &link));
    Ok(page(visitor, StatusCode::OK, form))
}

/// The link of this browser, if it still works and its user is still enabled.
async fn live_link(visitor: &Visitor) -> Result<Option<LiveLink>, PageError> {
    let Some(token) = cookies::secret(&visitor.app.issuer, &visitor.request, cookies::LINK) else {
        return Ok(None);
    };
    let (id, now) = (token.id(), visitor.now);
    let found = visitor.app.db.read(move |connection| {
        let link = one_time_link::find_live(connection, &id, now)?;
        let Some((purpose, user_id)) = link.and_then(|link| Some((link.purpose, link.user_id?)))
        else {
            return Ok(None);
        };
        let user = user::find(connection, &user_id)?.filter(|user| user.disabled_at.is_none());
        Ok(user.map(|user| (purpose, user)))
    });
    let found = found.await?;
    Ok(found.map(|(purpose, user)| LiveLink {
        token,
        purpose,
        user,
    }))
}

async fn choose(visitor: &Visitor, body: &Body) -> PageResult {
    let fields = visitor.form(body)?;
    let Some(link) = live_link(visitor).await? else {
        return Ok(page(visitor, StatusCode::OK, None));
    };
    if !csrf::is_valid(
        &visitor.app,
        link.token.expose(),
        "",
        field(&fields, "csrf")?,
    ) {
        return Err(PageError::forged());
    }
    let mut form = PasswordForm::empty(visitor, &link);
    (form.password, form.repeat) =
        chosen_password(visitor, &fields, &link.user.username, &link.user.email)?;
    if form.is_wrong() {
        return Ok(page(visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(form)));
    }
    let hasher = &visitor.app.hasher;
    let hash = hasher.hash(field(&fields, "password")?.to_owned()).await?;
    let Some(user) = set_password(visitor, &link, hash).await? else {
        return Ok(page(visitor, StatusCode::OK, None));
    };
    let begun = begin_session(visitor, None, "", user, "one-time link").await?;
    let Some(mut response) = begun else {
        return Ok(page(visitor, StatusCode::OK, None));
    };
    let removal = cookies::remove(&visitor.app.issuer, cookies::LINK);
    cookies::set(&mut response, &removal);
    Ok(response)
}

/// Uses the link up, ends what was signed in with the old password, and sets the new one: all or nothing.
/// Gives the user as it is now; none where the link was used meanwhile, or the user disabled.
async fn set_password(
    visitor: &Visitor,
    link: &LiveLink,
    hash: String,
) -> Result<Option<User>, PageError> {
    let (id, purpose, user_id) = (link.token.id(), link.purpose, link.user.id.clone());
    let (now, address) = (visitor.now, visitor.address.to_string());
    let set = visitor.app.db.write(move |connection| {
        let user = user::find_and_lock(connection, &user_id)?;
        let Some(mut user) = user.filter(|user| user.disabled_at.is_none()) else {
            return Ok(None);
        };
        if !one_time_link::claim(connection, &id, purpose, now)? {
            return Ok(None);
        }
        let ending = Ending {
            by: Some(&user_id),
            because: "password chosen by a one-time link",
            at: now,
        };
        held::end_sign_ins_of_user(connection, &user_id, &ending)?;
        user::set_password(connection, &user_id, &hash, now)?;
        AuditEvent {
            actor: Some(user_id.clone()),
            user_id: Some(user_id),
            address: Some(address),
            ..AuditEvent::new("user.password_set", now).about(purpose.as_str())
        }
        .insert(connection)?;
        user.password_hash = Some(hash);
        Ok(Some(user))
    });
    Ok(set.await?)
}

impl PasswordForm {
    fn empty(visitor: &Visitor, link: &LiveLink) -> Self {
        Self {
            csrf: csrf::token(&visitor.app, link.token.expose(), ""),
            username: link.user.username.clone(),
            is_first: link.purpose == LinkPurpose::Invitation,
            password: Field::default(),
            repeat: Field::default(),
            minimum: visitor.app.config.password.minimum_length,
        }
    }

    fn is_wrong(&self) -> bool {
        any_wrong([&self.password, &self.repeat])
    }
}

fn page(visitor: &Visitor, status: StatusCode, form: Option<PasswordForm>) -> HttpResponse {
    let title = form.as_ref().map_or("Link", |_| "Choose a password");
    let template = Link {
        page: visitor.page(title),
        form,
    };
    visitor.private_html(status, &template)
}
