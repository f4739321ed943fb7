//! Checks of the user's own: what is asked, how heavy it is, when it binds.
//!
//! A command or an expression is looked at above the engine, in the rooms at its edge; its answer
//! enters with a look, as the fact [`OwnCheck::fact`], and is journaled as every other.
//! Must never know: how a command is run, or an expression read. Stories: `tests/it/own.rs`.

use crate::catalog::{Binds, Severity};
use crate::names::CheckId;
use crate::time::Ms;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What the names of such checks, and of their facts, begin with: none of a catalog's does.
pub const OWN: &str = "own.";

/// A check of the user's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnCheck {
    /// Its name, without [`OWN`] before it.
    pub name: String,
    /// What is asked, as a sentence that is true when it passes; none: its name says enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it is asked.
    pub asks: Asks,
    /// How heavy it is when it does not hold.
    pub severity: Severity,
    /// When it binds.
    pub binds: Binds,
    /// What to do about it.
    pub mend: String,
}

/// How a check of the user's own is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// A program is run where windlass runs.
    Command {
        /// An argument list, never through a shell.
        list: Vec<String>,
        /// How long it may take.
        timeout: Ms,
    },
    /// An expression (CEL) over the cluster as seen.
    Cel(String),
}

impl OwnCheck {
    /// Its name among all checks: `own.backup-is-fresh`.
    #[must_use]
    pub fn id(&self) -> CheckId {
        CheckId::from(self.fact())
    }

    /// The fact that holds its answer.
    #[must_use]
    pub fn fact(&self) -> String {
        format!("{OWN}{}", self.name)
    }

    /// What was asked, in words.
    #[must_use]
    pub fn title(&self) -> String {
        self.title.clone().unwrap_or_else(|| self.name.to_string())
    }

    /// Where it stands, and how it is asked.
    #[must_use]
    pub fn source(&self) -> String {
        match &self.asks {
            Asks::Command { list, .. } => format!(
                "the cluster's file, policy.checks: {}",
                list.first().map_or("", String::as_str)
            ),
            Asks::Cel(text) => format!("the cluster's file, policy.checks: {text}"),
        }
    }
}
