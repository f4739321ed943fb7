//! What a human may say to a run, and the answer.
//!
//! Must never know: by which door it came. Stories: `tests/it/commands.rs`, one row for each cell of
//! the table of phases and commands.

use crate::check::Waiver;
use crate::hash::Hash;
use crate::names::Subject;
use crate::plan::Goal;
use crate::policy::Pace;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// How a retry goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// The next attempt at the same.
    Again,
    /// Put the old release back.
    Old,
    /// The next attempt; what does not end is killed.
    Kill,
}

/// A human's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// This plan may run.
    Approve {
        /// Its hash.
        plan: Hash,
    },
    /// This check's finding may pass.
    Waive(Waiver),
    /// Begin nothing more.
    Pause,
    /// Go on after a pause.
    Continue,
    /// End; nothing may be in flight.
    Cancel,
    /// End now; hands leave at the next safe point.
    Stop,
    /// The next attempt at a failed subject; none: the only one there is.
    Retry {
        /// Which.
        subject: Option<Subject>,
        /// How.
        how: Retry,
    },
    /// It was done, says a human.
    Confirm {
        /// Which.
        subject: Subject,
    },
    /// Leave it as it stands.
    Skip {
        /// Which.
        subject: Subject,
    },
    /// Another pace.
    Pace(Pace),
    /// Another goal.
    Retarget(Goal),
    /// Begin although no window is open; freezes hold all the same.
    Begin,
}

impl Command {
    /// The word, as it is typed.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approve",
            Self::Waive(_) => "waive",
            Self::Pause => "pause",
            Self::Continue => "continue",
            Self::Cancel => "cancel",
            Self::Stop => "stop",
            Self::Retry { .. } => "retry",
            Self::Confirm { .. } => "confirm",
            Self::Skip { .. } => "skip",
            Self::Pace(_) => "pace",
            Self::Retarget(_) => "retarget",
            Self::Begin => "begin",
        }
    }
}

/// What a command was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// Taken; in words, what follows from it.
    Taken(String),
    /// Not taken: in words, why not, and what to do instead.
    NotNow {
        /// Why not.
        why: String,
        /// What to do instead.
        instead: String,
    },
}
