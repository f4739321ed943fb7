//! Which release may follow which: paths by range, edges one by one, blocked hops, risks.
//!
//! Must never know: which versions may stand side by side. Stories: `tests/it/catalog.rs`.

use crate::names::{Component, LevelName, RiskName, Track};
use crate::version::{Range, Version};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Display;
use serde::{Deserialize, Serialize};

/// A hop that the maker supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Path {
    /// Of these components; none: of all in the scheme of its releases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Component>,
    /// The scheme of its releases.
    #[serde(default, skip_serializing_if = "Track::is_main")]
    pub track: Track,
    /// From these.
    pub from: Range,
    /// To these.
    pub to: Range,
    /// So many minors of one major at most; none: as far as the ranges reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// Only from the newest release of a line.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub from_newest: bool,
    /// What may make it unwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<RiskName>,
    /// Levels that must be finalized at least so high before.
    #[serde(default)]
    pub needs: BTreeMap<LevelName, u16>,
    /// Members may also go back along it while the old release supports every finalized level: where
    /// that stands. None: the maker does not say so, and there is no way back along it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
    /// Where the facts stand.
    pub source: String,
}

impl Path {
    /// One of the main scheme that asks for nothing and cannot be gone back.
    #[must_use]
    pub fn of(from: Range, to: Range, source: String) -> Self {
        Self {
            of: Vec::new(),
            track: Track::default(),
            from,
            to,
            at_most: None,
            from_newest: false,
            risks: Vec::new(),
            needs: BTreeMap::new(),
            back: None,
            source,
        }
    }

    /// Whether two releases lie no farther apart than it leads.
    #[must_use]
    pub fn is_near(&self, from: &Version, to: &Version) -> bool {
        self.at_most.is_none_or(|most| {
            to.minors_from(from)
                .is_some_and(|far| far <= i64::from(most))
        })
    }
}

/// One hop from release to release, as a graph of the maker names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Edge {
    /// From this one.
    pub from: Version,
    /// To this one.
    pub to: Version,
    /// What may make it unwise; none: allowed to all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<RiskName>,
}

/// What may make a hop unwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Risk {
    /// Its name.
    pub name: RiskName,
    /// What happens where it applies, in words.
    pub message: String,
    /// How to find out whether it does.
    pub matching: Vec<Matching>,
    /// Where it stands.
    pub source: String,
}

impl Risk {
    /// The facts of a cluster that tell whether it applies; one of its own name can always be told.
    pub fn facts(&self) -> impl Iterator<Item = String> {
        let own = core::iter::once(alloc::format!("risk.{}", self.name));
        own.chain(self.matching.iter().filter_map(|matching| match matching {
            Matching::Fact(fact) => Some(fact.clone()),
            Matching::Always | Matching::Promql(_) => None,
        }))
    }
}

/// A way to find out whether a risk applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matching {
    /// It does, everywhere.
    Always,
    /// A fact of the cluster says so by being true.
    Fact(String),
    /// A query of Prometheus answers 1; kept as it is, asked by whoever can.
    Promql(String),
}

/// A hop that the maker forbids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Blocked {
    /// Of these components; none: of all in the scheme.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Component>,
    /// The scheme of its releases.
    #[serde(default, skip_serializing_if = "Track::is_main")]
    pub track: Track,
    /// From these.
    pub from: Range,
    /// To these.
    pub to: Range,
    /// Why, in words.
    pub why: String,
    /// What to do instead, in words.
    pub mend: String,
    /// Where it stands.
    pub source: String,
}

/// A hop as it is named: `3.3.. to 4.0`.
pub(super) fn hop(from: &dyn Display, to: &dyn Display) -> String {
    format!("{from} to {to}")
}
