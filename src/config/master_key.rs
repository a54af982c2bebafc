//! The master key as the environment gives it. What is encrypted with it is not here.

use std::fmt;

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
        let digits = text.strip_suffix('=').unwrap_or(text);
        if digits.len() != 43 {
            return None;
        }
        let mut bytes = Vec::with_capacity(33);
        // One zero digit fills the last group; it and the two spare bits make a 33rd byte of 0.
        for four in format!("{digits}A").as_bytes().chunks(4) {
            let mut group = 0;
            for digit in four {
                group = group << 6 | digit_value(*digit)?;
            }
            bytes.extend_from_slice(&group.to_be_bytes()[1..]);
        }
        let (0, key) = bytes.split_last()? else {
            return None;
        };
        key.try_into().ok().map(Self)
    }
}

fn digit_value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
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
