//! What happened between Sunny Calendar and Latchkey so far, in one browser: the tokens, and
//! each step's request and answer for the page. Kept in memory for as long as the demo runs.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::back_channel::{self, Exchange};
use super::words;

/// So many browsers are remembered, and so many steps of each.
const MOST_BROWSERS: usize = 100;
const MOST_STEPS: usize = 40;

/// One thing that was done, as the page shows it.
#[derive(Clone, Default)]
pub(super) struct Step {
    pub(super) number: usize,
    pub(super) title: &'static str,
    pub(super) text: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) request: String,
    pub(super) answer: String,
    pub(super) failed: bool,
}

/// A parameter that travelled through the browser, and what it is for.
#[derive(Clone)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) meaning: &'static str,
}

impl Step {
    pub(super) fn new(title: &'static str, text: &str) -> Self {
        Self {
            title,
            text: text.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn with(mut self, parameters: &[(&'static str, &str)]) -> Self {
        let shown = parameters.iter().map(|(name, value)| Parameter {
            name,
            value: back_channel::shown(name, value),
            meaning: words::meaning(name),
        });
        self.parameters = shown.collect();
        self
    }

    pub(super) fn requesting(mut self, request: String) -> Self {
        self.request = request;
        self
    }

    pub(super) fn after(mut self, exchange: &Exchange) -> Self {
        self.request.clone_from(&exchange.request);
        self.answer = exchange.shown_answer();
        self
    }

    /// The title says what was tried, the text why it came to nothing.
    pub(super) fn failed(mut self, why: impl Into<String>) -> Self {
        self.text = why.into();
        self.failed = true;
        self
    }
}

/// A trip to Latchkey that has not come back yet.
#[derive(Clone)]
pub(super) struct Trip {
    pub(super) state: String,
    pub(super) code_verifier: String,
    pub(super) authorization_url: String,
}

#[derive(Clone)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
}

/// The whole story of one browser.
#[derive(Clone, Default)]
pub(super) struct Story {
    pub(super) steps: Vec<Step>,
    pub(super) trip: Option<Trip>,
    pub(super) tokens: Option<Tokens>,
}

impl Story {
    pub(super) fn access_token(&self) -> Option<String> {
        Some(self.tokens.as_ref()?.access_token.clone())
    }

    pub(super) fn refresh_token(&self) -> Option<String> {
        self.tokens.as_ref()?.refresh_token.clone()
    }

    pub(super) fn next_number(&self) -> usize {
        self.steps.last().map_or(1, |step| step.number + 1)
    }

    pub(super) fn tell(&mut self, mut step: Step) {
        step.number = self.next_number();
        if self.steps.len() == MOST_STEPS {
            self.steps.remove(0);
        }
        self.steps.push(step);
    }
}

/// The stories by session id, the oldest first; a new browser pushes out the oldest.
#[derive(Default)]
pub(super) struct Stories(Mutex<VecDeque<(String, Story)>>);

impl Stories {
    pub(super) fn find(&self, session_id: &str) -> Option<Story> {
        let stories = self.locked();
        let found = stories.iter().find(|(id, _)| id == session_id);
        found.map(|(_, story)| story.clone())
    }

    pub(super) fn keep(&self, session_id: &str, story: Story) {
        let mut stories = self.locked();
        stories.retain(|(id, _)| id != session_id);
        if stories.len() == MOST_BROWSERS {
            stories.pop_front();
        }
        stories.push_back((session_id.to_owned(), story));
    }

    pub(super) fn forget(&self, session_id: &str) {
        self.locked().retain(|(id, _)| id != session_id);
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<(String, Story)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
