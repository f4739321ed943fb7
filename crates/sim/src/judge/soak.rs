//! Healthy time: the first member on a new release goes alone, and nothing follows it, nor the last of a
//! stage, before the world was well for as long as the policy asks.
//!
//! Must never know: how the engine counts. Stories: `tests/it/judge.rs`; the figure `planted-bugs`.

use super::Judge;
use crate::fleet::{Fleet, Health, Node};
use crate::net::STALE_MOST_MS;
use crate::store::Fault;
use crate::story::Story;
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::names::{Component, MemberId, Subject};
use windlass_engine::run::event::{Began, Event};
use windlass_engine::time::Mark;
use windlass_engine::version::Version;

/// Looks of a soak are at most so far apart where it is short, with the time that one takes.
const LOOK_APART_MS: u64 = 1_000;

/// A store that fails is left alone for a while; nobody looks meanwhile.
const STORE_RESTS_MS: u64 = 2_000;

/// Healthy time as it was owed and had.
#[derive(Debug)]
pub(super) struct Soak {
    need_ms: u64,
    /// A look, or a commit, may be so late.
    late_ms: u64,
    began: Option<u64>,
    /// By how much false time is ahead of a carrier's own by each boot, at least: a commit may come late.
    ahead: BTreeMap<u64, i64>,
    /// When the last look was taken into account.
    looked: u64,
    landed: BTreeSet<Version>,
    soaked: BTreeSet<Version>,
    /// What settled last, while no healthy time has passed since.
    fresh: Option<(BTreeSet<Component>, Version)>,
    /// When each member was last seen to turn unwell and well.
    turned: BTreeMap<MemberId, (u64, u64)>,
    /// When something was heard last of whoever carries.
    heard: u64,
    /// When there was nobody who could look: from the last that was heard of one to the next who took it.
    blind: Vec<(u64, u64)>,
}

impl Soak {
    pub(super) fn of(story: &Story) -> Self {
        let slow = story.faults.values().map(|fault| match fault {
            Fault::Slow(ms) => *ms,
            Fault::Full | Fault::Lost | Fault::Written => STORE_RESTS_MS,
        });
        let old = match story.weather.stale {
            0 => 0,
            _ => STALE_MOST_MS,
        };
        Self {
            need_ms: story.policy.soak.0,
            late_ms: LOOK_APART_MS + 2 * story.weather.late_most_ms + slow.max().unwrap_or(0) + old,
            began: None,
            ahead: BTreeMap::new(),
            looked: 0,
            landed: BTreeSet::new(),
            soaked: BTreeSet::new(),
            fresh: None,
            turned: BTreeMap::new(),
            heard: 0,
            blind: Vec::new(),
        }
    }

    /// Whoever carries has written something.
    pub(super) fn heard(&mut self, at: u64) {
        self.heard = at;
    }

    /// How much of a time nobody could look.
    fn blind_within(&self, from: u64, to: u64) -> u64 {
        let within =
            |(left, taken): &(u64, u64)| (*taken).min(to).saturating_sub((*left).max(from));
        self.blind.iter().map(within).sum()
    }

    /// A look was taken into account at this time of the carrier.
    fn looked(&mut self, mark: Mark, at: u64) {
        let [heard, told] = [at, mark.ms].map(|ms| i64::try_from(ms).unwrap_or(i64::MAX));
        let ahead = self.ahead.entry(mark.boot).or_insert(i64::MAX);
        *ahead = (heard - told).min(*ahead);
        self.looked = u64::try_from(told + *ahead).unwrap_or(at);
    }

    /// The plan is doubted or made anew: what was owed by the old one is not judged.
    pub(super) fn disturbed(&mut self) {
        self.fresh = None;
    }

    /// A member has changed.
    pub(super) fn changed(&mut self, node: &Node, at: u64) {
        let turned = self.turned.entry(node.id.clone()).or_default();
        let was_well = turned.0 <= turned.1;
        match (node.health == Health::Well, was_well) {
            (true, false) => turned.1 = at,
            (false, true) => turned.0 = at,
            (true, true) | (false, false) => {}
        }
    }

    /// Whether a member was unwell for long within the last so many milliseconds.
    fn was_unwell(&self, id: &MemberId, at: u64) -> bool {
        let Some((down, up)) = self.turned.get(id) else {
            return false;
        };
        if *down > at {
            return false;
        }
        if down > up {
            return down + self.late_ms < at;
        }
        let since = at.saturating_sub(self.need_ms) + self.late_ms;
        // What came and went while no carrier lived was seen by nobody: that time is no healthy time.
        let seen = (up - down).saturating_sub(self.blind_within(*down, *up));
        *up > since && seen > self.late_ms
    }
}

/// What a member carries: as far as an event tells of a stage.
fn carries(node: &Node) -> BTreeSet<Component> {
    node.runs.keys().cloned().collect()
}

impl Judge {
    /// An event, held against healthy time.
    pub(super) fn in_health(&mut self, fleet: &Fleet, event: &Event, at: u64) {
        if self.soak.need_ms == 0 {
            return;
        }
        if let Event::Taken { .. } = event {
            self.soak.blind.push((self.soak.heard, at));
        }
        if let Event::Began(began) = event {
            self.follows(fleet, began, at);
        }
        if let Event::Settled {
            subject: Subject::Member(id),
            version: Some(version),
            ..
        } = event
        {
            let node = fleet.nodes.get(id);
            self.soak.landed.insert(version.clone());
            self.soak.fresh = node.map(|node| (carries(node), version.clone()));
        }
        if let Event::Halted { .. } | Event::Replanning { .. } = event {
            self.soak.disturbed();
        }
        if let Event::SoakBegan { at: mark, .. }
        | Event::SoakBroken { at: mark, .. }
        | Event::SoakSpan { at: mark } = event
        {
            self.soak.looked(*mark, at);
        }
        if let Event::SoakBegan { .. } | Event::SoakBroken { .. } = event {
            self.soak.began = Some(self.soak.looked);
        }
        if *event == Event::SoakPassed {
            self.passed(fleet, self.soak.looked);
        }
    }

    fn follows(&mut self, fleet: &Fleet, began: &Began, at: u64) {
        let (Subject::Member(id), Some(to), 1) = (&began.subject, &began.to, began.tries) else {
            return;
        };
        if !self.soak.soaked.contains(to) {
            let says = if self.soak.landed.contains(to) {
                Some(format!(
                    "{id} began to {to}, the first there has not soaked"
                ))
            } else {
                let first = self.hand.keys().next();
                first.map(|first| format!("{id} began to {to}, {first} is not yet there"))
            };
            if let Some(says) = says {
                self.objects(at, "the first on a release goes alone", says);
            }
        }
        let component = fleet.nodes.get(id).map(carries);
        let Some((last, version)) = &self.soak.fresh else {
            return;
        };
        if component.as_ref() != Some(last) || version != to {
            let says =
                format!("{id} began to {to}, healthy time after {last:?} to {version} is owed");
            self.objects(at, "healthy time between stages", says);
        }
    }

    /// Healthy time is said to have passed, by a look that was taken into account at this time.
    fn passed(&mut self, fleet: &Fleet, at: u64) {
        let rule = "healthy time is not cut short";
        let soak = &mut self.soak;
        soak.fresh = None;
        soak.soaked.append(&mut soak.landed.clone());
        let (need, late) = (soak.need_ms, soak.late_ms);
        let blind = |began| soak.blind_within(began, at);
        if soak
            .began
            .is_some_and(|began| began + blind(began) + need > at + late)
        {
            let says = format!("{need} ms are asked for, it began at {:?}", soak.began);
            self.objects(at, rule, says);
        }
        let left = |node: &&Node| !self.left.contains(&Subject::Member(node.id.clone()));
        let unwell = |node: &&Node| self.soak.was_unwell(&node.id, at);
        let found = fleet.nodes.values().filter(left).find(unwell);
        if let Some(node) = found {
            let says = format!("{} was not well, {:?}", node.id, node.health);
            self.objects(at, rule, says);
        }
    }
}
