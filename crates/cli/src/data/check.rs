//! `windlass check`: every condition, with evidence and mending.
//!
//! Must never know: how facts are gathered. Stories: `tests/it/address.rs`, `tests/it/check.rs`.

pub mod all;

use super::look::{Looked, Room, now};
use super::plan::{asked, refused};
use crate::args::Form;
use crate::args::data::CheckArgs;
use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use crate::render::findings::{self, Tally};
use crate::render::junit::{Came, Suite, Warnings, document};
use std::collections::BTreeSet;
use windlass_engine::check::{Finding, judge};
use windlass_engine::plan::{Goal, plan};
use windlass_engine::refusal::Refusal;
use windlass_wire::v1::finding::FindingsView;

/// Runs it.
///
/// # Errors
/// Where the cluster is not registered or does not answer.
pub async fn run(room: &Room, args: &CheckArgs) -> Result<Exit, Failed> {
    let goal = args.to.clone().map(Goal::Version);
    let outlet = room.outlet();
    let mut looked = match room.look(&args.which, goal.as_ref()).await {
        Ok(looked) => looked,
        Err(why) => {
            if outlet.format == Form::Junit {
                let name = args.which.shown();
                let came = Came::Trouble(why.to_string());
                junit(
                    outlet,
                    &[Suite {
                        name: &name,
                        typed: &name,
                        came,
                    }],
                );
            }
            return Err(why);
        }
    };
    looked.policy = asked(&looked.policy, &args.via, None);
    let found = match findings_of(&looked, goal.as_ref()) {
        Ok(found) => found,
        Err(refusal) if outlet.format == Form::Junit => {
            junit(outlet, &[suite(&looked, Came::Refused(&refusal))]);
            return Ok(Exit::Refused);
        }
        Err(refusal) => return Ok(refused(outlet, &looked, &refusal)),
    };
    let to = args.to.as_ref().map(ToString::to_string);
    if outlet.format == Form::Junit {
        junit(outlet, &[suite(&looked, Came::Found(&found))]);
    } else if outlet.is_data() {
        outlet.data(&FindingsView::of(&found, looked.name(), to.as_deref()));
    } else {
        outlet.line(&head(outlet, &looked, to.as_deref()));
        outlet.lines(findings::lines(outlet, &looked.typed, &found, room.zone()));
    }
    Ok(exit(outlet, &found))
}

/// All findings on a cluster; a "no" where there is no way to the goal.
fn findings_of(looked: &Looked, goal: Option<&Goal>) -> Result<Vec<Finding>, Refusal> {
    let way = goal.map(|goal| {
        plan(
            &looked.catalog,
            &looked.policy,
            &looked.snapshot,
            goal,
            &BTreeSet::new(),
            None,
        )
    });
    let way = way.transpose()?;
    Ok(judge(
        &looked.catalog,
        &looked.policy.checks,
        &looked.snapshot,
        way.as_ref(),
        &[],
        now().wall,
    ))
}

fn suite<'a>(looked: &'a Looked, came: Came<'a>) -> Suite<'a> {
    Suite {
        name: &looked.shown,
        typed: &looked.typed,
        came,
    }
}

fn junit(outlet: &Outlet, suites: &[Suite<'_>]) {
    let warnings = if outlet.strict {
        Warnings::Fail
    } else {
        Warnings::Pass
    };
    outlet.text(&document(suites, warnings));
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
