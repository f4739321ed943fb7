//! The maker's facts about a system, as data: releases, paths, skew rules, levels, checks, hazards.
//!
//! Each fact carries its source. Parsed once, total afterwards; `catalogs/` holds the files.
//! Must never know: the user's will, or any one cluster. Stories: `tests/it/catalog.rs`.

mod lint;
mod read;

pub use lint::Lint;
pub use read::{Bond, Lines};

use crate::names::{ActionName, CheckId, Component, LevelName};
use crate::time::Ms;
use crate::version::{Range, Version};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// All facts about one system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Catalog {
    /// The kind of thing: `kafka`.
    pub system: String,
    /// The day on which the facts were read, `2026-11-20`.
    pub as_of: String,
    /// The parts with a version of their own, in the order in which a hop moves them.
    pub components: Vec<ComponentFacts>,
    /// Releases, oldest first.
    pub releases: Vec<Release>,
    /// What each line of releases supports.
    pub lines: Vec<Line>,
    /// Levels held by the whole cluster.
    pub levels: Vec<LevelFacts>,
    /// Hops that the maker supports.
    pub paths: Vec<Path>,
    /// Which versions may stand side by side.
    pub skew: Vec<SkewRule>,
    /// Questions asked of a cluster before and while it moves.
    pub checks: Vec<Check>,
    /// Known trouble met at releases.
    pub hazards: Vec<Hazard>,
    /// Things done for the cluster within a hop.
    pub actions: Vec<ActionFacts>,
}

/// One component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComponentFacts {
    /// Its name: `controller`.
    pub name: Component,
    /// How long one member usually takes to stop, start and be whole again.
    pub restart_ms: Ms,
    /// What moving one member of it does to clients, in words.
    pub disturbs: String,
    /// Where the facts stand.
    pub source: String,
}

/// One release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Release {
    /// Its version.
    pub version: Version,
    /// Withdrawn or not advised, with the reason: never a target unless asked for by its full version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avoid: Option<String>,
    /// Where the facts stand.
    pub source: String,
}

/// What a line of releases supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    /// The line: `4.1`.
    pub line: Version,
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

/// A hop that the maker supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Path {
    /// From these.
    pub from: Range,
    /// To these.
    pub to: Range,
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
}

/// How heavy a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Told, does not bar.
    Warn,
    /// Bars, unless waived.
    Fail,
    /// Bars, cannot be waived.
    FailAlways,
}

/// When a finding binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binds {
    /// Before the run begins.
    Now,
    /// Before the hop begins.
    BeforeHop,
    /// Before each member of the component begins.
    BeforeEachMember,
    /// Before levels are raised.
    BeforeFinalize,
}

/// What must be true of a fact: a closed set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Must {
    /// A list must have nothing in it.
    BeEmpty,
    /// Must be true.
    BeTrue,
    /// A number must be at least this.
    BeAtLeast(i64),
    /// A number must be at most this.
    BeAtMost(i64),
}

/// A question asked of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Check {
    /// Its name: `replication.single`.
    pub id: CheckId,
    /// What is asked, as a sentence that is true when it passes.
    pub title: String,
    /// The fact it reads, by name; targets answer it.
    pub fact: String,
    /// What must be true of it.
    pub must: Must,
    /// How heavy it is when it is not.
    pub severity: Severity,
    /// When it binds.
    pub binds: Binds,
    /// Only where the hop comes from one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Range>,
    /// Only where the hop goes to one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Range>,
    /// What to do when it is not met, in words.
    pub mend: String,
    /// Where the condition stands.
    pub source: String,
}

/// Known trouble at releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hazard {
    /// Its name, the maker's where there is one: `KAFKA-19748`.
    pub id: String,
    /// Releases that have it.
    pub at: Range,
    /// Only if this applies, in words; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_if: Option<String>,
    /// What happens, in words.
    pub what: String,
    /// Where it stands.
    pub source: String,
}

/// Something done for the cluster within each hop, after the last member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionFacts {
    /// Its name: `preferred-leaders`.
    pub name: ActionName,
    /// After the members of this component.
    pub after: Component,
    /// What it does, in words.
    pub what: String,
    /// Whether it may be done again.
    #[serde(default)]
    pub repeat: Repeat,
    /// Where it stands.
    pub source: String,
}

/// Whether an action may be done again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// A repeat changes nothing.
    #[default]
    Harmless,
    /// Its being done cannot be seen: tried at most once, then a human is asked.
    Once,
}
