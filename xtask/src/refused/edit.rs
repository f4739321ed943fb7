//! A catalog and a cluster with only some of the facts that can bar, or without some.
//!
//! Must never know: which facts those are. Tests: one floor up.

use std::collections::BTreeSet;

use windlass_engine::catalog::{Catalog, Moved, Path};
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
            catalog.paths.push(offered(track, from, to));
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

/// Paths between all lines of a scheme between which some hop is missing, but those between which these
/// facts say so.
fn others(
    catalog: &Catalog,
    snapshot: &Snapshot,
    goal: &Goal,
    track: &Track,
    kept: &[FactRef],
) -> Vec<Path> {
    let ground = Ground::of(catalog, snapshot, goal, track);
    let missing = ground.missing();
    let mut paths = Vec::new();
    for (from, to) in missing {
        let fact = FactRef::Absent {
            track: track.clone(),
            from: from.clone(),
            to: to.clone(),
        };
        if !kept.contains(&fact) {
            paths.push(offered(track, &from, &to));
        }
    }
    paths
}

/// What can be left and where one can land in a scheme.
struct Ground<'a> {
    catalog: &'a Catalog,
    track: &'a Track,
    /// Components of the scheme that somebody carries.
    carried: BTreeSet<Component>,
    leaves: BTreeSet<Version>,
    lands: BTreeSet<Version>,
}

impl<'a> Ground<'a> {
    fn of(catalog: &'a Catalog, snapshot: &Snapshot, goal: &Goal, track: &'a Track) -> Self {
        let of_track = |name: &Component| &catalog.track_of(name) == track;
        let members = snapshot.members.values();
        let all = members.flat_map(|member| &member.components);
        let all = all.filter(|(name, _)| of_track(name));
        let (carried, mut leaves): (BTreeSet<Component>, BTreeSet<Version>) =
            all.map(|(name, at)| (name.clone(), at.clone())).unzip();
        let advised = catalog.releases.iter();
        let advised = advised.filter(|r| &r.track == track && r.avoid.is_none());
        let mut lands: BTreeSet<Version> = advised.map(|r| r.version.clone()).collect();
        match goal {
            Goal::Version(to) | Goal::Back(to) if track.is_main() => {
                lands.insert(to.clone());
            }
            Goal::Of(ends) => {
                let ends = ends.iter().filter(|(name, _)| of_track(name));
                lands.extend(ends.map(|(_, to)| to.clone()));
            }
            Goal::Version(_) | Goal::Back(_) | Goal::Finalize => {}
        }
        // Nothing is older than the oldest that moves, and nothing goes beyond the goal.
        let end = match goal {
            Goal::Version(to) | Goal::Back(to) => Some(to).filter(|_| track.is_main()),
            Goal::Of(ends) => {
                let ends = ends.iter().filter(|(name, _)| of_track(name));
                ends.map(|(_, to)| to).max()
            }
            Goal::Finalize => None,
        };
        let moved = |name: &Component| {
            let facts = catalog.component(name);
            facts.is_some_and(|facts| facts.moved == Moved::Here)
        };
        let members = snapshot.members.values();
        let all = members.flat_map(|member| &member.components);
        let movers = all.filter(|(name, _)| of_track(name) && moved(name));
        let oldest = movers.map(|(_, at)| at).min();
        lands.retain(|to| end.is_some_and(|end| to <= end));
        leaves.extend(lands.iter().cloned());
        leaves.retain(|from| oldest.is_none_or(|oldest| from >= oldest));
        Self {
            catalog,
            track,
            carried,
            leaves,
            lands,
        }
    }

    /// Each two lines between which some component is not offered some hop, levels, risks and blocked
    /// hops left aside.
    fn missing(&self) -> BTreeSet<(Version, Version)> {
        let mut missing = BTreeSet::new();
        for from in &self.leaves {
            for to in self.lands.iter().filter(|to| *to > from) {
                let pair = (from.line(), to.line());
                if !missing.contains(&pair) && !self.is_offered(from, to) {
                    missing.insert(pair);
                }
            }
        }
        missing
    }

    fn is_offered(&self, from: &Version, to: &Version) -> bool {
        let mut edges = self.catalog.edges.iter();
        if self.track.is_main() && edges.any(|edge| (&edge.from, &edge.to) == (from, to)) {
            return true;
        }
        let paths = self.catalog.paths.iter();
        let paths = paths.filter(|path| &path.track == self.track);
        let leading: Vec<&Path> = paths
            .filter(|path| self.catalog.leads(path, from, to))
            .collect();
        let mut carried = self.carried.iter();
        carried.all(|name| {
            let mut paths = leading.iter();
            paths.any(|path| path.of.is_empty() || path.of.contains(name))
        })
    }
}

/// From each release of a line to each of another.
fn offered(track: &Track, from: &Version, to: &Version) -> Path {
    let line = |line: &Version| Range {
        from: Some(line.clone()),
        to: Some(line.clone()),
    };
    Path {
        track: track.clone(),
        ..Path::of(line(from), line(to), "edited".into())
    }
}
