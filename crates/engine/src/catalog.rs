//! The maker's facts about a system, as data: releases, paths, skew rules, levels, checks, hazards.
//!
//! Each fact carries its source. Parsed once, total afterwards; `catalogs/` holds the files.
//! Must never know: the user's will, or any one cluster. Stories: `tests/it/catalog.rs`.

mod graph;
mod lint;
mod offer;
mod part;
mod procedure;
mod read;
mod rule;

pub use graph::{Blocked, Edge, Matching, Path, Risk};
pub use lint::{About, Lint, Sourced};
pub use offer::{Advisory, FactKind, FactNamed, Offer, PaceFacts, Release};
pub use part::Part;
pub use procedure::{Human, LevelFacts, Line, Raising};
pub use read::{Bond, Lines};
pub use rule::{Pair, Skew, SkewRule, Within};

use crate::names::{ActionName, CheckId, Component, LevelName, Track};
use crate::time::Ms;
use crate::version::Range;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// All facts about one system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Catalog {
    /// The kind of thing: `kafka`.
    pub system: String,
    /// The catalog that this one adds to, by its system; read together with it, and gone then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// Lists of that catalog of which nothing is taken over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<Part>,
    /// The day on which the facts were read, `2026-11-20`.
    pub as_of: String,
    /// The parts with a version of their own, in the order in which a hop moves them.
    #[serde(default)]
    pub components: Vec<ComponentFacts>,
    /// Releases, oldest first within a track.
    #[serde(default)]
    pub releases: Vec<Release>,
    /// What each line of releases supports; a line that is not named supports every level.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// Levels held by the whole cluster.
    #[serde(default)]
    pub levels: Vec<LevelFacts>,
    /// Hops that the maker supports.
    #[serde(default)]
    pub paths: Vec<Path>,
    /// Hops that the maker names one by one, from release to release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<Edge>,
    /// What may make a hop unwise, found out for each cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    /// Hops that the maker forbids, whatever paths say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Blocked>,
    /// Which versions may stand side by side.
    #[serde(default)]
    pub skew: Vec<SkewRule>,
    /// Facts that are asked of a cluster, by name; those of checks and risks must stand here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactNamed>,
    /// Questions asked of a cluster before and while it moves.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Known trouble met at releases.
    #[serde(default)]
    pub hazards: Vec<Hazard>,
    /// Things done for the cluster within a hop.
    #[serde(default)]
    pub actions: Vec<ActionFacts>,
    /// Where upgrades are offered at all; none: everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// Known holes and where they are mended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<Advisory>,
    /// The maker's own pace, where it names one; a policy that names none takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<PaceFacts>,
}

/// One component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComponentFacts {
    /// Its name: `controller`.
    pub name: Component,
    /// Whose versions it has; a catalog with one scheme needs none.
    #[serde(default, skip_serializing_if = "Track::is_main")]
    pub track: Track,
    /// Who moves it.
    #[serde(default, skip_serializing_if = "Moved::is_here")]
    pub moved: Moved,
    /// How long one member usually takes to stop, start and be whole again.
    pub restart_ms: Ms,
    /// What moving one member of it does to clients, in words.
    pub disturbs: String,
    /// Where the facts stand.
    pub source: String,
}

impl ComponentFacts {
    /// One with its own name and nothing else to tell.
    #[must_use]
    pub fn of(name: Component, restart_ms: Ms, disturbs: String, source: String) -> Self {
        Self {
            name,
            track: Track::default(),
            moved: Moved::Here,
            restart_ms,
            disturbs,
            source,
        }
    }
}

/// Who moves a component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moved {
    /// Plans of this catalog.
    #[default]
    Here,
    /// Somebody else: it stands in each mix as it was seen (clients, the Kubernetes beneath a mesh).
    Elsewhere,
}

impl Moved {
    fn is_here(&self) -> bool {
        matches!(self, Self::Here)
    }
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
    /// A word must be one of these.
    BeOneOf(Vec<String>),
    /// Every version that was seen must lie in one of these ranges.
    BeIn(Vec<Range>),
    /// So many objects of a list at most.
    CountAtMost(u32),
    /// So many objects of a list at least.
    CountAtLeast(u32),
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
    /// Only where this level stands at least so high (a question that has no meaning in another mode).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<(LevelName, u16)>,
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
    /// The scheme of those releases.
    #[serde(default, skip_serializing_if = "Track::is_main")]
    pub track: Track,
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

/// Something done for the cluster within a hop, before its first member or after its last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionFacts {
    /// Its name: `preferred-leaders`.
    pub name: ActionName,
    /// After the members of this component; with [`Turn::Before`]: before them.
    pub after: Component,
    /// On which side of them.
    #[serde(default, skip_serializing_if = "Turn::is_after")]
    pub turn: Turn,
    /// Only where the hop comes from one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Range>,
    /// Only where the hop goes to one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Range>,
    /// The fact that says it is done, where a human does it; none: a run does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<String>,
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

/// On which side of the members an action is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// After the last of them.
    #[default]
    After,
    /// Before the first of them.
    Before,
}

impl Turn {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde asks for"
    )]
    fn is_after(&self) -> bool {
        matches!(self, Self::After)
    }
}
