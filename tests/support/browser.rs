//! A browser without scripts: keeps cookies, follows redirects within the server, fills forms by the
//! names of their fields.

use std::collections::BTreeMap;

use url::Url;

use super::Answer;

/// One browser.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
    /// Sent along with every request, like `x-forwarded-for`.
    pub headers: Vec<(String, String)>,
}

/// A form of a page.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Browser {
    pub fn new() -> Self {
        Self::default()
    }

    /// One request, no redirect followed.
    pub fn get_once(&mut self, url: &str) -> Answer {
        let headers = self.request_headers();
        let borrowed: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = Answer::get(url, &borrowed);
        self.keep_cookies(&answer);
        answer
    }

    /// Goes to a page, following redirects as long as they stay on the page's server. Returns where it
    /// ended: a page, or a redirect to elsewhere.
    pub fn get(&mut self, url: &str) -> (String, Answer) {
        let answer = self.get_once(url);
        self.follow(url, answer)
    }

    /// Sends a form like a browser does: with the page's origin, no redirect followed.
    pub fn submit_once(&mut self, page: &str, form: &Form) -> Answer {
        let url = Url::parse(page)
            .unwrap()
            .join(&form.action)
            .unwrap()
            .to_string();
        let mut headers = self.request_headers();
        headers.push((String::from("origin"), String::from("null")));
        let borrowed: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = Answer::post(&url, &borrowed, &fields);
        self.keep_cookies(&answer);
        answer
    }

    /// Sends a form and follows redirects within the server.
    pub fn submit(&mut self, page: &str, form: &Form) -> (String, Answer) {
        let answer = self.submit_once(page, form);
        self.follow(page, answer)
    }

    fn follow(&mut self, from: &str, mut answer: Answer) -> (String, Answer) {
        let mut at = Url::parse(from).unwrap();
        for _ in 0..10 {
            let Some(location) = answer.header("location").filter(|_| answer.status == 303) else {
                return (at.to_string(), answer);
            };
            let next = at.join(location).unwrap();
            if next.origin() != at.origin() || next.scheme() != at.scheme() {
                return (at.to_string(), answer);
            }
            at = next;
            answer = self.get_once(at.as_str());
        }
        panic!("redirects go round and round at {at}");
    }

    fn request_headers(&self) -> Vec<(String, String)> {
        let mut headers = self.headers.clone();
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            headers.push((String::from("cookie"), cookies.join("; ")));
        }
        headers
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for (_, value) in answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            let (pair, attributes) = value.split_once(';').unwrap_or((value, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Form {
    /// The form of a page whose action ends with `action`; one without leads to the page itself.
    #[track_caller]
    pub fn find(page: &Answer, action: &str) -> Self {
        Self::all(page)
            .into_iter()
            .find(|form| form.action.is_empty() || form.action.ends_with(action))
            .unwrap_or_else(|| panic!("no form to {action} in {page:?}"))
    }

    /// Every form of a page, with its hidden and filled fields and its ticked boxes.
    pub fn all(page: &Answer) -> Vec<Self> {
        page.body
            .split("<form")
            .skip(1)
            .map(|text| {
                let text = text.split("</form>").next().unwrap();
                let inputs = text.split("<input").skip(1).filter_map(|input| {
                    let tag = input.split('>').next().unwrap();
                    // A browser sends no box that is not ticked.
                    let is_box = ["checkbox", "radio"].map(|kind| format!("type=\"{kind}\""));
                    if is_box.iter().any(|kind| tag.contains(kind)) && !tag.contains(" checked") {
                        return None;
                    }
                    Some((
                        attribute(tag, "name")?,
                        attribute(tag, "value").unwrap_or_default(),
                    ))
                });
                let areas = text.split("<textarea").skip(1).filter_map(|area| {
                    let (tag, rest) = area.split_once('>')?;
                    let typed = rest.split("</textarea>").next()?;
                    // Browsers drop a line break at the beginning.
                    let typed = typed.strip_prefix('\n').unwrap_or(typed);
                    Some((attribute(tag, "name")?, unescape(typed)))
                });
                Self {
                    action: attribute(text.split('>').next().unwrap(), "action")
                        .unwrap_or_default(),
                    fields: inputs.chain(areas).collect(),
                }
            })
            .collect()
    }

    /// Fills a field in, or adds one, like the name and value of the button that is pressed.
    #[must_use]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(own, _)| own != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Ticks a box, besides those of the same name that are ticked already.
    #[must_use]
    pub fn tick(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[start..];
    Some(unescape(&value[..value.find('"')?]))
}

/// Undoes the escapes of HTML that Askama writes.
pub fn unescape(text: &str) -> String {
    let mut text = text.to_owned();
    for (escape, character) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ] {
        text = text.replace(escape, character);
    }
    text
}
