//! A run: one execution of a plan on one cluster. Its state is the fold of its journal, nothing else.
//!
//! - `event`, `command`, `observation`: the tongue of the journal;
//! - `fold`: event → state; `wants`: state → effects and wake; `standing`: state → words.
//!
//! The phase is derived, not stored, so that no event can leave it in contradiction to the rest.
//! Must never know: stores, targets, clocks. Stories: `tests/it/run.rs`.

pub mod command;
pub mod event;
mod fold;
pub mod observation;
mod queue;
mod read;
mod soak;
pub mod standing;
pub mod wants;

use crate::budget::Index;
use crate::calendar::hours::{Bar, Keep};
use crate::catalog::{Binds, Catalog, Repeat};
use crate::check::{Finding, Waiver};
use crate::effect::{Failure, Manner};
use crate::forecast::Lessons;
use crate::hash::Hash;
use crate::names::{ActionName, Identity, MemberId, Subject};
use crate::pace::Limit;
use crate::plan::order::Times;
use crate::plan::{Goal, Move, Plan, Stage};
use crate::policy::{Pace, Policy, Ramp};
use crate::refusal::Refusal;
use crate::run::event::{Cause, End, Event, Request};
use crate::snapshot::{Member, Snapshot};
use crate::time::{Mark, Ms, Now, Wall};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use queue::Lined;
pub(crate) use soak::NOBODY_LOOKED;
pub use soak::Soak;

/// An observation older than this decides nothing: leaders and in-sync sets move within seconds.
pub const FRESH_MS: Ms = Ms::seconds(10);
/// Findings older than this are asked again before the first member begins.
pub const FINDINGS_FRESH_MS: Ms = Ms::minutes(15);
/// So many successor plans are taken in a run without asking a human.
pub const SILENT_SUCCESSORS: u32 = 3;

/// Where a run stands: derived from its fold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nobody has taken it yet.
    Requested,
    /// It looks, plans and checks.
    Observing,
    /// Findings bar it.
    Barred,
    /// Its plan waits for a human's word.
    AwaitingApproval(Hash),
    /// No window is open, or a freeze holds: nothing is in flight, and what is next begins then.
    AwaitingWindow,
    /// Whether a subject was done cannot be told: a human's word is needed.
    AwaitingHuman(Subject),
    /// Members move.
    Rolling,
    /// Healthy time is waited for.
    Soaking,
    /// What has begun finishes, so many; nothing begins.
    Pausing(usize),
    /// Nothing is in flight; it waits for a human.
    Paused,
    /// What has begun finishes, then it ends.
    Cancelling,
    /// Hands leave at the next safe point, then it ends.
    Stopping,
    /// It ended.
    Ended(End),
}

impl Phase {
    /// The stable word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Observing => "observing",
            Self::Barred => "barred",
            Self::AwaitingApproval(_) => "awaiting-approval",
            Self::AwaitingWindow => "awaiting-window",
            Self::AwaitingHuman(_) => "awaiting-human",
            Self::Rolling => "rolling",
            Self::Soaking => "soaking",
            Self::Pausing(_) => "pausing",
            Self::Paused => "paused",
            Self::Cancelling => "cancelling",
            Self::Stopping => "stopping",
            Self::Ended(End::Finished) => "finished",
            Self::Ended(End::FinishedWithout(_)) => "finished-without",
            Self::Ended(End::Refused) => "refused",
            Self::Ended(End::Cancelled) => "cancelled",
            Self::Ended(End::Stopped(_)) => "stopped",
            Self::Ended(End::Expired) => "expired",
        }
    }
}

/// What is known of a subject in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flying {
    /// Its deed is wanted.
    Doing,
    /// Its gate is wanted.
    Gating,
    /// It failed; a human decides.
    Failed(Failure),
    /// Whether it was done cannot be told, and a repeat is not harmless.
    Unclear,
    /// The hand left at a safe point, because the run is stopping.
    Left,
}

/// A subject that has begun and is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Which attempt.
    pub attempt: u32,
    /// Which try at this move.
    pub tries: u32,
    /// Releases it may be found at, for a member.
    pub found: BTreeSet<Version>,
    /// Where it goes, for a member.
    pub to: Option<Version>,
    /// The process it was seen as before the first attempt.
    pub incarnation: Option<String>,
    /// How.
    pub manner: Manner,
    /// How far it is.
    pub state: Flying,
    /// When the attempt began.
    pub began: Mark,
    /// The last step told, in words.
    pub step: Option<String>,
    /// The highest progress told.
    pub progress: u64,
    /// When it last came nearer.
    pub progressed: Mark,
}

impl Flight {
    /// Whether something is still being done or waited for.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.state, Flying::Doing | Flying::Gating)
    }
}

/// Where the run is in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Index of the hop.
    pub hop: usize,
    /// Index of the stage in it.
    pub stage: usize,
    /// Its level or action has begun, or was left out.
    pub begun: bool,
    /// All of the stage is done.
    pub done: bool,
}

/// Why the run stands still, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// Why.
    pub cause: Cause,
    /// Since when, boot time.
    pub at: Mark,
    /// Since when, wall time.
    pub wall: Wall,
    /// When its deadline was first seen passed.
    pub expiry_seen: Option<Mark>,
}

/// Nothing more begins until the hours allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shut {
    /// Why, and when it opens.
    pub bar: Bar,
    /// Since when.
    pub wall: Wall,
}

/// What ends a run without a human, or a human's word to end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Cancelling,
    Stopping,
}

/// One execution of a plan on one cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    catalog: Arc<Catalog>,
    policy: Policy,
    request: Request,
    epoch: u64,
    holder: String,
    claimed: Option<u64>,
    identity: Option<Identity>,
    known: Option<Snapshot>,
    /// Each member as last told: what a later look could not see does not efface it. Drift is a
    /// difference from this.
    told: BTreeMap<MemberId, Arc<Member>>,
    observed: Option<Mark>,
    ailing: BTreeSet<MemberId>,
    findings: Vec<Finding>,
    judged: Option<Mark>,
    waivers: Vec<Waiver>,
    plan: Option<(Hash, Arc<Plan>)>,
    /// Members that the plan touches: counted once, not at each step.
    touched: usize,
    approved: Option<Hash>,
    silent: u32,
    doubt: Option<String>,
    refusal: Option<Refusal>,
    cursor: Option<Cursor>,
    queue: VecDeque<MemberId>,
    flights: BTreeMap<Subject, Flight>,
    attempts: BTreeMap<Subject, u32>,
    skipped: BTreeSet<Subject>,
    moved: BTreeSet<MemberId>,
    limit: Limit,
    pace_asked: Option<Pace>,
    pace_approved: Pace,
    soak: Option<Soak>,
    soaked: BTreeSet<Version>,
    /// Releases at which a member of this run has settled.
    landed: BTreeSet<Version>,
    halt: Option<Halt>,
    shut: Option<Shut>,
    /// Which of the policy's hours are kept.
    keep: Keep,
    /// The longest that a member of this run took.
    slowest: Ms,
    /// How long members took: of those that this run moved by it, of others by runs of before.
    times: Times,
    /// How those that this run moved took longer or shorter than was to be expected.
    lessons: Lessons,
    /// Which budgets members stand in.
    budgets: Arc<Index>,
    /// How the queue was last put into its order.
    lined: Lined,
    ending: Option<Ending>,
    inbox: u64,
    proven: bool,
    ended: Option<End>,
    settled_since_look: u32,
    changes: u64,
    settled_at: BTreeMap<MemberId, u64>,
    events: u64,
}

impl Run {
    /// A run at its first event.
    #[must_use]
    pub fn new(request: Request, catalog: Arc<Catalog>, policy: Policy) -> Self {
        Self {
            catalog,
            pace_approved: policy.pace,
            policy,
            waivers: request.waivers.clone(),
            times: request.took.clone(),
            request,
            epoch: 0,
            holder: String::new(),
            claimed: None,
            identity: None,
            known: None,
            told: BTreeMap::new(),
            observed: None,
            ailing: BTreeSet::new(),
            findings: Vec::new(),
            judged: None,
            plan: None,
            touched: 0,
            approved: None,
            silent: 0,
            doubt: None,
            refusal: None,
            cursor: None,
            queue: VecDeque::new(),
            flights: BTreeMap::new(),
            attempts: BTreeMap::new(),
            skipped: BTreeSet::new(),
            moved: BTreeSet::new(),
            limit: Limit::default(),
            pace_asked: None,
            soak: None,
            soaked: BTreeSet::new(),
            landed: BTreeSet::new(),
            halt: None,
            shut: None,
            keep: Keep::All,
            slowest: Ms(0),
            lessons: Lessons::default(),
            budgets: Arc::default(),
            lined: Lined::default(),
            ending: None,
            inbox: 0,
            proven: false,
            ended: None,
            settled_since_look: 0,
            changes: 0,
            settled_at: BTreeMap::new(),
            events: 1,
        }
    }

    /// The fold of all events after the first.
    #[must_use]
    pub fn replay(
        request: Request,
        catalog: Arc<Catalog>,
        policy: Policy,
        after: &[Event],
    ) -> Self {
        let mut run = Self::new(request, catalog, policy);
        for event in after {
            run.apply(event);
        }
        run
    }

    /// Where it stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if let Some(end) = &self.ended {
            return Phase::Ended(end.clone());
        }
        match self.ending {
            Some(Ending::Stopping) => return Phase::Stopping,
            Some(Ending::Cancelling) => return Phase::Cancelling,
            None => {}
        }
        if self.halt.is_some() {
            let live = self.live_flights();
            return if live > 0 {
                Phase::Pausing(live)
            } else {
                Phase::Paused
            };
        }
        if let Some((subject, _)) = self
            .flights
            .iter()
            .find(|(_, f)| f.state == Flying::Unclear)
        {
            return Phase::AwaitingHuman(subject.clone());
        }
        if self.epoch == 0 {
            return Phase::Requested;
        }
        let Some((name, _)) = &self.plan else {
            return if self.is_barred() {
                Phase::Barred
            } else {
                Phase::Observing
            };
        };
        if self.doubt.is_some() && self.live_flights() == 0 {
            return Phase::Observing;
        }
        if self.approved.as_ref() != Some(name) {
            return if self.is_barred() {
                Phase::Barred
            } else {
                Phase::AwaitingApproval(*name)
            };
        }
        if self.soak.is_some() {
            return Phase::Soaking;
        }
        if self.is_barred() && self.flights.is_empty() {
            return Phase::Barred;
        }
        if self.shut.is_some() && self.flights.is_empty() {
            return Phase::AwaitingWindow;
        }
        Phase::Rolling
    }

    /// Findings that bar what comes next.
    pub fn barring(&self) -> impl Iterator<Item = &Finding> {
        let raises = self
            .plan
            .as_ref()
            .is_some_and(|(_, plan)| plan.point_of_no_return().is_some());
        self.findings.iter().filter(move |finding| {
            let binds = match finding.binds {
                Binds::Now | Binds::BeforeHop => true,
                // While members are down by our own hand, budgets judge, not this.
                Binds::BeforeEachMember => self.flights.is_empty(),
                Binds::BeforeFinalize => raises,
            };
            binds && finding.bars()
        })
    }

    fn is_barred(&self) -> bool {
        self.barring().next().is_some()
    }

    /// Subjects whose deed or gate is waited for, counted.
    #[must_use]
    pub fn live_flights(&self) -> usize {
        self.flights
            .values()
            .filter(|flight| flight.is_live())
            .count()
    }

    /// The stage that is being done.
    #[must_use]
    pub fn stage(&self) -> Option<&Stage> {
        let (_, plan) = self.plan.as_ref()?;
        let at = self.cursor?;
        plan.hops.get(at.hop)?.stages.get(at.stage)
    }

    /// The moving stage that is being done.
    pub(crate) fn moving(&self) -> Option<&Move> {
        match self.stage()? {
            Stage::Move(step) => Some(step),
            Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => None,
        }
    }

    /// How many members may be down at once now.
    #[must_use]
    pub fn limit(&self) -> u32 {
        let canary = self.policy.soak > Ms(0)
            && self
                .moving()
                .is_some_and(|step| !self.soaked.contains(&step.to));
        if canary {
            1
        } else {
            self.limit.stands_at(self.policy.pace, self.ceiling())
        }
    }

    pub(crate) fn ceiling(&self) -> u32 {
        self.policy.pace.ceiling(self.touched)
    }

    /// Whether the last look is young enough to decide by.
    #[must_use]
    pub fn is_fresh(&self, now: Now) -> bool {
        self.observed
            .and_then(|at| now.mono.since(at))
            .is_some_and(|age| age <= FRESH_MS)
    }

    fn repeat(&self, action: &ActionName) -> Repeat {
        self.catalog
            .actions
            .iter()
            .find(|facts| facts.name == *action)
            .map_or(Repeat::Harmless, |facts| facts.repeat)
    }
}
