//! How a refusal or failure is told to a person: what happened, what to do next, and the request's id to
//! ask about. Never a redirect, and never a link to what the request named.

use actix_web::http::StatusCode;
use askama::Template;

use crate::error::Error;

use super::page::{Page, count};
use super::paths;

/// A page that says why there is no other.
#[derive(Debug)]
pub struct PageError {
    /// The status of the answer.
    pub status: StatusCode,
    /// The heading.
    pub title: &'static str,
    /// What happened, in a sentence.
    pub happened: String,
    /// What to do now, in a sentence.
    pub remedy: &'static str,
    /// Where to go from here: a path of ours, and the words of the link.
    pub link: Option<(&'static str, &'static str)>,
    /// Seconds until another try makes sense, for `Retry-After`.
    pub retry_after: Option<i64>,
    /// What failed, for the log.
    pub cause: Option<Box<Error>>,
}

/// The template.
#[derive(Template)]
#[template(path = "error.html")]
pub(super) struct ErrorTemplate {
    pub page: Page,
    pub status: u16,
    pub happened: String,
    pub remedy: &'static str,
    pub link: Option<(&'static str, &'static str)>,
    pub request_id: String,
}

impl PageError {
    /// A refusal.
    pub fn new(
        status: StatusCode,
        title: &'static str,
        happened: impl Into<String>,
        remedy: &'static str,
    ) -> Self {
        Self {
            status,
            title,
            happened: happened.into(),
            remedy,
            link: (status == StatusCode::NOT_FOUND).then_some((paths::ACCOUNT, "Your account")),
            retry_after: None,
            cause: None,
        }
    }

    /// 403 for a form that did not come from this browser's page.
    pub fn forged() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This form is out of date",
            "It was not sent from a page that this server gave to this browser, or you have signed in or out since.",
            "Go back, load the page again and repeat what you did.",
        )
    }

    /// 403 for a form of somebody whose session has ended meanwhile.
    pub fn signed_out() -> Self {
        let page = Self::new(
            StatusCode::FORBIDDEN,
            "You are signed out",
            "Your session ended before the form was sent.",
            "Sign in, look whether it was done, and if not do it again.",
        );
        Self {
            link: Some((paths::LOGIN, "Sign in")),
            ..page
        }
    }

    /// 403 for who may not administer.
    pub fn administrators_only() -> Self {
        let page = Self::new(
            StatusCode::FORBIDDEN,
            "This page is for administrators",
            "Your account does not have the role admin.",
            "Ask an administrator of this server, or go back to your account.",
        );
        Self {
            link: Some((paths::ACCOUNT, "Your account")),
            ..page
        }
    }

    /// 429; `seconds` until another try.
    pub fn throttled(seconds: i64) -> Self {
        let page = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many attempts",
            format!("Try again in {}.", count((seconds + 59) / 60, "minute")),
            "Nothing is lost: the page can be loaded again then.",
        );
        Self {
            retry_after: Some(seconds),
            ..page
        }
    }

    /// 405.
    pub fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "This is not how this page is used",
            "The request's method is none that this address takes.",
            "Go back and follow the page's own links and buttons.",
        )
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Nothing is here",
            "This address does not lead to a page.",
            "Check it for typing errors, or begin at your account.",
        )
    }
}

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        let page = match &error {
            Error::Refused(refusal) | Error::Challenged(refusal, _) => match refusal.retry_after {
                Some(seconds) => Self::throttled(seconds),
                None => Self::new(
                    StatusCode::BAD_REQUEST,
                    "This request cannot be answered",
                    refusal.description.clone(),
                    "Go back and try again.",
                ),
            },
            Error::Gone => Self::not_found(),
            Error::Overloaded | Error::Unavailable(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is busy",
                "Too much is waiting just now, or the database does not answer.",
                "Try again in a moment.",
            ),
            Error::Failed(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something failed",
                "The server could not do this, and nothing was changed.",
                "Try again in a moment. If it stays so, tell the operator the request's number.",
            ),
        };
        let retry_after = error.public().retry_after;
        Self {
            retry_after,
            cause: Some(Box::new(error)),
            ..page
        }
    }
}

impl From<diesel::result::Error> for PageError {
    fn from(error: diesel::result::Error) -> Self {
        Error::from(error).into()
    }
}
