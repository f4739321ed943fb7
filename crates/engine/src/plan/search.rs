//! The search for the way of least disruption.
//!
//! A step moves one class of members to one release, or raises one level. It is legal where a path
//! allows it from each release that moves, and where neither the mix during the step nor after it
//! breaks anything that was not broken before it. A* over such states; what is counted stands in
//! [`Cost`], compared field by field, and ties fall the same way each time.
//! Must never know: names of things. Stories: `tests/it/oracle.rs`.

use super::world::{At, Part, World};
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap};
use alloc::vec::Vec;
use core::cmp::Reverse;

/// A hundred times what any real catalog needs; a search beyond it would take seconds.
const STATES_MAX: usize = 200_000;

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// These groups of a class go to a release.
    Move {
        /// Which class.
        class: usize,
        /// Where to.
        to: At,
        /// Each group with the releases that it leaves.
        groups: Vec<(usize, Vec<At>)>,
    },
    /// A level goes up.
    Raise {
        /// Which.
        axis: usize,
        /// From.
        from: u16,
        /// To.
        to: u16,
    },
}

/// What a way costs; the first field that differs decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// Member moves.
    pub moves: u64,
    /// Levels raised: each is a point of no return.
    pub raises: u32,
    /// Member moves still owed when a level is raised: later is better.
    pub early: u64,
    /// Hops: stretches at one release.
    pub hops: u32,
    /// Newer patches that were passed over.
    pub stale: u32,
    /// Known versions between the stops and the goal: newer stops are better.
    pub age: u32,
    /// Classes moved against the order of the catalog within a hop.
    pub turns: u32,
}

impl Cost {
    fn plus(self, other: Self) -> Self {
        Self {
            moves: self.moves + other.moves,
            raises: self.raises + other.raises,
            early: self.early + other.early,
            hops: self.hops + other.hops,
            stale: self.stale + other.stale,
            age: self.age + other.age,
            turns: self.turns + other.turns,
        }
    }
}

/// Rules that a search leaves aside, to find out which of them bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ease {
    /// Skew rules, by their place in the catalog.
    pub rules: BTreeSet<usize>,
    /// Levels, by axis.
    pub axes: BTreeSet<usize>,
}

/// How a search ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The way of least cost.
    Way(Vec<Step>),
    /// There is none.
    Nothing,
    /// Not known: too many states.
    TooLarge,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// By group: the release that all of it runs; none while it was not moved.
    at: Vec<Option<At>>,
    levels: Vec<u16>,
    /// The last move: class and release.
    last: Option<(usize, At)>,
}

struct Node {
    state: State,
    cost: Cost,
    by: Option<(usize, Step)>,
}

/// What stands broken: a rule and a pair, or a level and a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Broken {
    Skew(usize, At, At),
    Level(usize, u16, At),
}

/// By class and component: the releases that run.
type View = Vec<Vec<BTreeSet<At>>>;

/// The way of least cost from the start to the goal.
pub(super) fn search(world: &World, ease: &Ease) -> Found {
    let start = State {
        at: alloc::vec![None; world.groups.len()],
        levels: world.axes.iter().map(|axis| axis.start).collect(),
        last: None,
    };
    let Some(owed) = world.owed(&start) else {
        return Found::Nothing;
    };
    let mut nodes = alloc::vec![Node {
        state: start.clone(),
        cost: Cost::default(),
        by: None,
    }];
    let mut best = BTreeMap::from([(start, Cost::default())]);
    let mut heap = BinaryHeap::from([Reverse((
        Cost {
            moves: owed,
            ..Cost::default()
        },
        0_usize,
    ))]);
    while let Some(Reverse((_, index))) = heap.pop() {
        let (state, cost) = (nodes[index].state.clone(), nodes[index].cost);
        if best.get(&state).is_some_and(|known| *known < cost) {
            continue;
        }
        if world.arrived(&state) {
            return Found::Way(trace(&nodes, index));
        }
        for (step, next, more) in world.steps(&state, ease) {
            let Some(owed) = world.owed(&next) else {
                continue;
            };
            let cost = cost.plus(more);
            if best.get(&next).is_some_and(|known| *known <= cost) {
                continue;
            }
            if nodes.len() >= STATES_MAX {
                return Found::TooLarge;
            }
            best.insert(next.clone(), cost);
            let guess = cost.plus(Cost {
                moves: owed,
                ..Cost::default()
            });
            heap.push(Reverse((guess, nodes.len())));
            nodes.push(Node {
                state: next,
                cost,
                by: Some((index, step)),
            });
        }
    }
    Found::Nothing
}

fn trace(nodes: &[Node], end: usize) -> Vec<Step> {
    let mut way = Vec::new();
    let mut at = end;
    while let Some((before, step)) = &nodes[at].by {
        way.push(step.clone());
        at = *before;
    }
    way.reverse();
    way
}

impl World<'_> {
    /// What a group runs, component by component.
    fn runs<'a>(&'a self, state: &'a State, group: usize) -> impl Iterator<Item = At> + 'a {
        let moved = state.at[group];
        let start = self.groups[group].start.iter();
        start.map(move |at| moved.unwrap_or(*at))
    }

    /// Groups that are to move.
    fn movers(&self) -> impl Iterator<Item = usize> {
        (0..self.groups.len()).filter(|group| self.groups[*group].part == Part::Moves)
    }

    fn arrived(&self, state: &State) -> bool {
        self.movers()
            .all(|group| self.runs(state, group).all(|at| at == self.goal()))
    }

    /// Member moves that are owed at least; none where some member cannot reach the goal at all.
    fn owed(&self, state: &State) -> Option<u64> {
        self.movers().try_fold(0_u64, |sum, group| {
            let far = self
                .runs(state, group)
                .map(|at| self.far[usize::from(at)])
                .try_fold(0, |most: u64, far| far.map(|far| most.max(far)))?;
            Some(sum + far * self.size(group))
        })
    }

    fn size(&self, group: usize) -> u64 {
        u64::try_from(self.groups[group].members.len()).unwrap_or(u64::MAX)
    }

    fn view(&self, state: &State) -> View {
        let mut view: View = self
            .classes
            .iter()
            .map(|class| alloc::vec![BTreeSet::new(); class.components.len()])
            .collect();
        for (class, stands) in self.classes.iter().zip(&mut view) {
            for group in &class.groups {
                for (k, at) in self.runs(state, *group).enumerate() {
                    stands[k].insert(at);
                }
            }
        }
        view
    }

    fn broken(&self, view: &View, levels: &[u16], ease: &Ease) -> BTreeSet<Broken> {
        let mut found = BTreeSet::new();
        for rule in self.rules.iter().filter(|r| !ease.rules.contains(&r.index)) {
            for of in &view[rule.of.0][rule.of.1] {
                let row = &rule.allowed[usize::from(*of)];
                for from in &view[rule.from.0][rule.from.1] {
                    if !row[usize::from(*from)] {
                        found.insert(Broken::Skew(rule.index, *of, *from));
                    }
                }
            }
        }
        for (index, (axis, number)) in self.axes.iter().zip(levels).enumerate() {
            if ease.axes.contains(&index) {
                continue;
            }
            for at in view.iter().flatten().flatten() {
                let (low, high) = axis.support[usize::from(*at)];
                if !(low..=high).contains(number) {
                    found.insert(Broken::Level(index, *number, *at));
                }
            }
        }
        found
    }

    fn steps(&self, state: &State, ease: &Ease) -> Vec<(Step, State, Cost)> {
        let view = self.view(state);
        let before = self.broken(&view, &state.levels, ease);
        let oldest = self
            .movers()
            .flat_map(|group| self.runs(state, group))
            .min();
        let bound = self.next_stop(oldest.unwrap_or_default());
        let mut steps = Vec::new();
        for class in 0..self.classes.len() {
            for to in self.targets.iter().copied().filter(|to| *to <= bound) {
                steps.extend(self.step_move(state, &view, &before, ease, (class, to)));
            }
        }
        for axis in 0..self.axes.len() {
            for to in &self.axes[axis].wanted {
                steps.extend(self.step_raise(state, &view, &before, ease, (axis, *to)));
            }
        }
        steps
    }

    fn step_move(
        &self,
        state: &State,
        view: &View,
        before: &BTreeSet<Broken>,
        ease: &Ease,
        (class, to): (usize, At),
    ) -> Option<(Step, State, Cost)> {
        let mut groups = Vec::new();
        let mut moves = 0;
        for group in self.classes[class].groups.iter().copied() {
            if self.groups[group].part == Part::Stays {
                continue;
            }
            let runs: Vec<At> = self.runs(state, group).collect();
            if runs.iter().all(|at| *at == to) || runs.iter().any(|at| *at > to) {
                continue;
            }
            let mut leaving = runs.iter().filter(|at| **at < to);
            if !leaving.all(|from| self.open(*from, to, &state.levels, ease)) {
                return None;
            }
            moves += self.size(group);
            groups.push((group, runs));
        }
        if groups.is_empty() {
            return None;
        }
        if !self.lives(to, &state.levels, ease) {
            return None;
        }
        let mut next = state.clone();
        for (group, _) in &groups {
            next.at[*group] = Some(to);
        }
        next.last = Some((class, to));
        let after = self.view(&next);
        // One member alone is never at two releases at once; more of them are, in an order that is
        // not known yet, so all pairs of old and new are asked for.
        let during = if moves == 1 {
            after
        } else {
            joined(view, &after)
        };
        if !self.broken(&during, &state.levels, ease).is_subset(before) {
            return None;
        }
        let hop = state.last.is_none_or(|(_, at)| at != to);
        let turn = state
            .last
            .is_some_and(|(last, at)| at == to && class < last);
        let cost = Cost {
            moves,
            hops: u32::from(hop),
            stale: if hop { self.stale[usize::from(to)] } else { 0 },
            age: if hop { u32::from(self.goal() - to) } else { 0 },
            turns: u32::from(turn),
            ..Cost::default()
        };
        Some((Step::Move { class, to, groups }, next, cost))
    }

    fn step_raise(
        &self,
        state: &State,
        view: &View,
        before: &BTreeSet<Broken>,
        ease: &Ease,
        (axis, to): (usize, u16),
    ) -> Option<(Step, State, Cost)> {
        let from = state.levels[axis];
        if to <= from || ease.axes.contains(&axis) {
            return None;
        }
        let mut next = state.clone();
        next.levels[axis] = to;
        if !self.broken(view, &next.levels, ease).is_subset(before) {
            return None;
        }
        let cost = Cost {
            raises: 1,
            early: self.owed(state)?,
            ..Cost::default()
        };
        Some((Step::Raise { axis, from, to }, next, cost))
    }

    /// Whether a release lives with the levels as they are. Asked of each move, whatever is broken
    /// already: a member that is moved where others have died dies too.
    fn lives(&self, at: At, levels: &[u16], ease: &Ease) -> bool {
        let mut axes = self.axes.iter().zip(levels).enumerate();
        axes.all(|(index, (axis, number))| {
            let (low, high) = axis.support[usize::from(at)];
            ease.axes.contains(&index) || (low..=high).contains(number)
        })
    }

    /// Whether some path leads from one release to another, with the levels as they are.
    fn open(&self, from: At, to: At, levels: &[u16], ease: &Ease) -> bool {
        self.edges.get(&(from, to)).is_some_and(|ways| {
            ways.iter().any(|needs| {
                needs
                    .iter()
                    .all(|(axis, number)| levels[*axis] >= *number || ease.axes.contains(axis))
            })
        })
    }
}

fn joined(one: &View, other: &View) -> View {
    one.iter()
        .zip(other)
        .map(|(a, b)| a.iter().zip(b).map(|(x, y)| x | y).collect())
        .collect()
}
