//! A story: a cluster, what is asked of it, what happens to it, and what a human says meanwhile. Plain data.
//!
//! Must never know: how it is played. Stories: `scenes`, `seed`.

mod carriers;

pub use carriers::{Begins, Carriers, Freeze};

use crate::store::Fault;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::catalog::Catalog;
use windlass_engine::names::{ClusterName, Component, Identity, LevelName, MemberId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Pace, Policy};
use windlass_engine::run::command::Command;
use windlass_engine::run::event::Approval;
use windlass_engine::snapshot::{Fact, Member};
use windlass_engine::time::Wall;

/// Members of which so many must stay up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Who.
    pub members: BTreeSet<MemberId>,
    /// How many of them.
    pub need: u32,
    /// Whose budget it is, in words.
    pub reason: String,
}

/// A length of time: its median, and the spread of its logarithm in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Half are longer.
    pub median_ms: u64,
    /// Standard deviation of the logarithm, in hundredths.
    pub spread: u64,
}

/// How long a member takes to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// From the word to the end of its process.
    pub stop: Length,
    /// From there to a process that stays.
    pub start: Length,
    /// From there to doing its work.
    pub well: Length,
}

/// What a deed on a host meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The new process cannot be started.
    CannotStart,
    /// It starts, and ends by itself a moment later.
    DoesNotStay,
    /// It does not stop for a gentle word.
    DoesNotStop,
    /// Each part takes so many times as long.
    Slow(u64),
}

/// What happens to a cluster by itself, or by others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A member is down for so long, and comes back by itself.
    Flaps(MemberId, u64),
    /// A member's process runs on, and is not whole for so long: it lags behind.
    Lags(MemberId, u64),
    /// Somebody else restarts a member.
    Restarted(MemberId),
    /// For so long a member tells the releases that it had at the beginning, whatever it runs.
    Lies(MemberId, u64),
    /// Some place of the journal is hurt at rest, and put back from a copy after so long.
    Hurt(u64),
    /// For so long a condition of the maker does not hold: `cluster::ROOM`.
    Spoils(u64),
    /// The wall clock is set by so many milliseconds.
    WallJumps(i64),
    /// The process that carries the run is killed.
    Killed,
}

impl Story {
    /// Whether a budget lets no member of its own go down, ever: a run stands before it, and names it.
    #[must_use]
    pub fn lets_nobody_down(&self) -> bool {
        let strict = |group: &Group| group.need as usize >= group.members.len();
        self.groups.iter().any(strict)
    }
}

impl Happening {
    /// By how many milliseconds it sets the wall clock; none: it does not.
    #[must_use]
    pub fn jump(&self) -> Option<i64> {
        let Self::WallJumps(by) = self else {
            return None;
        };
        Some(*by)
    }

    /// For how long it hurts the journal; none: it does not.
    #[must_use]
    pub fn hurt_ms(&self) -> Option<u64> {
        let Self::Hurt(length) = self else {
            return None;
        };
        Some(*length)
    }
}

/// How often messages go wrong, in a thousand, until the weather clears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// An answer is lost.
    pub lost: u64,
    /// A request or an answer takes its time.
    pub late: u64,
    /// So long at most.
    pub late_most_ms: u64,
    /// A request arrives twice.
    pub doubled: u64,
    /// A look tells what was so a moment ago.
    pub stale: u64,
    /// From here on all is well.
    pub clears_ms: u64,
}

/// What a human says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Begin nothing more.
    Pause,
    /// Go on.
    Continue,
    /// End; first pause, where members move.
    Cancel,
    /// End now.
    Stop,
    /// Another pace.
    Pace(Pace),
    /// Begin although no window is open.
    Begin,
    /// The plan that stands may run.
    Approve,
    /// What was in question is done, or to be tried again, or left.
    Says(Command),
}

/// What a human does about a subject that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Tries it again, as often as it takes.
    Retry,
    /// Tries it once again, then leaves it.
    RetryThenSkip,
    /// Cancels.
    Cancel,
    /// Nothing: whoever the story has speak says all that is said.
    Nothing,
}

/// What became of hosts when a carrier died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boots {
    /// Only the process died.
    Same,
    /// The carrier's host died with it: boot time begins anew.
    Anew,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Story {
    /// What it is called.
    pub name: String,
    /// Under which name its cluster is registered.
    pub cluster: ClusterName,
    /// Who the cluster says it is.
    pub identity: Identity,
    /// What lengths and weather are thrown from.
    pub seed: u64,
    /// The maker's facts.
    pub catalog: Arc<Catalog>,
    /// The user's will.
    pub policy: Policy,
    /// What is asked for.
    pub goal: Goal,
    /// Whether a human reads the plan first.
    pub approval: Approval,
    /// The members at the beginning, as a look tells them; who is not healthy has no process.
    pub cast: Vec<Member>,
    /// What the cluster answers to the catalog's questions.
    pub facts: BTreeMap<String, Fact>,
    /// Who may not be down together.
    pub groups: Vec<Group>,
    /// Levels, and where they stand.
    pub levels: BTreeMap<LevelName, u16>,
    /// How long members take.
    pub lengths: Lengths,
    /// Those of some components take so long instead.
    pub own_lengths: BTreeMap<Component, Lengths>,
    /// What the so-manieth deed on a member meets, from 1.
    pub fates: BTreeMap<(MemberId, u32), Fate>,
    /// What happens, and when.
    pub happenings: Vec<(u64, Happening)>,
    /// How messages fare.
    pub weather: Weather,
    /// Calls of the store that fail.
    pub faults: BTreeMap<u64, Fault>,
    /// Words that the store fails to take, by their number from 1: they are said again.
    pub posts: BTreeMap<u64, Fault>,
    /// What a human says, and when.
    pub words: Vec<(u64, Word)>,
    /// What the same human does about what failed.
    pub remedy: Remedy,
    /// They look so often whether anybody is wanted.
    pub attends_ms: u64,
    /// Where nobody does anything, a run that stands is looked on for so long.
    pub stands_ms: u64,
    /// A new carrier comes so long after one died, at least and at most.
    pub relief_ms: (u64, u64),
    /// Who carries it.
    pub carriers: Carriers,
    /// What dies with a carrier.
    pub boots: Boots,
    /// Wall time when it begins; none: that of every play.
    pub begins: Option<Wall>,
    /// By then it has ended.
    pub limit_ms: u64,
}
