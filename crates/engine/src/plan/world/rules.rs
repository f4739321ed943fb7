//! The skew rules of a picture, one for each pair of places that it binds, as tables over versions.
//!
//! Must never know: who moves next. Stories: `tests/it/oracle.rs`,
//! `tests/it/places.rs`.

use super::{At, Rule, World};
use crate::catalog::{Bond, SkewRule, Within};
use crate::mix::{Kind, bond};
use crate::names::Component;
use crate::version::Version;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;

impl World<'_> {
    pub(super) fn take_rules(&mut self) {
        let kinds: Vec<Kind> = self
            .classes
            .iter()
            .map(|class| {
                let names = class.components.iter();
                names.map(|index| self.component(*index).clone()).collect()
            })
            .collect();
        let mut rules = Vec::new();
        for (index, rule) in self.catalog.skew.iter().enumerate() {
            if self.ease.rules.contains(&index) {
                continue;
            }
            let mut tables: BTreeMap<Bond, Rc<[bool]>> = BTreeMap::new();
            let width = self.block(&rule.from).len();
            for of in self.places(&rule.of) {
                for from in self.places(&rule.from) {
                    let apart = match rule.within {
                        Within::Cluster => false,
                        Within::Zone => self.classes[of.0].zone != self.classes[from.0].zone,
                        Within::Node => of.0 != from.0,
                    };
                    if apart {
                        continue;
                    }
                    let bond = match rule.within {
                        Within::Node => Bond::Apart,
                        Within::Cluster | Within::Zone => bond(rule, &kinds[of.0], &kinds[from.0]),
                    };
                    let table = tables
                        .entry(bond)
                        .or_insert_with(|| self.table(rule, bond).into());
                    rules.push(Rule {
                        index,
                        of,
                        from,
                        within: rule.within,
                        allowed: table.clone(),
                        width,
                    });
                }
            }
        }
        self.rules = rules;
    }

    /// Classes that carry a component, with its place in them.
    pub(super) fn places(&self, name: &Component) -> Vec<(usize, usize)> {
        let place = self.place(name);
        self.classes
            .iter()
            .enumerate()
            .filter_map(|(c, class)| {
                let k = class.components.iter().position(|i| Some(*i) == place)?;
                Some((c, k))
            })
            .collect()
    }

    fn table(&self, rule: &SkewRule, bond: Bond) -> Vec<bool> {
        let track = self.place(&rule.of).map_or(0, |of| self.track(of));
        let lines = &self.atlas.tracks[track].lines;
        rule.table(lines, self.block(&rule.of), self.block(&rule.from), bond)
    }

    /// The versions of a component's scheme.
    fn block(&self, name: &Component) -> &[Version] {
        let track = self
            .place(name)
            .map_or(0, |component| self.track(component));
        let (first, end) = self.blocks[track];
        &self.versions[usize::from(first)..usize::from(end)]
    }

    /// Whether a rule allows two releases side by side.
    pub fn allows(&self, rule: &Rule, of: At, from: At) -> bool {
        let place = |at: At| usize::from(at - self.blocks[self.track_of[usize::from(at)]].0);
        rule.allowed[place(of) * rule.width + place(from)]
    }
}
