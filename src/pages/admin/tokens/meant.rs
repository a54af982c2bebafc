//! What somebody means who types or pastes something to look up. Texts come from logs, headers and
//! configuration files, so what stands around them there does not matter.

use crate::authentication::bearer::{from_jti, may_be_signed};
use crate::oauth::secret::LENGTH;
use crate::oauth::{PlainSecret, SecretId, SecretKind};

/// What a text can mean.
pub(super) enum Meant {
    /// A token or a code, by itself or by its `jti`.
    Token(SecretId),
    /// Perhaps a signed token, which the signing keys tell.
    Signed(String),
    /// A client's secret.
    ClientSecret(PlainSecret),
    /// The id of a request.
    Request(String),
    /// What a token ends in.
    LastFour(String),
    /// Nothing that can be looked up, and why.
    Nothing(String),
}

impl Meant {
    /// Reads a text. Secrets are recognised by their checksum, so nothing else is taken for one.
    pub(super) fn by(text: &str) -> Self {
        let whole: String = text.split_whitespace().collect();
        let last = text.rsplit([' ', '\t', '\n', '\r', '=', ':']);
        let last = last.map(bare).find(|word| !word.is_empty());
        let Some(last) = last else {
            return Self::Nothing(String::from("Type or paste what you want to look up."));
        };
        // A terminal may have broken a long token into lines.
        let secret = PlainSecret::recognise(&whole).or_else(|| PlainSecret::recognise(last));
        if let Some((kind, secret)) = secret {
            return Self::by_secret(kind, secret);
        }
        if let Some(signed) = [&whole, last].into_iter().find(|text| may_be_signed(text)) {
            return Self::Signed(signed.to_owned());
        }
        // As lists show them; signed tokens end in characters of base64url.
        let four = whole.trim_start_matches(['…', '.']);
        if four.len() == 4
            && four
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return Self::LastFour(four.to_owned());
        }
        match last.len() {
            16 if last.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Self::Request(last.to_ascii_lowercase())
            }
            _ => match from_jti(last) {
                Some(id) => Self::Token(id),
                None => Self::Nothing(misfit(last)),
            },
        }
    }

    fn by_secret(kind: SecretKind, secret: PlainSecret) -> Self {
        match kind {
            SecretKind::ClientSecret => Self::ClientSecret(secret),
            SecretKind::Browser => Self::Nothing(String::from(
                "This is the secret of a cookie or of a one-time link, which opens nothing but pages.",
            )),
            _ => Self::Token(secret.id()),
        }
    }
}

/// A word without the quotes and commas around it.
fn bare(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`', ',', ';', '<', '>'])
}

/// Why a text is no token, without repeating it.
fn misfit(text: &str) -> String {
    let length = text.chars().count();
    if PlainSecret::kind_by_prefix(text).is_none() {
        return String::from(
            "This is neither a token of this server, nor the last four characters of one, nor a jti of 48 \
             characters, nor a request id of 16 hexadecimal digits.",
        );
    }
    if length == LENGTH {
        return String::from(
            "This token is mistyped: its checksum does not fit, so at least one character is wrong. No \
             server of Latchkey has issued it as it stands.",
        );
    }
    let short = if length < LENGTH {
        "some are missing"
    } else {
        "some are too many"
    };
    format!("This token has {length} characters and every token has {LENGTH}: {short}.")
}
