//! A human's word, answered: one file a command, one answer for each phase.
//!
//! Every command is journaled with its answer, taken or not, so that its position in the inbox is
//! part of the fold.
//! Must never know: doors. Stories: `tests/it/commands.rs`.

mod approve;
mod begin;
mod cancel;
mod confirm;
mod go_on;
mod pace;
mod pause;
mod retarget;
mod retry;
mod skip;
mod stop;
mod waive;

use crate::names::Subject;
use crate::run::command::{Answered, Command};
use crate::run::event::{Cause, Event};
use crate::run::{Flying, Phase, Run};
use crate::time::Now;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What a command comes to.
enum Verdict {
    /// Taken: what follows in words, and in facts.
    Taken(String, Vec<Event>),
    /// Not taken: why not, what to do instead.
    NotNow(String, String),
}

fn taken(says: impl ToString) -> Verdict {
    Verdict::Taken(says.to_string(), Vec::new())
}

fn not_now(why: impl ToString, instead: impl ToString) -> Verdict {
    Verdict::NotNow(why.to_string(), instead.to_string())
}

/// The facts that follow from a command: first itself with its answer.
pub(super) fn answer(run: &Run, seq: u64, by: &str, command: Command, now: Now) -> Vec<Event> {
    let mut command = command;
    let phase = run.phase();
    let verdict = if matches!(phase, Phase::Ended(_)) {
        not_now(
            "the run has ended",
            "begin another: windlass upgrade {cluster} --to VERSION",
        )
    } else {
        verdict(run, phase, by, &mut command, now)
    };
    let (answered, follows) = match verdict {
        Verdict::Taken(says, follows) => (Answered::Taken(says), follows),
        Verdict::NotNow(why, instead) => (Answered::NotNow { why, instead }, Vec::new()),
    };
    let first = Event::Commanded {
        seq,
        by: by.into(),
        command,
        answered,
        at: now.mono,
        wall: now.wall,
    };
    core::iter::once(first).chain(follows).collect()
}

fn verdict(run: &Run, phase: Phase, by: &str, command: &mut Command, now: Now) -> Verdict {
    if is_stranger(run) && !matches!(phase, Phase::Cancelling | Phase::Stopping) {
        return match command {
            Command::Cancel => cancel::cancel(run, phase),
            Command::Stop => stop::stop(phase),
            Command::Approve { .. }
            | Command::Waive(_)
            | Command::Pause
            | Command::Continue
            | Command::Retry { .. }
            | Command::Confirm { .. }
            | Command::Skip { .. }
            | Command::Pace(_)
            | Command::Retarget(_)
            | Command::Begin => not_now(
                "another cluster answers at the address",
                "windlass cancel {cluster}, then mend the address",
            ),
        };
    }
    match command {
        Command::Approve { plan } => approve::approve(run, phase, *plan, by),
        Command::Waive(waiver) => waive::waive(run, phase, waiver, now),
        Command::Pause => pause::pause(run, phase, by, now),
        Command::Continue => go_on::go_on(run, phase, now),
        Command::Cancel => cancel::cancel(run, phase),
        Command::Stop => stop::stop(phase),
        Command::Retry { subject, how } => {
            let how = *how;
            match failed_subject(run, &phase, subject.as_ref()) {
                Ok(found) => {
                    *subject = Some(found.clone());
                    retry::retry(run, found, how, now)
                }
                Err(refused) => refused,
            }
        }
        Command::Confirm { subject } => confirm::confirm(run, phase, subject, by, now),
        Command::Skip { subject } => skip::skip(run, phase, subject, by),
        Command::Pace(pace) => pace::pace(run, *pace),
        Command::Retarget(goal) => retarget::retarget(run, phase, goal),
        Command::Begin => begin::begin(run, phase, now),
    }
}

/// The failed or unclear subject that is meant: the one named, or the only one there is.
fn failed_subject(run: &Run, phase: &Phase, named: Option<&Subject>) -> Result<Subject, Verdict> {
    match phase {
        Phase::Paused if is_unmarked(run) => {
            return Err(not_now(
                "its mark is not at every member",
                "first: windlass continue {cluster}",
            ));
        }
        Phase::Paused | Phase::AwaitingHuman(_) => {}
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingWindow
        | Phase::Rolling
        | Phase::Soaking => return Err(not_now("nothing has failed", instead(phase))),
        Phase::Pausing(_) => {
            return Err(not_now("something is still in flight", instead(phase)));
        }
        Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => {
            return Err(not_now("the run is ending", instead(phase)));
        }
    }
    let stuck: Vec<&Subject> = run
        .flights()
        .iter()
        .filter(|(_, flight)| matches!(flight.state, Flying::Failed(_) | Flying::Unclear))
        .map(|(subject, _)| subject)
        .collect();
    match (named, stuck.as_slice()) {
        (Some(subject), _) if stuck.contains(&subject) => Ok(subject.clone()),
        (Some(_), []) => Err(not_now("nothing has failed", instead(phase))),
        (Some(subject), [first, ..]) => Err(not_now(
            alloc::format!("{} has not failed", run.call(subject)),
            alloc::format!("windlass retry {{cluster}} {}", short(first)),
        )),
        (None, [only]) => Ok((*only).clone()),
        (None, []) => Err(not_now("nothing has failed", instead(phase))),
        (None, many) => {
            let names: Vec<String> = many.iter().map(|subject| short(subject)).collect();
            Err(not_now(
                "more than one subject has failed",
                alloc::format!("name one of {}", names.join(", ")),
            ))
        }
    }
}

/// A subject as it is typed: members by their bare id.
fn short(subject: &Subject) -> String {
    match subject {
        Subject::Member(id) => id.to_string(),
        Subject::Level(_) | Subject::Action(_) => subject.to_string(),
    }
}

/// What can be done in a phase, where something else was asked for.
fn instead(phase: &Phase) -> &'static str {
    match phase {
        Phase::Requested | Phase::Observing => "wait until it has a plan: windlass watch {cluster}",
        Phase::Barred => "mend or waive what bars it: windlass why {cluster}",
        Phase::AwaitingApproval(_) => "read the plan, then: windlass approve {cluster}",
        Phase::AwaitingWindow => {
            "it begins when its window opens; at once: windlass begin {cluster}"
        }
        Phase::AwaitingHuman(_) => "say what was done: windlass confirm, retry or skip",
        Phase::Rolling | Phase::Soaking => "pause it first: windlass pause {cluster}",
        Phase::Pausing(_) => "wait until what has begun is done: windlass watch {cluster}",
        Phase::Paused => "windlass continue {cluster}, or cancel it",
        Phase::Cancelling | Phase::Stopping => "wait until it has ended: windlass watch {cluster}",
        Phase::Ended(_) => "begin another: windlass upgrade {cluster} --to VERSION",
    }
}

/// Whether the run may not act because its mark could not be left.
fn is_unmarked(run: &Run) -> bool {
    run.halt()
        .is_some_and(|halt| matches!(halt.cause, Cause::NotClaimed { .. }))
}

/// What stands in the way of going on, for causes that a human must clear up first.
fn is_stranger(run: &Run) -> bool {
    run.halt()
        .is_some_and(|halt| matches!(halt.cause, Cause::IdentityChanged { .. }))
}
