//! Where a run stands, in words: one sentence, its typed reason, since when, and what to do next.
//!
//! `{cluster}` in a command stands for the cluster's name; doors put it in.
//! Must never know: terminals. Stories: `tests/it/standing.rs`.

mod ended;
mod hours;
mod names;

use super::{Flight, Flying, Halt, Phase, Run};
use crate::effect::FailureCode;
use crate::names::Subject;
use crate::run::event::Cause;
use crate::step::{Held, held, missing};
use crate::time::{Mark, Ms, Now};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use names::{NAMED, some, some_of};

/// Whether the run moves by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Something is being done.
    Moves,
    /// It waits for something that comes by itself.
    Waits,
    /// It stands still until a human does something.
    Stands,
    /// It has ended.
    Ended,
}

/// Where a run stands, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it moves.
    pub motion: Motion,
    /// A stable word for the reason: `budget`, `failure`, `approval`.
    pub reason: &'static str,
    /// One sentence: who, what.
    pub sentence: String,
    /// Further facts, one a line.
    pub details: Vec<String>,
    /// For how long, where that is known.
    pub lasts: Option<Ms>,
    /// What to do next, exactly as it must be typed.
    pub next: Vec<String>,
}

impl Run {
    /// Where it stands.
    #[must_use]
    pub fn standing(&self, now: Now) -> Standing {
        let mut standing = self.brief(now);
        match self.phase() {
            Phase::Rolling | Phase::Pausing(_) | Phase::Cancelling | Phase::Stopping => {
                standing.details.extend(self.flight_lines(now));
            }
            Phase::Requested
            | Phase::Observing
            | Phase::Barred
            | Phase::AwaitingApproval(_)
            | Phase::AwaitingHuman(_)
            | Phase::AwaitingWindow
            | Phase::Soaking
            | Phase::Paused
            | Phase::Ended(_) => {}
        }
        standing
    }

    /// Where it stands, without a line for each subject in flight: for lists, and written with each
    /// commit, so it costs the same however many are in flight.
    #[must_use]
    pub fn brief(&self, now: Now) -> Standing {
        match self.phase() {
            Phase::Requested => waits(
                "carrier",
                "nobody has taken it yet",
                &["windlass carry {cluster}"],
            ),
            Phase::Observing => self.observing(),
            Phase::Barred => self.barred(),
            Phase::AwaitingApproval(plan) => {
                let sentence = format!("plan {} waits for approval", plan.short());
                stands(
                    "approval",
                    sentence,
                    &["windlass approve {cluster}", "windlass cancel {cluster}"],
                )
            }
            Phase::AwaitingHuman(subject) => {
                let sentence = format!("whether {} was done cannot be told", self.call(&subject));
                let next = [
                    format!("windlass confirm {{cluster}} {subject}"),
                    format!("windlass retry {{cluster}} {subject}"),
                    format!("windlass skip {{cluster}} {subject}"),
                ];
                Standing {
                    next: next.to_vec(),
                    ..stands("unclear", sentence, &[])
                }
            }
            Phase::AwaitingWindow => self.window_words(now),
            Phase::Rolling => self.rolling(),
            Phase::Soaking => self.soaking_words(),
            Phase::Pausing(live) if !self.is_unmarked() => {
                let sentence = format!(
                    "nothing more begins; {live} in flight {}",
                    if live == 1 { "finishes" } else { "finish" }
                );
                waits("pausing", sentence, &["windlass watch {cluster}"])
            }
            Phase::Paused | Phase::Pausing(_) => self.halt().map_or_else(
                || stands("paused", "paused", &[]),
                |halt| self.paused(halt, now),
            ),
            Phase::Cancelling if self.is_unmarked() => stands(
                "not-claimed",
                "what has begun cannot be finished: its mark could not be left at every member",
                &["windlass stop {cluster}"],
            ),
            Phase::Cancelling => waits(
                "cancelling",
                "what has begun finishes, then it ends",
                &["windlass watch {cluster}"],
            ),
            Phase::Stopping => waits(
                "stopping",
                "hands leave at the next safe point, then it ends",
                &["windlass watch {cluster}"],
            ),
            Phase::Ended(end) => self.ended_words(&end),
        }
    }

    fn observing(&self) -> Standing {
        match (&self.doubt, self.unseen()) {
            (Some(_), Some(what)) => waits(
                "gap",
                format!("plans again once all of it can be seen: {what}"),
                &["windlass observe {cluster}"],
            ),
            (Some(why), None) => waits(
                "planning",
                format!("looks at the cluster and plans again: {why}"),
                &[],
            ),
            (None, _) => waits("observing", "looks at the cluster, checks and plans", &[]),
        }
    }

    fn barred(&self) -> Standing {
        let details: Vec<String> = self
            .barring()
            .map(|finding| match finding.seen.first() {
                Some(seen) => format!(
                    "{}: {} {} (and {} more)",
                    finding.check,
                    seen.object,
                    seen.seen,
                    finding.seen.len() - 1
                ),
                None => format!("{}: {}", finding.check, finding.title),
            })
            .map(|line| line.replace(" (and 0 more)", ""))
            .collect();
        let sentence = format!(
            "{} {} it",
            details.len(),
            if details.len() == 1 {
                "finding bars"
            } else {
                "findings bar"
            }
        );
        let next = [
            "windlass check {cluster}",
            "mend it and the run goes on by itself, or waive it: windlass waive {cluster} CHECK --reason …",
        ];
        Standing {
            details,
            ..stands("barred", sentence, &next)
        }
    }

    fn is_unmarked(&self) -> bool {
        self.halt
            .as_ref()
            .is_some_and(|halt| matches!(halt.cause, Cause::NotClaimed { .. }))
    }

    fn rolling(&self) -> Standing {
        if !self.flights.is_empty() {
            let named: Vec<String> = self
                .flights
                .keys()
                .take(NAMED)
                .map(|subject| self.call(subject))
                .collect();
            let count = self.flights.len();
            let verb = if count == 1 { "is" } else { "are" };
            return Standing {
                motion: Motion::Moves,
                details: self.shut_line().into_iter().collect(),
                ..waits(
                    "moving",
                    format!("{} {verb} in flight", some_of(&named, count)),
                    &[],
                )
            };
        }
        if self.claimed != Some(self.epoch)
            && self.plan.as_ref().is_some_and(|(_, plan)| !plan.is_empty())
        {
            return waits("claim", "leaves its mark at every member", &[]);
        }
        if self.all_stages_done() {
            let owed = self.known().and_then(|known| missing(self, known));
            return match owed {
                Some(what) => waits(
                    "proof",
                    format!("all is done; the proof is waited for: {what}"),
                    &["windlass observe {cluster}"],
                ),
                None => waits("proof", "all is done; one more look proves it", &[]),
            };
        }
        match held(self) {
            Some(Held::Trouble(what)) => waits(
                "trouble",
                format!("nothing may begin: {what}"),
                &["windlass observe {cluster}"],
            ),
            Some(Held::Unknown(id, why)) => waits(
                "unknown",
                format!(
                    "whether {} does its work is not known: {why}",
                    self.member_name(&id)
                ),
                &["windlass observe {cluster}"],
            ),
            Some(Held::Budget(budget)) => {
                let next = self
                    .queue
                    .front()
                    .map(|id| self.member_name(id))
                    .unwrap_or_default();
                let sentence = format!(
                    "{next} may not stop: {} of {} must stay up",
                    budget.need,
                    budget.members.len()
                );
                Standing {
                    details: vec![budget.reason],
                    ..waits("budget", sentence, &["windlass observe {cluster}"])
                }
            }
            Some(Held::Ailing(members)) => {
                let names: Vec<String> = members.iter().map(|id| self.member_name(id)).collect();
                let (verb, counts) = if names.len() == 1 {
                    ("is", "counts")
                } else {
                    ("are", "count")
                };
                waits(
                    "ailing",
                    format!("{} {verb} not healthy, and {counts} as down", some(&names)),
                    &["windlass observe {cluster}"],
                )
            }
            Some(Held::Pace {
                limit, in_flight, ..
            }) => waits(
                "pace",
                format!("{in_flight} in flight, the limit is {limit}"),
                &[],
            ),
            None => Standing {
                motion: Motion::Moves,
                ..waits("moving", "chooses what is next", &[])
            },
        }
    }

    fn soaking_words(&self) -> Standing {
        let Some(soak) = self.soak() else {
            return waits("soak", "soaks", &[]);
        };
        let left = soak.need.0.saturating_sub(soak.have.0);
        let sentence = format!(
            "healthy time {}: {} s of {} s",
            soak.why,
            soak.have.0 / 1_000,
            soak.need.0 / 1_000
        );
        let details = soak
            .broken
            .iter()
            .map(|why| format!("it began anew: {why}"))
            .collect();
        Standing {
            details,
            lasts: Some(Ms(left)),
            ..waits("soak", sentence, &[])
        }
    }

    fn paused(&self, halt: &Halt, now: Now) -> Standing {
        let lasts = Some(now.wall.since(halt.wall));
        let words = match &halt.cause {
            Cause::Asked { by } => stands(
                "asked",
                format!("paused by {by}"),
                &["windlass continue {cluster}", "windlass cancel {cluster}"],
            ),
            Cause::Failure { subject } => self.failure(subject),
            Cause::SomeoneElseActs { what } => stands(
                "someone-else-acts",
                format!("somebody else acts on the cluster: {what}"),
                &[
                    "find out who, then: windlass continue {cluster}",
                    "windlass cancel {cluster}",
                ],
            ),
            Cause::IdentityChanged { expected, found } => stands(
                "identity-changed",
                format!("cluster {found} answers at the address, {expected} was expected"),
                &["windlass cancel {cluster}"],
            ),
            Cause::NoWayOn(refusal) => {
                let details = refusal
                    .because
                    .iter()
                    .map(|because| because.fact.clone())
                    .collect();
                let next = [
                    "windlass retarget {cluster} --to VERSION",
                    "windlass cancel {cluster}",
                ];
                Standing {
                    details,
                    ..stands(
                        "no-way-on",
                        format!("there is no way on: {}", refusal.says),
                        &next,
                    )
                }
            }
            Cause::NeverOpens { bar } => self.never_opens(bar),
            Cause::NotClaimed { member, why } => {
                let sentence = format!(
                    "its mark could not be left at {}: {why}",
                    self.member_name(member)
                );
                stands(
                    "not-claimed",
                    sentence,
                    &[
                        "windlass adopt {cluster}, if nobody else acts; then: windlass continue {cluster}",
                    ],
                )
            }
            Cause::Unclear { subject } => stands(
                "unclear",
                format!("whether {} was done cannot be told", self.call(subject)),
                &[],
            ),
        };
        Standing { lasts, ..words }
    }

    fn failure(&self, subject: &Subject) -> Standing {
        let name = self.call(subject);
        let Some(Flight {
            state: Flying::Failed(failure),
            tries,
            to,
            ..
        }) = self.flights.get(subject)
        else {
            return stands(
                "failure",
                if self.skipped.contains(subject) {
                    format!("{name} failed, and is left as it stands")
                } else {
                    format!("{name} failed, and is settled now")
                },
                &["windlass continue {cluster}", "windlass cancel {cluster}"],
            );
        };
        let typed = match subject {
            Subject::Member(id) => id.to_string(),
            Subject::Level(_) | Subject::Action(_) => subject.to_string(),
        };
        let mut details = vec![format!(
            "{} (step: {}; try {tries})",
            failure.what, failure.step
        )];
        if !failure.log.is_empty() {
            details.push("last lines of its log:".into());
            details.extend(failure.log.iter().map(|line| format!("  {line}")));
        }
        let mut next = vec![format!("mend it, then: windlass retry {{cluster}} {typed}")];
        if failure.code == FailureCode::DidNotStop {
            next.push(format!(
                "or kill what does not end: windlass retry {{cluster}} {typed} --kill"
            ));
        }
        if to.is_some() {
            next.push(format!(
                "or put the old release back: windlass retry {{cluster}} {typed} --old"
            ));
        }
        next.push(format!(
            "or leave it as it stands: windlass skip {{cluster}} {typed}"
        ));
        Standing {
            details,
            next,
            ..stands("failure", format!("{name} did not come through"), &[])
        }
    }

    /// One line for each subject in flight: name, step, for how long.
    fn flight_lines(&self, now: Now) -> Vec<String> {
        self.flights
            .iter()
            .map(|(subject, flight)| {
                format!("{} {}", self.call(subject), step_words(flight, now.mono))
            })
            .collect()
    }
}

fn step_words(flight: &Flight, now: Mark) -> String {
    let age = now
        .since(flight.began)
        .map(|age| format!(", {} s", age.0 / 1_000))
        .unwrap_or_default();
    match &flight.state {
        Flying::Doing => format!("{}{age}", flight.step.as_deref().unwrap_or("is restarting")),
        Flying::Gating => format!(
            "{}{age}",
            flight.step.as_deref().unwrap_or("is coming back")
        ),
        Flying::Failed(failure) => format!("failed {}", failure.step),
        Flying::Unclear => "is unclear".into(),
        Flying::Left => "is left as it stands".into(),
    }
}

fn waits(reason: &'static str, sentence: impl ToString, next: &[&str]) -> Standing {
    Standing {
        motion: Motion::Waits,
        reason,
        sentence: sentence.to_string(),
        details: Vec::new(),
        lasts: None,
        next: next.iter().map(|line| (*line).to_string()).collect(),
    }
}

fn stands(reason: &'static str, sentence: impl ToString, next: &[&str]) -> Standing {
    Standing {
        motion: Motion::Stands,
        ..waits(reason, sentence, next)
    }
}
