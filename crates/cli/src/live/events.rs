//! `events` and `logs`: a run's journal, one line a fact, and a member's log.
//!
//! Must never know: how runs are carried. Stories: `tests/it/live.rs`.

use super::reading::{Fact, Reading};
use super::screen::{dated, view};
use super::span::rest;
use super::words::Weight;
use crate::args::runs::{EventsArgs, LogsArgs};
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::outlet::style::Tone;
use windlass_engine::time::Ms;
use windlass_wire::v1::event::EventView;
use windlass_wire::v1::list;

/// The journal is looked at this often where it is followed.
const LOOK_EVERY_MS: Ms = Ms(100);

/// `windlass events`
///
/// # Errors
/// Where there is no such run, or its journal cannot be read.
pub async fn run(context: &Context, args: &EventsArgs) -> Result<Exit, Failed> {
    let row = context.run_ref(&args.run.of).await?;
    let id = row.run.clone();
    let store = context.world.store.as_ref();
    let outlet = &context.outlet;
    let listed = outlet.is_data() && !args.follow;
    let mut items: Vec<EventView> = Vec::new();
    let mut reading = Reading::open(store, row, None, |_, fact| {
        if fact.stored.seq < args.from {
        } else if listed {
            items.push(view(id.as_str(), fact));
        } else {
            write(context, id.as_str(), fact);
        }
    })
    .await?;
    if listed {
        outlet.data(&list::events(Some(reading.cluster()), items));
        return Ok(Exit::Done);
    }
    while args.follow && reading.run().ended().is_none() && !outlet.is_closed() {
        rest(context, LOOK_EVERY_MS).await;
        for fact in reading.catch_up(store).await? {
            write(context, id.as_str(), &fact);
        }
    }
    Ok(Exit::Done)
}

fn write(context: &Context, run: &str, fact: &Fact) {
    let outlet = &context.outlet;
    if outlet.is_data() {
        outlet.item(&view(run, fact));
        return;
    }
    let tone = match fact.weight {
        Weight::Quiet => Tone::Dim,
        Weight::Told => Tone::Plain,
        Weight::Loud => Tone::Bold,
    };
    let text = format!("{:>5}  {}", fact.stored.seq, dated(context, fact));
    for (index, line) in outlet.wrapped(&text, 23).lines().enumerate() {
        let line = if index == 0 {
            line.to_owned()
        } else {
            line.trim_end().to_owned()
        };
        outlet.line(&outlet.style.paint(tone, &line));
    }
}

/// `windlass logs`
///
/// # Errors
/// Where the cluster is not registered, or the member's log cannot be read.
pub async fn logs(context: &Context, args: &LogsArgs) -> Result<Exit, Failed> {
    let target = context.desk.target(&args.cluster).await?;
    match target.log(&args.member, args.lines).await {
        Ok(lines) => {
            if context.outlet.is_data() {
                context.outlet.data(&lines);
            } else {
                context.outlet.lines(lines);
            }
            Ok(Exit::Done)
        }
        Err(why) => Err(Failed::says(format!(
            "the log of member {} on {} cannot be read: {why}",
            args.member, args.cluster
        ))),
    }
}
