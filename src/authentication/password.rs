//! Passwords: argon2id on threads of its own, so that fifty people who sign in at once slow nobody else
//! down. The throttle is the caller's business.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};
use tokio::sync::oneshot;

use crate::config;
use crate::error::{Error, Result};

/// Hashes that may wait. At some 50 a second and core the last of them waits a few seconds.
const QUEUE: usize = 256;
/// Bytes of a hash.
const LENGTH: usize = 32;

/// The way to the hashing threads, which end when it is dropped.
#[derive(Clone)]
pub struct PasswordHasher {
    queue: SyncSender<Work>,
    waiting: Arc<AtomicUsize>,
    cost: Params,
}

/// Takes the memory that the thread keeps for its hashes.
type Work = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

impl PasswordHasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn start(settings: &config::Password) -> std::result::Result<Self, String> {
        let cost = Params::new(
            settings.memory_kib,
            settings.iterations,
            settings.parallelism,
            Some(LENGTH),
        )
        .map_err(|error| format!("[password] is out of argon2's range: {error}"))?;
        let (queue, arrivals) = sync_channel(QUEUE);
        let arrivals = Arc::new(Mutex::new(arrivals));
        for _ in 0..settings.max_concurrent {
            let arrivals = Arc::clone(&arrivals);
            thread::Builder::new()
                .name(String::from("latchkey-argon2"))
                .spawn(move || serve(&arrivals))
                .map_err(|error| format!("a hashing thread cannot start: {error}"))?;
        }
        Ok(Self {
            queue,
            waiting: Arc::default(),
            cost,
        })
    }

    /// How many hashes wait or run, for the metrics.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Hashes a new password, into PHC form.
    ///
    /// # Errors
    /// `Overloaded` where too many wait.
    pub async fn hash(&self, password: String) -> Result<String> {
        let cost = self.cost.clone();
        self.run(move |memory| {
            let salt = random_salt()?;
            let hash = argon2id(&password, salt.as_salt(), &cost, memory)?;
            let phc = PasswordHash {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(&cost).map_err(Error::failed)?,
                salt: Some(salt.as_salt()),
                hash: Some(hash),
            };
            Ok(phc.to_string())
        })
        .await
    }

    /// Whether `password` is the one of `stored`. Where there is none (no such user), the same work is
    /// done for nothing, so that the time does not tell.
    ///
    /// # Errors
    /// `Overloaded` where too many wait; a failure where `stored` is no PHC hash.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        let cost = self.cost.clone();
        self.run(move |memory| {
            let Some(stored) = stored else {
                argon2id(&password, random_salt()?.as_salt(), &cost, memory)?;
                return Ok(false);
            };
            let phc = PasswordHash::new(&stored).map_err(Error::failed)?;
            let (Some(salt), Some(expected)) = (phc.salt, phc.hash) else {
                return Err(Error::failed("a stored password hash is incomplete"));
            };
            let cost = Params::try_from(&phc).map_err(Error::failed)?;
            let hash = argon2id(&password, salt, &cost, memory)?;
            Ok(verify_slices_are_equal(hash.as_bytes(), expected.as_bytes()).is_ok())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let waiting = Arc::clone(&self.waiting);
        let queued: Work = Box::new(move |memory| {
            // Whoever asked may have gone; then the work is not worth doing.
            if !answer.is_closed() {
                drop(answer.send(work(memory)));
            }
            waiting.fetch_sub(1, Ordering::Relaxed);
        });
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send(queued).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::Overloaded);
        }
        answered
            .await
            .map_err(|_| Error::failed("the hashing threads have stopped"))?
    }
}

fn serve(arrivals: &Mutex<Receiver<Work>>) {
    let_others_go_first();
    let mut memory = Vec::new();
    loop {
        let next = arrivals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(work) = next else { return };
        work(&mut memory);
    }
}

/// Whatever else the server does takes this thread's core at once: from one that is only nice it would get it
/// when the time slice is over.
fn let_others_go_first() {
    #[cfg(target_os = "linux")]
    let policy = NormalThreadSchedulePolicy::Idle;
    #[cfg(not(target_os = "linux"))]
    let policy = NormalThreadSchedulePolicy::Other;
    let (own, policy) = (thread_native_id(), ThreadSchedulePolicy::Normal(policy));
    if set_thread_priority_and_policy(own, ThreadPriority::Min, policy).is_err() {
        tracing::warn!("the hashing threads run at normal priority");
    }
}

/// Reuses the thread's memory: fresh pages would cost a third of the time.
fn argon2id(
    password: &str,
    salt: Salt<'_>,
    cost: &Params,
    memory: &mut Vec<Block>,
) -> Result<Output> {
    let mut salt_bytes = [0; Salt::MAX_LENGTH];
    let salt_bytes = salt.decode_b64(&mut salt_bytes).map_err(Error::failed)?;
    memory.resize(cost.block_count().max(memory.len()), Block::default());
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.clone());
    let length = cost.output_len().unwrap_or(LENGTH);
    Output::init_with(length, |out| {
        argon2
            .hash_password_into_with_memory(password.as_bytes(), salt_bytes, out, &mut memory[..])
            .map_err(Into::into)
    })
    .map_err(Error::failed)
}

fn random_salt() -> Result<SaltString> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| Error::failed("the system has no random numbers"))?;
    SaltString::encode_b64(&bytes).map_err(Error::failed)
}
