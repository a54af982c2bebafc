//! Everybody's notes, by the `sub` of the token. In memory, and small.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Characters in a note.
pub(super) const LONGEST_NOTE: usize = 200;
const MOST_NOTES: usize = 20;
const MOST_NOTEBOOKS: usize = 100;

#[derive(Default)]
pub(super) struct Notebooks(Mutex<HashMap<String, Vec<String>>>);

impl Notebooks {
    pub(super) fn read(&self, sub: &str) -> Vec<String> {
        self.notebook(sub, |_| ())
    }

    /// The oldest note makes room for the new one.
    pub(super) fn add(&self, sub: &str, note: String) -> Vec<String> {
        self.notebook(sub, |notes| {
            if notes.len() == MOST_NOTES {
                notes.remove(0);
            }
            notes.push(note);
        })
    }

    fn notebook(&self, sub: &str, change: impl FnOnce(&mut Vec<String>)) -> Vec<String> {
        let mut notebooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notebooks.len() == MOST_NOTEBOOKS && !notebooks.contains_key(sub) {
            notebooks.clear();
        }
        let notes = notebooks.entry(sub.to_owned()).or_insert_with(first_notes);
        change(notes);
        notes.clone()
    }
}

fn first_notes() -> Vec<String> {
    [
        "Water the tomatoes",
        "Call Ada about the boat",
        "Return the library books",
    ]
    .map(str::to_owned)
    .to_vec()
}
