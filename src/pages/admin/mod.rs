//! The administrators' pages, below `/admin`: one folder for each entry of their navigation. Every page
//! takes an `Administrator`, so that nobody else gets in.

pub mod audit;
pub mod clients;
pub mod dashboard;
pub mod projects;
pub mod roles;
pub mod scopes;
pub mod tokens;
pub mod users;

mod question;
mod scope_choice;
mod why;
