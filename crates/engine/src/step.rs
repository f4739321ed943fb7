//! One input in, facts out: `step(run, input, now) → events`.
//!
//! The events are appended to the journal; only then are they true. The caller folds them and asks
//! again with [`Input::Tick`] until nothing follows.
//! Must never know: stores, targets. Stories: `tests/it/run.rs`, `tests/it/commands.rs`.

mod begin;
mod command;
mod deed;
mod hours;
mod prove;
mod sample;
mod seen;
mod soak;
mod think;
mod tick;

use crate::effect::{Answer, ClaimAnswer};
use crate::names::MemberId;
use crate::run::Run;
use crate::run::command::Command;
use crate::run::event::{Cause, Event};
use crate::snapshot::Snapshot;
use crate::time::{Ms, Now};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
pub(crate) use begin::{Held, held};
pub(crate) use prove::missing;

/// What can happen to a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A carrier took it.
    Taken {
        /// The new epoch.
        epoch: u64,
        /// Who, in words.
        holder: String,
    },
    /// The world answered.
    Answer(Answer),
    /// A human spoke.
    Command {
        /// Position in the inbox.
        seq: u64,
        /// Who.
        by: String,
        /// What.
        command: Command,
    },
    /// The carrier stood still for so long, and nobody looked meanwhile: it was stopped, or its host slept.
    Stood(Ms),
    /// Nothing, but time may have passed or state may have changed.
    Tick,
}

/// The facts that follow from one input.
#[must_use]
pub fn step(run: &Run, input: Input, now: Now) -> Vec<Event> {
    match input {
        Input::Taken { epoch, holder } => vec![Event::Taken {
            epoch,
            holder,
            at: now.mono,
        }],
        Input::Command { seq, by, command } => command::answer(run, seq, &by, command, now),
        // An ended run hears nothing any more; late answers are harmless.
        Input::Answer(_) | Input::Stood(_) | Input::Tick if run.ended().is_some() => Vec::new(),
        Input::Answer(Answer::Seen(snapshot)) => seen::seen(run, &snapshot, now),
        Input::Answer(Answer::Sample(sample)) => sample::sample(run, &sample, now),
        Input::Answer(Answer::Deed(subject, attempt, outcome)) => {
            deed::answered(run, &subject, attempt, outcome, now)
        }
        Input::Answer(Answer::Claim(answer)) => claimed(run, answer, now),
        Input::Stood(long) => soak::stood(run, long, now),
        Input::Tick => tick::tick(run, now),
    }
}

fn claimed(run: &Run, answer: ClaimAnswer, now: Now) -> Vec<Event> {
    // A run that stands still for another reason stands still for this one from now on: without its
    // mark it may not act at all. It is since when it stood still that counts for its limit.
    let refused = |member: MemberId, why: String| {
        let cause = Cause::NotClaimed {
            member: member.clone(),
            why: why.clone(),
        };
        let halted = Event::Halted {
            cause,
            at: now.mono,
            wall: run.halt().map_or(now.wall, |halt| halt.wall),
        };
        vec![Event::ClaimRefused { member, why }, halted]
    };
    match answer {
        ClaimAnswer::Claimed => vec![Event::Claimed { epoch: run.epoch() }],
        ClaimAnswer::Foreign { member, whose } => {
            refused(member, alloc::format!("it carries the mark of {whose}"))
        }
        ClaimAnswer::Unreachable { member, why } => refused(member, why),
        // A newer epoch of our own store stands there: this carrier is stale, the loop drops it.
        ClaimAnswer::Fenced { .. } => Vec::new(),
    }
}

/// What of an answer still holds, given how many subjects had settled when it was asked for
/// ([`Run::changes`]). A look that began before a member settled tells of a member that is no more;
/// a proof is sought on a look that began after the last change.
#[must_use]
pub fn heard(run: &Run, since: u64, mut answer: Answer) -> Option<Answer> {
    if run.changes() == since {
        return Some(answer);
    }
    let renew = |snapshot: &mut Snapshot| {
        for id in run.settled_after(since) {
            let known = run.known().and_then(|known| known.members.get(id));
            if let (Some(seen), Some(known)) = (snapshot.members.get_mut(id), known) {
                seen.clone_from(known);
            }
        }
    };
    match &mut answer {
        Answer::Seen(_) if run.all_stages_done() => return None,
        Answer::Seen(snapshot) => renew(snapshot),
        Answer::Sample(sample) => sample.cluster.iter_mut().for_each(renew),
        Answer::Claim(_) | Answer::Deed(..) => {}
    }
    Some(answer)
}

/// The run stands still by itself, from now on.
fn halted(cause: Cause, now: Now) -> Event {
    Event::Halted {
        cause,
        at: now.mono,
        wall: now.wall,
    }
}
