//! What a run wants of the world, and what the world answers.
//!
//! An effect is a level, not an edge: "member 7 at 4.1.2, found at 3.9.1 or 4.1.2, attempt 2". A
//! repeat is harmless.
//! Must never know: who performs it. Stories: `tests/it/`.

use crate::names::{ActionName, Component, LevelName, MemberId, Subject};
use crate::snapshot::{Budget, Member, Snapshot};
use crate::time::Ms;
use crate::version::Version;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Something that ought to be in flight.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Look at the whole cluster, again after `every` while it is wanted.
    Observe {
        /// Pause between two looks.
        every: Ms,
        /// The releases that hosts will need: the look tells whether they lie ready.
        releases: Vec<Version>,
    },
    /// Leave the mark of this run at every member.
    Claim,
    /// Bring a member to a release.
    Ensure(Ensure),
    /// Look at one member until its gate is passed, again after `every`.
    Probe {
        /// Which.
        member: MemberId,
        /// Attempt that is judged.
        attempt: u32,
        /// Pause between two looks.
        every: Ms,
    },
    /// Raise a level.
    Raise(EnsureLevel),
    /// Do something for the cluster.
    Act {
        /// Which.
        action: ActionName,
        /// Which attempt.
        attempt: u32,
        /// Sent at most once, by the process that committed its beginning.
        once: bool,
    },
}

/// How a member's deed goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manner {
    /// Gentle stop, with a limit without progress.
    Gentle,
    /// A human allowed to kill what does not end.
    Kill,
}

/// Bring a member to a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ensure {
    /// Which.
    pub member: MemberId,
    /// What of it: a combined member moves all that shares its scheme of versions.
    pub component: Component,
    /// Which attempt; the hosts refuse any lower one than they have seen.
    pub attempt: u32,
    /// Releases it may be found at; anything else is refused.
    pub found: BTreeSet<Version>,
    /// The release it shall run.
    pub wanted: Version,
    /// The process it was seen as when it began (see [`Member::incarnation`]); a deed that finds
    /// another one running the old release refuses: someone else acted.
    pub incarnation: Option<String>,
    /// How.
    pub manner: Manner,
    /// Leave at the next safe point (never between a stop and its start): the run is stopping.
    pub leave: bool,
}

/// Raise a level.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EnsureLevel {
    /// Which.
    pub level: LevelName,
    /// Which attempt.
    pub attempt: u32,
    /// Where it may be found.
    pub from: u16,
    /// Where it shall be.
    pub to: u16,
}

impl Effect {
    /// What it is about, where it changes the world.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        self.deed().map(|(subject, _)| subject)
    }

    /// What it is about and which attempt it is, where it changes the world.
    #[must_use]
    pub fn deed(&self) -> Option<(Subject, u32)> {
        match self {
            Self::Observe { .. } | Self::Claim | Self::Probe { .. } => None,
            Self::Ensure(ensure) => Some((Subject::Member(ensure.member.clone()), ensure.attempt)),
            Self::Raise(ensure) => Some((Subject::Level(ensure.level.clone()), ensure.attempt)),
            Self::Act {
                action, attempt, ..
            } => Some((Subject::Action(action.clone()), *attempt)),
        }
    }
}

/// What the world answered to an effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To `Observe`.
    Seen(Box<Snapshot>),
    /// To `Claim`.
    Claim(ClaimAnswer),
    /// To `Ensure`, `Raise`, `Act`: which subject, which attempt, and how it went.
    Deed(Subject, u32, Outcome),
    /// To `Probe`.
    Sample(Box<Sample>),
}

/// The answer to a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimAnswer {
    /// Every member carries the mark of this epoch.
    Claimed,
    /// Somebody else's mark stands there: who, in words (store, since when, host, pid).
    Foreign {
        /// At which member.
        member: MemberId,
        /// Whose it is, in words.
        whose: String,
    },
    /// A newer epoch of our own store stands there: this carrier is stale.
    Fenced {
        /// At which member.
        member: MemberId,
    },
    /// A host could not be reached or written: which member, why.
    Unreachable {
        /// Which member.
        member: MemberId,
        /// Why, in words.
        why: String,
    },
}

/// How a deed went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is done, or was found done.
    Done,
    /// The hand left, or lost sight of it, before it was done; nothing is known to have gone wrong.
    NotYet {
        /// The last step known to have been taken, in words: `told to stop`.
        step: String,
    },
    /// It went wrong.
    Failed(Failure),
    /// The host refused us: a newer epoch or attempt was there.
    Fenced,
}

/// What went wrong with a deed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind, stable: one page each in docs/.
    pub code: FailureCode,
    /// The step at which it went wrong, in words: `starting 4.1.2`.
    pub step: String,
    /// What happened, as a sentence.
    pub what: String,
    /// The last lines of the member's log, oldest first.
    pub log: Vec<String>,
}

/// Kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// The process ended after it was started.
    DidNotStay,
    /// It could not be started at all (release missing, port taken, command not found).
    DidNotStart,
    /// It was told to stop and made no progress past its limit.
    DidNotStop,
    /// It was found at another release, or as another process, than expected.
    NotAsExpected,
    /// It made no progress towards health past its limit.
    NoProgress,
    /// The host, the cluster or the release could not be reached or prepared; nothing was changed.
    NotReady,
    /// The cluster refused the change.
    Refused,
}

/// One look at a member that came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Which attempt is judged.
    pub attempt: u32,
    /// The member as it is now.
    pub member: Member,
    /// The whole cluster, where the look gave it.
    pub cluster: Option<Snapshot>,
    /// What the member still owes apart from its own health, in words, nothing where it is whole.
    pub owes: Vec<String>,
    /// Budgets as they are now, where the whole cluster was not looked at.
    pub budgets: Option<Vec<Budget>>,
    /// The process is gone again: the last lines of its log.
    pub gone: Option<Failure>,
    /// Why its host could not be looked at, and so not told what runs there; none: it was.
    pub unseen: Option<String>,
    /// What its log said last, oldest first, where it runs and is not whole; may be a moment old.
    pub log: Vec<String>,
}
