//! Who is calling: a client by its secret, a person by a password or a session. What they may do is
//! decided by who asked.

pub mod bearer;
pub mod client;
pub mod failed_sign_ins;
pub mod password;
pub mod password_choice;
pub mod sign_in_throttle;
pub mod throttle;
pub mod token_state;
pub mod user;

pub use client::{Credentials, authenticate_client};
pub use failed_sign_ins::FailedSignIns;
pub use password::PasswordHasher;
pub use password_choice::check_choice;
pub use sign_in_throttle::SignInThrottle;
pub use throttle::Throttle;
pub use token_state::TokenState;
pub use user::{SignIn, verify_user};
