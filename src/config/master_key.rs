//! The master key as the environment gives it. What is encrypted with it is not here.

use std::fmt;

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};

/// 32 secret bytes, which neither `Debug` nor `Display` prints.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// The bytes themselves.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads base64 (RFC 4648 §4 or §5, with or without the padding).
    pub(super) fn from_base64(text: &str) -> Option<Self> {
        let padding =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decode = |alphabet| GeneralPurpose::new(alphabet, padding).decode(text);
        let bytes = decode(&alphabet::STANDARD).or_else(|_| decode(&alphabet::URL_SAFE));
        bytes.ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::MasterKey;

    fn bytes(text: &str) -> Option<[u8; 32]> {
        MasterKey::from_base64(text).map(|key| *key.bytes())
    }

    #[test]
    fn a_master_key_is_32_bytes_in_base64() {
        let counting = std::array::from_fn(|place| u8::try_from(place).unwrap_or_default());
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        assert_eq!(bytes(text), Some(counting));
        assert_eq!(bytes(&format!("{text}=")), Some(counting));
        assert_eq!(
            bytes("//////////////////////////////////////////8="),
            Some([0xff; 32])
        );
        assert_eq!(
            bytes("__________________________________________8"),
            Some([0xff; 32])
        );
        // No spare bits, no other length, no other characters.
        assert_eq!(bytes("//////////////////////////////////////////9="), None);
        assert_eq!(bytes(&text[1..]), None);
        assert_eq!(bytes(&format!("{text}A")), None);
        assert_eq!(bytes(&text.replace('A', "*")), None);
        assert_eq!(bytes(""), None);
    }
}
