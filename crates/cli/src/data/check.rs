//! `windlass check`: every condition, with evidence and mending.
//!
//! Must never know: how facts are gathered. Stories: `tests/it/address.rs`.

use super::look::{Looked, Room, now};
use super::plan::{asked, back, refused};
use crate::args::data::CheckArgs;
use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use crate::render::findings::{self, Tally};
use std::collections::BTreeSet;
use windlass_engine::check::{Finding, judge};
use windlass_engine::plan::{Goal, plan};
use windlass_wire::v1::finding::FindingsView;
use windlass_wire::v1::plan::goal_word;

/// Runs it.
///
/// # Errors
/// Where the cluster is not registered or does not answer.
pub async fn run(room: &Room, args: &CheckArgs) -> Result<Exit, Failed> {
    let goal = if args.rollback {
        Some(back(room, &args.which, args.to.as_ref()).await?)
    } else {
        args.to.clone().map(Goal::Version)
    };
    let mut looked = room.look(&args.which, &args.reach, goal.as_ref()).await?;
    looked.policy = asked(&looked.policy, &args.via, None);
    let outlet = room.outlet();
    let way = goal.as_ref().map(|goal| {
        plan(
            &looked.catalog,
            &looked.policy,
            &looked.snapshot,
            goal,
            &BTreeSet::new(),
            None,
        )
    });
    let way = match way.transpose() {
        Ok(way) => way,
        Err(refusal) => return Ok(refused(outlet, &looked, &refusal)),
    };
    let found = judge(
        &looked.catalog,
        &looked.snapshot,
        way.as_ref(),
        &[],
        now().wall,
    );
    if outlet.is_data() {
        let to = goal.as_ref().and_then(Goal::release);
        let to = to.map(ToString::to_string);
        outlet.data(&FindingsView::of(&found, looked.name(), to.as_deref()));
    } else {
        let to = goal.as_ref().map(goal_word);
        outlet.line(&head(outlet, &looked, to.as_deref()));
        outlet.lines(findings::lines(outlet, &looked.typed, &found, room.zone()));
    }
    Ok(exit(outlet, &found))
}

fn head(outlet: &Outlet, looked: &Looked, to: Option<&str>) -> String {
    let what = match to {
        Some(to) => format!("checks for {to}"),
        None => "checks that bind whatever the way".into(),
    };
    format!("{}   {what}", outlet.style.bold(&looked.shown))
}

/// A failure is a refusal; what could not be looked at is inconclusive.
#[must_use]
pub fn exit(outlet: &Outlet, found: &[Finding]) -> Exit {
    let tally = Tally::of(found);
    match (tally.fail, tally.unknown) {
        (0, 0) if outlet.strict && tally.warn > 0 => Exit::Refused,
        (0, 0) => Exit::Done,
        (0, _) => Exit::Inconclusive,
        (_, _) => Exit::Refused,
    }
}
