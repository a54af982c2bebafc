//! Random strings for session ids, `state` and code verifiers.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 bits in 43 characters that need no escaping anywhere; the length that RFC 7636 §4.1
/// recommends for a code verifier.
///
/// # Errors
/// If the operating system gives no randomness.
pub(super) fn string() -> Result<String, String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| "This computer gave no random bytes.".to_owned())?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
