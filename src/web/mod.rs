//! What endpoints and pages share about HTTP.

mod act;
pub mod client_address;
pub mod cookies;
pub mod cors;
pub mod csrf;
mod cursor;
pub mod device;
pub mod error_page;
pub mod form;
pub mod listing;
pub mod not_found;
pub mod page;
pub mod paths;
pub mod person;
pub mod plot;
pub mod refusal_log;
pub mod request_log;
pub mod shown_once;
pub mod static_files;
pub mod transport;
pub mod visitor;
