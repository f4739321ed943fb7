//! The search for the way of least disruption.
//!
//! A step moves one class of members to one release, or raises one level. It is legal where a path
//! allows it from each release that moves, and where neither the mix during the step nor after it
//! breaks anything that was not broken before it. A* over such states; what is counted stands in
//! [`Cost`], compared field by field, and of ways that cost the same the one is taken whose steps come
//! first in the order in which they are listed.
//! Must never know: names of things. Stories: `tests/it/oracle.rs`.

mod fit;
mod owed;
mod reach;
mod steps;

use super::world::{At, World};
use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;
use steps::Did;

pub(super) use reach::{Reach, reach};

/// A hundred times what any real catalog needs; a search beyond it would take seconds.
const STATES_MAX: usize = 200_000;

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// These groups of a class go to a release, with those of their components that have its scheme.
    Move {
        /// Which class.
        class: usize,
        /// Which strand of it.
        strand: usize,
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

/// Where everything stands, as numbers in a row, so that states are compared and copied at once: by
/// group and strand the release that all of it runs, then the levels, then class and release of the last
/// move. [`NONE`]: not moved, or no move yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State(Rc<[u16]>);

/// Nothing; no picture holds so many versions or classes.
const NONE: u16 = u16::MAX;

struct Node {
    state: State,
    cost: Cost,
    by: Option<(usize, Did)>,
}

/// The way of least cost from the start to where all that is to move stands at its goal.
pub(super) fn search(world: &World) -> Found {
    let start = world.start();
    let Some(owed) = world.owed(&start) else {
        return Found::Nothing;
    };
    let mut nodes = vec![Node {
        state: start.clone(),
        cost: Cost::default(),
        by: None,
    }];
    let mut best = BTreeMap::from([(start, Cost::default())]);
    // Of those that promise the same the one is looked at that was found last: it is nearest the goal.
    let mut heap = BinaryHeap::from([(Reverse(owed), 0_usize)]);
    while let Some((_, index)) = heap.pop() {
        let (state, cost) = (nodes[index].state.clone(), nodes[index].cost);
        if best.get(&state).is_some_and(|known| *known < cost) {
            continue;
        }
        if world.arrived(&state) {
            return Found::Way(trace(world, &nodes, index));
        }
        for (did, next, more) in world.steps(&state).into_iter().rev() {
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
            heap.push((Reverse(cost.plus(owed)), nodes.len()));
            nodes.push(Node {
                state: next,
                cost,
                by: Some((index, did)),
            });
        }
    }
    Found::Nothing
}

fn trace(world: &World, nodes: &[Node], end: usize) -> Vec<Step> {
    let mut way = Vec::new();
    let mut at = end;
    while let Some((before, did)) = nodes[at].by {
        way.push(world.told(&nodes[before].state, did));
        at = before;
    }
    way.reverse();
    way
}

impl World<'_> {
    /// Nothing was moved yet.
    fn start(&self) -> State {
        let moved = core::iter::repeat_n(NONE, self.slots);
        let levels = self.axes.iter().map(|axis| axis.start);
        State(moved.chain(levels).chain([NONE, NONE]).collect())
    }

    /// By group and strand: the release that all of it runs; none while it was not moved.
    fn moved(&self, state: &State, slot: usize) -> Option<At> {
        Some(state.0[slot]).filter(|at| *at != NONE)
    }

    fn levels<'s>(&self, state: &'s State) -> &'s [u16] {
        &state.0[self.slots..self.slots + self.axes.len()]
    }

    /// The last move: class and release.
    fn last(&self, state: &State) -> Option<(usize, At)> {
        let at = self.slots + self.axes.len();
        let (class, to) = (state.0[at], state.0[at + 1]);
        (to != NONE).then_some((usize::from(class), to))
    }
}
