//! Every setting of the server, once: name, type, default and check.
//! SURFACE "Configuration" is its promise and `docs/configuration.md` its text for operators.
//! Where the values come from and which of them wins is in `load`.

mod database_url;
mod issuer;
mod load;
mod log_choice;
mod master_key;
mod table;
mod written;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::{IpNet, Ipv4Net};

use crate::oauth::SigningAlgorithm;

pub use database_url::DatabaseUrl;
pub use issuer::check_issuer;
pub use load::{ConfigError, Loaded, Setting};
pub use log_choice::{LogFormat, LogLevel};
pub use master_key::MasterKey;
use table::{Row, Shown, settings};
use written::{LONGEST, Written};

// A line reads: name: type = default => how it is read and what is allowed, the default in words.
settings! {
    /// Everything an operator can set.
    Config {
        /// The address to bind; port 0 takes a free one.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)) => Written::address;
        /// The public base URL, spelled as given.
        issuer: Option<String> = None => Written::issuer, "http:// + the bound listen";
        /// Where everything is stored.
        database_url: DatabaseUrl = DatabaseUrl::Sqlite("latchkey.db".into()) => Written::database_url;
        /// HTTP worker threads.
        workers: usize = cores() => Written::threads, "number of cores";
        /// Peers whose forwarding headers are believed.
        trusted_proxies: Vec<IpNet> = Vec::new() => Written::networks;
        /// Peers that may speak plain http to a server whose issuer is https.
        plain_http_from: Vec<IpNet> = loopback() => Written::networks;
        /// An own address for `/metrics`.
        metrics_listen: Option<SocketAddr> = None => Written::address;
        /// The file of the master key; see [`Config::master_key_path`].
        master_key_file: Option<PathBuf> = None => Written::path, "latchkey.key beside an embedded database";
        /// The master key itself, which only the environment may hold; wins over the file.
        master_key: Option<MasterKey> = None => Written::master_key;
    }
    /// `[tokens]`: how long they live and for whom they are.
    tokens: Tokens {
        /// Seconds an access token lives, where its client has no lifetime of its own.
        access_ttl: i64 = 3600 => Written::seconds;
        /// Seconds an authorization code lives (RFC 6749 §4.1.2: ten minutes at most).
        code_ttl: i64 = 60 => |written| written.whole::<i64>(" of seconds", 1..=600);
        /// Seconds a refresh token lives unused; none is 2592000, for public clients 604800.
        refresh_ttl: Option<i64> = None => Written::seconds, "2592000 (public clients 604800)";
        /// Seconds from the grant after which no rotation helps.
        refresh_max_age: i64 = 31_536_000 => Written::seconds;
        /// Seconds in which a just-rotated refresh token may be retried; 0 turns it off.
        refresh_reuse_grace: i64 = 10 => |written| written.whole::<i64>(" of seconds", 0..=LONGEST);
        /// `aud` of every token; none is the issuer.
        audience: Option<String> = None => Written::audience, "the issuer";
        /// What signing keys made from now on sign with.
        signing_algorithm: SigningAlgorithm = SigningAlgorithm::Es256 => Written::signing_algorithm;
        /// Seconds a signing key signs before its successor does.
        signing_key_life: i64 = 7_776_000 => |written| written.whole::<i64>(" of seconds", 3600..=LONGEST);
        /// Seconds a signing key is published before it signs, so that every copy of the key set has it.
        signing_key_prepublish: i64 = 86_400 => |written| written.whole::<i64>(" of seconds", 300..=LONGEST);
    }
    /// `[login]`: throttling of sign-in and of the password grant.
    login: Login {
        /// Failures of one account from one address.
        max_failures: u32 = 10 => Written::count;
        /// Failures of one account from anywhere.
        max_failures_account: u32 = 50 => Written::count;
        /// Failures of one address with any account.
        max_failures_address: u32 = 200 => Written::count;
        /// Seconds in which failures are counted.
        window: i64 = 900 => Written::seconds;
        /// Seconds that a lock lasts.
        lock: i64 = 900 => Written::seconds;
    }
    /// `[session]`: how long a browser stays signed in.
    session: Session {
        /// Seconds without a request.
        idle: i64 = 86_400 => Written::seconds;
        /// Seconds since sign-in.
        absolute: i64 = 1_209_600 => Written::seconds;
    }
    /// `[limits]`: how often a program may guess.
    limits: Limits {
        /// Unknown tokens and codes of one address, or of one client at introspection.
        misses: u32 = 500 => Written::count;
        /// Wrong client secrets of one client from one address.
        secret_failures: u32 = 100 => Written::count;
        /// Seconds in which both are counted.
        window: i64 = 60 => Written::seconds;
    }
    /// `[password]`: what a password must be, and the cost of argon2id.
    password: Password {
        /// The least characters of a password that somebody chooses.
        minimum_length: usize = 12 => |written| written.whole::<usize>(" of characters", 8..=128);
        /// Memory of one hash in KiB; at least 8 for each lane of `parallelism`.
        memory_kib: u32 = 19_456 => |written| written.whole::<u32>(" of KiB", 8..=4_194_304);
        /// Passes over the memory.
        iterations: u32 = 2 => |written| written.whole::<u32>("", 1..=1000);
        /// Lanes of one hash.
        parallelism: u32 = 1 => |written| written.whole::<u32>("", 1..=64);
        /// Hashes that may run at once.
        max_concurrent: usize = cores() => Written::threads, "number of cores";
    }
    /// `[verify]`: `/auth/verify` for gateways.
    verify: Verify {
        /// The query parameter of the original request in which an API key is accepted.
        query_parameter: Option<String> = None => Written::parameter_name;
    }
    /// `[log]`: what is logged, and how.
    log: Log {
        /// None is text on a terminal and JSON elsewhere.
        format: Option<LogFormat> = None => Written::log_format, "text on a terminal, json elsewhere";
        /// The least severe level that is logged.
        level: LogLevel = LogLevel::Info => Written::log_level;
    }
}

impl Config {
    /// Reads the defaults, the file and the environment of this process.
    ///
    /// # Errors
    /// One sentence that names the setting and its place and says what is allowed.
    pub fn load(file: Option<&Path>) -> Result<Loaded, ConfigError> {
        load::load_from(
            file,
            load::process_environment()?.into_iter(),
            Path::new(""),
        )
    }

    /// Where the master key is read from: the file given, else `latchkey.key` beside an embedded
    /// database; none where the environment holds the key.
    #[must_use]
    pub fn master_key_path(&self) -> Option<PathBuf> {
        match (&self.master_key, &self.master_key_file, &self.database_url) {
            (Some(_), _, _) | (None, None, DatabaseUrl::Postgres(_)) => None,
            (None, Some(file), _) => Some(file.clone()),
            (None, None, DatabaseUrl::Sqlite(path)) => Some(path.with_file_name("latchkey.key")),
        }
    }

    /// What no setting can tell by itself.
    fn check(&self) -> Result<(), String> {
        if !self.listen.ip().to_canonical().is_loopback() && self.issuer.is_none() {
            return Err(
                "`issuer` (LATCHKEY_ISSUER) must be given as the public https URL of this \
                        server, since `listen` is not a loopback address"
                    .into(),
            );
        }
        let Password {
            memory_kib,
            parallelism,
            ..
        } = self.password;
        if memory_kib < 8 * parallelism {
            return Err(format!(
                "`password.memory_kib` (LATCHKEY_PASSWORD__MEMORY_KIB) must be {} or more, \
                 8 times `password.parallelism`",
                8 * parallelism
            ));
        }
        let is_https = |issuer: &String| issuer.starts_with("https:");
        if self.issuer.as_ref().is_some_and(is_https)
            && let Some(wrong) = self.cheap_hashes()
        {
            return Err(format!("{wrong}, since `issuer` is https"));
        }
        if self.tokens.signing_key_life <= self.tokens.signing_key_prepublish {
            return Err(
                "`tokens.signing_key_life` (LATCHKEY_TOKENS__SIGNING_KEY_LIFE) must be more \
                        than `tokens.signing_key_prepublish`, so that at most one key is waiting"
                    .into(),
            );
        }
        if self.master_key.is_none() && self.master_key_path().is_none() {
            return Err(
                "`master_key_file` (LATCHKEY_MASTER_KEY_FILE) or LATCHKEY_MASTER_KEY must \
                        be given, the same for every server, since `database_url` is PostgreSQL"
                    .into(),
            );
        }
        Ok(())
    }

    /// What is wrong where a hash costs whoever guesses less than the least that OWASP names: 7 MiB five times
    /// over, or more memory as many times less.
    pub(crate) fn cheap_hashes(&self) -> Option<&'static str> {
        let (memory_kib, iterations) = (self.password.memory_kib, self.password.iterations);
        let is_cheap = memory_kib < 7168 || u64::from(memory_kib) * u64::from(iterations) < 35_840;
        is_cheap.then_some(
            "`password.memory_kib` must be 7168 or more, and `password.memory_kib` times \
             `password.iterations` 35840 or more",
        )
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn loopback() -> Vec<IpNet> {
    const IPV4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
    vec![IPV4.into(), IpAddr::from(Ipv6Addr::LOCALHOST).into()]
}
