//! Until when something new is to work: 7, 30 or 90 days, a date, or for ever.

use crate::clock::UnixTime;
use crate::oauth::Params;
use crate::web::error_page::PageError;
use crate::web::form::{date, field};
use crate::web::page::{Field, day};

const DAY: i64 = 86400;
/// The furthest date that can be chosen, in seconds from now.
const FURTHEST: i64 = 10 * 366 * DAY;

/// The choice.
pub(super) struct Expiry {
    /// `7`, `30`, `90`, `date` or `never`.
    pub chosen: String,
    /// What was typed for `date`.
    pub date: Field,
    /// What is wrong with the choice itself.
    pub error: Option<String>,
    /// The numbers of days that are offered, and the day each ends on.
    pub days: Vec<(&'static str, String)>,
    /// The first day that can be chosen, as browsers write it.
    pub earliest: String,
    /// The last day that can be chosen.
    pub latest: String,
    end: Option<UnixTime>,
}

impl Expiry {
    /// Nothing chosen yet but what is proposed.
    pub(super) fn proposing(chosen: &str, now: UnixTime) -> Self {
        let ends = [("7", 7), ("30", 30), ("90", 90)];
        Self {
            chosen: chosen.to_owned(),
            date: Field::default(),
            error: None,
            days: ends
                .map(|(name, days)| (name, day(now.plus(days * DAY))))
                .to_vec(),
            earliest: written(now),
            latest: written(latest(now)),
            end: None,
        }
    }

    /// What was chosen.
    pub(super) fn read(fields: &Params<'_>, now: UnixTime) -> Result<Self, PageError> {
        let mut expiry = Self::proposing(field(fields, "expires")?, now);
        expiry.date = Field::new(field(fields, "date")?.trim(), None);
        match expiry.chosen.as_str() {
            "7" => expiry.end = Some(now.plus(7 * DAY)),
            "30" => expiry.end = Some(now.plus(30 * DAY)),
            "90" => expiry.end = Some(now.plus(90 * DAY)),
            "never" => {}
            "date" => match end_of_day(&expiry.date.value, now) {
                Ok(end) => expiry.end = Some(end),
                Err(sentence) => expiry.date.error = Some(sentence),
            },
            _ => expiry.error = Some(String::from("Choose when it expires.")),
        }
        Ok(expiry)
    }

    /// Whether it cannot be taken as it is.
    pub(super) fn is_wrong(&self) -> bool {
        self.error.is_some() || self.date.error.is_some()
    }

    /// When it ends; none for never.
    pub(super) fn end(&self) -> Option<UnixTime> {
        self.end
    }
}

/// The last day that can be chosen.
fn latest(now: UnixTime) -> UnixTime {
    now.plus(FURTHEST - DAY)
}

/// The end of a day in UTC, written as browsers send it: `2026-03-04`.
fn end_of_day(text: &str, now: UnixTime) -> Result<UnixTime, String> {
    let Some(chosen) = date(text) else {
        return Err(String::from("Choose a day, or write it as 2026-03-04."));
    };
    // The last day that a date can hold has no next one, but an end.
    let begin = UnixTime::from_seconds(chosen.midnight().assume_utc().unix_timestamp());
    let end = begin.plus(DAY);
    if end <= now {
        Err(String::from("This day is over. Choose a later one."))
    } else if end.since(now) > FURTHEST {
        Err(format!(
            "This is more than ten years away. Choose {} at the latest, or never.",
            day(latest(now))
        ))
    } else {
        Ok(end)
    }
}

/// The day of a moment, as browsers write it.
fn written(at: UnixTime) -> String {
    at.to_string().chars().take(10).collect()
}
