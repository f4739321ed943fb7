//! Who is in a picture: members that carry the same in zones that are in the same state, as one.
//!
//! Must never know: rules or paths. Stories: `tests/it/oracle.rs`,
//! `tests/it/places.rs`.

use super::{At, Carried, Class, Crowd, Group, Heading, Part, Starts, Strand, World};
use crate::catalog::{Moved, Within};
use crate::names::{Component, MemberId};
use crate::plan::seen::Seen;
use crate::snapshot::Member;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

impl World<'_> {
    pub(super) fn take_classes(&mut self, seen: &Seen) {
        let zones = self.zones(seen);
        let mut classes: BTreeMap<(Vec<usize>, Option<usize>), Starts> = BTreeMap::new();
        for member in seen.snapshot.members.values() {
            let (part, carried) = self.carried(seen, member);
            let zone = zones.get(&member.zone.as_deref()).copied();
            let (components, start): (Vec<usize>, Vec<At>) = carried.into_iter().unzip();
            if self.is_gone(part, &components, &start) {
                continue;
            }
            classes
                .entry((components, zone))
                .or_default()
                .entry((part, start))
                .or_default()
                .push(member.id.clone());
        }
        let mut classes: Vec<_> = classes.into_iter().collect();
        if self.aim.heading == Heading::Back {
            classes.reverse();
        }
        for ((components, zone), groups) in classes {
            let strands = self.strands(&components);
            let of = |part: usize| strands.iter().position(|s| s.parts.contains(&part));
            let mut class = Class {
                strand_of: (0..components.len()).filter_map(of).collect(),
                strands,
                components,
                zone,
                groups: Vec::new(),
            };
            for ((part, start), members) in groups {
                class.groups.push(self.groups.len());
                let crowd = match zones.is_empty() {
                    true => Crowd::Several,
                    false => crowd(seen, &members),
                };
                self.groups.push(Group {
                    start,
                    members,
                    crowd,
                    part,
                    slot: self.slots,
                });
                self.slots += class.strands.len();
            }
            self.classes.push(class);
        }
    }

    pub(super) fn is_gone(&self, part: Part, components: &[usize], start: &[At]) -> bool {
        if self.ease.gone.is_empty() {
            return false;
        }
        let (names, versions) = self.named(components, start);
        self.ease.gone.contains(&(part, names, versions))
    }

    /// What a group is called by who leaves it aside.
    pub fn named(&self, components: &[usize], start: &[At]) -> (Vec<Component>, Vec<Version>) {
        let names = components.iter().map(|c| self.component(*c).clone());
        let versions = start.iter().map(|at| self.version(*at).clone());
        (names.collect(), versions.collect())
    }

    pub(super) fn carried(&self, seen: &Seen, member: &Member) -> (Part, Carried) {
        let place = |(name, version): (&Component, &Version)| {
            let component = self.place(name)?;
            Some((component, self.index(self.track(component), version)))
        };
        let mut carried: Carried = member.components.iter().filter_map(place).collect();
        carried.sort_unstable();
        let part = if seen.left.contains(&member.id) {
            Part::Stays
        } else {
            Part::Moves
        };
        (part, carried)
    }

    /// Zones in the same state are one: by name, none among them, the number of the state. Empty
    /// where no rule that is asked looks at zones.
    pub(super) fn zones<'s>(&self, seen: &Seen<'s>) -> BTreeMap<Option<&'s str>, usize> {
        let mut rules = self.catalog.skew.iter().enumerate();
        let is_asked = |at: &usize| !self.ease.rules.contains(at);
        if !rules.any(|(at, rule)| rule.within == Within::Zone && is_asked(&at)) {
            return BTreeMap::new();
        }
        let mut states: BTreeMap<Option<&str>, BTreeSet<(Part, Carried)>> = BTreeMap::new();
        for member in seen.snapshot.members.values() {
            let state = states.entry(member.zone.as_deref()).or_default();
            let (part, carried) = self.carried(seen, member);
            let (components, start): (Vec<usize>, Vec<At>) = carried.iter().copied().unzip();
            if !self.is_gone(part, &components, &start) {
                state.insert((part, carried));
            }
        }
        let mut known: Vec<BTreeSet<(Part, Carried)>> = Vec::new();
        let mut zones = BTreeMap::new();
        for (zone, state) in states {
            let index = known.iter().position(|one| one == &state);
            let index = index.unwrap_or_else(|| {
                known.push(state);
                known.len() - 1
            });
            zones.insert(zone, index);
        }
        zones
    }

    pub(super) fn strands(&self, components: &[usize]) -> Vec<Strand> {
        let mut strands: Vec<Strand> = Vec::new();
        for (part, component) in components.iter().enumerate() {
            let track = self.track(*component);
            let facts = &self.catalog.components[*component];
            let end = match facts.moved {
                Moved::Here => self.aim.ends.get(&facts.name),
                Moved::Elsewhere => None,
            };
            let goal = end.map(|version| self.index(track, version));
            let same = |strand: &&mut Strand| strand.track == track && strand.moved == facts.moved;
            match strands.iter_mut().find(same) {
                Some(strand) => {
                    strand.parts.push(part);
                    strand.goal = strand.goal.max(goal);
                }
                None => strands.push(Strand {
                    parts: vec![part],
                    track,
                    moved: facts.moved,
                    goal,
                    far: [].into(),
                }),
            }
        }
        strands
    }
}

fn crowd(seen: &Seen, members: &[MemberId]) -> Crowd {
    let zone = |id: &MemberId| {
        seen.snapshot
            .members
            .get(id)
            .and_then(|m| m.zone.as_deref())
    };
    let mut zones = BTreeSet::new();
    if members.iter().all(|id| zones.insert(zone(id))) {
        Crowd::Single
    } else {
        Crowd::Several
    }
}
