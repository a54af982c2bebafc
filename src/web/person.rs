//! Who may come in: a page of a signed-in area takes one of these instead of `Visitor`, so that no page
//! can forget to ask. Whoever is not signed in goes to the sign-in page and comes back from there.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::authentication::SignIn;
use crate::authentication::throttle::Key;
use crate::db::DbConnection;
use crate::models::audit_event::AuditEvent;
use crate::models::session;
use crate::oauth::Params;

use super::error_page::PageError;
use super::form::{Body, MAX_FIELDS, field};
use super::page::{Area, Field, Flash};
use super::visitor::{SignedIn, Visitor};
use super::{cookies, csrf, paths};

/// Seconds after which a dangerous act asks for the password again.
const CONFIRMED_FOR: i64 = 600;

/// The longest address that is come back to after the sign-in, in bytes.
const LONGEST_RETURN: usize = 2000;

/// The kinds of flashes.
const SUCCESS: &str = "success";
const WARNING: &str = "warning";

/// A visitor who is signed in.
pub struct Person {
    /// The request.
    pub visitor: Visitor,
    /// Who sends it.
    pub signed_in: SignedIn,
}

/// A person with the role `admin`.
pub struct Administrator(Person);

impl Deref for Person {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl Deref for Administrator {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.0
    }
}

type Arrival<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

impl FromRequest for Person {
    type Error = actix_web::Error;
    type Future = Arrival<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload);
        Box::pin(async move {
            let visitor = visitor.await?;
            match visitor.signed_in().await {
                Ok(Some(signed_in)) => Ok(Self { visitor, signed_in }),
                Ok(None) => Err(instead(sign_in_first(&visitor))),
                Err(error) => Err(instead(visitor.answer(Err(error.into())))),
            }
        })
    }
}

impl FromRequest for Administrator {
    type Error = actix_web::Error;
    type Future = Arrival<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let person = Person::from_request(request, payload);
        Box::pin(async move {
            let person = person.await?;
            if person.signed_in.user.is_admin() {
                Ok(Self(person))
            } else {
                let refusal = match note_turned_away(&person).await {
                    Ok(()) => PageError::administrators_only(),
                    Err(error) => error.into(),
                };
                Err(instead(person.answer(Err(refusal))))
            }
        })
    }
}

/// Writes down who wanted to administer without the role and what, at most once a minute for each person.
async fn note_turned_away(person: &Person) -> crate::error::Result<()> {
    let (user_id, now) = (person.signed_in.user.id.clone(), person.now);
    let key = Key::Account(user_id.clone());
    if person.app.turned_away.count(key, now).is_err() {
        return Ok(());
    }
    let target = format!("{} {}", person.request.method(), person.own_path());
    let mut event = person.event("admin.refused").about(&shortened(&target));
    event.user_id = Some(user_id);
    let write = move |connection: &mut DbConnection| Ok(event.insert(connection)?);
    person.app.db.write(write).await
}

/// As much of an address as a line has room for.
fn shortened(target: &str) -> String {
    target.chars().take(200).collect()
}

/// Answers a request that an extractor does not let in.
pub fn instead(response: HttpResponse) -> actix_web::Error {
    InternalError::from_response("not for this visitor", response).into()
}

/// A page is come back to after the sign-in; a form is not, since it would have to be sent again.
fn sign_in_first(visitor: &Visitor) -> HttpResponse {
    if visitor.request.method() != Method::GET {
        return visitor.answer(Err(PageError::signed_out()));
    }
    let query = visitor.request.query_string();
    let mut wanted = visitor.own_path().to_owned();
    if !query.is_empty() {
        wanted.push('?');
        wanted.push_str(query);
    }
    // Where the sign-in leads anyway, or more than an address should be made of.
    if wanted == paths::ACCOUNT || wanted.len() > LONGEST_RETURN {
        return visitor.go_to(paths::LOGIN);
    }
    let back: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    visitor.go_to(&format!("{}?return_to={back}", paths::LOGIN))
}

impl Person {
    /// What the frame of a signed-in area needs; `at` is the entry of its navigation.
    pub fn area(&self, at: &'static str) -> Area {
        Area {
            at,
            username: self.signed_in.user.username.clone(),
            is_admin: self.signed_in.user.is_admin(),
            csrf: csrf::token(&self.app, &self.signed_in.form_key(), ""),
            flash: self.flash(),
        }
    }

    /// A page of a signed-in area. What the last form did is told once.
    pub fn show(&self, status: StatusCode, template: &impl Template) -> HttpResponse {
        let mut response = self.private_html(status, template);
        if cookies::value(&self.app.issuer, &self.request, cookies::FLASH).is_some() {
            cookies::set(
                &mut response,
                &cookies::remove(&self.app.issuer, cookies::FLASH),
            );
        }
        response
    }

    /// The fields of a form of this person's pages: not from another site, and with the token that the
    /// page gave.
    ///
    /// # Errors
    /// A page about a forged, broken or oversized form.
    pub fn fields<'a>(&self, body: &'a Body) -> Result<Params<'a>, PageError> {
        let fields = self.form_up_to(body, MAX_FIELDS)?;
        if csrf::is_valid(
            &self.app,
            &self.signed_in.form_key(),
            "",
            field(&fields, "csrf")?,
        ) {
            Ok(fields)
        } else {
            Err(PageError::forged())
        }
    }

    /// Whether a dangerous act has to ask for the password again.
    pub fn must_confirm(&self) -> bool {
        self.now.since(self.signed_in.session.confirmed_at) > CONFIRMED_FOR
    }

    /// The field for the own password, still empty, where a dangerous act has to ask for it.
    pub fn confirmation(&self) -> Option<Field> {
        self.must_confirm().then(Field::default)
    }

    /// Checks the field `confirmation`, the person's own password, where it has to be asked for. Gives the
    /// field with what is wrong with it, or nothing where all is well.
    ///
    /// # Errors
    /// A page about too many attempts, or that says that the session has ended; the database's.
    pub async fn confirm(&self, fields: &Params<'_>) -> Result<Option<Field>, PageError> {
        if !self.must_confirm() {
            return Ok(None);
        }
        let password = field(fields, "confirmation")?;
        if password.is_empty() {
            let error = String::from("Type your own password to confirm that it is you.");
            return Ok(Some(Field::secret(Some(error))));
        }
        match self.verify(&self.signed_in.user.username, password).await? {
            SignIn::Right(_) => {}
            SignIn::Wrong(_) => {
                let error = String::from("This is not your password.");
                return Ok(Some(Field::secret(Some(error))));
            }
            SignIn::Throttled(seconds) => return Err(PageError::throttled(seconds)),
        }
        let (id, now) = (self.signed_in.session.id, self.now);
        self.write(move |connection| Ok(session::confirm(connection, &id, now)?))
            .await?;
        Ok(None)
    }

    /// An audit event of this person's doing.
    pub fn event(&self, action: &str) -> AuditEvent {
        AuditEvent {
            actor: Some(self.signed_in.user.id.clone()),
            address: Some(self.address.to_string()),
            ..AuditEvent::new(action, self.now)
        }
    }

    /// 303 to a page that tells once what was done.
    pub fn done(&self, path_and_query: &str, sentence: &str) -> HttpResponse {
        self.tell(path_and_query, SUCCESS, sentence)
    }

    /// 303 to a page that tells once why what was asked for was not done.
    pub fn not_done(&self, path_and_query: &str, sentence: &str) -> HttpResponse {
        self.tell(path_and_query, WARNING, sentence)
    }

    fn tell(&self, path_and_query: &str, kind: &str, sentence: &str) -> HttpResponse {
        let mut response = self.go_to(path_and_query);
        let told = format!("{kind} {sentence}");
        let text = URL_SAFE_NO_PAD.encode(&told);
        let value = format!("{text}.{}", self.flash_proof(&told));
        let cookie = cookies::make(&self.app.issuer, cookies::FLASH, &value, Some(60));
        cookies::set(&mut response, &cookie);
        response
    }

    /// What the last form did. Other servers of the same host can plant a cookie, but not its proof.
    fn flash(&self) -> Option<Flash> {
        let value = cookies::value(&self.app.issuer, &self.request, cookies::FLASH)?;
        let (text, proof) = value.split_once('.')?;
        let told = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let about = about_flash(&told);
        if !csrf::is_valid(&self.app, &self.signed_in.form_key(), &about, proof) {
            return None;
        }
        let (kind, text) = told.split_once(' ')?;
        Some(Flash {
            kind: if kind == WARNING { WARNING } else { SUCCESS },
            text: text.to_owned(),
        })
    }

    fn flash_proof(&self, told: &str) -> String {
        csrf::token(&self.app, &self.signed_in.form_key(), &about_flash(told))
    }
}

fn about_flash(told: &str) -> String {
    format!("flash {told}")
}
