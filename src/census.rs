//! The last census of the database, for the dashboard: counted when somebody asks and the last one is more
//! than a minute old, beside the workers, by one at a time.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::clock::UnixTime;
use crate::db::Db;
use crate::error::Result;
use crate::models::census::{self, Census};

/// Seconds for which a census is good.
const GOOD_FOR: i64 = 60;

/// The last census, if there was any.
#[derive(Default)]
pub struct LastCensus(Mutex<Option<Arc<Census>>>);

impl LastCensus {
    /// A census that is at most a minute old.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, db: &Db, now: UnixTime) -> Result<Arc<Census>> {
        let mut last = self.0.lock().await;
        if let Some(good) = last
            .as_ref()
            .filter(|census| now.since(census.counted_at) < GOOD_FOR)
        {
            return Ok(Arc::clone(good));
        }
        let count = db.read_aside(move |connection| Ok(census::take(connection, now)?));
        let census = Arc::new(count.await?);
        *last = Some(Arc::clone(&census));
        Ok(census)
    }
}
