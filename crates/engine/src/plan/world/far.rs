//! How far it is to the goal, paths alone counted: what a search cannot do better than.
//!
//! Must never know: which mixes are allowed. Stories: `tests/it/oracle.rs`,
//! `tests/it/places.rs`.

use super::{At, World};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

impl World<'_> {
    /// Whether a hop is offered to a component, levels left aside.
    pub(super) fn offered(&self, component: usize, from: At, to: At) -> bool {
        let ways = self.edges[usize::from(from)].get(&to);
        let mut ways = ways.into_iter().flatten();
        ways.any(|way| way.of.is_empty() || way.of.contains(&component))
    }

    /// Counts the fewest moves of each strand from each version, its goal first.
    pub(super) fn measure(&mut self) {
        let mut known: BTreeMap<(Vec<usize>, At), Vec<Option<u64>>> = BTreeMap::new();
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
                    .or_insert_with(|| self.far(&components, goal));
                self.classes[class].strands[strand].far = far.clone();
            }
        }
    }

    pub(super) fn far(&self, components: &[usize], goal: At) -> Vec<Option<u64>> {
        let mut far: Vec<Option<u64>> = vec![None; self.versions.len()];
        far[usize::from(goal)] = Some(0);
        let first = self.blocks[self.track_of[usize::from(goal)]].0;
        for from in (first..goal).rev() {
            let bound = self.next_stop(from, goal);
            far[usize::from(from)] = self.edges[usize::from(from)]
                .range(from + 1..=bound)
                .filter(|(to, _)| {
                    let mut all = components.iter();
                    all.any(|component| self.offered(*component, from, **to))
                })
                .filter_map(|(to, _)| far[usize::from(*to)])
                .min()
                .map(|rest| rest + 1);
        }
        far
    }
}
