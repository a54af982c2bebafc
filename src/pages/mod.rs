//! HTML for people, one file a page with the name of its template. The look is in `templates/` and
//! `static/`; what is decided is decided in `grants` and `authentication`.

pub mod account;
pub mod admin;
pub mod assets;
pub mod consent;
pub mod link;
pub mod login;
pub mod logout;
pub mod setup;

mod held_words;
mod one_time_link;
mod waiting_request;
