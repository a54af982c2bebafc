//! The applications that somebody has connected, and disconnecting one: its tokens end at once, and it has
//! to ask again.

use actix_web::HttpResponse;

use crate::clock::UnixTime;
use crate::directory::Permissions;
use crate::models::authorization::{self, Authorization};
use crate::models::client;
use crate::models::consent::{self, Consent};
use crate::models::ending::Ending;
use crate::oauth::Scope;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Moment, ScopeLine, scope_lines};
use crate::web::paths;
use crate::web::person::Person;
use crate::web::visitor::PageResult;

/// One of them.
pub(in crate::pages) struct AppLine {
    pub client_id: String,
    pub name: String,
    pub scopes: Vec<ScopeLine>,
    pub since: Moment,
    pub last_used: Option<Moment>,
}

/// What one client may do, however many devices it has and whether or not any is signed in now.
struct ConnectedApp {
    client_id: String,
    name: String,
    scope: Scope,
    since: UnixTime,
    last_used: Option<UnixTime>,
}

/// `POST /account/apps`: disconnects one.
pub async fn post(person: Person, body: Body) -> HttpResponse {
    person.answer(disconnect(&person, &body).await)
}

/// One line a client. A remembered consent outlives its tokens: it would be granted again unasked, so it
/// stays here until it is taken back.
pub(in crate::pages) fn lines(
    authorizations: Vec<(Authorization, String)>,
    consents: Vec<(Consent, String)>,
    permissions: &Permissions,
    now: UnixTime,
) -> Vec<AppLine> {
    let authorized = authorizations
        .into_iter()
        .map(|(authorization, name)| ConnectedApp {
            client_id: authorization.client_id,
            name,
            scope: authorization.scope,
            since: authorization.created_at,
            last_used: Some(authorization.last_used_at),
        });
    let consented = consents.into_iter().map(|(consent, name)| ConnectedApp {
        client_id: consent.client_id,
        name,
        scope: std::iter::once(consent.scope_name.as_str()).collect(),
        since: consent.created_at,
        last_used: None,
    });
    let mut apps: Vec<ConnectedApp> = Vec::new();
    for app in authorized.chain(consented) {
        match apps.iter_mut().find(|own| own.client_id == app.client_id) {
            Some(own) => own.add(&app),
            None => apps.push(app),
        }
    }
    let line = |app: ConnectedApp| AppLine {
        scopes: scope_lines(permissions, &app.scope),
        since: Moment::new(app.since, now),
        last_used: app.last_used.map(|at| Moment::new(at, now)),
        client_id: app.client_id,
        name: app.name,
    };
    apps.into_iter().map(line).collect()
}

impl ConnectedApp {
    fn add(&mut self, other: &Self) {
        self.scope = self.scope.union(&other.scope);
        self.since = self.since.min(other.since);
        self.last_used = self.last_used.max(other.last_used);
    }
}

async fn disconnect(person: &Person, body: &Body) -> PageResult {
    let fields = person.fields(body)?;
    let client_id = field(&fields, "client_id")?.to_owned();
    let (user_id, now) = (person.signed_in.user.id.clone(), person.now);
    let mut event = person.event("app.disconnected");
    let disconnect = person.write(move |connection| {
        let ending = Ending {
            because: "disconnected by the user",
            by: Some(&user_id),
            at: now,
        };
        let ended = authorization::revoke_of_user(connection, &user_id, Some(&client_id), &ending)?;
        let forgotten = consent::withdraw(connection, &user_id, &client_id)?;
        let client = client::find(connection, &client_id)?;
        (event.user_id, event.client_id) = (Some(user_id), Some(client_id));
        let done = event.insert_if(connection, ended + forgotten > 0)?;
        Ok(client.filter(|_| done))
    });
    let client = disconnect.await?.ok_or_else(PageError::not_found)?;
    let sentence = format!("{} was disconnected. Its access has ended.", client.name);
    Ok(person.done(paths::ACCOUNT, &sentence))
}
