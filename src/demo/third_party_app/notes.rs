//! Calls of the sample API with the access token (RFC 6750 §2.1), and what its refusals mean.

use serde_json::json;

use super::super::back_channel::Exchange;
use super::ThirdPartyApp;
use super::story::{Step, Story};
use super::words;

impl ThirdPartyApp {
    pub(super) fn read_notes(&self, story: &mut Story) {
        let step = Step::new("Reading your notes", words::READ);
        let Some(token) = story.access_token() else {
            return story.tell(step.failed(words::NO_ACCESS_TOKEN));
        };
        let exchange = self.back_channel.get(&self.notes_url(), Some(&token));
        story.tell(told(step, exchange));
    }

    pub(super) fn add_note(&self, story: &mut Story) {
        let step = Step::new("Adding a note", words::ADDED);
        let Some(token) = story.access_token() else {
            return story.tell(step.failed(words::NO_ACCESS_TOKEN));
        };
        let note = json!({"text": "Picnic on Sunday, says Sunny Calendar"});
        let url = self.notes_url();
        let exchange = self.back_channel.post_json(&url, &token, &note);
        story.tell(told(step, exchange));
    }
}

fn told(step: Step, exchange: Result<Exchange, String>) -> Step {
    let exchange = match exchange {
        Ok(exchange) => exchange,
        Err(problem) => return step.failed(problem),
    };
    let step = step.after(&exchange);
    match exchange.status {
        200..300 => step,
        401 => step.failed(words::TOKEN_REFUSED),
        403 => step.failed("The token is good, but you did not allow us to write notes."),
        _ => step.failed("The API could not do it. Its answer says why."),
    }
}
