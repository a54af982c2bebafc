//! `latchkey token report-leaked`: tokens that were found somewhere, one a line on standard input, are
//! revoked if they are live.

use crate::authentication::bearer;
use crate::config::Config;
use crate::directory::Directory;
use crate::leaked::{self, Outcome, Reporter};
use crate::models::ending::COMMAND_LINE;

use super::super::installation::now;
use super::super::output::Output;
use super::super::record::Record;
use super::super::{Failure, Installation, secret_input};

pub(super) async fn report_leaked(config: Config) -> Result<Output, Failure> {
    let texts = secret_input::tokens()?;
    if texts.is_empty() {
        return Err(Failure::Failed(String::from(
            "Give the tokens that were found on standard input, one a line.",
        )));
    }
    let installation = Installation::open(config)?;
    // Random tokens tell by themselves that they are ours; where all are random no issuer is needed.
    let issuer = if texts.iter().any(|text| bearer::may_be_signed(text)) {
        installation.issuer()?.as_str().to_owned()
    } else {
        String::new()
    };
    let directory = Directory::new(installation.db.clone());
    let reporter = Reporter {
        actor: Some(String::from(COMMAND_LINE)),
        address: None,
    };
    let mut records = Vec::new();
    for text in &texts {
        let (db, now) = (&installation.db, now());
        let outcome = leaked::report(db, &directory, &issuer, text, &reporter, now).await?;
        let last_four = leaked::last_four(text).map(str::to_owned);
        let word = match outcome {
            Outcome::Revoked => "revoked",
            Outcome::NotLive => "had ended before",
            Outcome::Unknown => "not a token of this server",
        };
        records.push(
            Record::default()
                .with("last_four", last_four)
                .with("revoked", outcome == Outcome::Revoked)
                .with("outcome", word),
        );
    }
    installation.seen_everywhere().await;
    Ok(Output::many(&["last_four", "outcome"], records, ""))
}
