//! What a user asks for, before it is known what that means for one cluster: `newest`, `kernel=newest`.
//!
//! Must never know: how a way is searched; it asks the planner. Stories: scenarios/kuma, scenarios/ckafka.

use crate::catalog::{Catalog, Moved, Release};
use crate::names::{Component, Track};
use crate::plan::{Goal, Standing, plan, targets};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// It is said already.
    Goal(Goal),
    /// The newest release that there is a way to without known trouble, else with it.
    Newest,
    /// The newest release of the line that runs.
    NewestPatch,
    /// Single components, or all that share a scheme of versions, by name.
    Parts(BTreeMap<String, Wanted>),
}

/// Where a part is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// To this release or line.
    Version(Version),
    /// As far as there is a way.
    Newest,
}

/// The goal that is meant. Where nothing newer is to be had it is what runs already; where there is
/// no way at all it is the newest release, and the planner says why there is none.
#[must_use]
pub fn meant(ask: &Ask, catalog: &Catalog, policy: &Policy, snapshot: &Snapshot) -> Option<Goal> {
    match ask {
        Ask::Goal(goal) => Some(goal.clone()),
        Ask::Newest => newest(catalog, policy, snapshot).map(Goal::Version),
        Ask::NewestPatch => {
            let here = running(catalog, snapshot, &Track::default());
            let here = here.last()?;
            let patch = catalog.newest(&here.line()).map(|release| &release.version);
            let newer = patch.filter(|patch| *patch > here);
            Some(Goal::Version(newer.unwrap_or(here).clone()))
        }
        Ask::Parts(parts) => Some(Goal::Of(ends(parts, catalog, policy, snapshot))),
    }
}

/// The releases of a scheme that run, oldest first.
fn running(catalog: &Catalog, snapshot: &Snapshot, track: &Track) -> BTreeSet<Version> {
    let members = snapshot.members.values();
    let components = members.flat_map(|member| &member.components);
    let here = components.filter(|(name, _)| {
        let facts = catalog.component(name);
        facts.is_some_and(|facts| &facts.track == track && facts.moved == Moved::Here)
    });
    here.map(|(_, version)| version.clone()).collect()
}

fn newest(catalog: &Catalog, policy: &Policy, snapshot: &Snapshot) -> Option<Version> {
    let here = running(catalog, snapshot, &Track::default());
    let here = here.last()?;
    let all = targets(catalog, policy, snapshot);
    let newer: Vec<_> = all.iter().filter(|target| &target.version > here).collect();
    let first = |wanted: fn(&Standing) -> bool| {
        let mut fit = newer.iter().filter(|target| wanted(&target.standing));
        fit.next().map(|target| target.version.clone())
    };
    let advised = || {
        let releases = catalog.releases.iter();
        let known = releases.filter(|r| r.track.is_main() && r.avoid.is_none());
        known
            .map(|r| &r.version)
            .filter(|v| *v > here)
            .max()
            .cloned()
    };
    first(|standing| matches!(standing, Standing::Recommended))
        .or_else(|| first(|standing| matches!(standing, Standing::Conditional(_))))
        .or_else(advised)
        .or_else(|| Some(here.clone()))
}

/// Where each of the parts is to end; a name that is neither is handed on, for the planner to say so.
fn ends(
    parts: &BTreeMap<String, Wanted>,
    catalog: &Catalog,
    policy: &Policy,
    snapshot: &Snapshot,
) -> BTreeMap<Component, Version> {
    let mut ends = BTreeMap::new();
    for (name, wanted) in parts {
        let (track, of) = part(name, catalog, snapshot);
        let version = match wanted {
            Wanted::Version(version) => Some(version.clone()),
            Wanted::Newest => farthest(&track, &of, catalog, policy, snapshot),
        };
        if let Some(version) = version {
            ends.extend(of.into_iter().map(|component| (component, version.clone())));
        }
    }
    ends
}

/// The components that a name stands for, and their scheme.
fn part(name: &str, catalog: &Catalog, snapshot: &Snapshot) -> (Track, Vec<Component>) {
    let component = Component::from(name);
    if let Some(facts) = catalog.component(&component) {
        return (facts.track.clone(), alloc::vec![component]);
    }
    let track = Track::from(name);
    let runs = |name: &Component| {
        let mut members = snapshot.members.values();
        members.any(|member| member.components.contains_key(name))
    };
    let of: Vec<Component> = catalog
        .components
        .iter()
        .filter(|facts| facts.track == track && facts.moved == Moved::Here && runs(&facts.name))
        .map(|facts| facts.name.clone())
        .collect();
    if of.is_empty() {
        (Track::default(), alloc::vec![component])
    } else {
        (track, of)
    }
}

/// The newest release that there is a way to; without any way the newest of all.
fn farthest(
    track: &Track,
    of: &[Component],
    catalog: &Catalog,
    policy: &Policy,
    snapshot: &Snapshot,
) -> Option<Version> {
    let here = running(catalog, snapshot, track);
    let mut newer: Vec<&Release> = catalog
        .releases
        .iter()
        .filter(|r| &r.track == track && r.avoid.is_none())
        .filter(|r| here.first().is_none_or(|oldest| &r.version > oldest))
        .collect();
    newer.sort_by(|a, b| b.version.cmp(&a.version));
    let has_way = |release: &&&Release| {
        let ends = of
            .iter()
            .map(|name| (name.clone(), release.version.clone()));
        let goal = Goal::Of(ends.collect());
        plan(catalog, policy, snapshot, &goal, &BTreeSet::new(), None).is_ok()
    };
    let found = newer.iter().find(has_way).or(newer.first());
    found
        .map(|release| release.version.clone())
        .or_else(|| here.last().cloned())
}
