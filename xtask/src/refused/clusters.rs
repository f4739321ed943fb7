//! Simple clusters of a catalog: three members at each release, alone and beside what others
//! move, with levels low and high, and where upgrades are offered and where not.
//!
//! Must never know: which of them have a way. Tests: one floor up.

use std::collections::BTreeMap;

use windlass_engine::catalog::{Catalog, ComponentFacts, Moved};
use windlass_engine::names::{MemberId, Track};
use windlass_engine::plan::Goal;
use windlass_engine::snapshot::{Fact, Level, Member, Snapshot};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;

/// A start, and all that is asked of it.
pub(super) struct Cluster {
    pub name: String,
    pub snapshot: Snapshot,
    pub goals: Vec<Goal>,
}

/// Where levels stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Levels {
    /// At the lowest that the release lives with.
    Low,
    High,
}

/// Whether the cluster is of a kind to which upgrades are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Offered,
    Other,
}

/// What of other schemes stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    /// Each component of another scheme, at its oldest known release.
    Old,
    New,
}

pub(super) fn all(catalog: &Catalog) -> impl Iterator<Item = Cluster> {
    let besides = if catalog.components.iter().any(|c| !c.track.is_main()) {
        &[Beside::Nothing, Beside::Old, Beside::New][..]
    } else {
        &[Beside::Nothing]
    };
    let levels = if catalog.levels.is_empty() {
        &[Levels::High][..]
    } else {
        &[Levels::Low, Levels::High]
    };
    let kinds = if catalog.offers.is_empty() {
        &[Kind::Offered][..]
    } else {
        &[Kind::Offered, Kind::Other]
    };
    let starts = of_track(catalog, &Track::default());
    starts.into_iter().flat_map(move |from| {
        besides.iter().flat_map(move |beside| {
            let from = from.clone();
            levels.iter().flat_map(move |level| {
                let from = from.clone();
                kinds
                    .iter()
                    .map(move |kind| cluster(catalog, &from, *beside, *level, *kind))
            })
        })
    })
}

/// Every release of a scheme, oldest first.
fn of_track(catalog: &Catalog, track: &Track) -> Vec<Version> {
    let releases = catalog.releases.iter().filter(|r| &r.track == track);
    let mut versions: Vec<Version> = releases.map(|release| release.version.clone()).collect();
    versions.sort();
    versions.dedup();
    versions
}

/// What each member carries: of the main scheme the last two components have members of their own, those
/// before them share one (a control plane); each of another scheme has one.
fn members(catalog: &Catalog) -> Vec<Vec<&ComponentFacts>> {
    let is_main = |facts: &&ComponentFacts| facts.track.is_main() && facts.moved == Moved::Here;
    let main: Vec<&ComponentFacts> = catalog.components.iter().filter(is_main).collect();
    let (plane, alone) = main.split_at(main.len().saturating_sub(2));
    let others = catalog.components.iter().filter(|facts| !is_main(facts));
    let each = alone.iter().copied().chain(others);
    let plane = (!plane.is_empty()).then(|| plane.to_vec());
    plane
        .into_iter()
        .chain(each.map(|facts| vec![facts]))
        .collect()
}

fn cluster(
    catalog: &Catalog,
    from: &Version,
    beside: Beside,
    levels: Levels,
    kind: Kind,
) -> Cluster {
    let mut snapshot = Snapshot::empty(&catalog.system, Wall(0));
    snapshot.identity = Some("drawn".into());
    let mut goals: Vec<Goal> = of_track(catalog, &Track::default())
        .into_iter()
        .map(Goal::Version)
        .collect();
    for carried in members(catalog) {
        let known = of_track(catalog, &carried[0].track);
        let at = match beside {
            _ if carried[0].track.is_main() => Some(from),
            Beside::Nothing => None,
            Beside::Old => known.first(),
            Beside::New => known.last(),
        };
        let Some(at) = at else { continue };
        let id = MemberId::from(snapshot.members.len().to_string());
        let names = carried.iter().map(|facts| facts.name.clone());
        let member = Member {
            components: names.map(|name| (name, at.clone())).collect(),
            ..Member::named(id.clone(), carried[0].name.to_string())
        };
        snapshot.members.insert(id, member.into());
        for facts in carried {
            if !facts.track.is_main() && facts.moved == Moved::Here {
                let alone =
                    |to: &Version| Goal::Of(BTreeMap::from([(facts.name.clone(), to.clone())]));
                goals.extend(known.iter().map(alone));
            }
        }
    }
    if let Some(line) = catalog.line(from) {
        for (name, (low, high)) in &line.levels {
            let finalized = match levels {
                Levels::Low => *low,
                Levels::High => *high,
            };
            let supported = Some((*low, *high));
            let level = Level {
                finalized,
                supported,
            };
            snapshot.levels.insert(name.clone(), level);
        }
    }
    for offer in &catalog.offers {
        for (label, values) in &offer.only {
            let word = match (kind, values.first()) {
                (Kind::Offered, Some(value)) => value.clone(),
                (Kind::Offered, None) | (Kind::Other, _) => "another".to_owned(),
            };
            snapshot.facts.insert(label.clone(), Fact::Word(word));
        }
    }
    Cluster {
        name: format!("{from} ({beside:?} beside, levels {levels:?}, {kind:?})"),
        snapshot,
        goals,
    }
}
