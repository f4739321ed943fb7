//! Whether there is any way at all, whatever it costs: what a proof asks again and again.
//!
//! Costs depend on the last move, so the search for the best way tells states apart that this one need
//! not; and where there is a way, the first that is met will do.
//! Must never know: which facts are in doubt. Stories: `tests/it/oracle.rs`, `tests/it/refusal.rs`.

use super::{NONE, STATES_MAX, State, World};
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

/// Whether there is a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Reach {
    Open,
    Barred,
    /// Not known: too many states.
    TooLarge,
}

/// Goes on from what was met last, the furthest release first, until all stands at its goal.
pub(in crate::plan) fn reach(world: &World) -> Reach {
    let start = world.start();
    if world.owed(&start).is_none() {
        return Reach::Barred;
    }
    let mut met = BTreeSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        if world.arrived(&state) {
            return Reach::Open;
        }
        let steps = world.steps(&state);
        for next in steps.into_iter().map(|(_, next, _)| world.unmarked(&next)) {
            if met.contains(&next) || world.owed(&next).is_none() {
                continue;
            }
            if met.len() >= STATES_MAX {
                return Reach::TooLarge;
            }
            met.insert(next.clone());
            open.push(next);
        }
    }
    Reach::Barred
}

impl World<'_> {
    /// As if there had been no last move.
    fn unmarked(&self, state: &State) -> State {
        let moved = &state.0[..self.slots + self.axes.len()];
        let all: Vec<u16> = moved.iter().copied().chain([NONE, NONE]).collect();
        State(all.into())
    }
}
