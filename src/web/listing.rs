//! A long list, 50 lines a page: which page is asked for, and the links to the others, which keep the
//! search and the filters in the address.

use crate::error::Error;
use crate::oauth::Params;

use super::form::field;

/// Lines of a page.
pub const PAGE: i64 = 50;

/// Which part of a list the address asks for.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    path: String,
    filters: Vec<(&'static str, String)>,
    /// The page, from 1.
    pub page: i64,
}

/// The links below a list.
#[derive(Clone, Debug)]
pub struct Pager {
    /// `51–100 of 1,234`; on a page without lines nobody reads it.
    pub summary: String,
    /// The page before, if any.
    pub previous: Option<String>,
    /// The page after, if any.
    pub next: Option<String>,
    /// Where to go back to, on a page behind the end of the list.
    pub past_end: Option<String>,
}

impl Listing {
    /// Reads `page` and the filters `names` of an address; a page that is no number is the first.
    ///
    /// # Errors
    /// `invalid_request` where a parameter is repeated.
    pub fn read(path: &str, query: &Params<'_>, names: &[&'static str]) -> Result<Self, Error> {
        let mut filters = Vec::new();
        for name in names {
            filters.push((*name, field(query, name)?.trim().to_owned()));
        }
        let page = field(query, "page")?.parse().unwrap_or(1);
        Ok(Self {
            path: path.to_owned(),
            filters,
            page: i64::clamp(page, 1, i64::MAX / PAGE),
        })
    }

    /// A filter's value; empty where it is not set.
    pub fn filter(&self, name: &str) -> &str {
        let found = self.filters.iter().find(|(own, _)| *own == name);
        found.map_or("", |(_, value)| value)
    }

    /// Whether any filter is set: an empty list then means that nothing fits.
    pub fn is_filtered(&self) -> bool {
        self.filters.iter().any(|(_, value)| !value.is_empty())
    }

    /// Lines before this page.
    pub fn offset(&self) -> i64 {
        (self.page - 1) * PAGE
    }

    /// The links, for a list of `total` lines.
    pub fn pager(&self, total: i64) -> Pager {
        let last = (self.offset() + PAGE).min(total);
        let last_page = (total - 1).max(0) / PAGE + 1;
        let summary = format!("{} of {}", self.lines_to(last), grouped(total));
        self.links(summary, last < total, last_page)
    }

    /// The links, for a list that nobody counts: `lines` are those of this page and one more, which only
    /// tells that there is a next page and is taken off.
    pub fn open_pager<T>(&self, lines: &mut Vec<T>) -> Pager {
        let whole = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = lines.len() > whole;
        lines.truncate(whole);
        let shown = i64::try_from(lines.len()).unwrap_or(PAGE);
        let last = self.offset() + shown;
        let mut summary = self.lines_to(last);
        if !more {
            summary = format!("{summary} of {}", grouped(last));
        }
        // Nobody knows the last page of them, but there is a first one.
        let last_page = if shown == 0 { 1 } else { self.page };
        self.links(summary, more, last_page)
    }

    /// The lines of this page up to one of them: `51–100`.
    fn lines_to(&self, last: i64) -> String {
        let first = self.offset() + 1;
        if first == last {
            grouped(last)
        } else {
            format!("{}–{}", grouped(first), grouped(last))
        }
    }

    /// `last_page` is the last that has lines, as far as is known.
    fn links(&self, summary: String, has_next: bool, last_page: i64) -> Pager {
        let to = |page: i64| self.address(&[("page", page.to_string())]);
        Pager {
            summary,
            previous: (self.page > 1).then(|| to(last_page.min(self.page - 1))),
            next: has_next.then(|| to(self.page + 1)),
            past_end: (self.page > last_page).then(|| to(last_page)),
        }
    }

    /// The address of the same list, with `more` parameters.
    pub fn address(&self, more: &[(&str, String)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let set = self.filters.iter().filter(|(_, value)| !value.is_empty());
        query.extend_pairs(set.map(|(name, value)| (*name, value.as_str())));
        query.extend_pairs(more.iter().map(|(name, value)| (*name, value.as_str())));
        format!("{}?{}", self.path, query.finish())
    }
}

/// A number as people read it: `1,234,567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
