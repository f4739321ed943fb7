//! The judge: reads the rules naively, after every change of the world and every event that became durable.
//!
//! It shares no decision with engine or planner, only plain data: a rule is looked up in the catalog and
//! compared word by word (`mix`), who is down is counted on the fleet, the journal is read as text.
//!
//! - `mix`: which releases stand side by side; `journal`: events against the world; `order`: what must come
//!   before what; `soak`: healthy time; `ramp`: how many at once; `end`: the whole, afterwards;
//!   `author`: who writes.
//!
//! Must never know: why anything was done. Stories: `tests/it/judge.rs` (planted faults, each found).

mod author;
mod end;
mod journal;
mod mix;
mod order;
mod ramp;
mod soak;

use crate::fleet::{Fleet, Health, Node};
use crate::story::Story;
pub use end::Left;

use order::Order;
use ramp::Ramp;
use soak::Soak;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::catalog::{Catalog, Moved};
use windlass_engine::names::{Component, LevelName, MemberId, Subject};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Finalize, Policy};
use windlass_engine::snapshot::Member;
use windlass_engine::version::Version;

/// An observation of the engine may be so old when it decides by it (its own word: 10 s), with the time
/// that the fastest answer takes.
const OLD_LOOK_MS: u64 = 10_500;
/// So many are told of one play: what follows from the first is seldom of use.
const TOLD_MOST: usize = 20;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When, false time.
    pub at_ms: u64,
    /// Which promise.
    pub rule: &'static str,
    /// What was seen.
    pub says: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { at_ms, rule, says } = self;
        write!(f, "at {at_ms} ms, {rule}: {says}")
    }
}

/// What an acknowledged word keeps from being touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bars {
    /// Nothing.
    Nothing,
    /// All that its acknowledgement does not name.
    AllElse,
}

/// Looks on.
#[derive(Debug)]
pub struct Judge {
    catalog: Arc<Catalog>,
    policy: Policy,
    /// Where each component is to end.
    ends: BTreeMap<Component, Version>,
    /// Members that are to move.
    to_move: usize,
    /// The most that any word of a human allowed down at once.
    cap: usize,
    /// Looks and answers may be so late.
    slack_ms: u64,
    runs: BTreeMap<MemberId, BTreeMap<Component, Version>>,
    begun: BTreeSet<(Subject, u32)>,
    begun_at: Vec<u64>,
    /// What has begun and is not done, by the journal.
    flying: BTreeSet<Subject>,
    changes: BTreeMap<(Subject, u32), u32>,
    /// Who is in our hands, and since which append.
    hand: BTreeMap<MemberId, u64>,
    /// Appends heard so far.
    batch: u64,
    /// When each member was last taken down by our hand.
    touched: BTreeMap<MemberId, u64>,
    /// How many landings each member is away from its end, at most.
    away: BTreeMap<MemberId, u32>,
    order: Order,
    soak: Soak,
    left: BTreeSet<Subject>,
    ban: Option<BTreeSet<Subject>>,
    ramp: Ramp,
    windows: bool,
    epoch: u64,
    /// Who took the run last, in words.
    author: Option<String>,
    ended: bool,
    acknowledged: BTreeSet<u64>,
    answered: BTreeSet<u64>,
    violations: Vec<Violation>,
}

impl Judge {
    /// The judge of a story.
    #[must_use]
    pub fn of(story: &Story) -> Self {
        let all = story.cast.iter().flat_map(|cast| cast.components.keys());
        let ends = ends(&story.catalog, &story.goal, all);
        let moves = |cast: &&Member| {
            let mut carried = cast.components.iter();
            carried.any(|(name, runs)| ends.get(name).is_some_and(|to| !is_meant(to, runs)))
        };
        let to_move = story.cast.iter().filter(moves).count();
        let runs = story.cast.iter();
        let mut policy = story.policy.clone();
        if story.goal == Goal::Finalize {
            // To raise levels is all that was asked for.
            policy.finalize = Finalize::Soon;
        }
        Self {
            catalog: story.catalog.clone(),
            policy,
            cap: cap(story.policy.pace.cap, to_move),
            to_move,
            slack_ms: OLD_LOOK_MS + 2 * story.weather.late_most_ms,
            runs: runs.map(|c| (c.id.clone(), c.components.clone())).collect(),
            begun: BTreeSet::new(),
            begun_at: Vec::new(),
            flying: BTreeSet::new(),
            changes: BTreeMap::new(),
            hand: BTreeMap::new(),
            batch: 0,
            touched: BTreeMap::new(),
            away: order::ways(story, &ends),
            order: Order::of(story),
            soak: Soak::of(story),
            ends,
            left: BTreeSet::new(),
            ban: None,
            ramp: Ramp::default(),
            windows: true,
            epoch: 0,
            author: None,
            ended: false,
            acknowledged: BTreeSet::new(),
            answered: BTreeSet::new(),
            violations: Vec::new(),
        }
    }

    /// A human gave it another goal.
    fn means(&mut self, goal: &Goal) {
        let all: BTreeSet<Component> = self
            .runs
            .values()
            .flat_map(BTreeMap::keys)
            .cloned()
            .collect();
        self.ends = ends(&self.catalog, goal, all.iter());
    }

    /// What was found.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// When something began durably.
    #[must_use]
    pub fn begun_at(&self) -> &[u64] {
        &self.begun_at
    }

    /// Whether no more is told: what would follow is of no use.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.violations.len() >= TOLD_MOST
    }

    /// Something must not be.
    pub fn objects(&mut self, at_ms: u64, rule: &'static str, says: String) {
        if self.violations.len() < TOLD_MOST {
            self.violations.push(Violation { at_ms, rule, says });
        }
    }

    /// Every member carries the mark of an epoch.
    pub fn claimed(&mut self, epoch: u64) {
        self.epoch = self.epoch.max(epoch);
    }

    /// A human is about to let something begin again.
    pub fn allows(&mut self) {
        self.ban = None;
    }

    /// A human's word was acknowledged with what has begun; where it bars, nothing else is touched from now on.
    pub fn acknowledged(&mut self, seq: u64, begun: &[Subject], bars: Bars, at: u64) {
        self.acknowledged.insert(seq);
        let named: BTreeSet<Subject> = begun.iter().cloned().collect();
        if named != self.flying {
            let says = format!("it names {named:?}, begun are {:?}", self.flying);
            self.objects(at, "an acknowledgement names what has begun", says);
        }
        if bars == Bars::AllElse {
            self.ban = Some(named);
        }
    }

    /// A deed has begun to change the world.
    pub fn touched(&mut self, fleet: &Fleet, subject: &Subject, attempt: u32, epoch: u64, at: u64) {
        if let Subject::Member(id) = subject {
            self.touched.insert(id.clone(), at);
        }
        let key = (subject.clone(), attempt);
        let times = self.changes.entry(key.clone()).or_default();
        *times += 1;
        let times = *times;
        if times > 1 {
            let says = format!("attempt {attempt} at {subject} has changed it {times} times");
            self.objects(at, "one change an attempt", says);
        }
        if !self.begun.contains(&key) {
            let says = format!("attempt {attempt} at {subject} was never begun durably");
            self.objects(at, "begun before touched", says);
        }
        if self.ended {
            self.objects(
                at,
                "nothing after the end",
                format!("{subject} was touched"),
            );
        }
        if epoch < self.epoch {
            let says = format!("{subject} was touched under {epoch}, {} stands", self.epoch);
            self.objects(at, "only the newest epoch acts", says);
        }
        self.epoch = self.epoch.max(epoch);
        self.barred(subject, at);
        self.counts_down(fleet, at);
        let Subject::Member(id) = subject else { return };
        let mark = fleet.nodes.get(id).and_then(|node| node.mark.as_ref());
        if mark.is_none_or(|mark| mark.epoch != epoch) {
            let says = format!("{subject} was touched under {epoch}, it carries {mark:?}");
            self.objects(at, "no deed but under its own mark", says);
        }
    }

    fn barred(&mut self, subject: &Subject, at: u64) {
        let named = |ban: &BTreeSet<Subject>| ban.contains(subject);
        if self.ban.as_ref().is_some_and(|ban| !named(ban)) {
            let says = format!("{subject} was not named by the acknowledgement");
            self.objects(at, "nothing after a pause that it did not name", says);
        }
    }

    /// Members that are down by our hand in the world, whatever the journal says.
    fn counts_down(&mut self, fleet: &Fleet, at: u64) {
        let left = |id: &MemberId| self.left.contains(&Subject::Member(id.clone()));
        // Who was well since our hand took it down ails by itself.
        let came_back = |node: &Node| {
            let touched = self.touched.get(&node.id);
            touched.is_some_and(|touched| node.well_at > *touched)
        };
        let down = fleet
            .nodes
            .values()
            .filter(|n| is_down_by_hand(n) && !left(&n.id) && !came_back(n));
        let down = down.count();
        if down > self.cap {
            let says = format!("{down} members are down by our hand, {} may be", self.cap);
            self.objects(at, "never more down than the cap", says);
        }
    }

    /// A member has changed.
    pub fn changed(&mut self, fleet: &Fleet, id: &MemberId, at: u64) {
        let Some(node) = fleet.nodes.get(id) else {
            return;
        };
        self.soak.changed(node, at);
        self.acted(node, at);
        if self.runs.get(id) == Some(&node.runs) {
            return;
        }
        self.runs.insert(id.clone(), node.runs.clone());
        for broken in mix::broken(&self.catalog, fleet, node) {
            self.objects(at, "no forbidden mix", broken);
        }
    }

    /// A level was raised.
    pub fn raised(&mut self, fleet: &Fleet, level: &LevelName, at: u64) {
        let stands = fleet.levels.get(level).copied().unwrap_or(0);
        if self.policy.finalize == Finalize::Never {
            let says = format!("{level} stands at {stands}, and was to stay");
            self.objects(at, "no level is raised that was to stay", says);
        }
        let catalog = self.catalog.clone();
        let most = |runs: &Version| {
            let line = runs.line();
            let facts = catalog.lines.iter().find(|facts| facts.line == line);
            facts
                .and_then(|facts| facts.levels.get(level))
                .map(|(_, most)| *most)
        };
        for node in fleet.nodes.values() {
            if node
                .runs
                .values()
                .filter_map(most)
                .any(|most| most < stands)
            {
                let says = format!("{level} stands at {stands}, {} cannot read it", node.id);
                self.objects(at, "no level above its members", says);
            }
        }
    }
}

/// Where each component is to end: those of other schemes, and those that others move, stay.
fn ends<'c>(
    catalog: &Catalog,
    goal: &Goal,
    all: impl Iterator<Item = &'c Component>,
) -> BTreeMap<Component, Version> {
    let plain = |name: &&Component| {
        let facts = catalog.component(name);
        facts.is_none_or(|facts| facts.track.is_main() && facts.moved == Moved::Here)
    };
    match goal {
        Goal::Version(to) | Goal::Back(to) => all
            .filter(plain)
            .map(|name| (name.clone(), to.clone()))
            .collect(),
        Goal::Of(ends) => ends.clone(),
        Goal::Finalize => BTreeMap::new(),
    }
}

/// Whether a release is what was asked for, or one of the line that was.
fn is_meant(asked: &Version, runs: &Version) -> bool {
    asked == runs || asked.to_string() == runs.line().to_string()
}

/// A cap as a count, at least one.
fn cap(cap: Cap, members: usize) -> usize {
    let count = match cap {
        Cap::Members(count) => count as usize,
        Cap::Percent(share) => members * share as usize / 100,
    };
    count.max(1)
}

fn is_down_by_hand(node: &Node) -> bool {
    let Some(deed) = &node.deed else { return false };
    match (&deed.ended, node.health) {
        (None, _) => true,
        (Some(_), Health::Well) => false,
        // Where its process has changed since, others have acted, or it came back by itself.
        (Some(Ok(())), Health::Coming) => deed.started == node.process,
        (Some(_), Health::Gone | Health::Coming) => {
            node.well_at < node.since && deed.started.is_none()
        }
    }
}
