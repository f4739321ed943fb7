//! What must come before what in a journal: a human's word before what it allows, marks before the first
//! deed, each command answered once and in its turn, an end only where somebody asked for it or all is done.
//!
//! Must never know: phases, or the fold. Stories: `tests/it/judge.rs`; the figure `planted-bugs`.

use super::Judge;
use crate::cluster::SYSTEM;
use crate::fleet::{Fleet, Node};
use crate::story::Story;
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::{Failure, FailureCode};
use windlass_engine::names::{Component, MemberId, Subject};
use windlass_engine::policy::Finalize;
use windlass_engine::refusal::{Code, Refusal};
use windlass_engine::run::command::{Answered, Command};
use windlass_engine::run::event::{Approval, Began, Cause, End, Event};
use windlass_engine::snapshot::Member;
use windlass_engine::version::Version;

/// Why nothing may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Still {
    /// Something failed: a human's word on it goes on.
    Failed,
    /// For another reason: only `continue` or `begin` goes on.
    Told,
}

/// What a journal has said so far, as far as something waits for it.
#[derive(Debug)]
pub(super) struct Order {
    /// A human reads the plan, and has not yet said yes.
    unread: bool,
    /// The position of the last command that was answered.
    last: u64,
    /// Words of each kind that were taken.
    taken: BTreeSet<&'static str>,
    /// Subjects of which a human said what becomes of them.
    named: BTreeSet<(&'static str, Subject)>,
    still: Option<Still>,
    /// Since when it stands still.
    since: u64,
    epoch: u64,
    /// When others gave a member another process that is still to be seen, unmet so far.
    unmet: BTreeMap<MemberId, u64>,
    /// Who has told a release that it did not run.
    liars: BTreeSet<MemberId>,
    /// Whether others ever did.
    others: bool,
    /// By member, the process that it was last seen with.
    processes: BTreeMap<MemberId, u64>,
}

impl Order {
    pub(super) fn of(story: &Story) -> Self {
        Self {
            unread: story.approval == Approval::Asked,
            last: 0,
            taken: BTreeSet::new(),
            named: BTreeSet::new(),
            still: None,
            since: 0,
            epoch: 0,
            unmet: BTreeMap::new(),
            liars: BTreeSet::new(),
            others: false,
            processes: story.cast.iter().map(|c| (c.id.clone(), 1)).collect(),
        }
    }

    fn commanded(&mut self, command: &Command) {
        self.taken.insert(command.word());
        match command {
            Command::Approve { .. } => self.unread = false,
            Command::Continue | Command::Begin | Command::Retarget(_) => {
                self.still = None;
                self.unmet.clear();
            }
            Command::Retry { subject, .. } => {
                if let Some(subject) = subject {
                    self.named.insert((command.word(), subject.clone()));
                }
                if self.still == Some(Still::Failed) {
                    self.still = None;
                }
            }
            Command::Skip { subject } | Command::Confirm { subject } => {
                self.named.insert((command.word(), subject.clone()));
            }
            Command::Waive(_)
            | Command::Pause
            | Command::Cancel
            | Command::Stop
            | Command::Pace(_) => {}
        }
    }

    fn has(&self, word: &'static str, subject: &Subject) -> bool {
        self.named.contains(&(word, subject.clone()))
    }

    /// What is wrong with an end, in words.
    fn of_end(&self, end: &End, still_ms: u64, limit_ms: u64) -> Option<&'static str> {
        let asked = |word| self.taken.contains(word);
        match end {
            End::FinishedWithout(_) if !asked("skip") => Some("nobody said to leave anything"),
            End::Cancelled if !asked("cancel") => Some("nobody cancelled it"),
            End::Stopped(_) if !asked("stop") => Some("nobody stopped it"),
            End::Expired if self.still.is_none() => Some("it did not stand still"),
            End::Expired if still_ms < limit_ms => Some("it did not stand still for so long"),
            End::Finished
            | End::FinishedWithout(_)
            | End::Refused
            | End::Cancelled
            | End::Stopped(_)
            | End::Expired => None,
        }
    }
}

/// What is only not to be seen now is no claim about ways.
fn is_blind(refusal: &Refusal) -> bool {
    refusal.code == Code::Gap
}

/// How what others did is told.
const NOT_OURS: &str = ", not by this run";

impl Judge {
    /// An event, held against those before it.
    pub(super) fn in_order(&mut self, fleet: &Fleet, event: &Event, at: u64) {
        match event {
            Event::Began(began) => self.may_begin(fleet, began, at),
            Event::Failed {
                subject, failure, ..
            } => {
                self.called_stuck(subject, failure, at);
                if self.order.still.is_none() {
                    self.order.since = at;
                }
                self.order.still = self.order.still.or(Some(Still::Failed));
            }
            Event::Halted { cause, .. } => self.stands_still(cause, at),
            Event::Commanded {
                seq,
                command,
                answered,
                ..
            } => {
                if *seq != self.order.last + 1 {
                    let says = format!("command {seq} was answered after {}", self.order.last);
                    self.objects(at, "each command is answered once, in its turn", says);
                }
                self.order.last = *seq;
                if matches!(answered, Answered::Taken(_)) {
                    self.order.commanded(command);
                }
            }
            Event::Skipped { subject, .. } => self.said("skip", subject, at),
            Event::Confirmed { subject, .. } => self.said("confirm", subject, at),
            Event::Taken { epoch, .. } => {
                if *epoch <= self.order.epoch {
                    let says = format!("it was taken under {epoch} after {}", self.order.epoch);
                    self.objects(at, "epochs grow", says);
                }
                self.order.epoch = *epoch;
            }
            Event::Refused(refusal) => self.refused(refusal, at),
            // What others did is told as the reason: nothing of this plan had begun, so nothing stands still.
            Event::Replanning { why } if why.ends_with(NOT_OURS) => self.order.unmet.clear(),
            Event::Replanning { .. } => {}
            Event::Ended(end) => {
                if let Some(why) =
                    self.order
                        .of_end(end, at - self.order.since, self.policy.pause_limit.0)
                {
                    let says = format!("{end:?}: {why}");
                    self.objects(at, "no end that nobody asked for", says);
                }
                if *end == End::Finished {
                    self.all_done(fleet, at);
                }
            }
            Event::Requested(_)
            | Event::Observed(_)
            | Event::Judged { .. }
            | Event::Planned(_)
            | Event::PlanKept
            | Event::Approved { .. }
            | Event::Claimed { .. }
            | Event::ClaimRefused { .. }
            | Event::StageBegan { .. }
            | Event::StageDone { .. }
            | Event::Moved { .. }
            | Event::NotYet { .. }
            | Event::Progressed { .. }
            | Event::Settled { .. } => {}
            Event::SoakBegan { .. }
            | Event::SoakSpan { .. }
            | Event::SoakBroken { .. }
            | Event::SoakPassed
            | Event::Shut { .. }
            | Event::Opened { .. }
            | Event::ExpirySeen { .. }
            | Event::Proven => {}
        }
    }

    /// In every story there is a way: the drawn ones and those by hand are made so.
    fn refused(&mut self, refusal: &Refusal, at: u64) {
        // What is left out by a human's word may stand in the way of the rest, and so may what somebody lied.
        if !is_blind(refusal) && self.left.is_empty() && self.order.liars.is_empty() {
            let says = format!("{:?}: {}", refusal.code, refusal.says);
            self.objects(at, "no way is denied that there is", says);
        }
    }

    /// A member made no progress only where it was left to itself for as long as patience lasts.
    fn called_stuck(&mut self, subject: &Subject, failure: &Failure, at: u64) {
        let Subject::Member(id) = subject else { return };
        let touched = self.touched.get(id).copied().unwrap_or(0);
        let patience = self.policy.patience.0;
        if failure.code == FailureCode::NoProgress && touched + patience > at {
            let says = format!("{id} was touched at {touched} ms, patience is {patience} ms");
            self.objects(at, "nothing is called stuck before its time", says);
        }
    }

    /// Where no rule asks for another order, what the catalog names first moves first.
    pub(super) fn in_turn(&mut self, fleet: &Fleet, began: &Began, at: u64) {
        let (Subject::Member(id), Some(to)) = (&began.subject, &began.to) else {
            return;
        };
        if !self.catalog.skew.is_empty() {
            return;
        }
        let place = |node: &Node| {
            let mut all = self.catalog.components.iter();
            all.position(|facts| node.runs.contains_key(&facts.name))
        };
        let Some(node) = fleet.nodes.get(id) else {
            return;
        };
        let own = place(node);
        let waits = |other: &&Node| {
            place(other) < own
                && other.runs.values().any(|runs| runs < to)
                && !self.left.contains(&Subject::Member(other.id.clone()))
                && !self.hand.contains_key(&other.id)
        };
        if let Some(other) = fleet.nodes.values().find(waits) {
            let says = format!("{id} began to {to}, {} comes before it", other.id);
            self.objects(at, "what the catalog names first moves first", says);
        }
    }

    fn stands_still(&mut self, cause: &Cause, at: u64) {
        if self.order.still.is_none() {
            self.order.since = at;
        }
        if matches!(cause, Cause::SomeoneElseActs { .. }) && !self.order.others {
            let says = format!("{cause:?}");
            self.objects(at, "it stands still for nothing that nobody did", says);
        }
        self.order.unmet.clear();
        self.order.still = Some(match cause {
            Cause::Failure { .. } => Still::Failed,
            Cause::Asked { .. }
            | Cause::SomeoneElseActs { .. }
            | Cause::IdentityChanged { .. }
            | Cause::NoWayOn(_)
            | Cause::NeverOpens { .. }
            | Cause::NotClaimed { .. }
            | Cause::Unclear { .. } => Still::Told,
        });
        if let Cause::NoWayOn(refusal) = cause {
            self.refused(refusal, at);
        }
    }

    fn said(&mut self, word: &'static str, subject: &Subject, at: u64) {
        if !self.order.has(word, subject) {
            let says = format!("{word} {subject}: no such word was taken");
            self.objects(at, "nothing is left out without a human's word", says);
        }
    }

    fn may_begin(&mut self, fleet: &Fleet, began: &Began, at: u64) {
        let subject = &began.subject;
        if self.order.unread {
            let says = format!("{subject} began before anybody read the plan");
            self.objects(at, "nothing before a human's yes", says);
        }
        if self.order.taken.contains("cancel") || self.order.taken.contains("stop") {
            let says = format!("{subject} began");
            self.objects(at, "nothing begins when it is to end", says);
        }
        let again = began.tries > 1;
        if again && !self.order.has("retry", subject) {
            let says = format!("{subject} is tried again, and nobody said so");
            self.objects(at, "nothing is tried again without a human's word", says);
        }
        if !again && self.order.still.is_some() {
            let says = format!("{subject} began");
            self.objects(at, "nothing begins while it stands still", says);
        }
        let late = |met: &&u64| **met + self.slack_ms < at;
        let unmet = self.order.unmet.values().find(late).copied();
        if let Some(unmet) = unmet.filter(|_| !again) {
            let says = format!("{subject} began, others have acted at {unmet} ms");
            self.objects(at, "it does not go on while others act", says);
        }
        let epoch = self.order.epoch;
        let ours = |mark: &crate::fleet::Mark| mark.epoch == epoch;
        let bare = |node: &&Node| !node.mark.as_ref().is_some_and(ours);
        if !again && let Some(node) = fleet.nodes.values().find(bare) {
            let says = format!(
                "{subject} began, {} does not carry the mark of {epoch}",
                node.id
            );
            self.objects(at, "nothing begins before every mark lies", says);
        }
    }

    /// A member has changed: whether others gave it another process while it was not in our hands.
    pub(super) fn acted(&mut self, node: &Node, at: u64) {
        if node.lies {
            // Whoever lies about itself is met as one whom others moved.
            self.order.others = true;
            self.order.liars.insert(node.id.clone());
        }
        let Some(process) = node.process else {
            // What others did to it is no longer to be seen.
            self.order.unmet.remove(&node.id);
            return;
        };
        let known = self.order.processes.insert(node.id.clone(), process);
        let ours = node.deed.as_ref().and_then(|deed| deed.started) == Some(process);
        if known == Some(process) || ours {
            return;
        }
        self.order.others = true;
        if self.begun.is_empty() {
            return;
        }
        let left = self.left.contains(&Subject::Member(node.id.clone()));
        if !self.hand.contains_key(&node.id) && !left {
            self.order.unmet.entry(node.id.clone()).or_insert(at);
        }
    }

    /// A plan was made anew on what was seen.
    pub(super) fn planned(&mut self) {
        self.order.unmet.clear();
    }

    /// Each landing brings a member nearer to its end, and none is made twice.
    pub(super) fn needless(&mut self, began: &Began, at: u64) {
        let Subject::Member(id) = &began.subject else {
            return;
        };
        // It is moved by what it tells.
        if self.order.liars.contains(id) {
            return;
        }
        let Some(left) = self.away.get_mut(id) else {
            return;
        };
        match left.checked_sub(1) {
            Some(less) => *left = less,
            None => {
                let says = format!("{id} began once more, to {:?}", began.to);
                self.objects(
                    at,
                    "no member is moved more often than its way is long",
                    says,
                );
            }
        }
    }

    /// What belongs to an end besides the members' releases: levels raised, actions done.
    fn all_done(&mut self, fleet: &Fleet, at: u64) {
        let rule = "nothing is called finished that is not";
        let ends: BTreeSet<&Version> = self.ends.values().collect();
        let mut missing = Vec::new();
        // What a maker's levels need besides is not read here.
        let ours = self.catalog.system == SYSTEM;
        if let (Finalize::Soon, Some(end), true) = (self.policy.finalize, ends.last(), ours) {
            let line = end.line();
            let facts = self.catalog.lines.iter().find(|facts| facts.line == line);
            for (level, (_, most)) in facts.into_iter().flat_map(|facts| &facts.levels) {
                let skipped = self.left.contains(&Subject::Level(level.clone()));
                let stands = fleet.levels.get(level).copied().unwrap_or(0);
                if stands < *most && !skipped {
                    missing.push(format!("level {level} stands at {stands}, not at {most}"));
                }
            }
        }
        for facts in &self.catalog.actions {
            let moved = fleet
                .nodes
                .values()
                .any(|node| node.runs.contains_key(&facts.after) && node.touches > 0);
            let done = fleet.acts.keys().any(|(name, _)| *name == facts.name);
            let by_word = self.left.contains(&Subject::Action(facts.name.clone()));
            // One that is for some releases alone, or for humans, need not belong to this way.
            let always = facts.from.is_none() && facts.to.is_none() && facts.by_hand.is_none();
            if always && moved && !done && !by_word {
                missing.push(format!("{} was never done", facts.name));
            }
        }
        for says in missing {
            self.objects(at, rule, says);
        }
    }
}

/// By member: how many landings its way has at most. Only for catalogs of our own: patches, and what others
/// move, are not counted here.
pub(super) fn ways(story: &Story, ends: &BTreeMap<Component, Version>) -> BTreeMap<MemberId, u32> {
    if story.catalog.system != SYSTEM {
        return BTreeMap::new();
    }
    // What shares a scheme moves at once: fewer may do.
    let far = |member: &Member| {
        let runs = member.components.iter();
        let one = |(component, from)| landings(&story.catalog, from, ends.get(component)?);
        runs.filter_map(one).sum()
    };
    let cast = story.cast.iter();
    cast.map(|member| (member.id.clone(), far(member)))
        .collect()
}

/// At most one landing in each line on the way.
fn landings(catalog: &Catalog, from: &Version, to: &Version) -> Option<u32> {
    let place = |version: &Version| {
        let line = version.line();
        catalog.lines.iter().position(|facts| facts.line == line)
    };
    let (from, to) = (place(from)?, place(to)?);
    u32::try_from(to.checked_sub(from)?).ok()
}
