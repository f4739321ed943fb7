//! `wait`: returns when a run has come so far, or cannot come there any more.
//!
//! Must never know: how runs are carried. Stories: in this file.

use super::reading::Reading;
use super::span::{Since, rest};
use super::why;
use crate::args::runs::{Until, WaitArgs};
use crate::context::Context;
use crate::exit::{Exit, Failed};
use windlass_engine::run::event::{Cause, End};
use windlass_engine::run::{Phase, Run};
use windlass_engine::time::Ms;

/// The journal is looked at this often.
const LOOK_EVERY_MS: Ms = Ms(100);

/// `windlass wait`
///
/// # Errors
/// Where there is no such run, or its journal cannot be read.
pub async fn run(context: &Context, args: &WaitArgs) -> Result<Exit, Failed> {
    let row = context.run_ref(&args.run.of).await?;
    let store = context.world.store.as_ref();
    let mut reading = Reading::open(store, row, None, |_, _| {}).await?;
    let begun = Since::now(context);
    loop {
        let exit = match reached(reading.run(), args.until) {
            // A word that nobody has read yet may end the standing still.
            Some(Exit::NeedsHuman) if has_words(context, &reading).await? => None,
            exit => exit,
        };
        if let Some(exit) = exit {
            if exit != Exit::Done {
                context.outlet.lines(why::lines(context, &reading));
            } else if context.outlet.is_data() {
                let carrier = context.desk.carrier(&reading.row.cluster).await?;
                context
                    .outlet
                    .data(&super::status::view(context, &reading, carrier));
            } else {
                let word = reading.run().phase().word();
                let id = &reading.row.run;
                context
                    .outlet
                    .line(&format!("run {id} on {}: {word}", reading.cluster()));
            }
            return Ok(exit);
        }
        if args
            .timeout
            .is_some_and(|limit| begun.gone(context) >= limit)
        {
            let carrier = context.desk.carrier(&reading.row.cluster).await?;
            context
                .outlet
                .note("the time is over; what was waited for has not come");
            for line in why::uncarried(context, &reading, carrier.as_deref()) {
                context.outlet.note(&line);
            }
            for line in why::lines(context, &reading) {
                context.outlet.note(&line);
            }
            return Ok(Exit::Inconclusive);
        }
        rest(context, LOOK_EVERY_MS).await;
        reading.catch_up(store).await?;
    }
}

/// Whether a command stands in its inbox that it has not answered.
async fn has_words(context: &Context, reading: &Reading) -> Result<bool, Failed> {
    let read = reading.run().inbox();
    let unread = context.world.store.inbox(&reading.row.run, read).await?;
    Ok(!unread.is_empty())
}

/// The exit code where the waiting is over.
fn reached(run: &Run, until: Until) -> Option<Exit> {
    let phase = run.phase();
    let there = match until {
        Until::Finished => matches!(phase, Phase::Ended(End::Finished | End::FinishedWithout(_))),
        Until::Ended => matches!(phase, Phase::Ended(_)),
        Until::Paused => matches!(phase, Phase::Paused | Phase::AwaitingHuman(_)),
        Until::Approval => matches!(phase, Phase::AwaitingApproval(_)),
        Until::Rolling => matches!(phase, Phase::Rolling | Phase::Soaking),
    };
    if there {
        return Some(Exit::Done);
    }
    match phase {
        Phase::Ended(end) => Some(of_end(&end).unless_done()),
        Phase::Paused | Phase::AwaitingHuman(_) if !is_asked(run) => Some(Exit::NeedsHuman),
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingHuman(_)
        | Phase::AwaitingWindow
        | Phase::Rolling
        | Phase::Soaking
        | Phase::Pausing(_)
        | Phase::Paused
        | Phase::Cancelling
        | Phase::Stopping => None,
    }
}

/// Whether a human paused it: the same human goes on with it.
#[must_use]
pub fn is_asked(run: &Run) -> bool {
    run.halt()
        .is_some_and(|halt| matches!(halt.cause, Cause::Asked { .. }))
}

/// The exit code of an end.
#[must_use]
pub fn of_end(end: &End) -> Exit {
    match end {
        End::Finished | End::FinishedWithout(_) => Exit::Done,
        End::Refused => Exit::Refused,
        End::Cancelled | End::Stopped(_) | End::Expired => Exit::Ended,
    }
}

trait UnlessDone {
    fn unless_done(self) -> Self;
}

impl UnlessDone for Exit {
    /// A good end is none for somebody who waited for something else.
    fn unless_done(self) -> Self {
        if self == Exit::Done {
            Exit::Ended
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tale::tests::rolling;
    use windlass_engine::run::event::Event;
    use windlass_engine::time::{Mark, Wall};

    #[test]
    fn a_failure_ends_the_waiting_and_a_human_pause_does_not() {
        let mut run = rolling();
        assert_eq!(reached(&run, Until::Rolling), Some(Exit::Done));
        assert_eq!(reached(&run, Until::Finished), None);
        let halted = |cause| Event::Halted {
            cause,
            at: Mark::default(),
            wall: Wall(0),
        };
        run.apply(&halted(Cause::Asked { by: "ana".into() }));
        assert_eq!(reached(&run, Until::Finished), None);
        assert_eq!(reached(&run, Until::Paused), Some(Exit::Done));
        run.apply(&halted(Cause::SomeoneElseActs { what: "x".into() }));
        assert_eq!(reached(&run, Until::Finished), Some(Exit::NeedsHuman));
        run.apply(&Event::Ended(End::Cancelled));
        assert_eq!(reached(&run, Until::Finished), Some(Exit::Ended));
    }
}
