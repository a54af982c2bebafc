//! What the pages of administrators list besides: audit events and refusals, over the last 30 days.

use std::ops::Range;

use diesel::prelude::*;
use latchkey::clock::UnixTime;
use latchkey::db::DbConnection;
use latchkey::models::audit_event::AuditEvent;
use latchkey::models::refusal::{self, Refusal};

use super::{World, scatter};

const ACTIONS: [&str; 5] = [
    "session.begun",
    "app.disconnected",
    "token.revoked",
    "user.password_changed",
    "client.changed",
];
const ERRORS: [&str; 4] = [
    "invalid_grant",
    "invalid_request",
    "invalid_client",
    "invalid_scope",
];
/// Seconds over which they lie.
const SPAN: usize = 30 * 86400;

/// Adds an event and a refusal for each number.
pub(super) fn insert(
    connection: &mut DbConnection,
    world: &World,
    numbers: Range<usize>,
) -> QueryResult<()> {
    for number in numbers {
        let at = moment(world, number);
        let (user, _) = &world.users[scatter(number, 4) % world.users.len()];
        let client = &world.clients[scatter(number, 5) % world.clients.len()];
        AuditEvent {
            actor: Some(user.clone()),
            user_id: Some(user.clone()),
            client_id: Some(client.clone()),
            address: Some(String::from("203.0.113.7")),
            ..AuditEvent::new(ACTIONS[number % ACTIONS.len()], at)
        }
        .insert(connection)?;
        refusal::insert(
            connection,
            Refusal {
                id: format!("{number:016x}"),
                occurred_at: at,
                path: String::from("/oauth/token"),
                client_id: Some(client.clone()),
                error: ERRORS[number % ERRORS.len()].to_owned(),
                reason: String::from("another redirect_uri"),
                expected: Some(String::from("https://app.example/callback")),
                presented: Some(String::from("https://app.example/callbock")),
                address: Some(String::from("203.0.113.7")),
            },
        )?;
    }
    Ok(())
}

/// Nobody needs them in order; each has a second of its own, nearly.
fn moment(world: &World, number: usize) -> UnixTime {
    let ago = i64::try_from(scatter(number, 6) % SPAN).unwrap_or(0);
    world.now.plus(-ago)
}
