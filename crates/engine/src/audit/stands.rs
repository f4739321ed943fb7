//! What the second judge sees beside each other: members that run the same in the same zone are counted,
//! not repeated, and two such kinds are judged once.
//!
//! Must never know: a plan, or which member is which. Stories: `tests/it/audit.rs`.

use super::rules::{Near, Runs, is_main, lives_with, pair};
use crate::catalog::{Catalog, Within};
use crate::names::LevelName;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// Rule, and what stands beside what.
pub(super) type Broken = BTreeSet<(String, String)>;

/// What a kind of members runs, and its zone where some rule looks at zones.
pub(super) type Stand = (Option<String>, Runs);

pub(super) struct Stands<'a> {
    catalog: &'a Catalog,
    is_zoned: bool,
    all: Vec<Stand>,
    ids: BTreeMap<Stand, usize>,
    counts: Vec<usize>,
    judged: BTreeMap<(usize, usize, Near), Rc<Broken>>,
}

impl<'a> Stands<'a> {
    pub fn new(catalog: &'a Catalog) -> Self {
        Self {
            catalog,
            is_zoned: catalog.skew.iter().any(|r| r.within == Within::Zone),
            all: Vec::new(),
            ids: BTreeMap::new(),
            counts: Vec::new(),
            judged: BTreeMap::new(),
        }
    }

    /// The number of a kind.
    pub fn id(&mut self, zone: Option<&String>, runs: Runs) -> usize {
        let stand = (zone.filter(|_| self.is_zoned).cloned(), runs);
        if let Some(id) = self.ids.get(&stand) {
            return *id;
        }
        let id = self.all.len();
        self.ids.insert(stand.clone(), id);
        self.all.push(stand);
        self.counts.push(0);
        id
    }

    pub fn runs(&self, id: usize) -> &Runs {
        &self.all[id].1
    }

    pub fn zone(&self, id: usize) -> Option<&String> {
        self.all[id].0.as_ref()
    }

    pub fn add(&mut self, id: usize) {
        self.counts[id] += 1;
    }

    /// One member goes from kind to kind. Whether other pairs stand beside each other after it.
    pub fn shift(&mut self, from: usize, to: usize) -> bool {
        self.counts[from] -= 1;
        self.counts[to] += 1;
        // One of a kind does not stand beside itself: the second and the last but one count too.
        self.counts[from] <= 1 || self.counts[to] <= 2
    }

    fn present(&self) -> Vec<usize> {
        (0..self.all.len()).filter(|id| self.counts[*id] > 0).collect()
    }

    /// Everything that stands broken.
    pub fn broken(&mut self, levels: &BTreeMap<LevelName, u16>) -> Broken {
        let mut broken = Broken::new();
        let present = self.present();
        for (i, one) in present.iter().enumerate() {
            for other in present.iter().skip(i) {
                self.beside(*one, *other, &mut broken);
            }
            self.with_levels(*one, levels, &mut broken);
        }
        broken
    }

    /// What is broken between one kind and all that stand.
    pub fn broken_by(&mut self, one: usize, levels: &BTreeMap<LevelName, u16>) -> Broken {
        let mut broken = Broken::new();
        for other in self.present() {
            self.beside(one.min(other), one.max(other), &mut broken);
        }
        self.with_levels(one, levels, &mut broken);
        broken
    }

    fn beside(&mut self, one: usize, other: usize, broken: &mut Broken) {
        let near = if self.all[one].0 == self.all[other].0 {
            Near::Zone
        } else {
            Near::Cluster
        };
        if one != other {
            broken.extend(self.judged(one, other, near).iter().cloned());
            return;
        }
        // One member alone does not stand beside itself, but its own components do.
        if self.counts[one] == 1 && self.all[one].1.len() == 1 {
            return;
        }
        for near in [near, Near::Same] {
            broken.extend(self.judged(one, other, near).iter().cloned());
        }
    }

    fn judged(&mut self, one: usize, other: usize, near: Near) -> Rc<Broken> {
        if let Some(known) = self.judged.get(&(one, other, near)) {
            return known.clone();
        }
        let found = pair(self.catalog, &self.all[one].1, &self.all[other].1, near);
        let found = Rc::new(found);
        self.judged.insert((one, other, near), found.clone());
        found
    }

    fn with_levels(&self, id: usize, levels: &BTreeMap<LevelName, u16>, broken: &mut Broken) {
        let catalog = self.catalog;
        let runs = self.all[id].1.iter();
        for (component, release) in runs.filter(|(name, _)| is_main(catalog, name)) {
            for (level, number) in levels {
                if counts(catalog, levels, level) && !lives_with(catalog, release, level, *number) {
                    let what = format!("{component} {release} with {level} at {number}");
                    broken.insert(("level".into(), what));
                }
            }
        }
    }
}

/// Whether a level counts with all levels as they stand.
fn counts(catalog: &Catalog, levels: &BTreeMap<LevelName, u16>, level: &LevelName) -> bool {
    let facts = catalog.levels.iter().find(|facts| &facts.name == level);
    let when = facts.and_then(|facts| facts.when.as_ref());
    when.is_none_or(|(other, least)| levels.get(other).copied().unwrap_or(0) >= *least)
}
