//! This server's copies of what nearly every request reads and hardly anybody changes: clients with
//! their secrets, scopes, roles and signing keys. Each thread has its own, so that no lock is on the way. A copy holds
//! for one revision of the database: a change made through this process is seen by the next request, one
//! made by another process within [`LAG`].

mod permissions;
mod reach;
mod signatures;
mod signing_keys;
mod token_scope;
mod tokens;

pub use permissions::Permissions;
pub use reach::{Reach, reach};
pub use signing_keys::{KnownKey, SigningKeys};
pub use token_scope::TokenScope;
pub use tokens::KnownToken;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::db::Db;
use crate::error::Result;
use crate::models::client::{self, Client};
use crate::models::client_secret::{self, ClientSecret};
use crate::models::project;
use crate::signing::KeySeal;
use signing_keys::OpenedKeys;

/// How often a server asks whether another process has changed something; its copies are never older
/// than this and the asking. A command that takes something away waits twice as long.
pub const LAG: Duration = Duration::from_millis(250);

/// Copies a thread holds at most; beyond that it begins anew.
const CAPACITY: usize = 10_000;

/// A client with what belongs to it.
#[derive(Debug)]
pub struct KnownClient {
    /// The registration.
    pub client: Client,
    /// Its secrets that nobody has revoked; expiry is checked at each use.
    pub secrets: Vec<ClientSecret>,
    /// The slug of the project that owns it.
    pub project: Option<String>,
}

/// What browsers' requests and the metadata need to know of all clients.
#[derive(Debug)]
pub struct BrowserFacts {
    /// The origins registered on any enabled client.
    pub origins: HashSet<String>,
    /// Whether any enabled client may use the password grant.
    pub password_grant: bool,
}

/// The copies of one database. Clones share it.
#[derive(Clone)]
pub struct Directory {
    db: Db,
    opened_keys: OpenedKeys,
}

#[derive(Default)]
struct Copies {
    /// Which database, at which revision.
    of: (u64, i64),
    clients: HashMap<String, Arc<KnownClient>>,
    permissions: Option<Arc<Permissions>>,
    browser_facts: Option<Arc<BrowserFacts>>,
    signing_keys: Option<Arc<SigningKeys>>,
}

thread_local! {
    static COPIES: RefCell<Copies> = RefCell::default();
}

impl Directory {
    /// The directory of a database, for those who sign nothing.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            opened_keys: OpenedKeys::default(),
        }
    }

    /// The directory of a database, for those who sign.
    pub fn with_seal(db: Db, seal: KeySeal) -> Self {
        Self {
            db,
            opened_keys: OpenedKeys::with(seal),
        }
    }

    /// The client with this id, enabled or not.
    ///
    /// # Errors
    /// The database's, as below.
    pub async fn client(&self, id: &str) -> Result<Option<Arc<KnownClient>>> {
        if let Some(known) = self.copy(|copies| copies.clients.get(id).cloned()) {
            return Ok(Some(known));
        }
        let revision = self.db.revision();
        let wanted = id.to_owned();
        let known = self.db.read(move |connection| {
            let Some(client) = client::find(connection, &wanted)? else {
                return Ok(None);
            };
            let project = project::slug_of(connection, client.project_id.as_deref())?;
            let secrets = client_secret::of_client(connection, &client)?;
            Ok(Some(Arc::new(KnownClient {
                client,
                secrets,
                project,
            })))
        });
        let known = known.await?;
        // An unknown id is not kept: a caller can make up any number of them.
        if let Some(known) = &known {
            self.keep(revision, |copies| {
                if copies.clients.len() >= CAPACITY {
                    copies.clients.clear();
                }
                copies.clients.insert(id.to_owned(), Arc::clone(known));
            });
        }
        Ok(known)
    }

    /// The scopes and roles.
    ///
    /// # Errors
    /// The database's.
    pub async fn permissions(&self) -> Result<Arc<Permissions>> {
        if let Some(permissions) = self.copy(|copies| copies.permissions.clone()) {
            return Ok(permissions);
        }
        let revision = self.db.revision();
        let permissions = Arc::new(self.db.read(Permissions::load).await?);
        self.keep(revision, |copies| {
            copies.permissions = Some(Arc::clone(&permissions));
        });
        Ok(permissions)
    }

    /// What browsers' requests need to know of all clients.
    ///
    /// # Errors
    /// The database's.
    pub async fn browser_facts(&self) -> Result<Arc<BrowserFacts>> {
        if let Some(facts) = self.copy(|copies| copies.browser_facts.clone()) {
            return Ok(facts);
        }
        let revision = self.db.revision();
        let (origins, password_grant) = self
            .db
            .read(|connection| Ok(client::browser_facts(connection)?))
            .await?;
        let facts = Arc::new(BrowserFacts {
            origins: origins.into_iter().collect(),
            password_grant,
        });
        self.keep(revision, |copies| {
            copies.browser_facts = Some(Arc::clone(&facts));
        });
        Ok(facts)
    }

    /// Takes a copy, if this thread's are still true.
    fn copy<T>(&self, take: impl FnOnce(&Copies) -> Option<T>) -> Option<T> {
        let now = (self.db.number(), self.db.revision());
        COPIES.with_borrow(|copies| if copies.of == now { take(copies) } else { None })
    }

    /// Keeps what was read when `revision` was known already: it is at least that new.
    fn keep(&self, revision: i64, put: impl FnOnce(&mut Copies)) {
        let of = (self.db.number(), revision);
        COPIES.with_borrow_mut(|copies| {
            if copies.of != of {
                *copies = Copies {
                    of,
                    ..Copies::default()
                };
            }
            put(copies);
        });
    }
}
