//! The form of tokens that SURFACE promises: prefix, time, 256 random bits, checksum.

use std::collections::{BTreeMap, BTreeSet};

use latchkey::oauth::{PlainSecret, SecretKind};

use crate::support::{ResourceServer, TestServer, ThirdPartyApp};

const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A number as characters of the alphabet, as SURFACE tells it.
fn base62(mut number: u64, width: usize) -> String {
    let mut digits = Vec::new();
    for _ in 0..width {
        digits.push(ALPHABET.as_bytes()[usize::try_from(number % 62).unwrap()]);
        number /= 62;
    }
    digits.iter().rev().copied().map(char::from).collect()
}

fn with_checksum(body: &str) -> String {
    format!(
        "{body}{}",
        base62(crc32fast::hash(body.as_bytes()).into(), 6)
    )
}

#[track_caller]
fn assert_form(secret: &str, prefix: &str, now: i64) {
    assert_eq!(secret.len(), 59, "{secret}");
    assert_eq!(&secret[..4], prefix);
    assert!(
        secret[4..].chars().all(|c| ALPHABET.contains(c)),
        "{secret}"
    );
    assert_eq!(with_checksum(&secret[..53]), secret);
    let around = (now - 5..=now).map(|second| base62(u64::try_from(second).unwrap(), 6));
    assert!(
        around.into_iter().any(|time| time == secret[4..10]),
        "the issue time of {secret}"
    );
}

#[test]
fn every_secret_has_its_prefix_time_and_checksum() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let answer = app.redeem(&code);
    let now = server.app.now().seconds();
    assert_form(&code, "lkc_", now);
    assert_form(&answer.assert_tokens(), "lka_", now);
    assert_form(&answer.member("refresh_token"), "lkr_", now);
    assert_form(app.client.secret.as_ref().unwrap(), "lks_", now);
}

#[test]
fn ten_thousand_of_each_are_all_different_and_evenly_spread() {
    use SecretKind::{
        AccessToken, ApiKey, AuthorizationCode, ClientSecret, PersonalToken, RefreshToken,
    };
    let now = TestServer::start().app.now();
    for kind in [
        AccessToken,
        RefreshToken,
        AuthorizationCode,
        PersonalToken,
        ApiKey,
        ClientSecret,
    ] {
        let random: BTreeSet<String> = (0..10_000)
            .map(|_| PlainSecret::generate(kind, now).expose()[10..53].to_owned())
            .collect();
        assert_eq!(random.len(), 10_000);
        let mut counts = BTreeMap::<char, i32>::new();
        // The first digits of a number below 2²⁵⁶ are not even; all further ones are.
        for digit in random.iter().flat_map(|text| text.chars().skip(3)) {
            *counts.entry(digit).or_default() += 1;
        }
        assert_eq!(counts.len(), 62);
        let even = 10_000 * 40 / 62;
        for (digit, count) in counts {
            assert!(
                (count - even).abs() < even / 10,
                "{digit} comes {count} times instead of {even}"
            );
        }
    }
}

#[test]
fn an_access_token_that_was_altered_anywhere_is_inactive() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    for at in 0..access.len() {
        let altered = super::altered(&access, at);
        assert!(!api.is_active(&altered));
        let repaired = with_checksum(&altered[..53]);
        assert!(
            repaired == access || !api.is_active(&repaired),
            "with a right checksum"
        );
    }
    assert!(api.is_active(&access));
}

#[test]
fn what_is_not_written_as_we_would_is_refused() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    let beyond = "z".repeat(43);
    let forms = [
        with_checksum(&format!("lka_{}{beyond}", &access[4..10])),
        with_checksum(&format!("lka_zzzzzz{}", &access[10..53])),
        with_checksum(&format!("lkx_{}", &access[4..53])),
        format!(" {access}"),
        format!("{access}\n"),
        access.to_lowercase(),
        access.replacen("lka_", "LKA_", 1),
        access.replacen("lka_", "lkp_", 1),
        with_checksum(&access[..53].replacen("lka_", "lkp_", 1)),
    ];
    for form in forms {
        assert!(!api.is_active(&form), "{form}");
    }
}
