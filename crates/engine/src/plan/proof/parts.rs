//! What in a picture has to do with what: classes that some rule binds, and all where a level can go up.
//!
//! Must never know: whether there is a way. Stories: `tests/it/refusal.rs`.

use crate::plan::world::World;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

impl World<'_> {
    /// Classes that bind one another, each part lowest first. A rule counts as one wherever it is
    /// asked: what is broken already at one place binds at no other. Classes that carry the same are one,
    /// too, whatever their zones: what runs is left aside by what it carries.
    pub(super) fn parts(&self) -> Vec<Vec<usize>> {
        let mut of: Vec<usize> = (0..self.classes.len()).collect();
        let mut join = |one: usize, other: usize| {
            let (keep, drop) = (of[one].min(of[other]), of[one].max(of[other]));
            for part in of.iter_mut().filter(|part| **part == drop) {
                *part = keep;
            }
        };
        if self.axes.iter().any(|axis| !axis.wanted.is_empty()) {
            (1..self.classes.len()).for_each(|class| join(0, class));
        }
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for rule in &self.rules {
            let known = *first.entry(rule.index).or_insert(rule.of.0);
            join(known, rule.of.0);
            join(known, rule.from.0);
        }
        let mut same: BTreeMap<&[usize], usize> = BTreeMap::new();
        for (at, class) in self.classes.iter().enumerate() {
            let known = *same.entry(&class.components).or_insert(at);
            join(known, at);
        }
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (class, part) in of.into_iter().enumerate() {
            parts.entry(part).or_default().push(class);
        }
        parts.into_values().collect()
    }
}
