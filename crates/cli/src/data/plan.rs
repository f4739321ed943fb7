//! `windlass plan`: the way to a release, or why there is none.
//!
//! Must never know: how it is found. Stories: `tests/it/address.rs`.

use super::look::{Looked, Room, Way, now};
use crate::args::data::{PlanArgs, Which};
use crate::exit::{Exit, Failed};
use crate::origin;
use crate::outlet::{Outlet, spoken};
use crate::render::findings::Tally;
use crate::render::plan::Mixes;
use crate::render::{self, labelled};
use std::collections::BTreeSet;
use windlass_engine::check::judge;
use windlass_engine::plan::{Goal, Plan, plan};
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::refusal::Refusal;
use windlass_engine::version::Version;
use windlass_wire::v1::finding::RefusalView;
use windlass_wire::v1::plan::PlanView;

/// Columns of the label before the checks.
const LABEL: usize = 11;

/// Runs it.
///
/// # Errors
/// Where the cluster is not registered or does not answer.
pub async fn run(room: &Room, args: &PlanArgs) -> Result<Exit, Failed> {
    let goal = if args.rollback {
        back(room, &args.which, args.to.as_ref()).await?
    } else {
        args.to.clone().map_or(Goal::Finalize, Goal::Version)
    };
    let mut looked = room
        .look(
            &args.which,
            &args.reach,
            Way {
                goal: Some(&goal),
                via: &args.via,
            },
        )
        .await?;
    let finalize = (args.finalize && args.to.is_some()).then_some(Finalize::Soon);
    looked.policy = asked(&looked.policy, &args.via, finalize);
    let outlet = room.outlet();
    let way = match plan(
        &looked.catalog,
        &looked.policy,
        &looked.snapshot,
        &goal,
        &BTreeSet::new(),
        None,
    ) {
        Ok(way) => way,
        Err(refusal) => return Ok(refused(outlet, &looked, &refusal)),
    };
    let found = judge(
        &looked.catalog,
        &looked.policy.checks,
        &looked.snapshot,
        Some(&way),
        &[],
        now().wall,
    );
    let tally = Tally::of(&found);
    let mixes = if args.explain || outlet.is_wide() {
        Mixes::Shown
    } else {
        Mixes::Counted
    };
    if outlet.is_data() {
        outlet.data(&PlanView::of(&way, looked.name()));
    } else {
        outlet.lines(lines(outlet, &looked, &way, &goal, tally, mixes));
    }
    Ok(match (args.detailed_exitcode, way.is_empty()) {
        (true, true) => Exit::NothingToDo,
        (true, false) => Exit::Changes,
        (false, true) => Exit::Done,
        (false, false) if outlet.strict && (tally.bars() || tally.warn > 0) => Exit::Refused,
        (false, false) => Exit::Done,
    })
}

/// The plan, and a line about its checks.
#[must_use]
pub fn lines(
    outlet: &Outlet,
    looked: &Looked,
    way: &Plan,
    goal: &Goal,
    tally: Tally,
    mixes: Mixes,
) -> Vec<String> {
    if way.is_empty() {
        return nothing(outlet, looked, way, goal);
    }
    let mut lines = render::plan::lines(
        outlet,
        &looked.shown,
        &looked.typed,
        &looked.snapshot,
        way,
        &looked.policy,
        mixes,
    );
    if let Some(begins) = render::hours::begins(&looked.policy.hours, now().wall, way.expected) {
        lines.extend(labelled(outlet, "begins", LABEL, &begins));
    }
    let check = match goal {
        Goal::Version(to) => {
            let via: Vec<&str> = looked.policy.via.iter().map(|stop| stop.as_str()).collect();
            let via = if via.is_empty() {
                String::new()
            } else {
                format!(" --via {}", via.join(","))
            };
            format!(": windlass check {} --to {to}{via}", looked.typed)
        }
        Goal::Back(to) => format!(": windlass check {} --rollback --to {to}", looked.typed),
        Goal::Of(ends) => {
            let ends = ends
                .iter()
                .map(|(name, version)| format!("{name}={version}"));
            let ends: Vec<String> = ends.collect();
            format!(": windlass check {} --to {}", looked.typed, ends.join(","))
        }
        Goal::Finalize => String::new(),
    };
    let bars = if tally.bars() {
        match goal {
            Goal::Version(_) | Goal::Finalize | Goal::Of(_) => "; upgrade is barred",
            Goal::Back(_) => "; rollback is barred",
        }
    } else {
        ""
    };
    lines.extend(labelled(
        outlet,
        "checks",
        LABEL,
        &format!("{}{bars}{check}", tally.words()),
    ));
    lines
}

/// Nothing to do: what there is instead.
fn nothing(outlet: &Outlet, looked: &Looked, way: &Plan, goal: &Goal) -> Vec<String> {
    let there: BTreeSet<&Version> = way.start.values().flatten().collect();
    let there: Vec<String> = there.into_iter().map(ToString::to_string).collect();
    let says = match goal {
        Goal::Version(_) | Goal::Back(_) | Goal::Of(_) => {
            format!("{} is at {} already", looked.shown, there.join(" and "))
        }
        Goal::Finalize => format!(
            "the levels of {} are as high as {} supports",
            looked.shown,
            there.join(" and ")
        ),
    };
    let mut lines = vec![format!("{} nothing to do: {says}", outlet.style.ok())];
    for left in way.left.iter().filter(|left| left.could.is_some()) {
        let text = format!(
            "{} could be raised from {} to {}: windlass finalize {{cluster}}",
            left.level,
            left.at,
            left.could.as_deref().unwrap_or_default()
        );
        lines.extend(render::flowing(outlet, "  ", &spoken(&text, &looked.typed)));
    }
    lines
}

/// The way back: to the release named, else to what a registered cluster's journals tell.
///
/// # Errors
/// Where neither tells one.
pub async fn back(room: &Room, which: &Which, to: Option<&Version>) -> Result<Goal, Failed> {
    match (room, &which.cluster) {
        (Room::Full(context), Some(cluster)) => origin::back(context, cluster, to).await,
        (Room::Full(_) | Room::Bare(_), _) => to.cloned().map(Goal::Back).ok_or_else(|| {
            Failed::hinted(
                "a cluster that is not registered has no journal that tells where it came from",
                "say which release to go back to: --to RELEASE",
            )
        }),
    }
}

/// A "no", printed.
pub fn refused(outlet: &Outlet, looked: &Looked, refusal: &Refusal) -> Exit {
    if outlet.is_data() {
        let mut view = RefusalView::from(refusal);
        for text in &mut view.hints {
            *text = spoken(text, &looked.typed);
        }
        outlet.data(&view);
    } else {
        outlet.lines(render::refusal::lines(outlet, &looked.typed, refusal));
    }
    Exit::Refused
}

/// The cluster's policy, with what the command says otherwise.
#[must_use]
pub fn asked(policy: &Policy, via: &[Version], finalize: Option<Finalize>) -> Policy {
    Policy {
        via: if via.is_empty() {
            policy.via.clone()
        } else {
            via.to_vec()
        },
        finalize: finalize.unwrap_or(policy.finalize),
        ..policy.clone()
    }
}
