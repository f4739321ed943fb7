//! One fact in a run's journal: the durable tongue. A closed set.
//!
//! Must never know: how it is stored. Stories: `tests/it/`.

use crate::calendar::hours::Bar;
use crate::check::{Finding, Waiver};
use crate::effect::{Failure, Manner};
use crate::hash::Hash;
use crate::names::{ClusterName, Identity, MemberId, Subject};
use crate::plan::{Goal, Plan};
use crate::refusal::Refusal;
use crate::run::command::{Answered, Command};
use crate::run::observation::Observation;
use crate::time::{Mark, Ms, Wall};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What was asked for: the first event of each run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The name under which the cluster is registered.
    pub cluster: ClusterName,
    /// What is wanted.
    pub goal: Goal,
    /// The catalog, by hash: frozen with the run.
    pub catalog: Hash,
    /// The policy, by hash: frozen with the run.
    pub policy: Hash,
    /// Whether the plan is approved in advance.
    pub approval: Approval,
    /// Waivers that stand from the beginning.
    pub waivers: Vec<Waiver>,
    /// Who asked.
    pub by: String,
    /// How long members took when they were last moved, by runs of before: who is begun when may hang
    /// on it, and what is forecast. Frozen with the run; empty where nothing is known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub took: BTreeMap<MemberId, Ms>,
}

/// Whether a human looks at the plan first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approval {
    /// The run waits for `approve` with the plan's hash.
    Asked,
    /// Given with the request.
    InAdvance,
    /// Given with the request, to the plan of this name alone; any other waits.
    Of(Hash),
}

/// Who approved a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approver {
    /// A human, by this name; in advance, or with the plan's hash.
    Human(String),
    /// Nobody needed to be asked: why.
    Nobody(String),
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The run came into being.
    Requested(Request),
    /// A carrier took it, under a new epoch.
    Taken {
        /// Grows with each take-over.
        epoch: u64,
        /// Who carries, in words: host and pid.
        holder: String,
        /// Boot time there: timers of other boots begin anew.
        at: Mark,
    },
    /// What was seen, as far as it differs from what was known.
    Observed(Observation),
    /// All checks were asked.
    Judged {
        /// What was found.
        findings: Vec<Finding>,
        /// When.
        at: Mark,
    },
    /// There is a way.
    Planned(Arc<Plan>),
    /// There is none.
    Refused(Refusal),
    /// The plan may run.
    Approved {
        /// Its hash.
        plan: Hash,
        /// Who, or why nobody was asked.
        by: Approver,
    },
    /// Every member carries the mark of this epoch.
    Claimed {
        /// The epoch.
        epoch: u64,
    },
    /// The mark could not be left: in words, why.
    ClaimRefused {
        /// At which member.
        member: MemberId,
        /// Why.
        why: String,
    },
    /// A stage began.
    StageBegan {
        /// Index of the hop.
        hop: usize,
        /// Index of the stage in it.
        stage: usize,
    },
    /// All of a stage is done.
    StageDone {
        /// Index of the hop.
        hop: usize,
        /// Index of the stage in it.
        stage: usize,
    },
    /// A subject may be touched from now on.
    Began(Began),
    /// A deed was answered with success; the gate is next.
    Moved {
        /// Which.
        subject: Subject,
        /// Which attempt.
        attempt: u32,
        /// When.
        at: Mark,
    },
    /// A deed was answered without success or failure, and is wanted again.
    NotYet {
        /// Which.
        subject: Subject,
        /// Which attempt.
        attempt: u32,
        /// The last step known.
        step: String,
    },
    /// It came nearer to health (told at most every tenth of the patience).
    Progressed {
        /// Which.
        subject: Subject,
        /// How far, in the member's own measure.
        progress: u64,
        /// When.
        at: Mark,
    },
    /// A deed or a gate failed.
    Failed {
        /// Which.
        subject: Subject,
        /// Which attempt.
        attempt: u32,
        /// What went wrong.
        failure: Failure,
    },
    /// A gate was passed: the subject counts as done.
    Settled {
        /// Which.
        subject: Subject,
        /// Which attempt.
        attempt: u32,
        /// The release it runs, for a member.
        version: Option<Version>,
        /// The process it runs as, for a member.
        incarnation: Option<String>,
        /// When.
        at: Mark,
    },
    /// Healthy time is wanted before the next.
    SoakBegan {
        /// How long.
        need: Ms,
        /// Why, in words.
        why: String,
        /// When.
        at: Mark,
    },
    /// All was well from the last mark to this one.
    SoakSpan {
        /// When.
        at: Mark,
    },
    /// Something was not well: the soak begins anew.
    SoakBroken {
        /// What, in words.
        why: String,
        /// When.
        at: Mark,
    },
    /// The soak is over.
    SoakPassed,
    /// A command was read from the inbox, and answered.
    Commanded {
        /// Its position in the inbox.
        seq: u64,
        /// Who gave it.
        by: String,
        /// What it says.
        command: Command,
        /// What was answered.
        answered: Answered,
        /// When, boot time.
        at: Mark,
        /// When, wall time.
        wall: Wall,
    },
    /// The run stands still by itself.
    Halted {
        /// Why.
        cause: Cause,
        /// When, boot time.
        at: Mark,
        /// When, wall time.
        wall: Wall,
    },
    /// Nothing more begins until the hours allow it; what has begun finishes.
    Shut {
        /// Why, and when it opens.
        bar: Bar,
        /// When.
        wall: Wall,
    },
    /// The hours allow it again.
    Opened {
        /// When.
        wall: Wall,
    },
    /// A successor of the plan is wanted, in words why.
    Replanning {
        /// Why.
        why: String,
    },
    /// The plan was looked at again and still fits.
    PlanKept,
    /// A human said of a subject that it was done.
    Confirmed {
        /// Which.
        subject: Subject,
        /// Who.
        by: String,
    },
    /// A subject is left as it stands.
    Skipped {
        /// Which.
        subject: Subject,
        /// Who decided so.
        by: String,
    },
    /// The deadline of a pause was seen passed.
    ExpirySeen {
        /// When.
        at: Mark,
    },
    /// The goal was looked for and found.
    Proven,
    /// The run ended.
    Ended(End),
}

/// A subject may be touched from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    /// Which.
    pub subject: Subject,
    /// Which attempt, from 1; grows over the whole run, so that hosts can tell old from new.
    pub attempt: u32,
    /// Which try at this move, from 1: above it a human asked for a retry.
    pub tries: u32,
    /// Releases a member may be found at.
    pub found: BTreeSet<Version>,
    /// Where it goes, for a member.
    pub to: Option<Version>,
    /// How.
    pub manner: Manner,
    /// When.
    pub at: Mark,
}

/// Why a run stands still by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A human asked for it.
    Asked {
        /// Who.
        by: String,
    },
    /// A subject failed.
    Failure {
        /// Which.
        subject: Subject,
    },
    /// Somebody else changed the cluster: in words, who was what and became what.
    SomeoneElseActs {
        /// In words.
        what: String,
    },
    /// Another cluster answers at the address.
    IdentityChanged {
        /// Who was expected.
        expected: Identity,
        /// Who answered.
        found: Identity,
    },
    /// There is no plan from where the cluster stands now.
    NoWayOn(Refusal),
    /// What is next may not begin, and never will under the hours of this run.
    NeverOpens {
        /// Why.
        bar: Bar,
    },
    /// The mark of this run could not be left at a member.
    NotClaimed {
        /// At which member.
        member: MemberId,
        /// Why.
        why: String,
    },
    /// A subject's state cannot be told, and trying again is not harmless.
    Unclear {
        /// Which.
        subject: Subject,
    },
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The goal holds, seen.
    Finished,
    /// The goal holds but for these.
    FinishedWithout(Vec<Subject>),
    /// There was no way.
    Refused,
    /// By a human, nothing in flight.
    Cancelled,
    /// By a human, with these left as they stood, each with its last step.
    Stopped(Vec<(Subject, String)>),
    /// Paused for longer than its limit.
    Expired,
}
