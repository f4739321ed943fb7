//! Which versions a picture holds: what runs, and where members may come to stand.
//!
//! Must never know: who runs what. Stories: `tests/it/oracle.rs`,
//! `tests/it/places.rs`.

use super::{Heading, IsTarget, Patches, World, at};
use crate::names::Component;
use crate::plan::seen::Seen;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

impl World<'_> {
    /// Versions at which something runs or may come to stand, and which of them are the latter.
    pub(super) fn take_versions(&mut self, seen: &Seen, patches: Patches) {
        let runs = seen.runs();
        for (t, sheet) in self.atlas.tracks.iter().enumerate() {
            let of_track = |name: &Component| {
                let component = self.atlas.component(name);
                component.is_some_and(|component| self.atlas.track_of[component] == t)
            };
            let here = runs.iter().filter(|(name, _)| of_track(name));
            let running: BTreeSet<&Version> = here.flat_map(|(_, versions)| versions).collect();
            let ends = self.aim.ends.iter().filter(|(name, _)| of_track(name));
            let mut asked: BTreeSet<&Version> = ends.map(|(_, version)| version).collect();
            let goal = match self.aim.heading {
                Heading::Forth => asked.last().copied(),
                Heading::Back => asked.first().copied(),
            };
            if t == 0 {
                asked.extend(&self.aim.stops);
            }
            let mut versions: BTreeMap<&Version, IsTarget> = running
                .iter()
                .map(|version| (*version, IsTarget::No))
                .collect();
            if let Some(goal) = goal {
                let between = |version: &&Version| match self.aim.heading {
                    Heading::Forth => *version <= goal,
                    Heading::Back => *version >= goal,
                };
                let first = match self.aim.heading {
                    Heading::Forth => running.first().map_or(0, |oldest| {
                        sheet.versions.partition_point(|version| version < oldest)
                    }),
                    Heading::Back => sheet.versions.partition_point(|version| *version < goal),
                };
                for at in first..sheet.versions.len() {
                    let version = sheet.versions[at];
                    let open = match patches {
                        Patches::Newest => sheet.stale[at] == 0 || running.contains(version),
                        Patches::All => true,
                    };
                    if sheet.advised[at] && open && between(&version) {
                        versions.insert(version, IsTarget::Yes);
                    }
                }
                let asked = asked.into_iter().filter(between);
                versions.extend(asked.map(|version| (version, IsTarget::Yes)));
            }
            let first = self.versions.len();
            let mut all: Vec<(&Version, IsTarget)> = versions.into_iter().collect();
            if self.aim.heading == Heading::Back {
                all.reverse();
            }
            for (version, target) in all {
                if target == IsTarget::Yes {
                    self.targets.push(at(self.versions.len()));
                }
                self.versions.push(version.clone());
                self.stale.push(sheet.stale_of(version));
                self.known.push(sheet.place(version));
            }
            self.track_of.resize(self.versions.len(), t);
            self.blocks.push((at(first), at(self.versions.len())));
        }
    }
}
