//! One input in, facts out: `step(run, input, now) → events`.
//!
//! The events are appended to the journal; only then are they true. The caller folds them and asks
//! again with [`Input::Tick`] until nothing follows.
//! Must never know: stores, targets. Stories: `tests/it/run.rs`, `tests/it/commands.rs`.

mod begin;
mod command;
mod deed;
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
use crate::time::Now;
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
        Input::Answer(_) | Input::Tick if run.ended().is_some() => Vec::new(),
        Input::Answer(Answer::Seen(snapshot)) => seen::seen(run, &snapshot, now),
        Input::Answer(Answer::Sample(sample)) => sample::sample(run, &sample, now),
        Input::Answer(Answer::Deed(subject, attempt, outcome)) => {
            deed::answered(run, &subject, attempt, outcome, now)
        }
        Input::Answer(Answer::Claim(answer)) => claimed(run, answer, now),
        Input::Tick => tick::tick(run, now),
    }
}

fn claimed(run: &Run, answer: ClaimAnswer, now: Now) -> Vec<Event> {
    let refused = |member: MemberId, why: String| {
        let halt = run.halt().is_none().then(|| {
            halted(
                Cause::NotClaimed {
                    member: member.clone(),
                    why: why.clone(),
                },
                now,
            )
        });
        core::iter::once(Event::ClaimRefused { member, why })
            .chain(halt)
            .collect()
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

/// The run stands still by itself, from now on.
fn halted(cause: Cause, now: Now) -> Event {
    Event::Halted {
        cause,
        at: now.mono,
        wall: now.wall,
    }
}
