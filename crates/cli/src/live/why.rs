//! `why`: what a run waits for or why it stands, since when, and what would help.
//!
//! Must never know: how it is carried. Stories: in this file.

use super::reading::Reading;
use super::words::moved;
use crate::args::runs::WhyArgs;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::outlet::spoken;
use windlass_engine::run::Run;
use windlass_engine::run::event::Cause;
use windlass_engine::run::standing::{Motion, Standing};
use windlass_engine::time::{Ms, Now};
use windlass_wire::duration::short;
use windlass_wire::stamp;

/// Columns of a label before what is to be typed.
const LABEL: usize = 11;

/// What the engine says before the lines of a log.
const LOG: &str = "last lines of its log:";
/// More lines of a log hide what to do next; `windlass logs` has them.
const LOG_SHOWN: usize = 5;

/// `windlass why`
///
/// # Errors
/// Where there is no such run, or it cannot be read.
pub async fn run(context: &Context, args: &WhyArgs) -> Result<Exit, Failed> {
    let row = context.run_ref(&args.run.of).await?;
    let store = context.world.store.as_ref();
    let reading = Reading::open(store, row, None, |_, _| {}).await?;
    let carrier = context.desk.carrier(&reading.row.cluster).await?;
    if context.outlet.is_data() {
        context
            .outlet
            .data(&super::status::view(context, &reading, carrier));
        return Ok(Exit::Done);
    }
    context
        .outlet
        .lines(uncarried(context, &reading, carrier.as_deref()));
    context.outlet.lines(lines(context, &reading));
    Ok(Exit::Done)
}

/// Nobody carries it: when it was last heard of, and what would help. Empty where somebody does, or none is needed.
#[must_use]
pub fn uncarried(context: &Context, reading: &Reading, carrier: Option<&str>) -> Vec<String> {
    if carrier.is_some() || reading.run().ended().is_some() {
        return Vec::new();
    }
    let id = &reading.row.run;
    let line = if reading.run().epoch() == 0 {
        let since = stamp::clock(reading.row.created, &context.zone);
        format!(
            "nobody has carried run {id} since it was asked for at {since}: windlass carry {id}"
        )
    } else {
        let last = reading.tale.last();
        let since = stamp::clock(last, &context.zone);
        let ago = short(context.now().wall.since(last));
        format!("nobody carries run {id}, last heard at {since} ({ago}): windlass carry {id}")
    };
    vec![context.outlet.wrapped(&line, 2)]
}

/// The whole answer, for people.
#[must_use]
pub fn lines(context: &Context, reading: &Reading) -> Vec<String> {
    let outlet = &context.outlet;
    let now = context.now();
    let since = now.wall.since(reading.tale.since());
    let mut lines = Vec::new();
    for line in told(reading.run(), reading.cluster(), since, now) {
        match line {
            Line::Head(text) => lines.push(outlet.wrapped(&text, 2)),
            Line::Detail(text) => lines.push(outlet.wrapped(&format!("  {text}"), 4)),
            Line::Next(label, text) => {
                let text = format!("  {label:<width$}{text}", width = LABEL - 2);
                lines.push(outlet.wrapped(&text, LABEL));
            }
        }
    }
    lines
}

/// A line before it is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Head(String),
    Detail(String),
    Next(&'static str, String),
}

fn told(run: &Run, cluster: &str, since: Ms, now: Now) -> Vec<Line> {
    let standing = run.standing(now);
    let mut lines = vec![Line::Head(head(run, &standing, cluster, since))];
    let (facts, log) = parted(&standing);
    lines.extend(facts.iter().map(|fact| Line::Detail(spoken(fact, cluster))));
    if !log.is_empty() {
        lines.push(Line::Detail(LOG.into()));
        lines.extend(log.into_iter().map(|line| Line::Detail(line.to_owned())));
    }
    if standing.motion != Motion::Ended && run.plan().is_some() {
        lines.push(Line::Detail(rest(run)));
    }
    for (index, next) in standing.next.iter().enumerate() {
        let label = if index == 0 { "next" } else { "or" };
        let text = next.strip_prefix("or ").unwrap_or(next);
        lines.push(Line::Next(label, spoken(text, cluster)));
    }
    lines
}

/// What a standing says further: facts, and the last telling lines of a log. Where a call stood in a
/// program helps its makers, not who reads this; `logs` shows all of it.
#[must_use]
pub fn parted(standing: &Standing) -> (&[String], Vec<&str>) {
    let all = standing.details.as_slice();
    let Some(at) = all.iter().position(|line| line == LOG) else {
        return (all, Vec::new());
    };
    let is_telling = |line: &&str| {
        let bare = line.trim_start();
        !(bare.is_empty() || bare.starts_with("at ") || bare.starts_with("... "))
    };
    let telling: Vec<&str> = all[at + 1..]
        .iter()
        .map(String::as_str)
        .filter(is_telling)
        .collect();
    let from = telling.len().saturating_sub(LOG_SHOWN);
    (&all[..at], telling[from..].to_vec())
}

fn head(run: &Run, standing: &Standing, cluster: &str, since: Ms) -> String {
    let sentence = spoken(&standing.sentence, cluster);
    let ago = short(since);
    match (standing.motion, run.halt()) {
        (Motion::Stands, Some(halt)) => match halt.cause {
            Cause::Asked { .. } => format!("{cluster} stands still: {sentence}, {ago} ago."),
            Cause::Failure { .. }
            | Cause::SomeoneElseActs { .. }
            | Cause::IdentityChanged { .. }
            | Cause::NoWayOn(_)
            | Cause::NeverOpens { .. }
            | Cause::NotClaimed { .. }
            | Cause::Unclear { .. } => {
                format!("{cluster} stands still: paused {ago} ago, because {sentence}.")
            }
        },
        (Motion::Stands, None) => format!("{cluster} stands still for {ago}: {sentence}."),
        (Motion::Moves, _) => format!("{cluster} moves: {sentence}."),
        (Motion::Waits, _) => format!(
            "{cluster} waits, {} for {ago}: {sentence}.",
            run.phase().word()
        ),
        (Motion::Ended, _) => format!("the run on {cluster} ended {ago} ago: {sentence}."),
    }
}

/// What is in flight and how far it is, in one sentence each.
fn rest(run: &Run) -> String {
    let (done, of) = moved(run);
    let flying = run.live_flights();
    let flying = match flying {
        0 if run.flights().is_empty() => "Nothing is in flight.".to_owned(),
        0 => "Nothing else is in flight.".to_owned(),
        1 => "1 is in flight.".to_owned(),
        more => format!("{more} are in flight."),
    };
    format!("{flying} {done} of {of} moves are done.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tale::tests::{at, rolling};
    use windlass_engine::effect::{Failure, FailureCode};
    use windlass_engine::names::Subject;
    use windlass_engine::run::event::Event;
    use windlass_engine::time::{Mark, Wall};

    /// What is told of broker 2, which failed like this.
    fn told_of(failure: Failure) -> Vec<String> {
        let mut run = rolling();
        let subject = Subject::Member("2".into());
        for fact in [
            Event::StageBegan { hop: 0, stage: 1 },
            at::began("2", 1),
            Event::Failed {
                subject: subject.clone(),
                attempt: 1,
                failure,
            },
            Event::Halted {
                cause: Cause::Failure { subject },
                at: Mark::default(),
                wall: Wall(0),
            },
        ] {
            run.apply(&fact);
        }
        told(&run, "orders", Ms::minutes(6), Now::default())
            .into_iter()
            .map(|line| match line {
                Line::Head(text) => text,
                Line::Detail(text) => format!("  {text}"),
                Line::Next(label, text) => format!("  {label}: {text}"),
            })
            .collect()
    }

    #[test]
    fn a_failed_member_is_named_with_its_log_and_three_ways_on() {
        let text = told_of(Failure {
            code: FailureCode::DidNotStay,
            step: "starting 4.1.2".into(),
            what: "its process ended after 1.8s".into(),
            log: vec!["Invalid value abc".into(), "\tat kafka.Kafka.main".into()],
        });
        assert_eq!(
            text,
            [
                "orders stands still: paused 6m ago, because broker 2 did not come through.",
                "  its process ended after 1.8s (step: starting 4.1.2; try 1)",
                "  last lines of its log:",
                "    Invalid value abc",
                "  Nothing else is in flight. 1 of 3 moves are done.",
                "  next: mend it, then: windlass retry orders 2",
                "  or: put the old release back: windlass retry orders 2 --old",
                "  or: leave it as it stands: windlass skip orders 2",
            ]
        );
    }

    #[test]
    fn one_that_does_not_end_may_be_killed() {
        let text = told_of(Failure {
            code: FailureCode::DidNotStop,
            step: "told to stop".into(),
            what: "no progress for 300 s".into(),
            log: Vec::new(),
        });
        assert_eq!(
            text[3..],
            [
                "  next: mend it, then: windlass retry orders 2",
                "  or: kill what does not end: windlass retry orders 2 --kill",
                "  or: put the old release back: windlass retry orders 2 --old",
                "  or: leave it as it stands: windlass skip orders 2",
            ]
        );
    }
}
