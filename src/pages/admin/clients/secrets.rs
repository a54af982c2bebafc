//! The secrets of a client: adding one, which is shown once, and revoking one. Several live at once, so that
//! one is replaced without a pause: add, roll out, look at the last uses, revoke the old one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::db::unless_taken;
use crate::models::client::Client;
use crate::models::client_secret::{self, ClientSecret};
use crate::oauth::id::{IdKind, is_well_formed, new_id};
use crate::oauth::{Params, PlainSecret};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::samples::{self, Sample};
use super::{crumbs_to, event, named, path_of, question, show};

/// Days after which a new secret may end; 0 for never.
pub(super) const DAYS: [(i64, &str); 5] = [
    (0, "Never"),
    (30, "30 days"),
    (90, "90 days"),
    (180, "180 days"),
    (365, "1 year"),
];

/// The page that shows a secret, for the only time.
#[derive(Template)]
#[template(path = "admin/clients/secret.html")]
struct Shown<'a> {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    title: &'a str,
    client: &'a Client,
    client_path: String,
    secret: &'a str,
    samples: Vec<Sample>,
}

/// The form for a new one. It carries the id that the secret will have, so that a form that is sent twice
/// makes one secret.
pub(super) struct SecretForm {
    pub(super) id: String,
    pub(super) name: Field,
    pub(super) days: i64,
    /// The own password, where it has to be typed.
    pub(super) confirmation: Option<Field>,
}

impl SecretForm {
    pub(super) fn empty(admin: &Administrator) -> Self {
        Self {
            id: new_id(IdKind::ClientSecret, admin.now),
            name: Field::default(),
            days: 0,
            confirmation: admin.confirmation(),
        }
    }

    fn read(fields: &Params<'_>) -> Result<Self, PageError> {
        let id = field(fields, "id")?;
        if !is_well_formed(IdKind::ClientSecret, id) {
            return Err(PageError::forged());
        }
        let name = field(fields, "secret_name")?.trim();
        let days = field(fields, "days")?;
        let days = DAYS.iter().find(|(own, _)| own.to_string() == days);
        Ok(Self {
            id: id.to_owned(),
            name: Field::new(name, client_secret::check_name(name).err()),
            days: days.ok_or_else(PageError::forged)?.0,
            confirmation: None,
        })
    }
}

/// `POST /admin/clients/{client}/secrets`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(add(&admin, &body).await)
}

/// `GET /admin/clients/{client}/secrets/{secret}/revoke`.
pub async fn get_revoke(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    let ask =
        |(client, secret): (Client, ClientSecret)| ask(&admin, &client, &secret, confirmation);
    admin.answer(named_secret(&admin).await.map(ask))
}

/// `POST /admin/clients/{client}/secrets/{secret}/revoke`.
pub async fn post_revoke(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(revoke(&admin, &body).await)
}

async fn add(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let client = named(admin).await?;
    // A public client has nothing to keep a secret in, and no form for one.
    if client.is_public() {
        return Err(PageError::not_found());
    }
    let mut form = SecretForm::read(&fields)?;
    form.confirmation = admin.confirm(&fields).await?;
    if form.name.error.is_some() || form.confirmation.is_some() {
        return show::page(admin, client, StatusCode::UNPROCESSABLE_ENTITY, form).await;
    }
    let (client_id, now) = (client.id.clone(), admin.now);
    let end = (form.days > 0).then(|| now.plus(form.days * 86400));
    let (id, name) = (form.id, form.name.value);
    let event = event(admin, "client_secret.created", &client).about(&name);
    let insert = admin.write(move |connection| {
        let secret = unless_taken(connection, |connection| {
            client_secret::insert_as(connection, id, &client_id, &name, end, now)
        })?;
        event.insert_if(connection, secret.is_some())?;
        Ok(secret)
    });
    Ok(match insert.await? {
        Some(secret) => hand_out(admin, &client, "A new secret", &secret),
        None => admin.not_done(
            &path_of(&client),
            "The secret was made and is not shown again. If you did not keep it, revoke it and add another.",
        ),
    })
}

/// The page with a secret that was just made. Nothing keeps the secret, and nobody may keep the page.
pub(super) fn hand_out(
    admin: &Administrator,
    client: &Client,
    title: &str,
    secret: &PlainSecret,
) -> HttpResponse {
    let template = Shown {
        page: admin.page(title),
        area: admin.area("clients"),
        crumbs: crumbs_to(client),
        title,
        client,
        client_path: path_of(client),
        secret: secret.expose(),
        samples: samples::of(client, &admin.app.issuer, Some(secret.expose())),
    };
    admin.show(StatusCode::OK, &template)
}

fn ask(
    admin: &Administrator,
    client: &Client,
    secret: &ClientSecret,
    confirmation: Option<Field>,
) -> HttpResponse {
    let consequences = [
        "Whatever still uses this secret is refused from now on. Tokens that it got stay.",
        "This cannot be undone.",
    ];
    let asked = format!("Revoke the secret {} (…{})?", secret.name, secret.last_four);
    question(admin, client, asked, "Revoke secret")
        .saying(consequences)
        .confirmed_by(confirmation)
        .ask(admin)
}

async fn revoke(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let (client, secret) = named_secret(admin).await?;
    if let Some(mistake) = admin.confirm(&fields).await? {
        return Ok(ask(admin, &client, &secret, Some(mistake)));
    }
    let event = event(admin, "client_secret.revoked", &client).about(&secret.name);
    let now = admin.now;
    let sentence = format!("The secret {} was revoked.", secret.name);
    let revoke = admin.write(move |connection| {
        let done = client_secret::revoke(connection, &secret.id, now)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !revoke.await? {
        return Err(PageError::not_found());
    }
    Ok(admin.done(&path_of(&client), &sentence))
}

/// The client and the secret that the address names.
async fn named_secret(admin: &Administrator) -> Result<(Client, ClientSecret), PageError> {
    let client = named(admin).await?;
    let id = admin.request.match_info().query("secret").to_owned();
    if !is_well_formed(IdKind::ClientSecret, &id) {
        return Err(PageError::not_found());
    }
    let find = admin
        .app
        .db
        .read(move |connection| Ok(client_secret::find(connection, &id)?));
    let found = find.await?;
    let own = found.filter(|own| own.client_id == client.id && own.revoked_at.is_none());
    Ok((client, own.ok_or_else(PageError::not_found)?))
}
