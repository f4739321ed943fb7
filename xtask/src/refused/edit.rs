//! A catalog and a cluster with only some of the facts that can bar, or without some.
//!
//! Must never know: which facts those are. Tests: one floor up.

use std::collections::BTreeSet;

use windlass_engine::catalog::{Catalog, Path};
use windlass_engine::names::{Component, LevelName, Track};
use windlass_engine::plan::Goal;
use windlass_engine::refusal::FactRef;
use windlass_engine::snapshot::{Fact, Member, Snapshot};
use windlass_engine::version::{Range, Version};

/// Only these facts: no other member, rule, blocked hop, risk or level is left, every offer but these is
/// gone, and between all other lines a path is offered.
pub(super) fn only(
    catalog: &Catalog,
    snapshot: &Snapshot,
    goal: &Goal,
    kept: &[FactRef],
) -> (Catalog, Snapshot) {
    let mut edited = (catalog.clone(), snapshot.clone());
    let (facts, seen) = &mut edited;
    seen.members
        .retain(|_, member| kept.iter().any(|fact| is_run(fact, member)));
    facts.skew.retain(|rule| kept.contains(&rule_ref(&rule.id)));
    facts.blocked.retain(|blocked| {
        let named = |fact: &&FactRef| is_blocked(fact, blocked);
        kept.iter().any(|fact| named(&fact))
    });
    let risks: Vec<_> = catalog.risks.iter().map(|risk| risk.name.clone()).collect();
    for risk in risks {
        let fact = FactRef::Risk { risk };
        if !kept.contains(&fact) {
            take(&mut edited, &fact);
        }
    }
    for level in &catalog.levels {
        let fact = FactRef::Level {
            level: level.name.clone(),
        };
        if !kept.contains(&fact) {
            take(&mut edited, &fact);
        }
    }
    for offer in &catalog.offers {
        let fact = FactRef::Offer {
            offer: offer.id.clone(),
        };
        if !kept.contains(&fact) {
            take(&mut edited, &fact);
        }
        for name in offer.only.keys() {
            let fact = FactRef::Said { name: name.clone() };
            if !kept.contains(&fact) {
                say(&mut edited.1, catalog, name);
            }
        }
    }
    let paths = catalog
        .tracks()
        .into_iter()
        .flat_map(|track| others(catalog, snapshot, goal, &track, kept));
    edited.0.paths.extend(paths.collect::<Vec<_>>());
    edited
}

/// All facts but these.
pub(super) fn without(
    catalog: &Catalog,
    snapshot: &Snapshot,
    gone: &[FactRef],
) -> (Catalog, Snapshot) {
    let mut edited = (catalog.clone(), snapshot.clone());
    for fact in gone {
        if let FactRef::Said { name } = fact {
            say(&mut edited.1, catalog, name);
        }
        take(&mut edited, fact);
    }
    edited
}

fn take((catalog, snapshot): &mut (Catalog, Snapshot), gone: &FactRef) {
    match gone {
        FactRef::Runs { .. } => snapshot.members.retain(|_, member| !is_run(gone, member)),
        FactRef::Absent { track, from, to } => {
            catalog
                .paths
                .push(offered(track, from, (to.clone(), to.clone())));
        }
        FactRef::Blocked { .. } => catalog.blocked.retain(|blocked| !is_blocked(gone, blocked)),
        FactRef::Risk { risk } => {
            let paths = catalog.paths.iter_mut().map(|path| &mut path.risks);
            let edges = catalog.edges.iter_mut().map(|edge| &mut edge.risks);
            for risks in paths.chain(edges) {
                risks.retain(|name| name != risk);
            }
            catalog.risks.retain(|facts| &facts.name != risk);
        }
        FactRef::Level { level } => untie(catalog, snapshot, level),
        FactRef::Rule { rule } => catalog.skew.retain(|facts| &facts.id != rule),
        FactRef::Offer { offer } => catalog.offers.retain(|facts| &facts.id != offer),
        // What is not among the facts that this figure knows is left as it is: it will be found wanting.
        FactRef::Said { .. }
        | FactRef::Stays { .. }
        | FactRef::Member { .. }
        | FactRef::Release { .. }
        | FactRef::Stop { .. } => {}
    }
}

/// Takes away a level, and those that count only with it.
fn untie(catalog: &mut Catalog, snapshot: &mut Snapshot, level: &LevelName) {
    let mut gone = BTreeSet::from([level.clone()]);
    loop {
        let with = catalog.levels.iter().filter(|facts| {
            let when = facts.when.as_ref();
            when.is_some_and(|(other, _)| gone.contains(other)) && !gone.contains(&facts.name)
        });
        let with: Vec<LevelName> = with.map(|facts| facts.name.clone()).collect();
        if with.is_empty() {
            break;
        }
        gone.extend(with);
    }
    for name in &gone {
        snapshot.levels.remove(name);
        catalog.levels.retain(|facts| &facts.name != name);
        for facts in &mut catalog.levels {
            facts.brings.remove(name);
        }
        for line in &mut catalog.lines {
            line.levels.remove(name);
        }
        for path in &mut catalog.paths {
            path.needs.remove(name);
        }
    }
}

/// Lets a cluster say what is asked for.
fn say(snapshot: &mut Snapshot, catalog: &Catalog, name: &str) {
    let mut asked = catalog
        .offers
        .iter()
        .filter_map(|offer| offer.only.get(name));
    if let Some(value) = asked.find_map(|values| values.first()) {
        snapshot
            .facts
            .insert(name.to_owned(), Fact::Word(value.clone()));
    }
}

fn is_run(fact: &FactRef, member: &Member) -> bool {
    matches!(fact, FactRef::Runs { carries } if carries == &member.components)
}

fn rule_ref(id: &str) -> FactRef {
    FactRef::Rule {
        rule: id.to_owned(),
    }
}

fn is_blocked(fact: &FactRef, blocked: &windlass_engine::catalog::Blocked) -> bool {
    let FactRef::Blocked {
        of,
        track,
        from,
        to,
    } = fact
    else {
        return false;
    };
    (of, track, from, to) == (&blocked.of, &blocked.track, &blocked.from, &blocked.to)
}

/// Paths between all lines of a scheme between which these facts do not say that there is none.
fn others(
    catalog: &Catalog,
    snapshot: &Snapshot,
    goal: &Goal,
    track: &Track,
    kept: &[FactRef],
) -> Vec<Path> {
    let lines: Vec<Version> = lines(catalog, snapshot, goal, track).into_iter().collect();
    let mut paths = Vec::new();
    for (at, from) in lines.iter().enumerate() {
        let mut open: Option<(Version, Version)> = None;
        for to in &lines[at..] {
            let fact = FactRef::Absent {
                track: track.clone(),
                from: from.clone(),
                to: to.clone(),
            };
            open = match (open, kept.contains(&fact)) {
                (Some((first, _)), false) => Some((first, to.clone())),
                (None, false) => Some((to.clone(), to.clone())),
                (Some(row), true) => {
                    paths.push(offered(track, from, row));
                    None
                }
                (None, true) => None,
            };
        }
        paths.extend(open.map(|row| offered(track, from, row)));
    }
    paths
}

/// From each release of a line to each of a row of lines.
fn offered(track: &Track, from: &Version, (first, last): (Version, Version)) -> Path {
    let from = Range {
        from: Some(from.clone()),
        to: Some(from.clone()),
    };
    let to = Range {
        from: Some(first),
        to: Some(last),
    };
    Path {
        track: track.clone(),
        ..Path::of(from, to, "edited".into())
    }
}

fn lines(catalog: &Catalog, snapshot: &Snapshot, goal: &Goal, track: &Track) -> BTreeSet<Version> {
    let of_track = |name: &Component| &catalog.track_of(name) == track;
    let known = catalog.releases.iter().filter(|r| &r.track == track);
    let known = known.map(|release| release.version.line());
    let members = snapshot.members.values();
    let runs = members.flat_map(|member| &member.components);
    let runs = runs.filter(|(name, _)| of_track(name));
    let asked = goal.release().filter(|_| track.is_main());
    known
        .chain(runs.map(|(_, version)| version.line()))
        .chain(asked.map(Version::line))
        .collect()
}
