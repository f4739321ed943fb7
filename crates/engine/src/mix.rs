//! The versions that stand side by side at one moment, and what of that is forbidden.
//!
//! A mix keeps apart what different kinds of members carry, because a member that carries two
//! components moves both at once: between such members no order can be asked for.
//! Serves the search and the gates; the second judge (`audit`) does not use it.
//! Must never know: who moves next. Stories: `tests/it/mix.rs`.

mod board;

pub use board::{Board, Found, Seats};

use crate::catalog::{Bond, Catalog, Line, SkewRule};
use crate::names::{Component, LevelName};
use crate::snapshot::{Member, Snapshot};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The components that a kind of members carries together.
pub type Kind = BTreeSet<Component>;

/// Where members stand: those of one kind in one zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What they carry.
    pub kind: Kind,
    /// Their zone; none: they are in none, which counts as one of its own.
    pub zone: Option<String>,
}

/// The versions at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mix {
    /// Place → component → its releases.
    pub stands: BTreeMap<Place, BTreeMap<Component, BTreeSet<Version>>>,
    /// What single members run, each different one once.
    pub members: BTreeSet<BTreeMap<Component, Version>>,
    /// Levels as finalized.
    pub levels: BTreeMap<LevelName, u16>,
}

/// What a mix breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// A skew rule.
    Skew,
    /// A release that does not support a finalized level.
    Level,
}

/// One pair that may not stand side by side. Compares by rule and pair, so that two mixes can be told
/// apart by what the one breaks and the other does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// What kind of rule.
    pub broken: Broken,
    /// The rule's name: `broker-not-newer`, or the level's.
    pub rule: String,
    /// The one: `broker 4.0.2`.
    pub one: String,
    /// Beside the other: `controller 3.9.1`, or `metadata.version 4.0-IV3`.
    pub other: String,
    /// Why it may not be, in words.
    pub why: String,
    /// Where the rule stands.
    pub source: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} beside {}: {}", self.one, self.other, self.why)
    }
}

impl Mix {
    /// What runs in a snapshot. Releases that are gaps are not in it: ask for gaps first.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut mix = Self::levels_of(snapshot);
        for member in snapshot.members.values() {
            mix.add(member);
        }
        mix
    }

    /// The same with one member at this release, whatever it runs now.
    #[must_use]
    pub fn with(snapshot: &Snapshot, moved: &Member, at: &Version) -> Self {
        let mut mix = Self::levels_of(snapshot);
        for member in snapshot.members.values().filter(|m| m.id != moved.id) {
            mix.add(member);
        }
        let mut after = moved.clone();
        after.components = moved
            .carries()
            .map(|component| (component.clone(), at.clone()))
            .collect();
        after.unversioned.clear();
        mix.add(&after);
        mix
    }

    fn levels_of(snapshot: &Snapshot) -> Self {
        Self {
            stands: BTreeMap::new(),
            members: BTreeSet::new(),
            levels: snapshot
                .levels
                .iter()
                .map(|(name, level)| (name.clone(), level.finalized))
                .collect(),
        }
    }

    fn add(&mut self, member: &Member) {
        let place = Place {
            kind: member.carries().cloned().collect(),
            zone: member.zone.clone(),
        };
        if !self.members.contains(&member.components) {
            self.members.insert(member.components.clone());
        }
        let stands = self.stands.entry(place).or_default();
        for (component, version) in &member.components {
            let versions = stands.entry(component.clone()).or_default();
            if !versions.contains(version) {
                versions.insert(version.clone());
            }
        }
    }

    /// Releases by component, whoever carries them.
    #[must_use]
    pub fn runs(&self) -> BTreeMap<Component, BTreeSet<Version>> {
        let mut runs: BTreeMap<Component, BTreeSet<Version>> = BTreeMap::new();
        for (component, versions) in self.stands.values().flatten() {
            runs.entry(component.clone())
                .or_default()
                .extend(versions.iter().cloned());
        }
        runs
    }

    /// Every pair in it that may not stand side by side, each named once.
    #[must_use]
    pub fn check(&self, catalog: &Catalog) -> Vec<Breach> {
        let board = Board::of(catalog, self);
        let mut found = Found::default();
        if let Some(seats) = board.seats(self) {
            board.check(&seats, &mut found);
        }
        board.breaches(&found)
    }
}

fn breach(rule: &SkewRule, of: &Version, from: &Version) -> Breach {
    Breach {
        broken: Broken::Skew,
        rule: rule.id.clone(),
        one: format!("{} {of}", rule.of),
        other: format!("{} {from}", rule.from),
        why: rule.why.clone(),
        source: rule.source.clone(),
    }
}

fn unsupported(
    catalog: &Catalog,
    (component, version): (&Component, &Version),
    (name, number): (&LevelName, u16),
    line: &Line,
) -> Breach {
    let named = catalog.level_named(name, number);
    Breach {
        broken: Broken::Level,
        rule: format!("{name}"),
        one: format!("{component} {version}"),
        other: format!("{name} {named}"),
        why: supported(line, name),
        source: line.source.clone(),
    }
}

/// What a line supports of a level, in words.
fn supported(line: &Line, name: &LevelName) -> String {
    match line.levels.get(name) {
        Some((low, high)) => format!("{} supports {name} {low} to {high}", line.line),
        None => format!("{} does not know {name}", line.line),
    }
}

/// Whether a rule between these two kinds can be kept by order.
#[must_use]
pub fn bond(rule: &SkewRule, one: &Kind, other: &Kind) -> Bond {
    let both = |kind: &Kind| kind.contains(&rule.of) && kind.contains(&rule.from);
    if rule.of != rule.from && both(one) && both(other) {
        Bond::Together
    } else {
        Bond::Apart
    }
}

/// What the one mix breaks that the other did not.
#[must_use]
pub fn newly_broken(catalog: &Catalog, before: &Mix, after: &Mix) -> Vec<Breach> {
    let known = before.check(catalog);
    let mut new = after.check(catalog);
    new.retain(|breach| known.binary_search(breach).is_err());
    new
}
