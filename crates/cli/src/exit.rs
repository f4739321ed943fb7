//! How a command ends: its exit code, and trouble as a user reads it.
//!
//! Must never know: what a command does. Stories: `tests/it/usage.rs`.

use crate::outlet::Outlet;
use std::error::Error;
use std::path::PathBuf;
use thiserror::Error;
use windlass_engine::names::ClusterName;
use windlass_runner::desk::DeskError;
use windlass_runner::keeper::CarryError;
use windlass_runner::ledger::LedgerError;
use windlass_runner::ports::store::StoreError;
use windlass_stores::sqlite::keeping::KeepError;
use windlass_wire::diagnostic::{Diagnostic, Ink};

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done or clean.
    Done,
    /// 1: refused or barred.
    Refused,
    /// 2: usage or operational error.
    Trouble,
    /// 3: something could not be looked at.
    Inconclusive,
    /// 4: it stands still and needs a human.
    NeedsHuman,
    /// 5: cancelled, stopped or expired.
    Ended,
    /// 130: left by a signal.
    Signal,
    /// 0 of `plan --detailed-exitcode`: nothing to do.
    NothingToDo,
    /// 10 of `plan --detailed-exitcode`: there is something to do.
    Changes,
}

impl Exit {
    /// The code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done | Self::NothingToDo => 0,
            Self::Refused => 1,
            Self::Trouble => 2,
            Self::Inconclusive => 3,
            Self::NeedsHuman => 4,
            Self::Ended => 5,
            Self::Changes => 10,
            Self::Signal => 130,
        }
    }
}

/// Trouble that ends a command with code 2.
#[derive(Debug, Error)]
pub enum Failed {
    /// No cluster of that name.
    #[error("no cluster is registered as `{name}`")]
    Unregistered {
        /// The name.
        name: ClusterName,
        /// What to do about it.
        hint: String,
    },
    /// In words, with what to do about it.
    #[error("{says}")]
    Says {
        /// What is wrong.
        says: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Files with something wrong in them.
    #[error("{} wrong", if .0.len() == 1 { "one thing is".into() } else { format!("{} things are", .0.len()) })]
    Files(Vec<Diagnostic>),
    /// A file that could not be read or written.
    #[error("cannot {verb} {path}", path = path.display())]
    File {
        /// `read`, `write`, `open`.
        verb: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The desk refused.
    #[error(transparent)]
    Desk(DeskError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A journal could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A run could not be carried.
    #[error(transparent)]
    Carry(#[from] CarryError),
    /// The store could not be kept.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// A value could not be written.
    #[error("a value could not be written as text")]
    Write(#[from] serde_json::Error),
}

impl From<DeskError> for Failed {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Unregistered { name, nearest } => Self::Unregistered {
                hint: match nearest {
                    Some(near) => {
                        format!("did you mean `{near}`? `windlass clusters` lists them all")
                    }
                    None => {
                        "`windlass clusters` lists them; `windlass apply -f FILE` registers one"
                            .into()
                    }
                },
                name,
            },
            DeskError::NoRun { .. }
            | DeskError::Target(_)
            | DeskError::Write(_)
            | DeskError::Store(_)
            | DeskError::Ledger(_) => Self::Desk(error),
        }
    }
}

impl Failed {
    /// In words.
    pub fn says(says: impl Into<String>) -> Self {
        Self::Says {
            says: says.into(),
            hint: None,
        }
    }

    /// In words, with what to do about it.
    pub fn hinted(says: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Says {
            says: says.into(),
            hint: Some(hint.into()),
        }
    }

    fn hint(&self) -> Option<&str> {
        match self {
            Self::Unregistered { hint, .. } => Some(hint),
            Self::Says { hint, .. } => hint.as_deref(),
            Self::Files(_)
            | Self::File { .. }
            | Self::Desk(_)
            | Self::Store(_)
            | Self::Ledger(_)
            | Self::Carry(_)
            | Self::Keep(_)
            | Self::Write(_) => None,
        }
    }

    /// Prints it: what, why, what to do.
    pub fn tell(&self, outlet: &Outlet) {
        let style = &outlet.notes;
        if let Self::Files(diagnostics) = self {
            let ink = if style.is_coloured() {
                Ink::Colour
            } else {
                Ink::Plain
            };
            let text = windlass_wire::diagnostic::render(diagnostics, ink);
            outlet.note(text.trim_end());
            return;
        }
        outlet.note(&outlet.wrapped(&format!("{} {self}", style.bad_word("error:")), 2));
        let mut told = self.to_string();
        let mut cause = self.source();
        while let Some(why) = cause {
            let text = why.to_string();
            if !told.contains(&text) {
                outlet.note(&outlet.wrapped(&format!("  because {text}"), 10));
                told = text;
            }
            cause = why.source();
        }
        if let Some(hint) = self.hint() {
            outlet.note(&outlet.wrapped(&format!("  {} {hint}", style.dim("help:")), 8));
        }
    }
}
