//! What came of a play, as plain data.
//!
//! Must never know: how it was played. Stories: `tests/it/`.

use crate::instant::Struck;
use crate::judge::Violation;
use std::collections::BTreeMap;
use windlass_engine::names::MemberId;
use windlass_engine::run::event::End;

/// What came of a play.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How the run ended; none: it did not.
    pub end: Option<End>,
    /// What each member runs, and how it is.
    pub runs: BTreeMap<MemberId, String>,
    /// The journal, as one text.
    pub journal: Vec<u8>,
    /// What must not have been.
    pub violations: Vec<Violation>,
    /// When something began durably, false time.
    pub begun: Vec<u64>,
    /// Instants that carriers passed.
    pub instants: u64,
    /// Where carriers died.
    pub struck: Vec<Struck>,
    /// Calls of the store that carriers made.
    pub calls: u64,
    /// Words that the human posted.
    pub posts: u64,
    /// Carriers that lived.
    pub carriers: u64,
    /// How long it took, in false time.
    pub took_ms: u64,
}

impl Outcome {
    /// What is wrong with it, in words, beside the same story without what befell it here; none: nothing.
    #[must_use]
    pub fn wrong_beside(&self, whole: &Self) -> Option<String> {
        if let Some(first) = self.violations.first() {
            return Some(first.to_string());
        }
        // Who is cancelled later has moved more: only what is finished stands the same.
        let finished = whole.end == Some(End::Finished);
        if self.end != whole.end {
            return Some(format!("it ends as {:?}", self.end));
        }
        (finished && self.runs != whole.runs).then(|| format!("it leaves {:?}", self.runs))
    }

    /// It could not even begin: why.
    pub(super) fn never(why: &str) -> Self {
        Self {
            end: None,
            runs: BTreeMap::new(),
            journal: Vec::new(),
            violations: vec![Violation {
                at_ms: 0,
                rule: "a play can be played",
                says: why.to_owned(),
            }],
            begun: Vec::new(),
            instants: 0,
            struck: Vec::new(),
            calls: 0,
            posts: 0,
            carriers: 0,
            took_ms: 0,
        }
    }
}
