//! The levels of a picture: where they stand, what each version lives with, what they say of one another.
//!
//! Must never know: who runs what. Stories: `tests/it/oracle.rs`,
//! `tests/it/places.rs`.

use super::{Axis, Heading, Needs, World};
use crate::catalog::{Path, Raising};
use crate::names::LevelName;
use crate::plan::atlas::key;
use crate::plan::seen::Seen;
use alloc::collections::BTreeSet;

impl World<'_> {
    pub(super) fn take_axes(&mut self, seen: &Seen) {
        let catalog = self.catalog;
        for (name, start) in &seen.levels {
            if self.is_level_eased(name) {
                continue;
            }
            let facts = catalog.level(name);
            let raisable = self.aim.heading == Heading::Forth
                && facts.is_some_and(|facts| match facts.raise {
                    Raising::OnFinalize | Raising::ByHumans => true,
                    Raising::OnlyAsked => false,
                });
            let by_path = catalog
                .paths
                .iter()
                .filter_map(|p| p.needs.get(name).copied());
            let by_line = catalog
                .lines
                .iter()
                .filter_map(|l| Some(l.levels.get(name)?.0));
            let wanted: BTreeSet<u16> = by_path
                .chain(by_line)
                .filter(|number| raisable && number > start)
                .collect();
            let support = self
                .versions
                .iter()
                .zip(&self.track_of)
                .map(|(version, track)| {
                    match self.atlas.tracks[*track].supports.get(&key(version)) {
                        Some(line) => line.levels.get(name).copied().unwrap_or((0, 0)),
                        None => (0, u16::MAX),
                    }
                })
                .collect();
            self.axes.push(Axis {
                name: name.clone(),
                start: *start,
                wanted: wanted.into_iter().collect(),
                support,
                when: None,
                raised_at: facts
                    .and_then(|facts| facts.raised_at.as_ref())
                    .map(|range| {
                        self.versions
                            .iter()
                            .map(|version| range.holds(version))
                            .collect()
                    }),
                brings: Needs::new(),
            });
        }
        self.tie_axes();
    }

    /// Left aside, itself or as one that counts only with another that is.
    fn is_level_eased(&self, name: &LevelName) -> bool {
        if self.ease.levels.is_empty() {
            return false;
        }
        let mut name = name;
        // None is asked twice, whatever the catalog says in a circle.
        for _ in 0..=self.catalog.levels.len() {
            if self.ease.levels.contains(name) {
                return true;
            }
            let when = self
                .catalog
                .level(name)
                .and_then(|facts| facts.when.as_ref());
            match when {
                Some((other, _)) => name = other,
                None => return false,
            }
        }
        false
    }

    /// What axes say of one another.
    pub(super) fn tie_axes(&mut self) {
        let place =
            |axes: &[Axis], name: &LevelName| axes.iter().position(|axis| &axis.name == name);
        for index in 0..self.axes.len() {
            let Some(facts) = self.catalog.level(&self.axes[index].name) else {
                continue;
            };
            let when = facts.when.as_ref();
            let when = when.and_then(|(name, least)| Some((place(&self.axes, name)?, *least)));
            let brings = facts.brings.iter();
            let brings =
                brings.filter_map(|(name, number)| Some((place(&self.axes, name)?, *number)));
            let brings: Needs = brings.collect();
            self.axes[index].when = when;
            self.axes[index].brings = brings;
        }
    }

    /// Whether an axis counts with levels as they are.
    pub fn counts(&self, axis: usize, levels: &[u16]) -> bool {
        let when = self.axes[axis].when;
        when.is_none_or(|(other, least)| levels[other] >= least)
    }

    /// A path's needs by axis; none where it asks for a level that the cluster does not have.
    pub(super) fn needs(&self, path: &Path) -> Option<Needs> {
        path.needs
            .iter()
            .filter(|(name, _)| !self.is_level_eased(name))
            .map(|(name, number)| {
                let axis = self.axes.iter().position(|axis| &axis.name == name)?;
                Some((axis, *number))
            })
            .collect()
    }
}
