//! `windlass check`: every condition, with evidence and mending.
//!
//! Must never know: how facts are gathered. Stories: `tests/it/address.rs`, `tests/it/check.rs`.

pub mod all;

use super::look::{Looked, Origin, Room, Want, Way, asked, now};
use super::plan::{back, refusal_lines, refusal_view};
use crate::args::Form;
use crate::args::data::CheckArgs;
use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use crate::render::findings::{self, Tally};
use crate::render::junit::{Came, Suite, Warnings, document};
use std::collections::BTreeSet;
use windlass_engine::ask::Ask;
use windlass_engine::check::{Finding, judge};
use windlass_engine::plan::{Goal, plan};
use windlass_engine::refusal::Refusal;
use windlass_wire::stamp;
use windlass_wire::v1::finding::FindingsView;
use windlass_wire::v1::plan::goal_word;

/// Runs it.
///
/// # Errors
/// Where the cluster is not registered or does not answer.
pub async fn run(room: &Room, args: &CheckArgs) -> Result<Exit, Failed> {
    let ask = if args.rollback {
        Some(Ask::Goal(back(room, &args.which, args.to.as_ref()).await?))
    } else {
        args.to.clone()
    };
    let want = Want {
        via: &args.via,
        risks: &args.accept_risk,
    };
    let outlet = room.outlet();
    let seen = match &ask {
        Some(ask) => asked(room, &args.which, &args.reach, ask, &want)
            .await
            .map(|(looked, goal)| (looked, Some(goal))),
        None => room
            .look(&args.which, &args.reach, Way::default())
            .await
            .map(|looked| (looked, None)),
    };
    let (looked, goal) = match seen {
        Ok(seen) => seen,
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
    let judged = judged(&looked, goal.as_ref());
    if outlet.format == Form::Junit {
        junit(outlet, &[suite(&looked, &judged)]);
    } else if outlet.is_data() {
        let to = goal.as_ref().and_then(Goal::release);
        let to = to.map(ToString::to_string);
        outlet.data(&view(&looked, &judged, to.as_deref()));
    } else {
        let to = goal.as_ref().map(goal_word);
        outlet.line(&head(room, &looked, to.as_deref()));
        if let Some(refusal) = &judged.refusal {
            outlet.lines(refusal_lines(outlet, &looked, refusal));
        }
        let found = &judged.found;
        outlet.lines(findings::lines(outlet, &looked.typed, found, room.zone()));
    }
    Ok(exit(outlet, &judged))
}

/// What came of asking a cluster.
#[derive(Debug)]
struct Judged {
    /// Without a way only what binds whatever the way.
    found: Vec<Finding>,
    /// Why there is no way to the goal.
    refusal: Option<Refusal>,
}

/// All findings on a cluster, and the "no" where there is no way to the goal.
fn judged(looked: &Looked, goal: Option<&Goal>) -> Judged {
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
    let (way, refusal) = match way {
        None => (None, None),
        Some(Ok(way)) => (Some(way), None),
        Some(Err(refusal)) => (None, Some(refusal)),
    };
    let found = judge(
        &looked.catalog,
        &looked.policy.checks,
        &looked.snapshot,
        way.as_ref(),
        &looked.waivers,
        now().wall,
    );
    Judged { found, refusal }
}

fn view(looked: &Looked, judged: &Judged, to: Option<&str>) -> FindingsView {
    let refusal = judged.refusal.as_ref();
    let refusal = refusal.map(|refusal| refusal_view(looked, refusal));
    FindingsView::of(&judged.found, refusal, looked.name(), to)
}

fn suite<'a>(looked: &'a Looked, judged: &'a Judged) -> Suite<'a> {
    Suite {
        name: &looked.shown,
        typed: &looked.typed,
        came: Came::Judged {
            found: &judged.found,
            refusal: judged.refusal.as_ref(),
        },
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

fn head(room: &Room, looked: &Looked, to: Option<&str>) -> String {
    let style = &room.outlet().style;
    let seen = match looked.origin {
        Origin::Live => format!("seen {}", stamp::clock(looked.snapshot.seen, room.zone())),
        Origin::File => "from a file".to_owned(),
    };
    let what = match to {
        Some(to) => format!("checks for {to}"),
        None => "checks that bind whatever the way".into(),
    };
    let seen = style.dim(&seen);
    format!("{}   {what}   {seen}", style.bold(&looked.shown))
}

/// A failure is a refusal; what could not be looked at is inconclusive.
fn exit(outlet: &Outlet, judged: &Judged) -> Exit {
    let tally = Tally::of(&judged.found);
    if judged.refusal.is_some() {
        return Exit::Refused;
    }
    match (tally.fail, tally.unknown) {
        (0, 0) if outlet.strict && tally.warn > 0 => Exit::Refused,
        (0, 0) => Exit::Done,
        (0, _) => Exit::Inconclusive,
        (_, _) => Exit::Refused,
    }
}
