//! Which hops are open in a picture: paths by range, edges one by one, less what is blocked or risky.
//!
//! Must never know: which mixes are allowed. Stories: `tests/it/oracle.rs`.

use super::{At, Exit, Heading, Needs, Way, World};
use crate::catalog::{Blocked, Catalog, Path};
use crate::names::{Component, RiskName, Track};
use crate::plan::seen::Seen;
use crate::snapshot::{Fact, Snapshot};
use crate::version::Version;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// The way that is open to all and asks for nothing.
const PLAIN: usize = 0;

/// Hops between two sets of versions of a scheme, each counted from the first of it.
struct Span {
    leaves: Vec<bool>,
    lands: Vec<bool>,
}

/// A path in a picture.
struct Route<'a> {
    path: &'a Path,
    span: Span,
    /// Index in [`World::ways`].
    way: usize,
}

/// A blocked hop in a picture, with the components that it is blocked for; none: all.
struct Bar {
    span: Span,
    of: Vec<usize>,
}

impl<'a> World<'a> {
    pub(super) fn take_edges(&mut self, seen: &Seen) {
        let risks = self.catalog.risks.iter().map(|risk| &risk.name);
        let barred = risks.map(|name| {
            !self.aim.accepted.contains(name)
                && !self.ease.risks.contains(name)
                && !is_ruled_out(self.catalog, seen.snapshot, name)
        });
        let barred: Vec<bool> = barred.collect();
        self.ways = vec![Way {
            of: Vec::new(),
            needs: Needs::new(),
        }];
        self.first = Vec::with_capacity(self.versions.len() + 1);
        for track in 0..self.blocks.len() {
            self.take_track(track, &barred);
        }
        self.first.push(self.exits.len());
    }

    fn take_track(&mut self, track: usize, barred: &[bool]) {
        let (first, end) = self.blocks[track];
        let routes = self.routes(track, barred);
        let bars = self.bars(track);
        let targets = self.targets.iter().copied();
        let targets: Vec<At> = targets.filter(|to| (first..end).contains(to)).collect();
        let landing = self.landing(track, &targets);
        let mut cut = BTreeMap::new();
        let mut here: Vec<Exit> = Vec::new();
        for from in first..end {
            self.first.push(self.exits.len());
            let beyond = &targets[targets.partition_point(|to| *to <= from)..];
            for route in &routes {
                self.by_route(first, route, (from, beyond), &mut here);
            }
            if !self.ease.absent.is_empty() {
                let eased = beyond.iter().copied();
                let eased = eased.filter(|to| self.is_eased(track, from, *to));
                let eased: Vec<Exit> = eased.map(|to| Exit { to, way: PLAIN }).collect();
                here.extend(eased);
            }
            self.by_graph(from, &landing, barred, &mut here);
            here.sort_by_key(|exit| exit.to);
            for exit in here.drain(..) {
                if let Some(way) = self.unblocked(track, &bars, (from, exit), &mut cut) {
                    self.exits.push(Exit { to: exit.to, way });
                }
            }
        }
    }

    /// The paths of a scheme that may be gone in this picture.
    fn routes(&mut self, track: usize, barred: &[bool]) -> Vec<Route<'a>> {
        let (catalog, atlas) = (self.catalog, self.atlas);
        let of_track = catalog
            .paths
            .iter()
            .filter(|path| path.track == atlas.tracks[track].track);
        let mut routes = Vec::new();
        for path in of_track {
            let leaves = |version: &Version| catalog.leaves(path, version);
            let lands = |version: &Version| path.to.holds(version);
            let risk = |name: &RiskName| catalog.risks.iter().position(|risk| &risk.name == name);
            let (needs, span) = match self.aim.heading {
                Heading::Forth => {
                    let mut risks = path.risks.iter().filter_map(risk);
                    let needs = self.needs(path).filter(|_| !risks.any(|at| barred[at]));
                    (needs, self.span(track, leaves, lands))
                }
                // What a path asks for on the way up was met then; on the way back only what the old
                // release lives with counts, and that is asked of each step.
                Heading::Back => {
                    let needs = path.back.as_ref().map(|_| Needs::new());
                    (needs, self.span(track, lands, leaves))
                }
            };
            if let Some(needs) = needs {
                let of = self.indices(&path.of);
                let way = self.ways.len();
                self.ways.push(Way { of, needs });
                routes.push(Route { path, span, way });
            }
        }
        routes
    }

    fn span(
        &self,
        track: usize,
        leaves: impl Fn(&Version) -> bool,
        lands: impl Fn(&Version) -> bool,
    ) -> Span {
        let (first, end) = self.blocks[track];
        let versions = &self.versions[usize::from(first)..usize::from(end)];
        Span {
            leaves: versions.iter().map(leaves).collect(),
            lands: versions.iter().map(lands).collect(),
        }
    }

    fn by_route(&self, first: At, route: &Route, hops: (At, &[At]), here: &mut Vec<Exit>) {
        let (from, beyond) = hops;
        if !route.span.leaves[usize::from(from - first)] {
            return;
        }
        let near = |to: At| match self.aim.heading {
            Heading::Forth => route.path.is_near(self.version(from), self.version(to)),
            Heading::Back => route.path.is_near(self.version(to), self.version(from)),
        };
        for to in beyond.iter().copied() {
            if route.span.lands[usize::from(to - first)] && near(to) {
                here.push(Exit { to, way: route.way });
            }
        }
    }

    fn indices(&self, names: &[Component]) -> Vec<usize> {
        names.iter().filter_map(|name| self.place(name)).collect()
    }

    /// As if a path were offered between the two lines.
    fn is_eased(&self, track: usize, from: At, to: At) -> bool {
        self.ease
            .absent
            .contains(&(track, self.version(from).line(), self.version(to).line()))
    }

    /// What the maker forbids within a scheme.
    fn bars(&self, track: usize) -> Vec<Bar> {
        let name = &self.atlas.tracks[track].track;
        let blocked = self.catalog.blocked.iter().enumerate();
        let kept =
            blocked.filter(|(index, b)| &b.track == name && !self.ease.blocked.contains(index));
        kept.map(|(_, blocked)| {
            let older = |version: &Version| blocked.from.holds(version);
            let newer = |version: &Version| blocked.to.holds(version);
            Bar {
                span: match self.aim.heading {
                    Heading::Forth => self.span(track, older, newer),
                    Heading::Back => self.span(track, newer, older),
                },
                of: self.indices(&blocked.of),
            }
        })
        .collect()
    }

    /// A way without those for whom the maker blocks the hop; none where that is all.
    fn unblocked(
        &mut self,
        track: usize,
        bars: &[Bar],
        (from, exit): (At, Exit),
        cut: &mut BTreeMap<(usize, Vec<usize>), usize>,
    ) -> Option<usize> {
        let first = self.blocks[track].0;
        let (leaves, lands) = (usize::from(from - first), usize::from(exit.to - first));
        let binds = |bar: &&Bar| bar.span.leaves[leaves] && bar.span.lands[lands];
        let mut binding = bars.iter().filter(binds).peekable();
        if binding.peek().is_none() {
            return Some(exit.way);
        }
        let mut of = self.ways[exit.way].of.clone();
        if of.is_empty() {
            let all = 0..self.catalog.components.len();
            of = all.filter(|one| self.track(*one) == track).collect();
        }
        for bar in binding {
            if bar.of.is_empty() {
                return None;
            }
            of.retain(|component| !bar.of.contains(component));
        }
        if of.is_empty() {
            return None;
        }
        let needs = self.ways[exit.way].needs.clone();
        let next = self.ways.len();
        let way = *cut.entry((exit.way, of.clone())).or_insert(next);
        if way == next {
            self.ways.push(Way { of, needs });
        }
        Some(way)
    }

    /// By release of the main scheme: where it stands in the picture, if members may be moved to it.
    /// Empty where no hops are named one by one.
    fn landing(&self, track: usize, targets: &[At]) -> Vec<Option<At>> {
        if track != 0 || self.catalog.edges.is_empty() || self.aim.heading == Heading::Back {
            return Vec::new();
        }
        let mut landing = vec![None; self.atlas.tracks[0].versions.len()];
        for to in targets {
            if let Some(place) = self.known[usize::from(*to)] {
                landing[place] = Some(*to);
            }
        }
        landing
    }

    /// Hops that are named one by one.
    fn by_graph(&self, from: At, landing: &[Option<At>], barred: &[bool], here: &mut Vec<Exit>) {
        if landing.is_empty() {
            return;
        }
        let links = self.known[usize::from(from)].map(|place| &self.atlas.links[place]);
        for link in links.into_iter().flatten() {
            let Some(to) = landing[link.to].filter(|to| from < *to) else {
                continue;
            };
            if !link.risks.iter().any(|risk| barred[*risk]) {
                here.push(Exit { to, way: PLAIN });
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
    if snapshot.facts.is_empty() {
        return false;
    }
    let Some(risk) = catalog.risks.iter().find(|risk| &risk.name == name) else {
        return false;
    };
    let mut facts = risk.facts();
    facts.any(|fact| matches!(snapshot.facts.get(&fact), Some(Fact::Truth(false))))
}
