//! `confirm SUBJECT`: it was done, says a human. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now};
use crate::names::Subject;
use crate::run::event::Event;
use crate::run::{Flying, Phase, Run};
use crate::time::Now;
use alloc::{format, vec};

pub(super) fn confirm(run: &Run, phase: Phase, subject: &Subject, by: &str, now: Now) -> Verdict {
    let Phase::AwaitingHuman(asked) = &phase else {
        let mut flights = run.flights().iter();
        let unclear = flights.find(|(_, flight)| flight.state == Flying::Unclear);
        let why = match unclear {
            // It is asked about again when the run goes on.
            Some((asked, _)) => format!("{} waits for the run to go on", run.call(asked)),
            None => "no subject's state is in question".into(),
        };
        return not_now(why, instead(&phase));
    };
    let Some(flight) = run.flights().get(subject).filter(|_| asked == subject) else {
        return not_now(
            format!(
                "{} is not in question, {} is",
                run.call(subject),
                run.call(asked)
            ),
            format!("windlass confirm {{cluster}} {asked}"),
        );
    };
    let done = Event::Settled {
        subject: subject.clone(),
        attempt: flight.attempt,
        version: None,
        incarnation: None,
        at: now.mono,
    };
    Verdict::Taken(
        format!("{} counts as done, by your word", run.call(subject)),
        vec![
            Event::Confirmed {
                subject: subject.clone(),
                by: by.into(),
            },
            done,
        ],
    )
}
