//! What the second judge reads out of a catalog once, for all plans that it is then asked about.
//!
//! Must never know: a plan, or any one cluster. Stories: `tests/it/audit.rs`.

use crate::catalog::{Catalog, Edge};
use crate::names::Track;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

/// A catalog as the second judge reads it. O(releases + edges), each by a logarithm.
#[derive(Debug)]
pub struct Book<'a> {
    pub(super) catalog: &'a Catalog,
    /// By scheme: the first two numbers of its lines, oldest first.
    lines: BTreeMap<&'a Track, Vec<[u32; 2]>>,
    /// Hops that are named one by one, by what they leave and where they land.
    edges: Vec<&'a Edge>,
}

impl<'a> Book<'a> {
    /// Of a catalog.
    #[must_use]
    pub fn of(catalog: &'a Catalog) -> Self {
        let mut lines: BTreeMap<&Track, BTreeSet<[u32; 2]>> = BTreeMap::new();
        for release in &catalog.releases {
            let of = lines.entry(&release.track).or_default();
            of.insert(release.version.line_numbers());
        }
        for line in &catalog.lines {
            let of = lines.entry(&line.track).or_default();
            of.insert(line.line.line_numbers());
        }
        let mut edges: Vec<&Edge> = catalog.edges.iter().collect();
        edges.sort_by_key(|edge| (&edge.from, &edge.to));
        let lines = lines.into_iter();
        Self {
            catalog,
            lines: lines
                .map(|(t, all)| (t, all.into_iter().collect()))
                .collect(),
            edges,
        }
    }

    /// How many lines of a scheme lie from `from` to `of`; none where the catalog knows one of them not.
    pub(super) fn distance(&self, track: &Track, of: &Version, from: &Version) -> Option<i64> {
        let lines = self.lines.get(track)?;
        let place = |version: &Version| {
            let at = lines.binary_search(&version.line_numbers()).ok()?;
            i64::try_from(at).ok()
        };
        Some(place(of)? - place(from)?)
    }

    /// The hops that are named from one release to another.
    pub(super) fn edges(&self, from: &Version, to: &Version) -> impl Iterator<Item = &'a Edge> {
        let first = self
            .edges
            .partition_point(|edge| (&edge.from, &edge.to) < (from, to));
        let named = self.edges[first..].iter().copied();
        named.take_while(move |edge| &edge.from == from && &edge.to == to)
    }
}
