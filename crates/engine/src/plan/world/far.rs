//! How far it is to the goal, paths alone counted: what a search cannot do better than.
//!
//! Must never know: which mixes are allowed. Stories: `tests/it/oracle.rs`,
//! `tests/it/places.rs`.

use super::{At, World};
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

/// What a strand has before it at least; the first field that differs decides. Hops are counted with
/// what they cost, as the search counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::plan) struct Far {
    /// Moves.
    pub moves: u64,
    /// Hops.
    pub hops: u32,
    /// Newer patches that are passed over.
    pub stale: u32,
    /// Known versions between the stops and the goal.
    pub age: u32,
}

/// By version: what lies before it; none: the goal cannot be reached from there.
pub(in crate::plan) type Table = Rc<[Option<Far>]>;

impl World<'_> {
    /// Counts the fewest moves of each strand from each version, its goal first.
    pub(super) fn measure(&mut self) {
        let mut known: BTreeMap<(Vec<usize>, At), Table> = BTreeMap::new();
        for class in 0..self.classes.len() {
            for strand in 0..self.classes[class].strands.len() {
                let Some(goal) = self.classes[class].strands[strand].goal else {
                    continue;
                };
                let components: Vec<usize> = self.classes[class].strands[strand]
                    .parts
                    .iter()
                    .map(|part| self.classes[class].components[*part])
                    .collect();
                let far = known
                    .entry((components.clone(), goal))
                    .or_insert_with(|| self.far(&components, goal).into());
                self.classes[class].strands[strand].far = far.clone();
            }
        }
    }

    pub(super) fn far(&self, components: &[usize], goal: At) -> Vec<Option<Far>> {
        let mut far: Vec<Option<Far>> = vec![None; self.versions.len()];
        far[usize::from(goal)] = Some(Far::default());
        let track = self.track_of[usize::from(goal)];
        let nearest = self.nearest(track).unwrap_or(goal);
        let is_of = self.ways.iter().map(|way| {
            let mut all = components.iter();
            all.any(|component| way.is_of(*component))
        });
        let is_of: Vec<bool> = is_of.collect();
        for from in (self.blocks[track].0..goal).rev() {
            let bound = self.next_stop(from, goal);
            let exits = self.exits(from).iter();
            let exits = exits.take_while(|exit| exit.to <= bound);
            far[usize::from(from)] = exits
                .filter(|exit| is_of[exit.way])
                .filter_map(|exit| {
                    let to = usize::from(exit.to);
                    let rest = far[to]?;
                    Some(Far {
                        moves: rest.moves + 1,
                        hops: rest.hops + 1,
                        stale: rest.stale + self.stale[to],
                        age: rest.age + u32::from(nearest.saturating_sub(exit.to)),
                    })
                })
                .min();
        }
        far
    }

    /// The nearest goal of a scheme: what a hop costs by its age is counted from some goal of it.
    fn nearest(&self, track: usize) -> Option<At> {
        let strands = self.classes.iter().flat_map(|class| &class.strands);
        let goals = strands.filter(|strand| strand.track == track);
        goals.filter_map(|strand| strand.goal).min()
    }
}
