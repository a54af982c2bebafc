//! Changing one's password. It ends the other sessions and the connected apps: whoever changes it because
//! somebody knows the old one must not leave that somebody signed in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::authentication::SignIn;
use crate::authentication::password::{MINIMUM_LENGTH, check_choice};
use crate::models::audit_event::AuditEvent;
use crate::models::ending::Ending;
use crate::models::{authorization, session, user};
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::{Field, first_error};
use crate::web::visitor::{PageResult, Visitor};

use super::{check_form, done, field, show};

/// The form.
pub(super) struct PasswordForm {
    pub current: Field,
    pub new: Field,
    pub repeat: Field,
    pub minimum: usize,
}

/// `POST /account/password`.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(change(&visitor, &body).await)
}

async fn change(visitor: &Visitor, body: &Body) -> PageResult {
    let (signed_in, fields) = check_form(visitor, body).await?;
    let app = &visitor.app;
    let (new, repeat) = (field(&fields, "new")?, field(&fields, "repeat")?);
    let mut form = PasswordForm::empty();
    form.new.error = check_choice(new).err();
    form.repeat.error =
        (new != repeat).then(|| String::from("The two passwords differ. Type it again."));
    // Asked last: what is wrong with the new password costs no try.
    if form.focus().is_empty() {
        let current = field(&fields, "current")?;
        form.current.error = match visitor.verify(&signed_in.user.username, current).await? {
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
            let ending = Ending {
                because: "the password was changed",
                by: Some(&user_id),
                at: now,
            };
            authorization::revoke_of_user(connection, &user_id, None, &ending)?;
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

impl PasswordForm {
    pub(super) fn empty() -> Self {
        Self {
            current: Field::default(),
            new: Field::default(),
            repeat: Field::default(),
            minimum: MINIMUM_LENGTH,
        }
    }

    /// The field to begin in: the first with an error.
    pub(super) fn focus(&self) -> &'static str {
        first_error(&[
            ("current", &self.current),
            ("new", &self.new),
            ("repeat", &self.repeat),
        ])
        .unwrap_or_default()
    }
}
