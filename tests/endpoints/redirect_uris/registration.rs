//! What may be registered (RFC 6749 §3.1.2, RFC 8252 §7 and §8.4, RFC 9700 §2.1).

use latchkey::oauth::redirect_uri::check;

const EVERYBODY: [bool; 2] = [true, false];

#[track_caller]
fn assert_refused(uris: &[&str]) {
    for public in EVERYBODY {
        for uri in uris {
            let why = check(uri, public).expect_err(uri);
            assert!(why.len() > 20 && !why.contains('\n'), "{why}");
        }
    }
}

#[test]
fn https_and_http_loopback_are_for_everybody() {
    for public in EVERYBODY {
        for uri in [
            "https://c.example/cb",
            "https://c.example:8443/cb?tenant=1%2F2",
            "https://c.example",
            "https://xn--mller-kva.example/cb",
            "https://192.0.2.1/cb",
            "https://[2001:db8::1]/cb",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:3000/cb",
            "http://[::1]:3000/cb",
            "http://localhost/cb",
            "http://localhost:3000/cb?x=1",
        ] {
            assert_eq!(check(uri, public), Ok(()), "{uri}");
        }
    }
}

#[test]
fn an_own_scheme_is_for_public_clients() {
    for uri in [
        "com.example.app:/oauth2redirect",
        "com.example.app://callback",
        "org.example.app2:cb",
    ] {
        assert_eq!(check(uri, true), Ok(()), "{uri}");
        assert!(check(uri, false).is_err(), "{uri}");
    }
}

#[test]
fn relative_uris_and_fragments_are_refused() {
    assert_refused(&[
        "",
        "/cb",
        "cb",
        "?x",
        "//host/cb",
        "c.example/cb",
        "https://",
        "https:",
        "https:///",
        "http://",
    ]);
    assert_refused(&[
        "https://c.example/cb#",
        "https://c.example/cb#x",
        "com.example.app:/cb#x",
        "http://127.0.0.1/cb#",
    ]);
}

#[test]
fn a_port_that_is_none_is_named() {
    let why = check("https://c.example:65536/cb", true).unwrap_err();
    assert!(why.contains("port"), "{why}");
}

#[test]
fn http_beyond_loopback_is_refused() {
    assert_refused(&[
        "http://c.example/cb",
        "http://127.0.0.2/cb",
        "http://127.1/cb",
        "http://0.0.0.0/cb",
        "http://192.168.0.1/cb",
        "http://localhost.example/cb",
        "http://127.0.0.1.example/cb",
        "http://LOCALHOST/cb",
        "HTTP://localhost/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://localhost:0/cb",
        "http://localhost:70000/cb",
    ]);
}

#[test]
fn schemes_that_run_or_read_something_are_refused() {
    assert_refused(&[
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\tscript:alert(1)",
        "javascript://c.example/%0aalert(1)",
        "data:text/html,x",
        "file:///x",
        "vbscript:x",
        "blob:https://c.example/x",
        "about:blank",
        "ftp://c.example/cb",
        "ws://c.example/cb",
        "myapp:/cb",
        "myapp://cb",
    ]);
}

#[test]
fn schemes_are_written_in_lower_case() {
    assert_refused(&[
        "HTTPS://c.example/cb",
        "Https://c.example/cb",
        "Com.example.app:/cb",
    ]);
}

#[test]
fn wildcards_user_names_and_odd_characters_are_refused() {
    assert_refused(&[
        "https://*.c.example/cb",
        "https://c.example/*",
        "https://*/cb",
        "https://user@c.example/cb",
        "https://user:password@c.example/cb",
        "https://@c.example/cb",
        "https://:@c.example/cb",
        "https://c.example\\@evil.test/cb",
        "https://c.example/a b",
        " https://c.example/cb",
        "https://c.example/cb\n",
        "https://c.example/\0",
        "https://c.example/größe",
        "https://größe.example/cb",
        "https://c.example/<cb>",
        "https://c.example/\"cb\"",
        "https://c.example/{cb}",
    ]);
}

#[test]
fn spellings_that_parsers_mend_are_refused() {
    assert_refused(&[
        "https:c.example/cb",
        "https:/c.example/cb",
        "https:///c.example/cb",
        "https:////c.example/cb",
        "https://c.example:/cb",
    ]);
}

#[test]
fn a_host_that_could_end_a_directive_of_the_content_security_policy_is_refused() {
    assert_refused(&[
        "https://c.example;sandbox/cb",
        "https://c.example,sandbox/cb",
        "https://c'example/cb",
        "https://c.example;/cb",
    ]);
}

#[test]
fn a_query_with_a_parameter_of_the_response_is_refused() {
    for name in [
        "code",
        "state",
        "iss",
        "error",
        "error_description",
        "c%6Fde",
    ] {
        assert_refused(&[
            &format!("https://c.example/cb?{name}=x"),
            &format!("https://c.example/cb?a=b&{name}"),
        ]);
    }
}

#[test]
fn a_very_long_uri_is_refused() {
    let just = format!("https://c.example/{}", "a".repeat(2000 - 18));
    assert_eq!(check(&just, true), Ok(()));
    assert_refused(&[&format!("{just}a")]);
}
