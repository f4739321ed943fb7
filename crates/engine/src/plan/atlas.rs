//! A catalog made ready for planning, once for many plans: releases sorted, lines counted, hops by the
//! release that they leave.
//!
//! Must never know: any one cluster. Stories: `tests/it/oracle.rs`, `tests/it/places.rs`.

use super::world::edges::binds;
use crate::catalog::{Catalog, Edge, Line, Lines};
use crate::names::{Component, RiskName, Track};
use crate::version::Version;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// The first two numbers of a version.
type LineKey = (u32, u32);

/// A catalog made ready for planning.
#[derive(Debug)]
pub struct Atlas<'a> {
    /// The facts it was made of.
    pub(super) catalog: &'a Catalog,
    /// The schemes, the main one first, each with its releases.
    pub(super) tracks: Vec<Sheet<'a>>,
    /// By component of the catalog: its scheme.
    pub(super) track_of: Vec<usize>,
    /// Hops that are named one by one, by the release of the main scheme that is left, the nearest first.
    pub(super) links: Vec<Vec<Link<'a>>>,
}

/// A hop that is named.
#[derive(Debug)]
pub(super) struct Link<'a> {
    /// The place of the release where it lands.
    pub to: usize,
    /// Its risks, by their places in the catalog.
    pub risks: Vec<usize>,
    /// As it stands in the catalog.
    edge: &'a Edge,
}

/// The releases of one scheme.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    /// Which.
    pub track: Track,
    /// Oldest first.
    pub versions: Vec<&'a Version>,
    /// Whether each is advised.
    pub advised: Vec<bool>,
    /// How many newer advised releases its line has.
    pub stale: Vec<u32>,
    /// Its lines, as rules count them.
    pub lines: Lines,
    /// What its lines support.
    pub supports: BTreeMap<LineKey, &'a Line>,
}

impl<'a> Atlas<'a> {
    /// Of a catalog.
    #[must_use]
    pub fn of(catalog: &'a Catalog) -> Self {
        let names = catalog.tracks();
        let track_of = catalog.components.iter().map(|facts| {
            let track = names.iter().position(|track| track == &facts.track);
            track.unwrap_or(0)
        });
        let track_of = track_of.collect();
        let tracks: Vec<Sheet> = names.into_iter().map(|t| sheet(catalog, t)).collect();
        let risks = catalog.risks.iter().enumerate();
        let risks: BTreeMap<&RiskName, usize> = risks.map(|(at, risk)| (&risk.name, at)).collect();
        let mut links: Vec<Vec<Link>> = tracks[0].versions.iter().map(|_| Vec::new()).collect();
        for edge in &catalog.edges {
            let place = |version: &Version| tracks[0].place(version);
            if let (Some(from), Some(to)) = (place(&edge.from), place(&edge.to)) {
                let risks = edge
                    .risks
                    .iter()
                    .filter_map(|name| risks.get(name).copied());
                links[from].push(Link {
                    to,
                    risks: risks.collect(),
                    edge,
                });
            }
        }
        for leaves in &mut links {
            leaves.sort_by_key(|link| link.to);
        }
        Self {
            catalog,
            tracks,
            track_of,
            links,
        }
    }

    /// The fewest hops from a release to each other one of its scheme by which a component can come to
    /// stand there, as far as paths and edges tell: rules, levels and stops left aside. Releases that
    /// are not known, or not advised, are no stops. O(releases + hops).
    #[must_use]
    pub fn hops(
        &self,
        component: &Component,
        from: &Version,
        passes: impl Fn(&RiskName) -> bool,
    ) -> BTreeMap<Version, usize> {
        let track = self.component(component).map_or(0, |at| self.track_of[at]);
        let sheet = &self.tracks[track];
        let Some(start) = sheet.place(from) else {
            return BTreeMap::new();
        };
        let mut far: Vec<Option<usize>> = vec![None; sheet.versions.len()];
        far[start] = Some(0);
        let mut row = vec![start];
        let mut count = 0;
        while !row.is_empty() {
            count += 1;
            let mut next = Vec::new();
            for at in row {
                // What is not advised may be where it begins, or where it ends.
                if at != start && !sheet.advised[at] {
                    continue;
                }
                self.each_hop(track, component, at, &passes, |to| {
                    if far[to].is_none() {
                        far[to] = Some(count);
                        next.push(to);
                    }
                });
            }
            row = next;
        }
        let known = sheet.versions.iter().zip(far);
        known
            .filter_map(|(version, far)| Some(((*version).clone(), far?)))
            .collect()
    }

    fn each_hop(
        &self,
        track: usize,
        component: &Component,
        from: usize,
        passes: impl Fn(&RiskName) -> bool,
        mut met: impl FnMut(usize),
    ) {
        let sheet = &self.tracks[track];
        let leaves = sheet.versions[from];
        let blocked = |to: usize| {
            self.catalog.blocked.iter().any(|blocked| {
                let is_of = blocked.of.is_empty() || blocked.of.contains(component);
                is_of && binds(blocked, &sheet.track, leaves, sheet.versions[to])
            })
        };
        if track == 0 {
            for link in &self.links[from] {
                if link.to > from && link.edge.risks.iter().all(&passes) && !blocked(link.to) {
                    met(link.to);
                }
            }
        }
        let paths = self.catalog.paths.iter().filter(|path| {
            let is_of = path.of.is_empty() || path.of.contains(component);
            is_of && path.track == sheet.track && path.from.holds(leaves)
        });
        for path in paths.filter(|path| path.risks.iter().all(&passes)) {
            for to in from + 1..sheet.versions.len() {
                if self.catalog.leads(path, leaves, sheet.versions[to]) && !blocked(to) {
                    met(to);
                }
            }
        }
    }

    /// The place of a component in the catalog.
    pub(super) fn component(&self, name: &Component) -> Option<usize> {
        self.catalog.components.iter().position(|c| &c.name == name)
    }
}

impl Sheet<'_> {
    /// The place of a release; none where the catalog does not know it.
    pub fn place(&self, version: &Version) -> Option<usize> {
        self.versions.binary_search(&version).ok()
    }

    /// How many newer advised releases its line has, whether or not it is known itself.
    pub fn stale_of(&self, version: &Version) -> u32 {
        match self.versions.binary_search(&version) {
            Ok(place) => self.stale[place],
            Err(place) => {
                let next = self.versions.get(place);
                match next.filter(|next| key(next) == key(version)) {
                    Some(_) => self.stale[place] + u32::from(self.advised[place]),
                    None => 0,
                }
            }
        }
    }
}

fn sheet(catalog: &Catalog, track: Track) -> Sheet<'_> {
    let releases = catalog.releases.iter().filter(|r| r.track == track);
    let mut releases: Vec<_> = releases.collect();
    releases.sort_by(|a, b| a.version.cmp(&b.version));
    releases.dedup_by(|a, b| a.version == b.version);
    let advised: Vec<bool> = releases.iter().map(|r| r.avoid.is_none()).collect();
    let versions: Vec<&Version> = releases.into_iter().map(|r| &r.version).collect();
    let mut stale = vec![0; versions.len()];
    for at in (0..versions.len().saturating_sub(1)).rev() {
        if key(versions[at]) == key(versions[at + 1]) {
            stale[at] = stale[at + 1] + u32::from(advised[at + 1]);
        }
    }
    let lines = catalog.lines.iter().filter(|line| line.track == track);
    let supports = lines.map(|line| (key(&line.line), line)).collect();
    Sheet {
        lines: catalog.lines_in(&track),
        track,
        versions,
        advised,
        stale,
        supports,
    }
}

/// The line of a version.
pub(super) fn key(version: &Version) -> LineKey {
    let [major, minor] = version.line_numbers();
    (major, minor)
}
