//! Changing one's password, and choosing what ends with it. By itself it ends the other sessions and the
//! connected apps: whoever changes it because somebody knows the old one must not leave that somebody
//! signed in. Personal access tokens are in programs, which would stop.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::authentication::{SignIn, check_choice};
use crate::models::ending::Ending;
use crate::models::{authorization, named_token, project, session, user};
use crate::oauth::{Params, PlainSecret, SecretId, SecretKind};
use crate::web::cookies;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Field, any_wrong};
use crate::web::paths;
use crate::web::person::Person;
use crate::web::visitor::PageResult;

use super::show;

/// The form.
pub(super) struct PasswordForm {
    pub current: Field,
    pub new: Field,
    pub repeat: Field,
    pub minimum: usize,
    pub ends: Ends,
}

/// What ends with the old password.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub sessions: bool,
    pub apps: bool,
    pub tokens: bool,
}

/// `POST /account/password`.
pub async fn post(person: Person, body: Body) -> HttpResponse {
    person.answer(change(&person, &body).await)
}

async fn change(person: &Person, body: &Body) -> PageResult {
    let fields = person.fields(body)?;
    let (app, user) = (&person.app, &person.signed_in.user);
    let (new, repeat) = (field(&fields, "new")?, field(&fields, "repeat")?);
    let mut form = PasswordForm {
        ends: Ends::read(&fields)?,
        ..PasswordForm::empty(person)
    };
    form.new.error = check_choice(new, &app.config, &user.username, &user.email).err();
    if new == field(&fields, "current")? {
        let same = "Choose one that differs from the current one.";
        form.new.error.get_or_insert_with(|| String::from(same));
    }
    form.repeat.error =
        (new != repeat).then(|| String::from("The two passwords differ. Type it again."));
    // Asked last: what is wrong with the new password costs no try.
    if !form.is_wrong() {
        form.current.error = match person
            .verify(&user.username, field(&fields, "current")?)
            .await?
        {
            SignIn::Right(_) => None,
            SignIn::Wrong(_) => Some(String::from("This is not your password.")),
            SignIn::Throttled(seconds) => return Err(PageError::throttled(seconds)),
        };
    }
    if form.is_wrong() {
        return show(person, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    }
    let hash = app.hasher.hash(new.to_owned()).await?;
    // Whoever has copied the cookie is left behind (OWASP ASVS 5 §7.2.4).
    let renewed = PlainSecret::generate(SecretKind::Browser, person.now);
    if !set(person, hash, form.ends, renewed.id()).await? {
        return Err(PageError::forged());
    }
    let mut response = person.done(paths::ACCOUNT, &form.ends.sentence());
    let begun = person.signed_in.session.created_at;
    cookies::set(&mut response, &person.session_cookie(&renewed, begun));
    Ok(response)
}

/// The new password and what ends with it, all or nothing. False where the old one is no longer the password: a
/// one-time link was faster, and whoever knew the old one must not undo it.
async fn set(
    person: &Person,
    hash: String,
    ends: Ends,
    renewed: SecretId,
) -> Result<bool, PageError> {
    let (user, session) = (person.signed_in.user.clone(), person.signed_in.session.id);
    let (user_id, now) = (user.id.clone(), person.now);
    let mut event = person.event("user.password_changed");
    event.user_id = Some(user_id.clone());
    let set = person.write(move |connection| {
        if !user::is_unchanged(connection, &user)? {
            return Ok(false);
        }
        let ending = Ending {
            because: "the password was changed",
            by: Some(&user_id),
            at: now,
        };
        user::set_password(connection, &user_id, &hash, now)?;
        if ends.sessions {
            session::end_all_but(connection, &user_id, Some(&session))?;
        }
        if ends.tokens {
            let client_id = project::personal_client(connection, &user_id)?;
            named_token::revoke_of_client(connection, &client_id, &ending)?;
        }
        if ends.apps {
            authorization::revoke_of_user(connection, &user_id, None, &ending)?;
        }
        event.insert(connection)?;
        Ok(session::renew(connection, &session, &renewed, now)?)
    });
    set.await
}

impl PasswordForm {
    pub(super) fn empty(person: &Person) -> Self {
        Self {
            current: Field::default(),
            new: Field::default(),
            repeat: Field::default(),
            minimum: person.app.config.password.minimum_length,
            ends: Ends {
                sessions: true,
                apps: true,
                tokens: false,
            },
        }
    }

    fn is_wrong(&self) -> bool {
        any_wrong([&self.current, &self.new, &self.repeat])
    }
}

impl Ends {
    fn read(fields: &Params<'_>) -> Result<Self, PageError> {
        Ok(Self {
            sessions: field(fields, "end_sessions")? == "yes",
            apps: field(fields, "end_apps")? == "yes",
            tokens: field(fields, "end_tokens")? == "yes",
        })
    }

    fn sentence(self) -> String {
        let ended: Vec<&str> = [
            (self.sessions, "your other sessions"),
            (self.apps, "your connected apps"),
            (self.tokens, "your access tokens"),
        ]
        .iter()
        .filter(|(ends, _)| *ends)
        .map(|(_, what)| *what)
        .collect();
        match ended.as_slice() {
            [] => String::from("Your password was changed. Nothing was signed out."),
            [one] => format!("Your password was changed, and {one} were ended."),
            [first @ .., last] => format!(
                "Your password was changed, and {} and {last} were ended.",
                first.join(", ")
            ),
        }
    }
}
