//! The parts of a running server, made once and shared by every worker. The routes are in `routes`, the layers around them in `server`.

use aws_lc_rs::hmac;

use crate::authentication::{FailedSignIns, PasswordHasher, SignInThrottle, Throttle};
use crate::census::LastCensus;
use crate::clock::{Clock, UnixTime};
use crate::config::Config;
use crate::db::Db;
use crate::directory::Directory;
use crate::grants;
use crate::last_use::LastUses;
use crate::master_key;
use crate::metrics::Metrics;
use crate::oauth::Issuer;
use crate::records::Records;
use crate::signing::{KeySeal, Rotation};

/// A server's parts.
pub struct App {
    /// The settings in force.
    pub config: Config,
    /// Who this server is.
    pub issuer: Issuer,
    /// The database.
    pub db: Db,
    /// Copies of clients, scopes and roles.
    pub directory: Directory,
    /// The time.
    pub clock: Clock,
    /// Argon2 threads.
    pub hasher: PasswordHasher,
    /// The limits of signing in.
    pub sign_ins: SignInThrottle,
    /// Wrong passwords that are to be written to the audit log.
    pub failed_sign_ins: FailedSignIns,
    /// Who was turned away from the administrators' pages lately: the audit log has it once a minute.
    pub turned_away: Throttle,
    /// The limit of unknown tokens and codes.
    pub misses: Throttle,
    /// The limit of wrong client secrets.
    pub secret_failures: Throttle,
    /// When tokens and clients were last used.
    pub last_uses: LastUses,
    /// Counts for `/metrics`.
    pub metrics: Metrics,
    /// What administrators read of it, until it is written.
    pub records: Records,
    /// What the database holds, counted for administrators.
    pub census: LastCensus,
    /// Encrypts the signing keys.
    pub key_seal: KeySeal,
    /// Makes the anti-forgery tokens of forms.
    pub csrf_key: hmac::Key,
}

impl App {
    /// Opens the database, reads or makes the master key, starts the hashing threads.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn open(config: Config, issuer: Issuer, clock: Clock) -> Result<Self, String> {
        let master_key = master_key::load(&config)?;
        let db = Db::open(&config.database_url)?;
        let limits = &config.limits;
        Ok(Self {
            directory: Directory::with_seal(db.clone(), master_key.key_seal()),
            key_seal: master_key.key_seal(),
            hasher: PasswordHasher::start(&config.password)?,
            sign_ins: SignInThrottle::new(&config.login),
            failed_sign_ins: FailedSignIns::default(),
            turned_away: Throttle::new(1, 60, 60),
            misses: Throttle::new(limits.misses, limits.window, limits.window),
            secret_failures: Throttle::new(limits.secret_failures, limits.window, limits.window),
            last_uses: LastUses::new(),
            metrics: Metrics::default(),
            records: Records::default(),
            census: LastCensus::default(),
            csrf_key: master_key.derive(b"latchkey csrf"),
            config,
            issuer,
            db,
            clock,
        })
    }

    /// The present moment.
    pub fn now(&self) -> UnixTime {
        self.clock.now()
    }

    /// `aud` of every token.
    pub fn audience(&self) -> &str {
        self.config
            .tokens
            .audience
            .as_deref()
            .unwrap_or(self.issuer.as_str())
    }

    /// What changes the signing keys by itself.
    pub fn rotation(&self) -> Rotation {
        Rotation {
            db: self.db.clone(),
            seal: self.key_seal.clone(),
            tokens: self.config.tokens.clone(),
            actor: None,
            now: self.now(),
        }
    }

    /// What the grants work with.
    pub fn grant_parts(&self) -> grants::Parts<'_> {
        grants::Parts {
            db: &self.db,
            directory: &self.directory,
            tokens: &self.config.tokens,
            issuer: self.issuer.as_str(),
            audience: self.audience(),
            hasher: &self.hasher,
            sign_ins: &self.sign_ins,
            failed_sign_ins: &self.failed_sign_ins,
            misses: &self.misses,
        }
    }
}
