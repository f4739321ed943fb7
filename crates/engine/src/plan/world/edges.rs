//! Which hops are open in a picture: paths by range, edges one by one, less what is blocked or risky.
//!
//! Must never know: which mixes are allowed. Stories: `tests/it/edges.rs`.

use super::{At, Heading, Needs, Way, World};
use crate::catalog::{Blocked, Catalog, Path};
use crate::names::{Component, RiskName, Track};
use crate::plan::seen::Seen;
use crate::snapshot::{Fact, Snapshot};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

impl World<'_> {
    pub(super) fn take_edges(&mut self, seen: &Seen) {
        self.edges = self.versions.iter().map(|_| BTreeMap::new()).collect();
        let barred: BTreeSet<&RiskName> = self
            .catalog
            .risks
            .iter()
            .map(|risk| &risk.name)
            .filter(|name| !self.aim.accepted.contains(*name) && !self.ease.risks.contains(*name))
            .filter(|name| !is_ruled_out(self.catalog, seen.snapshot, name))
            .collect();
        let passes = |risks: &[RiskName]| risks.iter().all(|risk| !barred.contains(risk));
        for to in self.targets.clone() {
            let track = self.track_of[usize::from(to)];
            for from in self.blocks[track].0..to {
                let mut ways = self.by_paths(track, from, to, passes);
                if self.is_eased(track, from, to) {
                    ways.push(Way {
                        of: Vec::new(),
                        needs: Needs::new(),
                    });
                }
                self.unblock(track, from, to, &mut ways);
                if !ways.is_empty() {
                    self.edges[usize::from(from)].insert(to, ways);
                }
            }
        }
        if self.aim.heading == Heading::Forth {
            self.by_graph(passes);
        }
    }

    fn by_paths(
        &self,
        track: usize,
        from: At,
        to: At,
        passes: impl Fn(&[RiskName]) -> bool,
    ) -> Vec<Way> {
        let track = &self.atlas.tracks[track].track;
        let (leaves, lands) = (self.version(from), self.version(to));
        let paths = self
            .catalog
            .paths
            .iter()
            .filter(|path| &path.track == track);
        let of = |path: &Path| self.indices(&path.of);
        match self.aim.heading {
            Heading::Forth => paths
                .filter(|path| self.catalog.leads(path, leaves, lands) && passes(&path.risks))
                .filter_map(|path| {
                    let needs = self.needs(path)?;
                    Some(Way {
                        of: of(path),
                        needs,
                    })
                })
                .collect(),
            // What a path asks for on the way up was met then; on the way back only what the old
            // release lives with counts, and that is asked of each step.
            Heading::Back => paths
                .filter(|path| path.back.is_some() && self.catalog.leads(path, lands, leaves))
                .map(|path| Way {
                    of: of(path),
                    needs: Needs::new(),
                })
                .collect(),
        }
    }

    fn indices(&self, names: &[Component]) -> Vec<usize> {
        names.iter().filter_map(|name| self.place(name)).collect()
    }

    /// As if a path were offered between the two lines.
    fn is_eased(&self, track: usize, from: At, to: At) -> bool {
        !self.ease.absent.is_empty()
            && self.ease.absent.contains(&(
                track,
                self.version(from).line(),
                self.version(to).line(),
            ))
    }

    /// Takes away what the maker forbids.
    fn unblock(&self, track: usize, from: At, to: At, ways: &mut Vec<Way>) {
        if ways.is_empty() {
            return;
        }
        let (leaves, lands) = match self.aim.heading {
            Heading::Forth => (self.version(from), self.version(to)),
            Heading::Back => (self.version(to), self.version(from)),
        };
        for (index, blocked) in self.catalog.blocked.iter().enumerate() {
            if self.ease.blocked.contains(&index)
                || !binds(blocked, &self.atlas.tracks[track].track, leaves, lands)
            {
                continue;
            }
            let of = self.indices(&blocked.of);
            if of.is_empty() {
                ways.clear();
                return;
            }
            let all: Vec<usize> = (0..self.catalog.components.len())
                .filter(|component| self.track(*component) == track)
                .collect();
            for way in ways.iter_mut() {
                if way.of.is_empty() {
                    way.of.clone_from(&all);
                }
                way.of.retain(|component| !of.contains(component));
            }
            ways.retain(|way| !way.of.is_empty());
        }
    }

    /// Hops that are named one by one; of the main scheme.
    fn by_graph(&mut self, passes: impl Fn(&[RiskName]) -> bool) {
        let sheet = &self.atlas.tracks[0];
        let (first, end) = self.blocks[0];
        let mut here: Vec<Option<At>> = alloc::vec![None; sheet.versions.len()];
        for at in first..end {
            if let Some(place) = sheet.place(self.version(at)) {
                here[place] = Some(at);
            }
        }
        let open: BTreeSet<At> = self.targets.iter().copied().collect();
        for (place, leaves) in self.atlas.edges.iter().enumerate() {
            let Some(from) = here[place] else {
                continue;
            };
            for (to, edge) in leaves {
                let Some(to) = here[*to].filter(|to| from < *to && open.contains(to)) else {
                    continue;
                };
                if !passes(&edge.risks) {
                    continue;
                }
                let mut ways = alloc::vec![Way {
                    of: Vec::new(),
                    needs: Needs::new(),
                }];
                self.unblock(0, from, to, &mut ways);
                if !ways.is_empty() {
                    self.edges[usize::from(from)]
                        .entry(to)
                        .or_default()
                        .extend(ways);
                }
            }
        }
    }
}

/// Whether a blocked hop is this one.
pub(in crate::plan) fn binds(
    blocked: &Blocked,
    track: &Track,
    leaves: &Version,
    lands: &Version,
) -> bool {
    &blocked.track == track && blocked.from.holds(leaves) && blocked.to.holds(lands)
}

/// Whether a cluster is known not to have a risk.
pub(in crate::plan) fn is_ruled_out(
    catalog: &Catalog,
    snapshot: &Snapshot,
    name: &RiskName,
) -> bool {
    let Some(risk) = catalog.risks.iter().find(|risk| &risk.name == name) else {
        return false;
    };
    let mut facts = risk.facts();
    facts.any(|fact| matches!(snapshot.facts.get(&fact), Some(Fact::Truth(false))))
}
