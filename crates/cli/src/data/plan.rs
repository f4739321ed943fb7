//! `windlass plan`: the way to a release, or why there is none.
//!
//! Must never know: how it is found. Stories: `tests/it/address.rs`, `tests/it/scenarios.rs`.

pub mod diff;
mod explain;

use super::look::{Looked, Room, Want, asked, now};
use crate::args::Form;
use crate::args::data::{PlanArgs, Which};
use crate::exit::{Exit, Failed};
use crate::origin;
use crate::outlet::{Outlet, spoken};
use crate::render::findings::Tally;
use crate::render::plan::Mixes;
use crate::render::{self, labelled};
use std::collections::BTreeSet;
use windlass_engine::ask::Ask;
use windlass_engine::check::judge;
use windlass_engine::forecast::of_plan;
use windlass_engine::plan::{Goal, Plan, plan};
use windlass_engine::policy::Finalize;
use windlass_engine::refusal::Refusal;
use windlass_wire::v1::finding::RefusalView;
use windlass_wire::v1::plan::PlanView;

/// Columns of the label before the checks.
const LABEL: usize = 11;

/// Runs it.
///
/// # Errors
/// Where the cluster is not registered or does not answer.
pub async fn run(room: &Room, args: &PlanArgs) -> Result<Exit, Failed> {
    let ask = if args.rollback {
        Ask::Goal(back(room, &args.which, args.to.as_ref()).await?)
    } else {
        args.to.clone().unwrap_or(Ask::Goal(Goal::Finalize))
    };
    let want = Want {
        via: &args.via,
        risks: &args.accept_risk,
    };
    let (mut looked, goal) = asked(room, &args.which, &args.reach, &ask, &want).await?;
    if args.finalize && args.to.is_some() {
        looked.policy.finalize = Finalize::Soon;
    }
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
        &looked.waivers,
        now().wall,
    );
    let tally = Tally::of(&found);
    let mixes = if args.explain || outlet.is_wide() {
        Mixes::Shown
    } else {
        Mixes::Counted
    };
    if let Some(path) = &args.out {
        let file = PlanView::of(&way, looked.name()).with(&looked.policy);
        let text = serde_json::to_string_pretty(&file).unwrap_or_default();
        std::fs::write(path, text + "\n").map_err(|source| Failed::File {
            verb: "write",
            path: path.clone(),
            source,
        })?;
        outlet.told(&format!("written to {}", path.display()));
    }
    if outlet.format == Form::Svg {
        let title = &looked.shown;
        outlet.text(&render::svg::plan::picture(
            title,
            &way,
            &looked.snapshot,
            &looked.catalog,
        ));
    } else if outlet.is_data() {
        let takes = of_plan(&way, &looked.policy, &looked.snapshot, &looked.took);
        outlet.data(&PlanView::of(&way, looked.name()).taking(&takes));
    } else {
        outlet.lines(lines(outlet, &looked, &way, &goal, tally, mixes));
        if args.explain && !way.is_empty() {
            for text in explain::words(&looked, &goal, &way) {
                outlet.lines(labelled(outlet, text.label, LABEL, &text.says));
            }
        }
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
        &render::plan::Whose {
            shown: &looked.shown,
            typed: &looked.typed,
            snapshot: &looked.snapshot,
            policy: &looked.policy,
            catalog: &looked.catalog,
            took: &looked.took,
        },
        way,
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
    let there = match goal {
        Goal::Of(ends) => {
            let named = way
                .start
                .iter()
                .filter(|(name, _)| ends.contains_key(*name));
            named.flat_map(|(_, versions)| versions).collect()
        }
        Goal::Version(_) | Goal::Back(_) | Goal::Finalize => {
            render::plan::starts(way, &looked.catalog)
        }
    };
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
pub async fn back(room: &Room, which: &Which, to: Option<&Ask>) -> Result<Goal, Failed> {
    let to = match to {
        None => None,
        Some(Ask::Goal(Goal::Version(version))) => Some(version),
        Some(Ask::Goal(_) | Ask::Newest | Ask::NewestPatch | Ask::Parts(_)) => {
            return Err(Failed::hinted(
                "the way back leads to one release",
                "say which: --rollback --to RELEASE",
            ));
        }
    };
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
        outlet.data(&refusal_view(looked, refusal));
    } else {
        outlet.lines(refusal_lines(outlet, looked, refusal));
    }
    Exit::Refused
}

/// A "no" for programs.
#[must_use]
pub fn refusal_view(looked: &Looked, refusal: &Refusal) -> RefusalView {
    let mut view = RefusalView::from(refusal);
    view.hints = refusal
        .hints
        .iter()
        .filter_map(|text| looked.hint(text))
        .collect();
    view
}

/// A "no" for people.
#[must_use]
pub fn refusal_lines(outlet: &Outlet, looked: &Looked, refusal: &Refusal) -> Vec<String> {
    let mut told = refusal.clone();
    told.hints = refusal
        .hints
        .iter()
        .filter_map(|text| looked.hint(text))
        .collect();
    render::refusal::lines(outlet, &looked.typed, &told)
}
