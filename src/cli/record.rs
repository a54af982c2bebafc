//! Named facts, as people and as programs read them.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::clock::UnixTime;

/// One thing with its named facts, in the order in which people read them.
#[derive(Debug, Default)]
pub(super) struct Record(Vec<(&'static str, Fact)>);

/// One fact. A time is a number in JSON and RFC 3339 for people.
#[derive(Debug)]
pub(super) enum Fact {
    Unset,
    Flag(bool),
    Number(i64),
    Text(String),
    Time(UnixTime),
    Texts(Vec<String>),
    Records(Vec<Record>),
}

impl Record {
    /// Adds a fact.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.0.push((name, fact.into()));
        self
    }

    pub(super) fn find(&self, name: &str) -> Option<&Fact> {
        let found = self.0.iter().find(|(own, _)| *own == name);
        found.map(|(_, fact)| fact)
    }

    /// A line for each fact.
    pub(super) fn for_people(&self) -> String {
        let names = self.0.iter().map(|(name, _)| name.len());
        let width = names.max().unwrap_or_default();
        let line = |(name, fact): &(&str, Fact)| match fact.for_people() {
            below if below.starts_with('\n') => format!("{name}{below}\n"),
            beside => format!("{name:width$}  {beside}\n"),
        };
        self.0.iter().map(line).collect()
    }

    /// One line below the name of its list.
    fn in_one_line(&self) -> String {
        let set = self
            .0
            .iter()
            .filter(|(_, fact)| !matches!(fact, Fact::Unset));
        let facts: Vec<String> = set
            .map(|(name, fact)| format!("{name} {}", fact.for_people()))
            .collect();
        format!("\n  {}", facts.join(", "))
    }
}

impl Fact {
    pub(super) fn for_people(&self) -> String {
        match self {
            Self::Unset => String::from("-"),
            Self::Text(text) if text.is_empty() => String::from("-"),
            Self::Flag(true) => String::from("yes"),
            Self::Flag(false) => String::from("no"),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => harmless(text),
            Self::Time(time) => time.to_string(),
            Self::Texts(texts) if texts.is_empty() => String::from("-"),
            Self::Texts(texts) => harmless(&texts.join(", ")),
            Self::Records(records) if records.is_empty() => String::from("-"),
            Self::Records(records) => records.iter().map(Record::in_one_line).collect(),
        }
    }
}

/// Names come from people, and a terminal obeys control characters.
pub(super) fn harmless(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, fact) in &self.0 {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unset => serializer.serialize_none(),
            Self::Flag(flag) => flag.serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::Time(time) => time.serialize(serializer),
            Self::Texts(texts) => texts.serialize(serializer),
            Self::Records(records) => records.serialize(serializer),
        }
    }
}

macro_rules! fact {
    ($($type:ty: $value:ident => $fact:expr;)+) => {
        $(impl From<$type> for Fact {
            fn from($value: $type) -> Self {
                $fact
            }
        })+
    };
}

fact! {
    bool: flag => Self::Flag(flag);
    i64: number => Self::Number(number);
    usize: number => Self::Number(i64::try_from(number).unwrap_or(i64::MAX));
    &str: text => Self::Text(text.to_owned());
    String: text => Self::Text(text);
    UnixTime: time => Self::Time(time);
    Vec<String>: texts => Self::Texts(texts);
    Vec<Record>: records => Self::Records(records);
}

impl<T: Into<Self>> From<Option<T>> for Fact {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Into::into)
    }
}
