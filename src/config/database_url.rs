//! Where everything is stored. Opening a database is not here.

use std::fmt;
use std::path::PathBuf;

/// An embedded database, or a server. Neither `Display` nor `Debug` prints a password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The file of an `SQLite` database.
    Sqlite(PathBuf),
    /// The whole connection URL of a `PostgreSQL` server, for libpq.
    Postgres(String),
}

impl DatabaseUrl {
    pub(super) fn parse(url: &str) -> Option<Self> {
        if url.contains('\0') {
            return None;
        }
        if let Some(path) = url.strip_prefix("sqlite://") {
            // SQLite would read `file:` and `?` as options and `:memory:` as one database for each
            // connection.
            let plain = !path.starts_with("file:") && !path.contains('?') && path != ":memory:";
            return (plain && !path.is_empty() && !path.ends_with('/'))
                .then(|| Self::Sqlite(path.into()));
        }
        let server = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"));
        server
            .filter(|rest| !rest.is_empty())
            .map(|_| Self::Postgres(url.to_owned()))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => f.write_str(&masked(url)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hides too much rather than too little, since a mistyped URL may hold its password anywhere
/// before the last `@`; libpq also takes passwords as parameters, with their names encoded too.
fn masked(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (user, rest) = match rest.rsplit_once('@') {
        Some((user, rest)) => match user.split_once([':', '/', '?', '#']) {
            Some((name, _)) => (format!("{name}:***@"), rest),
            None => (format!("{user}@"), rest),
        },
        None => (String::new(), rest),
    };
    let Some((place, parameters)) = rest.split_once('?') else {
        return format!("{scheme}://{user}{rest}");
    };
    let parameters: Vec<String> = parameters.split('&').map(masked_parameter).collect();
    format!("{scheme}://{user}{place}?{}", parameters.join("&"))
}

fn masked_parameter(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((name, _)) if name.contains("pass") || name.contains('%') => format!("{name}=***"),
        _ => parameter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;

    #[test]
    fn the_password_of_a_database_is_never_printed() {
        for url in [
            "postgres://latchkey:geheim@db.example/latchkey?sslmode=require",
            "postgres://latchkey:ge:geheim/x@y?z@db.example/latchkey",
            "postgresql://db.example/latchkey?user=latchkey&password=geheim",
            "postgresql://db.example/latchkey?p%61ssword=geheim",
            "postgresql://db.example/latchkey?password=geheim@home",
            "postgres://latchkey@db.example/latchkey?sslpassword=geheim",
        ] {
            let shown = DatabaseUrl::parse(url).map(|url| format!("{url} {url:?}"));
            assert!(
                shown.is_some_and(|shown| !shown.contains("geheim")),
                "{url}"
            );
        }
        let url = DatabaseUrl::parse("postgres://latchkey:x@db.example:5433/one?sslmode=require");
        let shown = url.map(|url| url.to_string());
        assert_eq!(
            shown.as_deref(),
            Some("postgres://latchkey:***@db.example:5433/one?sslmode=require")
        );
    }

    #[test]
    fn a_database_is_the_path_of_a_file_or_a_server() {
        let sqlite = |path: &str| Some(DatabaseUrl::Sqlite(path.into()));
        assert_eq!(
            DatabaseUrl::parse("sqlite://latchkey.db"),
            sqlite("latchkey.db")
        );
        assert_eq!(
            DatabaseUrl::parse("sqlite:///var/lib/l.db"),
            sqlite("/var/lib/l.db")
        );
        for url in [
            "",
            "latchkey.db",
            "sqlite:latchkey.db",
            "sqlite://",
            "sqlite:///var/lib/",
            "sqlite://:memory:",
            "sqlite://file:l.db",
            "sqlite://l.db?mode=rwc",
            "mysql://db.example/latchkey",
            "postgres://",
        ] {
            assert_eq!(DatabaseUrl::parse(url), None, "{url}");
        }
    }
}
