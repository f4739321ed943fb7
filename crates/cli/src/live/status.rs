//! `status` and `runs`: where runs stand. Ended runs are told from their line in the store, only live
//! ones are folded.
//!
//! Must never know: how runs are carried. Stories: `tests/it/live.rs`.

use super::picture::goal_of;
use super::reading::Reading;
use super::why::{parted, uncarried};
use super::words::moved;
use crate::args::runs::{RunsArgs, StatusArgs};
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::outlet::spoken;
use crate::outlet::style::Tone;
use crate::render::table::{Cell, Table};
use crate::render::{until_done, whole};
use serde::Serialize;
use windlass_engine::forecast::forecast;
use windlass_engine::run::standing::Motion;
use windlass_engine::time::Ms;
use windlass_runner::ledger;
use windlass_runner::ports::store::RunRow;
use windlass_wire::duration::short;
use windlass_wire::stamp;
use windlass_wire::v1::API_VERSION;
use windlass_wire::v1::list::{self, RunLine, RunView};
use windlass_wire::v1::plan::goal_word;
use windlass_wire::v1::status::{Around, RunStatus, stale};

/// `windlass status`
///
/// # Errors
/// Where there is no such run, or it cannot be read.
pub async fn run(context: &Context, args: &StatusArgs) -> Result<Exit, Failed> {
    match &args.of {
        Some(of) => one(context, context.run_ref(of).await?).await,
        None => all(context).await,
    }
}

async fn one(context: &Context, row: RunRow) -> Result<Exit, Failed> {
    let reading = open(context, row).await?;
    let carrier = context.desk.carrier(&reading.row.cluster).await?;
    let outlet = &context.outlet;
    if outlet.is_data() {
        outlet.data(&view(context, &reading, carrier));
        return Ok(Exit::Done);
    }
    let run = reading.run();
    let now = context.now();
    let standing = run.standing(now);
    let cluster = reading.cluster();
    outlet.lines(uncarried(context, &reading, carrier.as_deref()));
    let (done, of) = moved(run);
    let since = short(now.wall.since(reading.tale.since()));
    let phase = outlet
        .style
        .paint(tone(standing.motion), run.phase().word());
    outlet.line(&format!(
        "{}   run {}   {phase}   {} {}   {done} of {of} moves   for {since}",
        outlet.style.bold(cluster),
        reading.row.run,
        outlet.style.arrow(),
        goal_of(run)
    ));
    outlet.line(&outlet.wrapped(&format!("  {}", spoken(&standing.sentence, cluster)), 2));
    for detail in parted(&standing).0 {
        outlet.line(&outlet.wrapped(&format!("    {}", spoken(detail, cluster)), 4));
    }
    if let Some(left) = forecast(run, now).filter(|left| left.high > Ms(0)) {
        let lacks = left.grounds.lacks();
        let lacks = lacks.map_or(String::new(), |lacks| format!(", {lacks}"));
        let line = format!("  left     {}{lacks}", until_done(&left));
        outlet.line(&outlet.wrapped(&line, 11));
    }
    if let Some(age) = stale(run, now) {
        let line = format!(
            "  seen     {} ago: it may stand otherwise by now",
            whole(age)
        );
        outlet.line(&outlet.wrapped(&line, 11));
    }
    if let (Some(carrier), None) = (&carrier, run.ended()) {
        outlet.line(&outlet.wrapped(&format!("  carried  by {carrier}"), 11));
    }
    for (index, next) in standing.next.iter().enumerate() {
        let label = if index == 0 { "next" } else { "or" };
        let next = spoken(next.strip_prefix("or ").unwrap_or(next), cluster);
        outlet.line(&outlet.wrapped(&format!("  {label:<9}{next}"), 11));
    }
    Ok(Exit::Done)
}

async fn open(context: &Context, row: RunRow) -> Result<Reading, Failed> {
    Reading::open(context.world.store.as_ref(), row, None, |_, _| {}).await
}

/// Every live run, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusList {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `RunStatusList`
    kind: &'static str,
    /// One for each live run.
    items: Vec<RunStatus>,
}

async fn all(context: &Context) -> Result<Exit, Failed> {
    let outlet = &context.outlet;
    let mut live = Vec::new();
    for row in context.world.store.live().await? {
        let carrier = context.desk.carrier(&row.cluster).await?;
        live.push((open(context, row).await?, carrier));
    }
    if outlet.is_data() {
        let items = live
            .into_iter()
            .map(|(reading, carrier)| view(context, &reading, carrier))
            .collect();
        outlet.data(&StatusList {
            api_version: API_VERSION,
            kind: "RunStatusList",
            items,
        });
        return Ok(Exit::Done);
    }
    if live.is_empty() {
        outlet.line("no run is live");
        if let Some(row) = context.world.store.runs(None, 1).await?.first() {
            let says = ledger::summary_of(row).map_or(String::new(), |line| line.says);
            let ended = row.ended.map_or(row.created, |ended| ended);
            let ago = short(context.now().wall.since(ended));
            outlet.line(&outlet.wrapped(
                &format!(
                    "  the last was run {} on {}, {ago} ago: {says}",
                    row.run, row.cluster
                ),
                2,
            ));
        }
        return Ok(Exit::Done);
    }
    for (reading, carrier) in &live {
        outlet.lines(uncarried(context, reading, carrier.as_deref()));
    }
    let mut table = Table::new(&[
        "RUN", "CLUSTER", "PHASE", "GOAL", "MOVES", "FOR", "LEFT", "STANDING",
    ]);
    for (reading, _) in &live {
        let (run, now) = (reading.run(), context.now());
        let standing = run.standing(now);
        let (done, of) = moved(run);
        let left = forecast(run, now).filter(|left| left.high > Ms(0));
        table.row(vec![
            Cell::plain(reading.row.run.to_string()),
            Cell::toned(reading.cluster(), Tone::Bold),
            Cell::toned(run.phase().word(), tone(standing.motion)),
            Cell::plain(goal_of(run)),
            Cell::plain(format!("{done}/{of}")),
            Cell::plain(short(now.wall.since(reading.tale.since()))),
            Cell::plain(left.map_or_else(String::new, |left| whole(left.about))),
            Cell::plain(spoken(&standing.sentence, reading.cluster())),
        ]);
    }
    outlet.lines(table.lines(outlet));
    Ok(Exit::Done)
}

fn tone(motion: Motion) -> Tone {
    match motion {
        Motion::Moves => Tone::Good,
        Motion::Waits => Tone::Plain,
        Motion::Stands => Tone::Warn,
        Motion::Ended => Tone::Dim,
    }
}

/// A run for programs.
#[must_use]
pub fn view(context: &Context, reading: &Reading, carrier: Option<String>) -> RunStatus {
    let around = Around {
        run: reading.row.run.clone(),
        cluster: reading.row.cluster.clone(),
        created: reading.row.created,
        ended: reading
            .row
            .ended
            .or_else(|| reading.run().ended().map(|_| reading.tale.last())),
        carrier: carrier.filter(|_| reading.run().ended().is_none()),
    };
    let mut view = RunStatus::of(reading.run(), &around, context.now());
    view.since = stamp::rfc3339(reading.tale.since());
    view
}

/// `windlass runs`
///
/// # Errors
/// Where the cluster is not registered, or the store cannot be read.
pub async fn runs(context: &Context, args: &RunsArgs) -> Result<Exit, Failed> {
    if let Some(cluster) = &args.cluster {
        context.desk.registered(cluster).await?;
    }
    let store = &context.world.store;
    let rows = store.runs(args.cluster.as_ref(), args.last).await?;
    let outlet = &context.outlet;
    if outlet.is_data() {
        let items: Vec<RunView> = rows.iter().map(row_view).collect();
        outlet.data(&list::runs(
            args.cluster.as_ref().map(|name| name.as_str()),
            items,
        ));
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        outlet.line("no runs yet");
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        "RUN", "CLUSTER", "PHASE", "GOAL", "MOVED", "ASKED", "TOOK", "STANDING",
    ]);
    let now = context.now();
    for row in &rows {
        let line = ledger::summary_of(row);
        let phase = line
            .as_ref()
            .map_or("unreadable", |line| line.phase.as_str());
        table.row(vec![
            Cell::plain(row.run.to_string()),
            Cell::toned(row.cluster.as_str(), Tone::Bold),
            Cell::toned(phase, phase_tone(row)),
            Cell::plain(
                line.as_ref()
                    .map_or(String::new(), |line| goal_word(&line.goal)),
            ),
            Cell::plain(line.as_ref().map_or(String::new(), |line| {
                format!("{}/{}", line.moved, line.touched)
            })),
            Cell::plain(stamp::long(row.created, &context.zone)),
            Cell::plain(short(row.ended.unwrap_or(now.wall).since(row.created))),
            Cell::plain(line.map_or(String::new(), |line| {
                spoken(&line.says, row.cluster.as_str())
            })),
        ]);
    }
    outlet.lines(table.lines(outlet));
    Ok(Exit::Done)
}

fn phase_tone(row: &RunRow) -> Tone {
    if row.ended.is_some() {
        Tone::Dim
    } else {
        Tone::Good
    }
}

/// A run's line in lists, for programs.
#[must_use]
pub fn row_view(row: &RunRow) -> RunView {
    let line = ledger::summary_of(row);
    let line = line.as_ref();
    RunView::from(&RunLine {
        run: row.run.as_str(),
        cluster: row.cluster.as_str(),
        goal: line.map(|line| &line.goal),
        phase: line.map_or("unreadable", |line| line.phase.as_str()),
        says: line.map_or("", |line| line.says.as_str()),
        moved: line.map_or(0, |line| line.moved),
        touched: line.map_or(0, |line| line.touched),
        created: row.created,
        ended: row.ended,
    })
}
