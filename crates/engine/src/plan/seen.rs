//! What of a snapshot planning stands on, and the "no" where any of it is a gap.
//!
//! Must never know: the goal. Stories: `tests/it/refusal.rs`.

use super::atlas::Atlas;
use crate::catalog::{Catalog, Moved};
use crate::names::{Component, Identity, LevelName, MemberId};
use crate::refusal::{Because, Code, FactRef, Proof, Refusal};
use crate::snapshot::{Member, Snapshot, Weight};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// More names than this in one sentence are counted instead.
const NAMES_MAX: usize = 5;

/// The whole of what planning needs to know of a cluster.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    /// The facts about its system.
    pub catalog: &'a Catalog,
    /// The same, made ready.
    pub atlas: &'a Atlas<'a>,
    /// Who it is.
    pub identity: Identity,
    /// The members with their releases.
    pub snapshot: &'a Snapshot,
    /// Members that stay as they are: they stand in each mix, and are never moved.
    pub left: &'a BTreeSet<MemberId>,
    /// Levels as finalized; 0 for what was never raised.
    pub levels: BTreeMap<LevelName, u16>,
}

impl<'a> Seen<'a> {
    /// # Errors
    /// [`Code::Gap`] where it is not known who answers, what a member runs, or where a level stands.
    pub fn read(
        atlas: &'a Atlas<'a>,
        snapshot: &'a Snapshot,
        left: &'a BTreeSet<MemberId>,
    ) -> Result<Self, Refusal> {
        let catalog = atlas.catalog;
        let mut because = Vec::new();
        if snapshot.identity.is_none() {
            because.push(fact("the cluster did not say who it is".into()));
        }
        if snapshot.members.is_empty() {
            because.push(fact("no member was seen".into()));
        }
        because.extend(unversioned(snapshot, left));
        because.extend(unknown_components(catalog, snapshot));
        let levels = levels(catalog, snapshot, &mut because);
        match (&snapshot.identity, because.is_empty()) {
            (Some(identity), true) => Ok(Self {
                catalog,
                atlas,
                identity: identity.clone(),
                snapshot,
                left,
                levels,
            }),
            (Some(_) | None, _) => Err(Refusal {
                opens: Vec::new(),
                opener: Proof::Plain,
                proof: Proof::Plain,
                code: Code::Gap,
                says: "what runs now cannot be told, so no way from it can be".into(),
                because,
                hints: hints(snapshot),
            }),
        }
    }

    /// Releases by component.
    pub fn runs(&self) -> BTreeMap<Component, BTreeSet<Version>> {
        let mut runs: BTreeMap<Component, BTreeSet<Version>> = BTreeMap::new();
        for member in self.snapshot.members.values() {
            for (component, version) in &member.components {
                let versions = runs.entry(component.clone()).or_default();
                if !versions.contains(version) {
                    versions.insert(version.clone());
                }
            }
        }
        runs
    }

    /// Members that are to move.
    pub fn movers(&self) -> impl Iterator<Item = &'a Member> {
        let members = self.snapshot.members.values();
        let members = members.filter(|m| !self.left.contains(&m.id));
        members.map(AsRef::as_ref)
    }

    /// What plans of this catalog move on a member: components of the main scheme with their releases.
    pub fn main(&self, member: &'a Member) -> impl Iterator<Item = (&'a Component, &'a Version)> {
        let components = member.components.iter();
        components.filter(|(name, _)| {
            let facts = self.catalog.component(name);
            facts.is_some_and(|facts| facts.track.is_main() && facts.moved == Moved::Here)
        })
    }

    /// All releases of the main scheme that run on members that are to move, oldest first.
    pub fn releases(&self) -> BTreeSet<Version> {
        let mut releases = BTreeSet::new();
        for (_, version) in self.movers().flat_map(|m| self.main(m)) {
            if !releases.contains(version) {
                releases.insert(version.clone());
            }
        }
        releases
    }
}

/// What the gaps themselves say is to be done, each once.
fn hints(snapshot: &Snapshot) -> Vec<String> {
    let mut hints = vec![String::from(
        "what could not be seen, and why: windlass observe {cluster}",
    )];
    for gap in snapshot
        .gaps
        .iter()
        .filter(|gap| gap.weight == Weight::Bars)
    {
        if hints.len() <= NAMES_MAX && !hints.contains(&gap.mend) {
            hints.push(gap.mend.clone());
        }
    }
    hints
}

fn fact(text: String) -> Because {
    Because::seen(text, Vec::new())
}

/// A member that stays as it is may be gone altogether, by a human's word.
fn unversioned(snapshot: &Snapshot, left: &BTreeSet<MemberId>) -> Option<Because> {
    let members = snapshot.members.values();
    let members: Vec<&Member> = members
        .filter(|m| !left.contains(&m.id))
        .filter(|m| !m.unversioned.is_empty() || m.components.is_empty())
        .map(AsRef::as_ref)
        .collect();
    let names: Vec<&str> = members.iter().map(|m| m.name.as_str()).collect();
    let refs = members.iter().map(|m| FactRef::Member {
        member: m.id.clone(),
    });
    let text = format!("the exact release of {} is not known", list(&names));
    (!names.is_empty()).then(|| Because::seen(text, refs.collect()))
}

fn unknown_components(catalog: &Catalog, snapshot: &Snapshot) -> Vec<Because> {
    let carried: BTreeSet<&Component> = snapshot
        .members
        .values()
        .flat_map(|m| m.components.keys())
        .collect();
    carried
        .into_iter()
        .filter(|name| catalog.component(name).is_none())
        .map(|name| fact(format!("the catalog knows no component {name}")))
        .collect()
}

/// Finalized levels. One that is absent was never raised, unless what runs cannot live with 0.
fn levels(
    catalog: &Catalog,
    snapshot: &Snapshot,
    because: &mut Vec<Because>,
) -> BTreeMap<LevelName, u16> {
    let lines: BTreeSet<Version> = snapshot
        .members
        .values()
        .flat_map(|m| m.components.iter())
        .filter(|(name, _)| catalog.track_of(name).is_main())
        .map(|(_, version)| version.line())
        .collect();
    let mut levels: BTreeMap<LevelName, u16> = snapshot
        .levels
        .iter()
        .map(|(name, level)| (name.clone(), level.finalized))
        .collect();
    for facts in &catalog.levels {
        if levels.contains_key(&facts.name) {
            continue;
        }
        let needed = lines
            .iter()
            .filter_map(|line| catalog.line(line))
            .any(|line| !line.supports(&facts.name, facts.absent));
        let counts = facts.when.as_ref().is_none_or(|(other, least)| {
            let absent = catalog.level(other).map_or(0, |other| other.absent);
            levels.get(other).copied().unwrap_or(absent) >= *least
        });
        if needed && counts {
            let level = facts.name.clone();
            let text = format!("where {level} stands is not known");
            because.push(Because::seen(text, vec![FactRef::Level { level }]));
        }
        levels.insert(facts.name.clone(), facts.absent);
    }
    levels
}

/// `a`, `a and b`, `a, b and 7 more`.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).into(),
        [head @ .., last] if names.len() <= NAMES_MAX => format!("{} and {last}", head.join(", ")),
        all => format!(
            "{} and {} more",
            all[..NAMES_MAX - 1].join(", "),
            all.len() - (NAMES_MAX - 1)
        ),
    }
}
