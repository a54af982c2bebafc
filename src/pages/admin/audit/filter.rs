//! The filters above the audit log, which live in the page's address: names or ids of people and clients,
//! an action, a time from and to.

use time::{PrimitiveDateTime, Time};

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::audit_log::Filter;
use crate::models::ending::COMMAND_LINE;
use crate::models::{names, user};
use crate::oauth::id::{IdKind, is_well_formed};
use crate::web::form;
use crate::web::listing::Listing;
use crate::web::page::Field;

/// The parameters of the address.
pub(super) const NAMES: [&str; 6] = ["actor", "user", "client", "action", "from", "to"];

/// What was typed, with what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct FilterForm {
    pub(super) actor: Field,
    pub(super) user: Field,
    pub(super) client: Field,
    pub(super) action: Field,
    pub(super) from: Field,
    pub(super) to: Field,
}

impl FilterForm {
    pub(super) fn read(listing: &Listing) -> Self {
        let typed = |name| Field::new(listing.filter(name), None);
        Self {
            actor: typed("actor"),
            user: typed("user"),
            client: typed("client"),
            action: typed("action"),
            from: typed("from"),
            to: typed("to"),
        }
    }

    /// Whether everything that was typed means something.
    pub(super) fn is_right(&self) -> bool {
        let fields = [
            &self.actor,
            &self.user,
            &self.client,
            &self.action,
            &self.from,
            &self.to,
        ];
        fields.iter().all(|field| field.error.is_none())
    }

    /// What the log is to be filtered by; none where something means nothing, which its field then says.
    /// `actions` are those that the log has.
    pub(super) fn resolve(
        &mut self,
        connection: &mut DbConnection,
        actions: &[String],
    ) -> Result<Option<Filter>> {
        let filter = Filter {
            actor: self.actor(connection)?,
            user_id: find_user(connection, &mut self.user)?,
            client_id: find_client(connection, &mut self.client)?,
            action: find_action(actions, &mut self.action),
            from: moment(&mut self.from),
            // The minute that is named is meant with all of it.
            until: moment(&mut self.to).map(|minute| minute.plus(60)),
        };
        if let (Some(from), Some(until)) = (filter.from, filter.until)
            && until <= from
        {
            self.to.error = Some(String::from("This is before the time it begins at."));
        }
        Ok(self.is_right().then_some(filter))
    }

    /// People, clients by their id, or the command line.
    fn actor(&mut self, connection: &mut DbConnection) -> Result<Option<String>> {
        let typed = &self.actor.value;
        if typed == COMMAND_LINE || is_well_formed(IdKind::Client, typed) {
            return Ok(Some(typed.clone()));
        }
        find_user(connection, &mut self.actor)
    }
}

fn find_user(connection: &mut DbConnection, field: &mut Field) -> Result<Option<String>> {
    let typed = field.value.as_str();
    if typed.is_empty() || is_well_formed(IdKind::User, typed) {
        return Ok(Some(typed.to_owned()).filter(|id| !id.is_empty()));
    }
    let found = user::find_by_username(connection, typed)?.map(|user| user.id);
    if found.is_none() {
        field.error = Some(String::from(
            "Nobody has this username. Whoever was deleted is found by the id.",
        ));
    }
    Ok(found)
}

/// The id of the client that somebody filters by: typed as its id, or as its name where no other has it. None
/// where nothing is typed, or with what is wrong in the field.
pub(in crate::pages::admin) fn find_client(
    connection: &mut DbConnection,
    field: &mut Field,
) -> Result<Option<String>> {
    let typed = field.value.as_str();
    if typed.is_empty() || is_well_formed(IdKind::Client, typed) {
        return Ok(Some(typed.to_owned()).filter(|id| !id.is_empty()));
    }
    let mut found = names::clients_called(connection, typed)?;
    field.error = match found.len() {
        1 => None,
        0 => Some("No client has this name. One that was deleted is found by its client_id."),
        _ => Some("Several clients have this name: use the client_id."),
    }
    .map(str::to_owned);
    Ok(found.pop().filter(|_| field.error.is_none()))
}

/// One that the log has: whatever else stands there may be anything, a secret too.
fn find_action(actions: &[String], field: &mut Field) -> Option<String> {
    if field.value.is_empty() {
        return None;
    }
    let found = actions.iter().find(|action| **action == field.value);
    if found.is_none() {
        field.error = Some(String::from("The log has no event of this name."));
    }
    found.cloned()
}

/// What a filter lets through, from what was found and never from what was typed, so that nothing else
/// than ids, actions and times gets into the log itself.
pub(super) fn words(filter: &Filter) -> String {
    let time = |at: Option<UnixTime>| at.map(|at| at.to_string());
    let parts = [
        ("actor", filter.actor.clone()),
        ("user", filter.user_id.clone()),
        ("client", filter.client_id.clone()),
        ("action", filter.action.clone()),
        ("from", time(filter.from)),
        ("before", time(filter.until)),
    ];
    let set = parts
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name} {value}")));
    let words = set.collect::<Vec<_>>().join(", ");
    if words.is_empty() {
        String::from("everything")
    } else {
        words
    }
}

/// A time as a browser's field writes it (`2026-11-22T07:40`, with seconds or without), or a date alone.
fn moment(field: &mut Field) -> Option<UnixTime> {
    if field.value.is_empty() {
        return None;
    }
    let found = parse(&field.value);
    if found.is_none() {
        field.error = Some(String::from("Write a time like 2026-03-04T05:06."));
    }
    found
}

fn parse(text: &str) -> Option<UnixTime> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let date = form::date(date)?;
    let parts: Vec<&str> = time.trim_end_matches('Z').split(':').collect();
    let (hour, minute) = match parts[..] {
        [hour, minute] => (hour, minute),
        // Filters go by the minute.
        [hour, minute, second] if second.parse::<u8>().is_ok() => (hour, minute),
        _ => return None,
    };
    let time = Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()?;
    let moment = PrimitiveDateTime::new(date, time).assume_utc();
    Some(UnixTime::from_seconds(moment.unix_timestamp()))
}
