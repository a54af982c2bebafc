//! Tokens, codes and client secrets: how one is made, recognised and kept. The plain text lives in a
//! [`PlainSecret`], which does not print itself; the database has a [`SecretId`] or [`HashedSecret`].
//!
//! Form: type prefix, 6 characters of issue time, 43 of 256 random bits, 6 of CRC-32 (IEEE) over all
//! characters before it, in the alphabet `0-9A-Za-z`.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::UnixTime;

/// The type of a secret, told by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// `lka_`: an access token from a grant.
    AccessToken,
    /// `lkr_`: a refresh token.
    RefreshToken,
    /// `lkc_`: an authorization code.
    AuthorizationCode,
    /// `lkp_`: a personal access token.
    PersonalToken,
    /// `lkk_`: an API key.
    ApiKey,
    /// `lks_`: a client secret.
    ClientSecret,
    /// `lkw_`: what a cookie or a one-time link carries. Never leaves our own pages.
    Browser,
}

impl SecretKind {
    const ALL: [Self; 7] = [
        Self::AccessToken,
        Self::RefreshToken,
        Self::AuthorizationCode,
        Self::PersonalToken,
        Self::ApiKey,
        Self::ClientSecret,
        Self::Browser,
    ];

    fn prefix(self) -> &'static str {
        match self {
            Self::AccessToken => "lka_",
            Self::RefreshToken => "lkr_",
            Self::AuthorizationCode => "lkc_",
            Self::PersonalToken => "lkp_",
            Self::ApiKey => "lkk_",
            Self::ClientSecret => "lks_",
            Self::Browser => "lkw_",
        }
    }
}

/// Characters of every secret.
pub const LENGTH: usize = 4 + 6 + 43 + 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The largest 256-bit and 32-bit numbers. The alphabet is in ASCII order, so that comparing text
/// compares numbers, and whatever lies above is no form of any number that we could have written.
const MAX_RANDOM: &str = "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1";
const MAX_U32: &str = "4gfFC3";

/// A secret in clear, on its way out to its holder or in from a request.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainSecret(String);

/// The key of a secret's row: its issue time, so that rows of one hour lie together, then its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId([u8; SecretId::LENGTH]);

/// The SHA-256 of a secret. The secrets are random, so no slower hash is needed.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedSecret(Vec<u8>);

impl PlainSecret {
    /// A new secret.
    pub fn generate(kind: SecretKind, now: UnixTime) -> Self {
        let mut text = String::with_capacity(LENGTH);
        text.push_str(kind.prefix());
        text.push_str(&base62(u32::try_from(now.seconds()).unwrap_or(u32::MAX)));
        text.push_str(&random_base62());
        text.push_str(&base62(crc32fast::hash(text.as_bytes())));
        Self(text)
    }

    /// Recognises a secret of ours by its form. A mistyped, cut or non-canonical one is refused here,
    /// without asking the database.
    pub fn recognise(text: &str) -> Option<(SecretKind, Self)> {
        if text.len() != LENGTH
            || !text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return None;
        }
        let kind = Self::kind_by_prefix(text)?;
        let (body, checksum) = text.split_at(LENGTH - 6);
        let canonical =
            &body[4..10] <= MAX_U32 && &body[10..] <= MAX_RANDOM && !body[4..].contains('_');
        (canonical && base62(crc32fast::hash(body.as_bytes())) == checksum)
            .then(|| (kind, Self(text.to_owned())))
    }

    /// The kind that a text would be of by its beginning, whatever follows.
    pub fn kind_by_prefix(text: &str) -> Option<SecretKind> {
        SecretKind::ALL
            .into_iter()
            .find(|kind| text.starts_with(kind.prefix()))
    }

    /// Recognises a secret that must be of one kind.
    pub fn recognise_as(kind: SecretKind, text: &str) -> Option<Self> {
        Self::recognise(text)
            .filter(|(found, _)| *found == kind)
            .map(|(_, secret)| secret)
    }

    /// The secret itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The key under which the database knows it.
    pub fn id(&self) -> SecretId {
        let mut id = [0; SecretId::LENGTH];
        let seconds = self.0[4..10].bytes().fold(0_u64, |number, digit| {
            number * 62 + u64::from(value_of(digit))
        });
        id[..4].copy_from_slice(&u32::try_from(seconds).unwrap_or(u32::MAX).to_be_bytes());
        id[4..].copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        SecretId(id)
    }

    /// Its SHA-256.
    pub fn hash(&self) -> HashedSecret {
        HashedSecret::of(&self.0)
    }

    /// The last four characters, by which people tell their tokens apart.
    pub fn last_four(&self) -> &str {
        &self.0[LENGTH - 4..]
    }
}

impl fmt::Debug for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", &self.0[..4])
    }
}

impl SecretId {
    /// 4 bytes of time, 32 of digest.
    pub const LENGTH: usize = 36;

    /// The key of a signed token's row: random, since the token is no secret of which there could be a
    /// digest before it is signed.
    pub fn generate(now: UnixTime) -> Self {
        let mut id = [0; Self::LENGTH];
        id[..4].copy_from_slice(
            &u32::try_from(now.seconds())
                .unwrap_or(u32::MAX)
                .to_be_bytes(),
        );
        fill(&mut id[4..]);
        Self(id)
    }

    /// Before every key.
    pub const FIRST: Self = Self([0; Self::LENGTH]);

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// When the secret was made, as its first bytes say.
    pub fn issued_at(&self) -> UnixTime {
        let seconds = self.0[..4]
            .iter()
            .fold(0_i64, |number, &byte| number << 8 | i64::from(byte));
        UnixTime::from_seconds(seconds)
    }

    /// Reads a key back from the database.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The key in base64url, as a `jti`, an address or a form has it. It tells nothing of the secret.
    pub fn to_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads back what [`SecretId::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::from_bytes(&URL_SAFE_NO_PAD.decode(text).ok()?)
    }
}

impl fmt::Debug for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretId(…)")
    }
}

impl HashedSecret {
    /// The digest of whatever text a request presents as a secret.
    pub fn of(text: &str) -> Self {
        Self(digest(&SHA256, text.as_bytes()).as_ref().to_vec())
    }

    /// Reads a digest back from the database.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for HashedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashedSecret(…)")
    }
}

/// 256 random bits as 43 characters.
pub fn random_base62() -> String {
    /// 62⁵, the largest power of 62 below 2³²: five digits come out of each division.
    const FIVE_DIGITS: u64 = 916_132_832;

    let mut number = random_limbs();
    let mut digits = [b'0'; 45];
    for five in digits.rchunks_exact_mut(5) {
        let mut remainder = 0_u64;
        for limb in &mut number {
            let value = remainder << 32 | *limb;
            *limb = value / FIVE_DIGITS;
            remainder = value % FIVE_DIGITS;
        }
        for digit in five.iter_mut().rev() {
            *digit = ALPHABET[(remainder % 62) as usize];
            remainder /= 62;
        }
    }
    digits[2..].iter().copied().map(char::from).collect()
}

/// 256 random bits as eight 32-bit limbs, each in a `u64` so that a division has room.
fn random_limbs() -> [u64; 8] {
    let mut limbs = [0; 8];
    let mut bytes = [0_u8; 32];
    fill(&mut bytes);
    for (limb, four) in limbs.iter_mut().zip(bytes.chunks_exact(4)) {
        *limb = four
            .iter()
            .fold(0, |number, &byte| number << 8 | u64::from(byte));
    }
    limbs
}

/// Random bytes. The operating system's generator does not fail once it has been seeded; a server that
/// starts earlier than that must not hand out guessable tokens.
fn fill(bytes: &mut [u8]) {
    while rand::fill(bytes).is_err() {
        std::thread::yield_now();
    }
}

/// A 32-bit number as 6 characters, padded on the left with `0`.
pub fn base62(mut number: u32) -> String {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

fn value_of(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'Z' => digit - b'A' + 10,
        _ => digit.wrapping_sub(b'a').wrapping_add(36),
    }
}
