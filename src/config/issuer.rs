//! The issuer identifier (RFC 8414 §2, RFC 9207 §2): which URLs may be one.

use url::{Host, Url};

/// Whether this may be the issuer: an absolute URL without query, fragment or user name, https
/// unless its host is loopback. A trailing slash is allowed, and kept.
///
/// # Errors
/// What is allowed, worded to follow "must be".
pub fn check_issuer(issuer: &str) -> Result<(), String> {
    let Ok(url) = Url::parse(issuer) else {
        return Err("an absolute URL, such as https://login.example.com".into());
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL without user name and password".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a URL without query and fragment".into());
    }
    match url.scheme() {
        "https" => {}
        "http" if url.host().is_some_and(|host| is_loopback(&host)) => {}
        _ => {
            return Err(
                "an https URL (http only with the host 127.0.0.1, [::1] or localhost)".into(),
            );
        }
    }
    // Clients compare issuers byte for byte, and browsers send origins in this spelling.
    let mut spelling = url.as_str();
    if !issuer.ends_with('/') {
        spelling = spelling.strip_suffix('/').unwrap_or(spelling);
    }
    if spelling != issuer {
        return Err(format!("spelled {spelling}"));
    }
    // The path begins every route, where other characters have meanings.
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    if !url.path().chars().all(allowed) || url.path().contains("//") {
        return Err("a URL whose path has only letters, digits, `-._~` and single slashes".into());
    }
    Ok(())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::check_issuer;

    #[test]
    fn an_issuer_is_https_unless_its_host_is_loopback() {
        for issuer in [
            "https://login.example.com",
            "https://login.example.com/",
            "https://example.com:8443/t1",
            "https://example.com/t1/",
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://[::1]:8080/",
            "http://localhost:8080",
        ] {
            assert_eq!(check_issuer(issuer), Ok(()), "{issuer}");
        }
        for issuer in [
            "http://login.example.com",
            "http://192.0.2.1",
            "http://localhost.example.com",
            "http://localhost.:8080",
            "ftp://localhost",
            "https:",
            "login.example.com",
            "/t1",
            "",
        ] {
            assert!(check_issuer(issuer).is_err(), "{issuer}");
        }
    }

    #[test]
    fn an_issuer_has_no_query_fragment_user_name_or_second_spelling() {
        for issuer in [
            "https://example.com/?",
            "https://example.com?a=b",
            "https://example.com/#",
            "https://user@example.com",
            "https://user:geheim@example.com",
            "https://@example.com",
            "https://Example.com",
            "https://example.com:443",
            "https://example.com/a/../b",
            "https://example.com\\a",
            " https://example.com",
            "https://example.com/\n",
            "https://example.com/{tail}",
            "https://example.com/a;b",
            "https://example.com//",
        ] {
            let refused = check_issuer(issuer).err();
            assert!(
                refused.is_some_and(|allowed| !allowed.contains("geheim")),
                "{issuer}"
            );
        }
    }

    #[test]
    fn an_issuer_in_another_spelling_is_told_the_right_one() {
        for (issuer, spelling) in [
            ("https://Example.com", "https://example.com"),
            ("https://example.com:443/t1/", "https://example.com/t1/"),
        ] {
            assert_eq!(check_issuer(issuer), Err(format!("spelled {spelling}")));
            assert_eq!(check_issuer(spelling), Ok(()));
        }
    }
}
