//! Mirrors `src/grants`.

mod authorization_code;
