//! A deed was answered.
//!
//! Must never know: how it was done. Stories: `tests/it/failure.rs`, `tests/it/action.rs`.

use super::halted;
use crate::effect::Outcome;
use crate::names::Subject;
use crate::run::event::{Cause, Event};
use crate::run::{Flying, Run};
use crate::time::Now;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn answered(
    run: &Run,
    subject: &Subject,
    attempt: u32,
    outcome: Outcome,
    now: Now,
) -> Vec<Event> {
    let Some(flight) = run.flights().get(subject) else {
        return Vec::new();
    };
    if flight.attempt != attempt || flight.state != Flying::Doing {
        return Vec::new();
    }
    let subject = subject.clone();
    match outcome {
        Outcome::Done => match subject {
            Subject::Member(_) => vec![Event::Moved {
                subject,
                attempt,
                at: now.mono,
            }],
            Subject::Level(_) | Subject::Action(_) => {
                vec![Event::Settled {
                    subject,
                    attempt,
                    version: None,
                    incarnation: None,
                    at: now.mono,
                }]
            }
        },
        Outcome::NotYet { step } if flight.step.as_ref() == Some(&step) && !run.is_stopping() => {
            Vec::new()
        }
        Outcome::NotYet { step } => vec![Event::NotYet {
            subject,
            attempt,
            step,
        }],
        Outcome::Failed(failure) => {
            let halt = run.halt().is_none().then(|| {
                halted(
                    Cause::Failure {
                        subject: subject.clone(),
                    },
                    now,
                )
            });
            core::iter::once(Event::Failed {
                subject,
                attempt,
                failure,
            })
            .chain(halt)
            .collect()
        }
        // This carrier is stale: the loop drops the run; nothing it says is true any more.
        Outcome::Fenced => Vec::new(),
    }
}
