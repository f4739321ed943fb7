//! What the second judge sees beside each other: members that run the same in the same zone are counted,
//! not repeated, and two such kinds are judged once.
//!
//! Must never know: a plan, or which member is which. Stories: `tests/it/audit.rs`.

use super::book::Book;
use super::rules::{Near, Runs, binds, is_main, lives_with, pair};
use crate::catalog::{Catalog, Within};
use crate::names::{Component, LevelName};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// Rule, and what stands beside what.
pub(super) type Broken = BTreeSet<(String, String)>;

/// What a kind of members runs, its zone, and which components it carries, both by number. All are in
/// one zone where no rule looks at zones.
struct Kind {
    runs: Runs,
    zone: usize,
    shape: usize,
}

pub(super) struct Stands<'a> {
    book: &'a Book<'a>,
    is_zoned: bool,
    /// By name, none among them: its number.
    zones: BTreeMap<Option<String>, usize>,
    all: Vec<Kind>,
    /// By zone: what runs there, with the number of its kind.
    ids: BTreeMap<usize, BTreeMap<Runs, usize>>,
    counts: Vec<usize>,
    /// Sets of components that members carry.
    shapes: Vec<Vec<Component>>,
    /// By shape: the shapes that some rule binds it to, with the farthest that such a rule reaches.
    bound: Vec<BTreeMap<usize, Within>>,
    /// By shape and zone: the kinds that some member is of.
    here: BTreeMap<(usize, usize), BTreeSet<usize>>,
    judged: BTreeMap<(usize, usize, Near), Rc<Broken>>,
}

impl<'a> Stands<'a> {
    pub fn new(book: &'a Book<'a>) -> Self {
        let mut skew = book.catalog.skew.iter();
        Self {
            book,
            is_zoned: skew.any(|rule| rule.within == Within::Zone),
            zones: BTreeMap::new(),
            all: Vec::new(),
            ids: BTreeMap::new(),
            counts: Vec::new(),
            shapes: Vec::new(),
            bound: Vec::new(),
            here: BTreeMap::new(),
            judged: BTreeMap::new(),
        }
    }

    /// The number of a zone.
    pub fn zone(&mut self, name: Option<&String>) -> usize {
        let name = name.filter(|_| self.is_zoned).cloned();
        let next = self.zones.len();
        *self.zones.entry(name).or_insert(next)
    }

    /// The number of a kind.
    pub fn id(&mut self, zone: usize, runs: &Runs) -> usize {
        let ids = self.ids.entry(zone).or_default();
        if let Some(id) = ids.get(runs) {
            return *id;
        }
        let id = self.all.len();
        ids.insert(runs.clone(), id);
        let shape = self.shape(runs);
        self.all.push(Kind {
            runs: runs.clone(),
            zone,
            shape,
        });
        self.counts.push(0);
        id
    }

    /// The number of a set of components; a new one is held against all rules.
    fn shape(&mut self, runs: &Runs) -> usize {
        let known = self.shapes.iter();
        let found = known
            .into_iter()
            .position(|shape| shape.iter().eq(runs.keys()));
        if let Some(found) = found {
            return found;
        }
        let new = self.shapes.len();
        self.shapes.push(runs.keys().cloned().collect());
        self.bound.push(BTreeMap::new());
        for other in 0..=new {
            let rules = self.book.catalog.skew.iter();
            let binding = rules.filter(|r| binds(r, &self.shapes[new], &self.shapes[other]));
            if let Some(widest) = binding.map(|rule| rule.within).min() {
                self.bound[new].insert(other, widest);
                self.bound[other].insert(new, widest);
            }
        }
        new
    }

    pub fn runs(&self, id: usize) -> &Runs {
        &self.all[id].runs
    }

    pub fn zone_of(&self, id: usize) -> usize {
        self.all[id].zone
    }

    pub fn add(&mut self, id: usize) {
        self.counts[id] += 1;
        let Kind { zone, shape, .. } = self.all[id];
        self.here.entry((shape, zone)).or_default().insert(id);
    }

    /// One member goes from kind to kind. Whether other pairs stand beside each other after it.
    pub fn shift(&mut self, from: usize, to: usize) -> bool {
        self.counts[from] -= 1;
        if self.counts[from] == 0 {
            let Kind { zone, shape, .. } = self.all[from];
            self.here.entry((shape, zone)).or_default().remove(&from);
        }
        self.add(to);
        // One of a kind does not stand beside itself: the second and the last but one count too.
        self.counts[from] <= 1 || self.counts[to] <= 2
    }

    /// Everything that stands broken.
    pub fn broken(&mut self, levels: &BTreeMap<LevelName, u16>) -> Broken {
        let ids = 0..self.all.len();
        let present: Vec<usize> = ids.filter(|id| self.counts[*id] > 0).collect();
        let mut broken = Broken::new();
        for one in present {
            broken.extend(self.broken_by(one, levels));
        }
        broken
    }

    /// What is broken between one kind and all that stand.
    pub fn broken_by(&mut self, one: usize, levels: &BTreeMap<LevelName, u16>) -> Broken {
        let mut broken = Broken::new();
        for other in self.near(one) {
            self.beside(one.min(other), one.max(other), &mut broken);
        }
        self.with_levels(one, levels, &mut broken);
        broken
    }

    /// All kinds that some rule can bind a kind to, itself among them.
    fn near(&self, one: usize) -> BTreeSet<usize> {
        let Kind { zone, shape, .. } = self.all[one];
        let mut near = BTreeSet::new();
        for (other, within) in &self.bound[shape] {
            let zones = match within {
                Within::Cluster => 0..=usize::MAX,
                Within::Zone | Within::Node => zone..=zone,
            };
            let places = (*other, *zones.start())..=(*other, *zones.end());
            near.extend(self.here.range(places).flat_map(|(_, kinds)| kinds));
        }
        near
    }

    fn beside(&mut self, one: usize, other: usize, broken: &mut Broken) {
        let near = if self.all[one].zone == self.all[other].zone {
            Near::Zone
        } else {
            Near::Cluster
        };
        if one != other {
            broken.extend(self.judged(one, other, near).iter().cloned());
            return;
        }
        // One member alone does not stand beside itself, but its own components do.
        if self.counts[one] == 1 && self.all[one].runs.len() == 1 {
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
        let found = pair(self.book, &self.all[one].runs, &self.all[other].runs, near);
        let found = Rc::new(found);
        self.judged.insert((one, other, near), found.clone());
        found
    }

    fn with_levels(&self, id: usize, levels: &BTreeMap<LevelName, u16>, broken: &mut Broken) {
        let catalog = self.book.catalog;
        let runs = self.all[id].runs.iter();
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
