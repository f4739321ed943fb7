//! Levels held by the whole cluster: what each line of releases lives with, and how they are raised.
//!
//! Must never know: any one cluster. Stories: `tests/it/catalog.rs`.

use crate::names::{LevelName, Track};
use crate::version::{Range, Version};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a line of releases supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    /// The line: `4.1`.
    pub line: Version,
    /// The scheme it belongs to.
    #[serde(default, skip_serializing_if = "Track::is_main")]
    pub track: Track,
    /// Lowest and highest level of each name that its releases support.
    pub levels: BTreeMap<LevelName, (u16, u16)>,
    /// Where the facts stand.
    pub source: String,
}

/// Whether a level is raised when a user finalizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Raising {
    /// Raised to what the goal's line supports when the user finalizes.
    OnFinalize,
    /// Never raised unless the user names it.
    OnlyAsked,
    /// Raised by humans, step by step, where a way needs it: see [`LevelFacts::procedure`].
    ByHumans,
}

/// A level held by the whole cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LevelFacts {
    /// Its name: `metadata.version`.
    pub name: LevelName,
    /// Whether finalizing raises it.
    pub raise: Raising,
    /// Names of its numbers: 25 → `4.0-IV3`.
    #[serde(default)]
    pub names: BTreeMap<u16, String>,
    /// What one that the cluster does not name stands at.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub absent: u16,
    /// It counts only where another level is at least so high (a format that a mode brings with it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<(LevelName, u16)>,
    /// It may be raised only while all members run releases in this range (a bridge).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_at: Option<Range>,
    /// What humans do to raise it, step by step; only with [`Raising::ByHumans`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedure: Vec<Human>,
    /// Levels that stand at least so high once it is raised.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub brings: BTreeMap<LevelName, u16>,
    /// Numbers that change a storage format: none of these may lie between old and new on the way down.
    #[serde(default)]
    pub one_way: Vec<u16>,
    /// How a human lowers it where no such number lies between, and what must be true after that
    /// before older software is started, in words; `{to}` stands for the number. None: never told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowering: Option<String>,
    /// Where the facts stand.
    pub source: String,
}

impl LevelFacts {
    /// One with its own name and nothing else to tell.
    #[must_use]
    pub fn of(name: LevelName, raise: Raising, source: String) -> Self {
        Self {
            name,
            raise,
            names: BTreeMap::new(),
            absent: 0,
            when: None,
            raised_at: None,
            procedure: Vec::new(),
            brings: BTreeMap::new(),
            one_way: Vec::new(),
            lowering: None,
            source,
        }
    }
}

impl Line {
    /// One of the main scheme.
    #[must_use]
    pub fn of(line: Version, levels: BTreeMap<LevelName, (u16, u16)>, source: String) -> Self {
        Self {
            line,
            track: Track::default(),
            levels,
            source,
        }
    }
}

/// Something that a human does, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Human {
    /// In a few words: `start the migration`.
    pub title: String,
    /// What to do, in words.
    pub what: String,
    /// The fact that says it is done.
    pub proof: String,
    /// The step after which the old way cannot come back.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub no_return: bool,
    /// Where it stands.
    pub source: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(number: &u16) -> bool {
    *number == 0
}
