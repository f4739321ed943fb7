//! Which versions of two components may stand side by side.
//!
//! Must never know: who moves next. Stories: `tests/it/mix.rs`.

use crate::names::Component;
use crate::version::Range;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A rule on which versions of two components may stand side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SkewRule {
    /// Its name: `broker-not-newer`.
    pub id: String,
    /// The one whose distance is counted …
    pub of: Component,
    /// … from this one (may be the same).
    pub from: Component,
    /// Where the two stand when it counts.
    #[serde(default, skip_serializing_if = "Within::is_cluster")]
    pub within: Within,
    /// What is allowed.
    pub allow: Skew,
    /// Why, in words.
    pub why: String,
    /// Where the rule stands.
    pub source: String,
}

/// An allowed distance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skew {
    /// Not newer, by release.
    NotNewer,
    /// The same release.
    Equal,
    /// The line of the one minus the line of the other, counted in lines of the catalog, lies in `[low, high]`.
    Lines(i32, i32),
    /// The same first number, and the second of the one minus that of the other lies in `[low, high]`.
    Minors(i32, i32),
    /// One of these pairs; what is in none is forbidden.
    Pairs(Vec<Pair>),
}

/// Releases of two components that may stand side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pair {
    /// These of the one …
    pub of: Range,
    /// … beside these of the other.
    pub from: Range,
}

/// Where two components must stand for a rule to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    /// Anywhere in the cluster.
    #[default]
    Cluster,
    /// In the same zone.
    Zone,
    /// In the same member.
    Node,
}

impl Within {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde asks for"
    )]
    fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster)
    }
}
