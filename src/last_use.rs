//! When access tokens, clients and their secrets were last used. A request only leaves a note, at most once
//! a minute for each; `housekeeping` writes the notes in batches. Where more come than fit, some are
//! lost: the times are for people who look for what is no longer used.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use diesel::QueryResult;
use tokio::sync::Mutex;

use crate::clock::UnixTime;
use crate::db::{Db, DbConnection};
use crate::directory::{KnownClient, KnownToken};
use crate::error::Result;
use crate::models::access_token::TokenKind;
use crate::models::client_secret::ClientSecret;
use crate::models::last_use::{self, PRECISION};
use crate::oauth::SecretId;

/// Notes that may wait, 1 MB; far more than a server answers for different tokens between two rounds.
const QUEUE: usize = 16_384;
/// What is remembered as noted, 512 KB. Each has one place, which the next of that place takes over: then
/// the same use is noted twice, and written once.
const PLACES: usize = 1 << 16;
/// The half of a place that is the second of the use; the other is of the hash of what was used.
const SECOND: u64 = 0xFFFF_FFFF;
/// Rows that one transaction writes at most, so that no other write waits long.
const BATCH: usize = 500;

/// One use.
enum Use {
    Token(SecretId, UnixTime),
    Client(Arc<KnownClient>, UnixTime),
    Secret(String, UnixTime),
}

/// The notes that wait to be written.
pub struct LastUses {
    /// What was noted last in each place, and when, so that one load decides.
    noted: Box<[AtomicU64]>,
    hasher: RandomState,
    queue: SyncSender<Use>,
    /// Held while they are written: whoever comes last, at the stop, waits for a round that has begun.
    waiting: Mutex<Receiver<Use>>,
}

impl LastUses {
    /// None yet.
    pub fn new() -> Self {
        let (queue, waiting) = sync_channel(QUEUE);
        Self {
            noted: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            queue,
            waiting: Mutex::new(waiting),
        }
    }

    /// A token was found to be live for somebody who asked. A client whose API key is used may never ask for a
    /// token itself, and is in use all the same.
    pub fn token(&self, known: &KnownToken, now: UnixTime) {
        if !self.is_due(known.token.id, now) {
            return;
        }
        self.note(Use::Token(known.token.id, now));
        if known.token.kind == TokenKind::ApiKey {
            self.client(&known.client, now);
        }
    }

    /// A client got a token or asked about one, or an API key of it was used.
    pub fn client(&self, known: &Arc<KnownClient>, now: UnixTime) {
        if self.is_due(&known.client.id, now) {
            self.note(Use::Client(Arc::clone(known), now));
        }
    }

    /// A client has authenticated with a secret.
    pub fn secret(&self, secret: &ClientSecret, now: UnixTime) {
        if self.is_due(&secret.id, now) {
            self.note(Use::Secret(secret.id.clone(), now));
        }
    }

    /// Whether this is the first use for a minute; true for one caller alone.
    fn is_due(&self, what: impl Hash, now: UnixTime) -> bool {
        let (hash, second) = (self.hasher.hash_one(what), now.seconds().cast_unsigned());
        let own = hash & !SECOND | second & SECOND;
        let place = &self.noted[usize::try_from(hash % PLACES as u64).unwrap_or_default()];
        let noted = place.load(Ordering::Relaxed);
        let is_own = (noted ^ own) & !SECOND == 0;
        let since = own.wrapping_sub(noted) & SECOND;
        (!is_own || since >= PRECISION.cast_unsigned())
            && place
                .compare_exchange(noted, own, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    fn note(&self, used: Use) {
        // Full: another use in a minute will do.
        drop(self.queue.try_send(used));
    }

    /// Writes all that has come until now.
    ///
    /// # Errors
    /// The database's; what could not be written is lost.
    pub async fn write(&self, db: &Db) -> Result<()> {
        let waiting = self.waiting.lock().await;
        // Two that share a place push each other out, so the same use may come several times. Tokens in the
        // order of their keys, which is that of their rows: neighbours share pages.
        let (mut tokens, mut clients, mut secrets) =
            (BTreeMap::new(), HashMap::new(), HashMap::new());
        for used in waiting.try_iter() {
            match used {
                Use::Token(id, at) => drop(tokens.insert(id, at)),
                Use::Client(known, at) => drop(clients.insert(known.client.id.clone(), at)),
                Use::Secret(id, at) => drop(secrets.insert(id, at)),
            }
        }
        let tokens: Vec<(SecretId, UnixTime)> = tokens.into_iter().collect();
        for batch in tokens.chunks(BATCH) {
            let batch = batch.to_vec();
            db.write(move |connection| Ok(last_use::of_tokens(connection, &batch)?))
                .await?;
        }
        write_by_id(db, clients, last_use::of_clients).await?;
        write_by_id(db, secrets, last_use::of_secrets).await
    }
}

async fn write_by_id(
    db: &Db,
    used: HashMap<String, UnixTime>,
    write: impl Fn(&mut DbConnection, &[(&str, UnixTime)]) -> QueryResult<()> + Copy + Send + 'static,
) -> Result<()> {
    let used: Vec<(String, UnixTime)> = used.into_iter().collect();
    for batch in used.chunks(BATCH) {
        let batch = batch.to_vec();
        db.write(move |connection| {
            let used: Vec<_> = batch.iter().map(|(id, at)| (id.as_str(), *at)).collect();
            Ok(write(connection, &used)?)
        })
        .await?;
    }
    Ok(())
}

impl Default for LastUses {
    fn default() -> Self {
        Self::new()
    }
}
