//! A question asked of the cluster, and its answer.
//!
//! Must never know: how facts are gathered. Stories: `tests/it/check.rs`.

mod judge;
mod own;

pub use judge::judge;
pub use own::{Asks, OWN, OwnCheck};

use crate::catalog::{Binds, Severity};
use crate::names::CheckId;
use crate::snapshot::Found;
use crate::time::Wall;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The answer to a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The condition holds.
    Pass,
    /// It does not hold, and does not bar.
    Warn,
    /// It does not hold, and bars.
    Fail,
    /// It could not be looked at: bars as a failure does. In words, why.
    Unknown(String),
    /// It does not hold, and a human let it pass.
    Waived {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// Until when.
        until: Wall,
    },
}

/// A check with its answer and its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which check.
    pub check: CheckId,
    /// What was asked.
    pub title: String,
    /// The answer.
    pub verdict: Verdict,
    /// How heavy it is when it does not hold.
    pub severity: Severity,
    /// When it binds.
    pub binds: Binds,
    /// What was seen.
    pub seen: Vec<Found>,
    /// When it was seen.
    pub at: Wall,
    /// What to do about it.
    pub mend: String,
    /// Where the condition stands.
    pub source: String,
}

impl Finding {
    /// Whether it bars the run now.
    #[must_use]
    pub fn bars(&self) -> bool {
        match (&self.verdict, self.severity) {
            (Verdict::Fail | Verdict::Unknown(_), Severity::Fail | Severity::FailAlways) => true,
            (Verdict::Fail | Verdict::Unknown(_), Severity::Warn) => false,
            (Verdict::Pass | Verdict::Warn | Verdict::Waived { .. }, _) => false,
        }
    }
}

/// A recorded, expiring permission to pass one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Which check.
    pub check: CheckId,
    /// Who gave it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Wall,
}
