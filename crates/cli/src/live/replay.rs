//! `replay`: a journal folded again up to a position: what was known, decided and wanted then.
//!
//! Must never know: the present. Stories: `tests/it/live.rs`.

use super::attend;
use super::reading::{Fact, Reading};
use super::screen::{dated, view};
use crate::args::runs::ReplayArgs;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::outlet::spoken;
use crate::render;
use serde::Serialize;
use windlass_engine::effect::Effect;
use windlass_engine::run::Run;
use windlass_engine::run::event::{Began, Event};
use windlass_engine::time::{Mark, Now};
use windlass_wire::duration::short;
use windlass_wire::v1::event::EventView;
use windlass_wire::v1::snapshot::SnapshotView;
use windlass_wire::v1::status::{Around, RunStatus};

/// A run folded up to one event, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replayed {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `Replay`
    kind: &'static str,
    /// Up to which event.
    at: u64,
    /// That event.
    last: EventView,
    /// The cluster as it was known then.
    known: Option<SnapshotView>,
    /// Where the run stood then.
    decided: RunStatus,
    /// What it wanted done, one a line.
    wanted: Vec<String>,
}

/// `windlass replay`
///
/// # Errors
/// Where there is no such run, it is not that long, or it cannot be read.
pub async fn run(context: &Context, args: &ReplayArgs) -> Result<Exit, Failed> {
    let row = context.run_ref(args.run.as_str()).await?;
    let mut last: Option<Fact> = None;
    let mut mark = Mark::default();
    let store = context.world.store.as_ref();
    let reading = Reading::open(store, row, args.at, |_, fact| {
        mark = moment(&fact.event).unwrap_or(mark);
        last = Some(fact.clone());
    })
    .await?;
    let Some(last) = last.filter(|last| args.at.is_none_or(|at| at == last.stored.seq)) else {
        return Err(Failed::hinted(
            format!(
                "the journal of run {} has only {} events",
                args.run,
                reading.seq()
            ),
            format!("windlass events {}", args.run),
        ));
    };
    let now = Now {
        wall: last.stored.at,
        mono: mark,
    };
    let wanted = wanted(reading.run(), now);
    if context.outlet.is_data() {
        let around = Around {
            run: reading.row.run.clone(),
            cluster: reading.row.cluster.clone(),
            created: reading.row.created,
            ended: reading.run().ended().map(|_| last.stored.at),
            carrier: None,
        };
        let known = reading.run().known();
        context.outlet.data(&Replayed {
            api_version: windlass_wire::v1::API_VERSION,
            kind: "Replay",
            at: last.stored.seq,
            last: view(reading.row.run.as_str(), &last),
            known: known.map(|known| SnapshotView::of(known, Some(reading.cluster()))),
            decided: RunStatus::of(reading.run(), &around, now),
            wanted,
        });
        return Ok(Exit::Done);
    }
    tell(context, &reading, &last, now, &wanted);
    Ok(Exit::Done)
}

fn tell(context: &Context, reading: &Reading, last: &Fact, now: Now, wanted: &[String]) {
    let outlet = &context.outlet;
    let head = |text: &str| outlet.line(&outlet.style.bold(text));
    let cluster = reading.cluster();
    outlet.line(&outlet.wrapped(
        &format!(
            "run {} on {cluster} after event {}: {}",
            reading.row.run,
            last.stored.seq,
            dated(context, last)
        ),
        2,
    ));
    head("known");
    match reading.run().known() {
        Some(known) => {
            let catalog = reading.run().catalog();
            outlet.lines(render::snapshot::lines(
                outlet, cluster, known, catalog, now.wall,
            ));
        }
        None => outlet.line("  nothing was seen yet"),
    }
    head("decided");
    outlet.lines(attend::lines_of(context, reading));
    let standing = reading.run().standing(now);
    outlet.line(&outlet.wrapped(
        &format!(
            "  {}: {}",
            reading.run().phase().word(),
            spoken(&standing.sentence, cluster)
        ),
        4,
    ));
    for detail in &standing.details {
        outlet.line(&outlet.wrapped(&format!("    {}", spoken(detail, cluster)), 4));
    }
    head("wanted");
    if wanted.is_empty() {
        outlet.line("  nothing");
    }
    for line in wanted {
        outlet.line(&outlet.wrapped(&format!("  {line}"), 4));
    }
    if reading.run().ended().is_none() {
        outlet.note(&format!("  now      windlass why {cluster}"));
    }
}

/// What ought to have been in flight, in words.
fn wanted(run: &Run, now: Now) -> Vec<String> {
    let wants = run.wants(now);
    let member = |id: &windlass_engine::names::MemberId| {
        run.call(&windlass_engine::names::Subject::Member(id.clone()))
    };
    wants
        .effects
        .iter()
        .map(|effect| match effect {
            Effect::Observe { every, .. } => {
                format!("look at the cluster, again after {}", short(*every))
            }
            Effect::Claim => "leave the run's mark at every member".into(),
            Effect::Ensure(ensure) => format!(
                "{} at {}, attempt {}",
                member(&ensure.member),
                ensure.wanted,
                ensure.attempt
            ),
            Effect::Probe { member: id, .. } => format!("look at {} until it is whole", member(id)),
            Effect::Raise(ensure) => format!(
                "level {} at {}, attempt {}",
                ensure.level, ensure.to, ensure.attempt
            ),
            Effect::Act {
                action, attempt, ..
            } => format!("{action}, attempt {attempt}"),
        })
        .collect()
}

/// The boot time at which a fact was made, where it tells one.
fn moment(fact: &Event) -> Option<Mark> {
    match fact {
        Event::Taken { at, .. }
        | Event::Judged { at, .. }
        | Event::Moved { at, .. }
        | Event::Progressed { at, .. }
        | Event::Settled { at, .. }
        | Event::SoakBegan { at, .. }
        | Event::SoakSpan { at }
        | Event::SoakBroken { at, .. }
        | Event::Commanded { at, .. }
        | Event::Halted { at, .. }
        | Event::ExpirySeen { at }
        | Event::Began(Began { at, .. }) => Some(*at),
        Event::Observed(observation) => Some(observation.at),
        Event::Requested(_)
        | Event::Planned(_)
        | Event::Refused(_)
        | Event::Approved { .. }
        | Event::Claimed { .. }
        | Event::ClaimRefused { .. }
        | Event::StageBegan { .. }
        | Event::StageDone { .. }
        | Event::NotYet { .. }
        | Event::Failed { .. }
        | Event::SoakPassed
        | Event::Shut { .. }
        | Event::Opened { .. }
        | Event::Replanning { .. }
        | Event::PlanKept
        | Event::Confirmed { .. }
        | Event::Skipped { .. }
        | Event::Proven
        | Event::Ended(_) => None,
    }
}
