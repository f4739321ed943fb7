//! The search against a brute-force oracle on small random worlds, and the second judge on each plan.
//!
//! The oracle knows members, not classes: for each step it tries every order in which members can have
//! moved, and looks at every pair of members.

use crate::stage::{catalog, cluster, refused, told, v, via};
use proptest::collection::vec;
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::audit::audit;
use windlass_engine::catalog::{Bond, Catalog, Skew};
use windlass_engine::plan::{Goal, Plan, Stage, plan};
use windlass_engine::refusal::Code;
use windlass_engine::snapshot::Snapshot;
use windlass_engine::version::Version;

const RELEASES: [&str; 4] = ["1.0.0", "1.0.1", "1.1.0", "2.0.0"];
const LINES: [&str; 3] = ["1.0", "1.1", "2.0"];
const NAMES: [&str; 3] = ["a", "b", "c"];

/// What one member runs: component → release.
type Runs = BTreeMap<String, Version>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    members: Vec<Runs>,
    level: u16,
    last: Option<Version>,
}

struct Oracle<'a> {
    catalog: &'a Catalog,
    targets: Vec<Version>,
    stops: Vec<Version>,
    goal: Version,
    /// How a release that is left compares with the one it is left for.
    leaves: Ordering,
}

type Broken = BTreeSet<(String, Version, String)>;

impl Oracle<'_> {
    fn broken(&self, members: &[Runs], level: u16) -> Broken {
        let mut found = Broken::new();
        for (i, one) in members.iter().enumerate() {
            for (j, other) in members.iter().enumerate() {
                for rule in &self.catalog.skew {
                    let (of, from) = (rule.of.as_str(), rule.from.as_str());
                    if i == j && of == from {
                        continue;
                    }
                    let (Some(x), Some(y)) = (one.get(of), other.get(from)) else {
                        continue;
                    };
                    let whole = |runs: &Runs| runs.contains_key(of) && runs.contains_key(from);
                    let bond = if of != from && whole(one) && whole(other) {
                        Bond::Together
                    } else {
                        Bond::Apart
                    };
                    if !beside(&rule.allow, x, y, bond) {
                        found.insert((rule.id.clone(), x.clone(), y.to_string()));
                    }
                }
            }
            for release in one.values() {
                let (low, high) = self.bounds(release);
                if level < low || level > high {
                    found.insert(("level".into(), release.clone(), level.to_string()));
                }
            }
        }
        found
    }

    fn bounds(&self, release: &Version) -> (u16, u16) {
        let line = self.catalog.lines.iter().find(|l| l.line.names(release));
        line.map_or((0, 9), |l| l.levels[&"form".into()])
    }

    fn open(&self, from: &Version, to: &Version, level: u16) -> bool {
        if self.leaves == Ordering::Greater {
            let mut paths = self.catalog.paths.iter();
            return paths.any(|p| p.from.holds(to) && p.to.holds(from) && p.back.is_some());
        }
        self.catalog.paths.iter().any(|path| {
            path.from.holds(from)
                && path.to.holds(to)
                && path.needs.values().all(|least| level >= *least)
        })
    }

    /// All that can be done next: what it costs in moves, raises and hops, and where it leads.
    fn next(&self, state: &State) -> Vec<((u32, u32, u32), State)> {
        let before = self.broken(&state.members, state.level);
        let mut next = Vec::new();
        for level in state.level + 1..5 {
            if self.leaves == Ordering::Less
                && self.broken(&state.members, level).is_subset(&before)
            {
                let state = State {
                    level,
                    ..state.clone()
                };
                next.push(((0, 1, 0), state));
            }
        }
        let before_it = |v: &Version, stop: &Version| v.cmp(stop) == self.leaves;
        let bound = self.stops.iter().find(|stop| {
            let mut all = state.members.iter().flat_map(Runs::values);
            all.any(|v| before_it(v, stop))
        });
        let kinds: BTreeSet<Vec<&String>> =
            state.members.iter().map(|m| m.keys().collect()).collect();
        for kind in kinds {
            for to in self
                .targets
                .iter()
                .filter(|to| bound.is_some_and(|b| *to == b || before_it(to, b)))
            {
                let moved: Vec<usize> = (0..state.members.len())
                    .filter(|i| {
                        let runs = &state.members[*i];
                        runs.keys().eq(kind.iter().copied())
                            && runs.values().any(|v| before_it(v, to))
                            && runs.values().all(|v| v == to || before_it(v, to))
                    })
                    .collect();
                let legal = moved.iter().all(|i| {
                    let mut old = state.members[*i].values().filter(|v| before_it(v, to));
                    old.all(|v| self.open(v, to, state.level))
                });
                let (low, high) = self.bounds(to);
                let legal = legal && low <= state.level && state.level <= high;
                // A class goes as a whole: one that is partly beyond waits.
                let legal = legal && !moved.is_empty();
                if legal && let Some(members) = self.every_order(state, &moved, to, &before) {
                    let hop = u32::from(state.last.as_ref() != Some(to));
                    let moves = u32::try_from(moved.len()).expect("few");
                    let state = State {
                        members,
                        last: Some(to.clone()),
                        ..state.clone()
                    };
                    next.push(((moves, 0, hop), state));
                }
            }
        }
        next
    }

    /// The members after all have moved, where nothing new breaks whoever of them has moved already.
    fn every_order(
        &self,
        state: &State,
        moved: &[usize],
        to: &Version,
        before: &Broken,
    ) -> Option<Vec<Runs>> {
        let mut all = state.members.clone();
        for mask in 1_u32..1 << moved.len() {
            all.clone_from(&state.members);
            for (bit, i) in moved.iter().enumerate() {
                if mask >> bit & 1 == 1 {
                    all[*i].values_mut().for_each(|v| *v = to.clone());
                }
            }
            if !self.broken(&all, state.level).is_subset(before) {
                return None;
            }
        }
        Some(all)
    }

    /// The least cost, by plain Dijkstra.
    fn best(&self, start: State) -> Option<(u32, u32, u32)> {
        let mut open = BTreeSet::from([((0, 0, 0), start)]);
        let mut done = BTreeSet::new();
        while let Some((cost, state)) = open.pop_first() {
            let there = |runs: &Runs| runs.values().all(|v| *v == self.goal);
            if state.members.iter().all(there) {
                return Some(cost);
            }
            if !done.insert(state.clone()) {
                continue;
            }
            for (more, next) in self.next(&state) {
                let cost = (cost.0 + more.0, cost.1 + more.1, cost.2 + more.2);
                open.insert((cost, next));
            }
        }
        None
    }
}

fn beside(allow: &Skew, of: &Version, from: &Version, bond: Bond) -> bool {
    let line = |v: &Version| {
        let at = LINES.iter().position(|line| *line == v.line().to_string());
        i32::try_from(at.expect("a line")).expect("few")
    };
    match allow {
        Skew::NotNewer => bond == Bond::Together || of <= from,
        Skew::Equal => of == from,
        Skew::Minors(..) | Skew::Pairs(_) => panic!("the toys have none"),
        Skew::Lines(low, high) => {
            let far = line(of) - line(from);
            let within = |far: i32| *low <= far && far <= *high;
            within(far) || bond == Bond::Together && within(-far)
        }
    }
}

#[derive(Clone, Debug)]
struct Toy {
    catalog: String,
    cluster: String,
    goal: usize,
    via: Option<usize>,
}

fn toys() -> impl Strategy<Value = Toy> {
    let avoid = vec(prop::bool::weighted(0.15), 4);
    let paths = vec((prop::bool::weighted(0.7), 0_u16..4), 6);
    let lines = vec((0_u16..3, 0_u16..4), 3);
    let rule = (0..3_usize, 0..3_usize, 0..6_u8, -2..=0_i32, 0..=2_i32);
    let rules = vec(rule, 0..3);
    let members = vec((1..8_usize, 0..4_usize), 1..5);
    let goal = (0..4_usize, prop::option::weighted(0.3, 0..3_usize));
    (avoid, paths, lines, rules, members, 0..3_u16, goal).prop_map(
        |(avoid, paths, lines, rules, members, level, (goal, via))| Toy {
            catalog: catalog_text(&avoid, &paths, &lines, &rules),
            cluster: cluster_text(&members, level),
            goal,
            via,
        },
    )
}

fn catalog_text(
    avoid: &[bool],
    paths: &[(bool, u16)],
    lines: &[(u16, u16)],
    rules: &[(usize, usize, u8, i32, i32)],
) -> String {
    let mut text = vec!["components: a b c".to_string(), "level: form".to_string()];
    let mark = |(text, avoid): (&&str, &bool)| format!("{text}{}", if *avoid { "!" } else { "" });
    let releases: Vec<String> = RELEASES.iter().zip(avoid).map(mark).collect();
    text.push(format!("releases: {}", releases.join(" ")));
    for (line, (low, more)) in LINES.iter().zip(lines) {
        text.push(format!("line: {line} form {low} {}", low + more));
    }
    let pairs = (0..4).flat_map(|from| (from + 1..4).map(move |to| (from, to)));
    for ((from, to), (open, needs)) in pairs.zip(paths).filter(|(_, (open, _))| *open) {
        let _ = open;
        let needs = if *needs < 2 {
            String::new()
        } else {
            format!("needs form {}", needs - 1)
        };
        text.push(format!(
            "path: {} to {} {needs}",
            RELEASES[from], RELEASES[to]
        ));
    }
    for (of, from, kind, low, high) in rules {
        let (of, from) = (NAMES[*of], NAMES[*from]);
        text.push(match kind {
            0 | 1 if of != from => format!("skew: {of} not newer than {from}"),
            2 if of != from => format!("skew: {of} equal {from}"),
            _ => format!("skew: {of} within {low} {high} of {from}"),
        });
    }
    text.join("\n")
}

fn cluster_text(members: &[(usize, usize)], level: u16) -> String {
    let mut text = vec![format!("form = {level}")];
    for (id, (carry, at)) in members.iter().enumerate() {
        let carried: Vec<&str> = (0..3)
            .filter(|i| carry >> i & 1 == 1)
            .map(|i| NAMES[i])
            .collect();
        text.push(format!(
            "{} {} {}",
            id + 1,
            carried.join("+"),
            RELEASES[*at]
        ));
    }
    text.join("\n")
}

fn members(snapshot: &Snapshot) -> Vec<Runs> {
    let runs = |m: &Arc<windlass_engine::snapshot::Member>| {
        let all = m.components.iter();
        all.map(|(name, at)| (name.to_string(), at.clone()))
            .collect()
    };
    snapshot.members.values().map(runs).collect()
}

/// What the oracle says: newest patches first, all where these lead nowhere.
fn oracle(
    catalog: &Catalog,
    snapshot: &Snapshot,
    goal: &Version,
    stops: &[Version],
    leaves: Ordering,
) -> Option<(u32, u32, u32)> {
    let start = State {
        members: members(snapshot),
        level: snapshot.levels[&"form".into()].finalized,
        last: None,
    };
    let running: BTreeSet<&Version> = start.members.iter().flat_map(Runs::values).collect();
    let advised = || {
        catalog
            .releases
            .iter()
            .filter(|r| r.avoid.is_none())
            .map(|r| &r.version)
    };
    let newest = |at: &Version| !advised().any(|other| other > at && other.line() == at.line());
    let tiers: [Vec<Version>; 2] = [
        advised()
            .filter(|at| newest(at) || running.contains(at))
            .cloned()
            .collect(),
        advised().cloned().collect(),
    ];
    tiers.into_iter().find_map(|tier| {
        let targets: BTreeSet<Version> = tier.into_iter().chain(stops.iter().cloned()).collect();
        let oracle = Oracle {
            catalog,
            targets: targets.into_iter().collect(),
            stops: stops.to_vec(),
            goal: goal.clone(),
            leaves,
        };
        oracle.best(start.clone())
    })
}

fn cost(plan: &Plan) -> (u32, u32, u32) {
    let raises = plan
        .stages()
        .filter(|(_, _, s)| matches!(s, Stage::Raise(_)))
        .count();
    let hops = plan
        .hops
        .iter()
        .filter(|hop| hop.stages.iter().any(|s| s.moves() > 0));
    let few = |n: usize| u32::try_from(n).expect("few");
    (few(plan.moves()), few(raises), few(hops.count()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_search_finds_what_brute_force_finds(toy in toys()) {
        let catalog = catalog(&toy.catalog);
        let snapshot = cluster(&toy.cluster);
        let goal = v(RELEASES[toy.goal]);
        let policy = via(&toy.via.map(|line| LINES[line]).into_iter().collect::<Vec<_>>());
        let left = BTreeSet::new();
        let found = plan(&catalog, &policy, &snapshot, &Goal::Version(goal.clone()), &left, None);
        let all = members(&snapshot);
        let running = || all.iter().flat_map(Runs::values);
        if running().any(|at| *at > goal) {
            let refusal = found.expect_err("older");
            prop_assert_eq!(refusal.code, Code::Older);
            return Ok(());
        }
        let mut stops = Vec::new();
        for line in policy.via.iter().filter(|line| !line.names(&goal)) {
            let behind = running().any(|at| at < line && !line.names(at));
            if behind && running().any(|at| *at != goal) {
                let advised = catalog.releases.iter().filter(|r| r.avoid.is_none());
                match advised.filter(|r| line.names(&r.version)).map(|r| &r.version).max() {
                    Some(stop) if stop < &goal => stops.push(stop.clone()),
                    Some(_) | None => {
                        prop_assert_eq!(found.expect_err("no such stop").code, Code::Via);
                        return Ok(());
                    }
                }
            }
        }
        stops.push(goal.clone());
        let best = oracle(&catalog, &snapshot, &goal, &stops, Ordering::Less);
        match (found, best) {
            (Ok(plan), Some(best)) => {
                let objections = audit(&plan, &catalog, &policy, &snapshot, &left);
                prop_assert!(objections.is_empty(), "{}\n{objections:#?}", told(&plan));
                let cost = cost(&plan);
                prop_assert_eq!((cost.0, cost.1), (best.0, best.1), "{}", told(&plan));
                // Where levels are raised, raising late goes before few hops.
                if cost.1 == 0 {
                    prop_assert_eq!(cost, best, "{}", told(&plan));
                }
            }
            (Err(_), None) => {}
            (Ok(plan), None) => prop_assert!(false, "brute force finds no way:\n{}", told(&plan)),
            (Err(no), Some(best)) => prop_assert!(false, "{best:?}:\n{}", refused(&no)),
        }
    }

    #[test]
    fn the_way_back_is_what_brute_force_finds(toy in toys()) {
        let catalog = catalog(&toy.catalog);
        let snapshot = cluster(&toy.cluster);
        let goal = v(RELEASES[toy.goal]);
        let policy = via(&[]);
        let left = BTreeSet::new();
        let found = plan(&catalog, &policy, &snapshot, &Goal::Back(goal.clone()), &left, None);
        let all = members(&snapshot);
        let running = || all.iter().flat_map(Runs::values);
        if running().any(|at| *at < goal) {
            prop_assert_eq!(found.expect_err("newer").code, Code::Newer);
            return Ok(());
        }
        let level = snapshot.levels[&"form".into()].finalized;
        let line = catalog.lines.iter().find(|l| l.line.names(&goal)).expect("a line");
        let (low, high) = line.levels[&"form".into()];
        if running().any(|at| *at != goal) && !(low..=high).contains(&level) {
            prop_assert_eq!(found.expect_err("finalized").code, Code::Finalized);
            return Ok(());
        }
        let stops = [goal.clone()];
        let best = oracle(&catalog, &snapshot, &goal, &stops, Ordering::Greater);
        match (found, best) {
            (Ok(plan), Some(best)) => {
                let objections = audit(&plan, &catalog, &policy, &snapshot, &left);
                prop_assert!(objections.is_empty(), "{}\n{objections:#?}", told(&plan));
                prop_assert_eq!(cost(&plan), best, "{}", told(&plan));
            }
            (Err(_), None) => {}
            (Ok(plan), None) => prop_assert!(false, "brute force finds no way:\n{}", told(&plan)),
            (Err(no), Some(best)) => prop_assert!(false, "{best:?}:\n{}", refused(&no)),
        }
    }
}
