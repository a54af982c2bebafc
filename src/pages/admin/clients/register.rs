//! Registering a client: first what kind of application it is, then only what that kind needs, then the
//! secret, once. A client that would learn what others may not asks for the password.
//!
//! The form carries the id that the client will have. So a form that is sent twice, by a reload of the page
//! with the secret, finds its client registered and registers no other.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::db::unless_taken;
use crate::models::client::application::Application;
use crate::models::client::{self, Client};
use crate::models::registration::{Mistake, Registration};
use crate::models::{audit_event, client_secret, scope};
use crate::oauth::id::{IdKind, is_well_formed, new_id};
use crate::oauth::{GrantType, PlainSecret};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::form::ClientForm;
use super::offer::{Offer, UsualTimes};
use super::{PATH, crumbs, event, path_of, secrets};

#[derive(Template)]
#[template(path = "admin/clients/choose.html")]
struct Choose {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    applications: [(Application, &'static str); 5],
}

#[derive(Template)]
#[template(path = "admin/clients/register.html")]
struct Register {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    application: Application,
    /// What the client will be called by programs.
    id: String,
    form: ClientForm,
    usual: UsualTimes,
}

/// What became of a form.
enum Outcome {
    Registered(Box<Client>, Option<PlainSecret>),
    Mistaken(Vec<Mistake>),
    /// The same form was sent before.
    Known,
}

/// `GET /admin/clients/new`, with `kind` once that is chosen.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(ask(&admin).await)
}

/// `POST /admin/clients/new?kind=…`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(register(&admin, &body).await)
}

async fn ask(admin: &Administrator) -> PageResult {
    let Some(application) = chosen(admin)? else {
        let template = Choose {
            page: admin.page("Register a client"),
            area: admin.area("clients"),
            crumbs: crumbs(),
            applications: Application::ALL.map(|kind| (kind, hint(kind))),
        };
        return Ok(admin.show(StatusCode::OK, &template));
    };
    let scopes = admin
        .app
        .db
        .read(|connection| Ok(scope::list(connection)?))
        .await?;
    let mut form = ClientForm::empty(Offer::to_register(application), scopes);
    form.confirmation = confirmation(admin, &form.offer);
    let id = new_id(IdKind::Client, admin.now);
    Ok(show(admin, StatusCode::OK, application, id, form))
}

async fn register(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let application = chosen(admin)?.ok_or_else(PageError::not_found)?;
    let id = field(&fields, "id")?.to_owned();
    if !is_well_formed(IdKind::Client, &id) {
        return Err(PageError::forged());
    }
    let scopes = admin
        .app
        .db
        .read(|connection| Ok(scope::list(connection)?))
        .await?;
    let offer = Offer::to_register(application);
    let mut form = ClientForm::read(&fields, offer, scopes)?;
    let wanted = form.registration();
    form.confirmation = if is_dangerous(&wanted) {
        admin.confirm(&fields).await?
    } else {
        confirmation(admin, &form.offer)
    };
    match insert(admin, id.clone(), wanted, !form.is_mistaken()).await? {
        Outcome::Registered(client, Some(secret)) => {
            let title = format!("{} is registered", client.name);
            Ok(secrets::hand_out(admin, &client, &title, &secret))
        }
        Outcome::Registered(client, None) => {
            let sentence = format!("{} is registered.", client.name);
            Ok(admin.done(&path_of(&client), &sentence))
        }
        Outcome::Known => already(admin, id).await,
        Outcome::Mistaken(mistakes) => {
            form.mark(&mistakes);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show(admin, status, application, id, form))
        }
    }
}

/// Leads a form that was sent before to the client that it registered.
async fn already(admin: &Administrator, id: String) -> PageResult {
    let find = admin
        .app
        .db
        .read(move |connection| Ok(client::find(connection, &id)?));
    let Some(client) = find.await? else {
        let sentence = "This form has registered its client already, and that was deleted since.";
        return Ok(admin.not_done(PATH, sentence));
    };
    let sentence = if client.is_public() {
        "This form has registered its client already."
    } else {
        "This form has registered its client already. If you did not keep its secret, add another below."
    };
    Ok(admin.not_done(&path_of(&client), sentence))
}

/// Registers the client, unless something is wrong. A form without the right password or whose numbers cannot
/// be read is only checked.
async fn insert(
    admin: &Administrator,
    id: String,
    wanted: Registration,
    is_readable: bool,
) -> Result<Outcome, PageError> {
    let new = Client {
        id,
        ..Client::new(&wanted.name, wanted.kind, admin.now)
    };
    let (event, now) = (event(admin, "client.added", &new), admin.now);
    let insert = admin.write(move |connection| {
        // An id is never used again, and the audit log knows those of deleted clients.
        if client::find(connection, &new.id)?.is_some()
            || audit_event::any_of_client(connection, &new.id)?
        {
            return Ok(Outcome::Known);
        }
        let client = match wanted.apply(connection, new)? {
            Ok(client) if is_readable => client,
            Ok(_) => return Ok(Outcome::Mistaken(Vec::new())),
            Err(mistakes) => return Ok(Outcome::Mistaken(mistakes)),
        };
        let row = client.clone();
        if unless_taken(connection, |connection| client::insert(connection, row))?.is_none() {
            return Ok(Outcome::Known);
        }
        event.insert(connection)?;
        let secret = if client.is_public() {
            None
        } else {
            Some(client_secret::insert(connection, &client.id, "first", now)?)
        };
        Ok(Outcome::Registered(Box::new(client), secret))
    });
    insert.await
}

/// Whether the client would see everybody's tokens or passwords, or nobody would be asked before it gets in.
fn is_dangerous(wanted: &Registration) -> bool {
    wanted.is_first_party
        || wanted.is_resource_server
        || wanted.grant_types.contains(&GrantType::Password)
}

/// The field for the password, on a form that may need it.
fn confirmation(admin: &Administrator, offer: &Offer) -> Option<Field> {
    let may_need = offer.first_party || offer.is_resource_server;
    (may_need && admin.must_confirm()).then(Field::default)
}

fn chosen(admin: &Administrator) -> Result<Option<Application>, PageError> {
    Ok(Application::named(field(&admin.query()?, "kind")?))
}

fn show(
    admin: &Administrator,
    status: StatusCode,
    application: Application,
    id: String,
    form: ClientForm,
) -> HttpResponse {
    let mut crumbs = crumbs();
    crumbs.push(Crumb::new(format!("{PATH}/new"), "Register a client"));
    let template = Register {
        page: admin.page(&format!("New {}", application.title().to_lowercase())),
        area: admin.area("clients"),
        crumbs,
        application,
        id,
        usual: UsualTimes::of(admin, form.offer.kind),
        form,
    };
    admin.show(status, &template)
}

/// How somebody recognises the own application in a kind.
fn hint(application: Application) -> &'static str {
    match application {
        Application::Web => {
            "Runs on a web server, which keeps a secret, and people sign in to it in a browser."
        }
        Application::Native => {
            "Runs on people's phones, desktops or in their terminal, and cannot keep a secret."
        }
        Application::SinglePage => {
            "Runs in people's browsers without a server of its own, and cannot keep a secret."
        }
        Application::Service => {
            "A program that acts for itself, such as a nightly job. No person is involved."
        }
        Application::ResourceServer => {
            "An API or a gateway that is sent tokens and asks here what they are worth."
        }
    }
}
