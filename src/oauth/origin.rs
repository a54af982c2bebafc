//! Web origins (RFC 6454 §6.1) that a browser client may call from.

use url::Url;

/// Checks an origin that somebody wants to register: scheme, host and port exactly as browsers send them.
///
/// # Errors
/// A sentence that says how an origin is written.
pub fn check(origin: &str) -> Result<(), String> {
    let canonical = Url::parse(origin)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(|url| url.origin().ascii_serialization());
    if canonical.as_deref() == Some(origin) {
        Ok(())
    } else {
        let shown: String = origin.chars().take(200).collect();
        Err(format!(
            "The origin {shown:?} must be written as browsers send it, like https://app.example."
        ))
    }
}
