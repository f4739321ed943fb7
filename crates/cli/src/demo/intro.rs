//! What a user is told: that the cluster is a false one, what to type in a second terminal, what comes next.
//!
//! Must never know: how anything is played. Stories: `tests/it/demo.rs`.

use super::bill::BILLS;
use super::play::{Played, forecast};
use crate::context::{Bare, Context};
use crate::exit::{Exit, Failed};
use crate::live::Made;
use crate::outlet::Outlet;
use crate::outlet::style::columns;
use crate::render::table::{Cell, Table};
use serde::Serialize;
use windlass_engine::plan::{Plan, Stage};
use windlass_wire::duration::short;
use windlass_wire::v1::API_VERSION;
use windlass_wire::v1::plan::goal_word;

/// What is told before anything moves.
pub fn tell(context: &Context, played: &[Played]) {
    let outlet = &context.outlet;
    match played {
        [one] => of_one(outlet, one),
        [] | [_, ..] => outlet.told(&format!(
            "{} false clusters, one of each system that can be played: none of them is real, no host is \
             touched. Plans, checks, journals and the carrier are the real ones.",
            played.len()
        )),
    }
    outlet.note("");
    outlet.note("in a second terminal:");
    let one = played.len() == 1;
    let of = |word: &str| match played.first() {
        Some(first) if !one => format!("{word} {}", first.bill.system),
        Some(_) | None => word.to_owned(),
    };
    let member = played.first().and_then(|first| late(&first.plan));
    let fail = match (&member, played.first()) {
        (Some(member), Some(first)) if !one => format!("fail {member} --of {}", first.bill.system),
        (Some(member), _) => format!("fail {member}"),
        (None, _) => "fail MEMBER".into(),
    };
    let (goes_on, again) = (of("continue"), of("retry"));
    let mut lines: Vec<(String, String)> = [
        (
            of("pause"),
            format!("begin nothing more; then: windlass demo {goes_on}"),
        ),
        (
            fail,
            format!("it fails its next move; then: windlass demo {again}"),
        ),
        (of("why"), "why it moves, waits or stands still".into()),
        ("status".into(), "where it stands".into()),
    ]
    .map(|(word, does)| (format!("windlass demo {word}"), does))
    .into();
    if played.iter().all(|one| one.carrier.is_none()) {
        let kill = format!("kill -9 {}", std::process::id());
        let all = if one { "" } else { " --all" };
        let does = format!("then windlass demo{all}: it goes on where it was");
        lines.push((kill, does));
    }
    typed(outlet, &lines);
    outlet.note("");
}

fn of_one(outlet: &Outlet, one: &Played) {
    let name = outlet.notes.bold(one.head.cluster.as_str());
    let (speed, members) = (one.head.speed, one.head.snapshot.members.len());
    outlet.told(&format!(
        "{name} is a false cluster of {members} members: none of it is real, no host is touched. Plan, \
         checks, journal and carrier are the real ones; time runs {speed} times as fast as in life."
    ));
    let hops: Vec<String> = one.plan.hops.iter().map(|hop| hop.to.to_string()).collect();
    outlet.told(&format!(
        "{} is asked for: over {}, {} moves, forecast {}",
        goal_word(&one.goal),
        hops.join(" → "),
        one.plan.moves(),
        short(one.plan.expected),
    ));
    match (&one.carrier, one.made) {
        (Some(holder), _) => outlet.told(&format!("run {} is carried by {holder}", one.row.run)),
        (None, Made::Before) => outlet.told(&format!(
            "run {} stood here, and is gone on with (--fresh begins anew)",
            one.row.run
        )),
        (None, Made::Here) => {}
    }
    if let Some(asked) = one.passed_over {
        outlet.told(&format!(
            "--speed {asked} is for a fresh cluster: this one keeps the speed that it began with"
        ));
    }
}

/// Command lines, each with what it does.
fn typed(outlet: &Outlet, lines: &[(String, String)]) {
    let widest = lines
        .iter()
        .map(|(line, _)| columns(line))
        .max()
        .unwrap_or(0);
    for (line, does) in lines {
        let pad = " ".repeat(widest - columns(line));
        let line = outlet.notes.typed(line);
        outlet.note(&outlet.wrapped(&format!("  {line}{pad}  {does}"), widest + 4));
    }
}

/// A member that moves late within the first hop: there is time to make it fail.
fn late(plan: &Plan) -> Option<String> {
    let moves = plan.stages().filter(|(hop, _, _)| *hop == 0);
    let last = moves.filter_map(|(_, _, stage)| match stage {
        Stage::Move(step) => step.members.last(),
        Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => None,
    });
    last.last().map(ToString::to_string)
}

/// What is told at the end.
pub fn over(context: &Context, played: &[Played]) {
    let outlet = &context.outlet;
    outlet.note("");
    match played {
        [one] => outlet.told(&format!(
            "{} was a false one. What else there is:",
            one.head.cluster
        )),
        [] | [_, ..] => outlet.told("they were false ones. What else there is:"),
    }
    let of = match played {
        [_] => "",
        [] | [_, ..] => " kafka",
    };
    let lines = [
        (
            format!("windlass demo events{of}"),
            "its journal, each decision in it".into(),
        ),
        (
            format!("windlass demo rollback{of}"),
            "back again, where its maker lets it".into(),
        ),
        (
            "windlass demo --list".into(),
            "clusters of other systems".into(),
        ),
        (
            "windlass init --help".into(),
            "a cluster of your own".into(),
        ),
    ];
    typed(outlet, &lines);
}

/// A line of `--list` for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BillView {
    /// Its system.
    system: &'static str,
    /// What the false cluster is called.
    cluster: String,
    /// How many members it has.
    members: usize,
    /// What is asked for.
    to: String,
    /// How many hops, how many moves; none: it cannot be played.
    hops: Option<usize>,
    /// How many moves.
    moves: Option<usize>,
    /// Why it cannot be played.
    why_not: Option<String>,
}

/// `windlass demo --list`
///
/// # Errors
/// Where catalogs cannot be read.
pub fn list(bare: &Bare) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let mut views = Vec::new();
    for bill in BILLS {
        let cast = bill.cast(&bare.catalogs)?;
        let plan = forecast(&cast, None).map(|(_, plan)| plan);
        views.push(BillView {
            system: bill.system,
            cluster: cast.cluster.to_string(),
            members: cast.snapshot.members.len(),
            to: goal_word(&cast.goal),
            hops: plan.as_ref().ok().map(|plan| plan.hops.len()),
            moves: plan.as_ref().ok().map(Plan::moves),
            why_not: plan.err(),
        });
    }
    if outlet.is_data() {
        outlet.data(&serde_json::json!({
            "apiVersion": API_VERSION,
            "kind": "FalseClusterList",
            "items": views,
        }));
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["SYSTEM", "MEMBERS", "TO", "HOPS", "MOVES", "NOTE"]);
    for view in &views {
        let count = |count: Option<usize>| count.map_or("–".into(), |count| count.to_string());
        let note = view.why_not.as_ref();
        table.row(vec![
            Cell::plain(view.system),
            Cell::plain(view.members.to_string()),
            Cell::plain(view.to.as_str()),
            Cell::plain(count(view.hops)),
            Cell::plain(count(view.moves)),
            Cell::plain(note.map_or(String::new(), |why| format!("cannot be played: {why}"))),
        ]);
    }
    outlet.lines(table.lines(outlet));
    Ok(Exit::Done)
}
