//! What a server writes down for its administrators: how often what happened, and which requests were
//! refused. Requests only leave it in memory; it is written every few seconds, in one write.

use std::mem;
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tokio::sync::Mutex;

use crate::app::App;
use crate::authentication::Throttle;
use crate::authentication::throttle::Key;
use crate::error::Result;
use crate::metrics::Metrics;
use crate::models::activity::{self, What};
use crate::models::refusal::{self, Refusal};

/// Refusals that wait at most; more than these between two writes are only in the log.
const WAITING: usize = 64;
/// The same for gateways' questions.
const WAITING_OF_GATEWAYS: usize = 16;
/// Refusals of one address that are kept in a minute, so that nobody fills the database with them.
const FROM_ADDRESS: u32 = 30;
const MINUTE: i64 = 60;

/// What is not written yet.
pub struct Records {
    /// Of the endpoints of OAuth and their pages.
    pub refused: Refusals,
    /// Of the questions of gateways, who ask about every request of somebody's API: counted apart, so that
    /// they crowd no others out.
    pub refused_to_gateways: Refusals,
    unwritten: Mutex<Unwritten>,
}

/// The way of refusals to the database, bounded by address and altogether.
pub struct Refusals {
    waiting: SyncSender<Refusal>,
    from_address: Throttle,
}

struct Unwritten {
    refusals: [Receiver<Refusal>; 2],
    /// The counters as they were when they were last written.
    written: [u64; Metrics::ACTIVITY],
}

impl Refusals {
    fn bounded(waiting: usize) -> (Self, Receiver<Refusal>) {
        let (waiting, unwritten) = sync_channel(waiting);
        let from_address = Throttle::new(FROM_ADDRESS, MINUTE, MINUTE);
        let refusals = Self {
            waiting,
            from_address,
        };
        (refusals, unwritten)
    }

    /// Leaves one to be written. Never waits: what is too much is dropped.
    pub fn keep(&self, refusal: Refusal, address: IpAddr) {
        let counted = self
            .from_address
            .count(Key::Address(address), refusal.occurred_at);
        if counted.is_ok() {
            drop(self.waiting.try_send(refusal));
        }
    }
}

impl Default for Records {
    fn default() -> Self {
        let (refused, own) = Refusals::bounded(WAITING);
        let (refused_to_gateways, gateways) = Refusals::bounded(WAITING_OF_GATEWAYS);
        Self {
            refused,
            refused_to_gateways,
            unwritten: Mutex::new(Unwritten {
                refusals: [own, gateways],
                written: [0; Metrics::ACTIVITY],
            }),
        }
    }
}

impl Records {
    /// Writes what is not written yet; nothing where nothing has happened. Pages that show it call this
    /// first, so that they show what has just happened.
    ///
    /// # Errors
    /// The database's. Counts are written by the next call then; refusals are lost, but for the log.
    pub async fn write(&self, app: &App) -> Result<()> {
        let mut unwritten = self.unwritten.lock().await;
        let waiting = unwritten.refusals.iter().flat_map(Receiver::try_iter);
        let refusals: Vec<Refusal> = waiting.collect();
        let counts = app.metrics.activity();
        let more: Vec<(What, i64)> = counts
            .iter()
            .zip(unwritten.written)
            .filter(|((_, count), written)| count > written)
            .map(|((what, count), written)| (*what, (count - written).cast_signed()))
            .collect();
        if refusals.is_empty() && more.is_empty() {
            return Ok(());
        }
        let now = app.now();
        // Ahead of the write, which goes on where whoever asked for it does not.
        let before = mem::replace(&mut unwritten.written, counts.map(|(_, count)| count));
        let written = app
            .db
            .write(move |connection| {
                for (what, count) in more {
                    activity::add(connection, what, count, now)?;
                }
                for refusal in refusals {
                    refusal::insert(connection, refusal)?;
                }
                Ok(())
            })
            .await;
        if written.is_err() {
            unwritten.written = before;
        }
        written
    }
}
