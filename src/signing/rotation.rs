//! Makes the first key, its successors, and takes out those that are over. Every act looks again once it
//! holds the lock, since another server may have been faster, and leaves a line in the audit log.

use tokio::task::spawn_blocking;

use crate::clock::UnixTime;
use crate::config::Tokens;
use crate::db::{Db, DbConnection};
use crate::error::{Error, Result};
use crate::models::audit_event::AuditEvent;
use crate::models::client;
use crate::models::signing_key::{self, SigningKey};
use crate::oauth::{KeyPair, SigningAlgorithm};

use super::KeySeal;
use super::schedule::{Due, signer};

/// Who changes keys, when, and by which settings.
#[derive(Clone)]
pub struct Rotation {
    /// The database.
    pub db: Db,
    /// What encrypts the private keys.
    pub seal: KeySeal,
    /// The settings.
    pub tokens: Tokens,
    /// `command line`; none for the server itself.
    pub actor: Option<&'static str>,
    /// The present moment.
    pub now: UnixTime,
}

impl Rotation {
    /// At every start: the first key of all signs at once. Where the configured algorithm is another than
    /// the last key's, a successor of the new one is published, so that nobody meets an unknown key.
    ///
    /// # Errors
    /// The database's; where the key that signs is encrypted under another master key.
    pub async fn at_start(&self) -> Result<()> {
        let published = self
            .db
            .read(|connection| Ok(signing_key::published(connection)?))
            .await?;
        self.check_seal(&published)?;
        let algorithm = self.tokens.signing_algorithm;
        let fits =
            move |keys: &[SigningKey]| keys.last().is_some_and(|key| key.algorithm == algorithm);
        if fits(&published) {
            return Ok(());
        }
        let (new, own) = (self.generate().await?, self.clone());
        self.db
            .write(move |connection| {
                let published = signing_key::published_and_lock(connection)?;
                if fits(&published) {
                    return Ok(());
                }
                own.add(connection, &published, &new, None).map(drop)
            })
            .await
    }

    /// Does what is due: the server does so every minute.
    ///
    /// # Errors
    /// The database's; so below.
    pub async fn keep_up(&self) -> Result<()> {
        let (own, now) = (self.clone(), self.now);
        let due = self.db.read(move |connection| {
            let published = signing_key::published(connection)?;
            let longest = own.longest_life(connection)?;
            Ok(Due::at(now, &published, &own.tokens, longest))
        });
        let due = due.await?;
        // Looked for first: an idle server does not write.
        if due.is_nothing() {
            return Ok(());
        }
        let new = if due.successor {
            Some(self.generate().await?)
        } else {
            None
        };
        let own = self.clone();
        self.db
            .write(move |connection| own.catch_up(connection, new))
            .await
    }

    fn catch_up(&self, connection: &mut DbConnection, new: Option<KeyPair>) -> Result<()> {
        let published = signing_key::published_and_lock(connection)?;
        let longest = self.longest_life(connection)?;
        let due = Due::at(self.now, &published, &self.tokens, longest);
        for id in &due.longer {
            signing_key::set_longest_life(connection, id, longest)?;
        }
        for id in &due.retire {
            self.end(connection, id, "its last token has expired")?;
        }
        if let Some(new) = new.filter(|_| due.successor) {
            self.add(connection, &published, &new, None)?;
        }
        Ok(())
    }

    /// Makes a successor, which signs after the configured time or at once. One that was waiting already
    /// is taken out: nobody has seen a signature of it.
    pub async fn rotate(&self, at_once: bool) -> Result<SigningKey> {
        let (new, own) = (self.generate().await?, self.clone());
        self.db
            .write(move |connection| {
                let mut published = signing_key::published_and_lock(connection)?;
                own.check_seal(&published)?;
                while let Some(waiting) = published.pop_if(|key| key.signs_from > own.now) {
                    own.end(connection, &waiting.id, "another took its place")?;
                }
                let from = at_once.then_some(own.now);
                own.add(connection, &published, &new, from)
            })
            .await
    }

    /// Takes a key out at once, with every token it has signed. If it signed, the one that waits begins,
    /// or a new one. Returns the key that signs from now on. Where the master key is lost, all that were
    /// encrypted under it are taken out, since nobody can sign with them any more.
    pub async fn retire(&self, kid: &str, master_key_is_lost: bool) -> Result<SigningKey> {
        let (spare, own, kid) = (self.generate().await?, self.clone(), kid.to_owned());
        self.db
            .write(move |connection| {
                let mut published = signing_key::published_and_lock(connection)?;
                if !master_key_is_lost {
                    own.check_seal(&published)?;
                }
                let signed = signer(&published, own.now).map(|key| key.id.clone());
                let at = published.iter().position(|key| key.id == kid);
                published.remove(at.ok_or_else(|| unknown(&kid))?);
                own.end(connection, &kid, "taken out by hand")?;
                for lost in published.extract_if(.., |key| own.seal.open(key).is_err()) {
                    own.end(connection, &lost.id, "its master key is lost")?;
                }
                if let Some(signs) = published
                    .iter()
                    .find(|key| signed.as_ref() == Some(&key.id))
                {
                    return Ok(signs.clone());
                }
                match published.iter().find(|key| key.signs_from > own.now) {
                    Some(waiting) => {
                        own.make_way(connection, &published)?;
                        signing_key::begin(connection, &waiting.id, own.now)?;
                        let begun = SigningKey {
                            signs_from: own.now,
                            ..waiting.clone()
                        };
                        own.note(connection, "key.rotated", &told(&begun))?;
                        Ok(begun)
                    }
                    None => own.add(connection, &published, &spare, Some(own.now)),
                }
            })
            .await
    }

    /// Refuses another master key than that of the published keys: whatever key it sealed would sign one day,
    /// and no server could open it.
    fn check_seal(&self, published: &[SigningKey]) -> Result<()> {
        published
            .iter()
            .try_for_each(|key| self.seal.open(key).map(drop))
    }

    /// Adds a key behind the others. It signs `from`, or once everybody can have heard of it.
    fn add(
        &self,
        connection: &mut DbConnection,
        published: &[SigningKey],
        pair: &KeyPair,
        from: Option<UnixTime>,
    ) -> Result<SigningKey> {
        let soonest = if published.is_empty() {
            self.now
        } else {
            self.now.plus(self.tokens.signing_key_prepublish)
        };
        let jwk = pair.public_jwk().map_err(Error::Failed)?;
        let id = jwk.common.key_id.clone().unwrap_or_default();
        let key = SigningKey {
            algorithm: pair.algorithm(),
            public_jwk: serde_json::to_string(&jwk).map_err(Error::failed)?,
            sealed_private_key: Some(self.seal.seal(pair, &id)?),
            id,
            created_at: self.now,
            signs_from: from.unwrap_or(soonest),
            longest_life: self.longest_life(connection)?,
            retired_at: None,
        };
        if from.is_some() {
            self.make_way(connection, published)?;
        }
        signing_key::insert(connection, key.clone())?;
        let is_first = published.is_empty() && from.is_none();
        let action = if is_first {
            "key.created"
        } else {
            "key.rotated"
        };
        self.note(connection, action, &told(&key))?;
        Ok(key)
    }

    /// Two keys of one second would have no order: those that began just now step back before another
    /// begins.
    fn make_way(&self, connection: &mut DbConnection, published: &[SigningKey]) -> Result<()> {
        for key in published.iter().filter(|key| key.signs_from == self.now) {
            signing_key::begin(connection, &key.id, self.now.plus(-1))?;
        }
        Ok(())
    }

    fn end(&self, connection: &mut DbConnection, kid: &str, because: &str) -> Result<()> {
        signing_key::retire(connection, kid, self.now)?;
        self.note(connection, "key.retired", &format!("{kid}: {because}"))
    }

    fn note(&self, connection: &mut DbConnection, action: &str, detail: &str) -> Result<()> {
        let event = AuditEvent {
            actor: self.actor.map(str::to_owned),
            detail: Some(detail.to_owned()),
            ..AuditEvent::new(action, self.now)
        };
        Ok(event.insert(connection)?)
    }

    /// Seconds that a signed token made now may live.
    fn longest_life(&self, connection: &mut DbConnection) -> Result<i64> {
        let own = client::longest_signed_life(connection)?;
        Ok(self.tokens.access_ttl.max(own.unwrap_or_default()))
    }

    /// Beside the threads that answer: RSA takes long.
    async fn generate(&self) -> Result<KeyPair> {
        let algorithm: SigningAlgorithm = self.tokens.signing_algorithm;
        spawn_blocking(move || KeyPair::generate(algorithm))
            .await
            .map_err(Error::failed)?
            .map_err(Error::Failed)
    }
}

fn told(key: &SigningKey) -> String {
    format!(
        "{} ({}) signs from {}",
        key.id, key.algorithm, key.signs_from
    )
}

fn unknown(kid: &str) -> Error {
    Error::Failed(format!(
        "There is no published signing key {kid:?}: `latchkey key list` names them all."
    ))
}
