//! `windlass plan diff`: what two plan files have in common, and where they differ.
//!
//! Must never know: which of the two is right. Stories: `tests/it/scenarios.rs`.

use crate::context::Bare;
use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use crate::outlet::style::Tone;
use crate::render::count;
use std::collections::BTreeSet;
use std::path::Path;
use windlass_wire::read::plan::plan;
use windlass_wire::v1::plan::{GoalView, PlanView, Runs, StageView};

/// Runs it.
///
/// # Errors
/// Where a file cannot be read, or is no plan.
pub fn run(bare: &Bare, before: &Path, after: &Path) -> Result<Exit, Failed> {
    let (one, other) = (read(before)?, read(after)?);
    let outlet = &bare.outlet;
    let lines = lines(outlet, &one, &other);
    if lines.is_empty() {
        let says = format!("{} the same plan: {}", outlet.style.ok(), one.short);
        outlet.line(&says);
        return Ok(Exit::Done);
    }
    outlet.line(&format!("{} → {}", one.short, other.short));
    outlet.lines(lines);
    Ok(Exit::Changes)
}

/// A plan file.
///
/// # Errors
/// Where it cannot be read, or is no plan.
pub fn read(path: &Path) -> Result<PlanView, Failed> {
    let text = std::fs::read_to_string(path).map_err(|source| Failed::File {
        verb: "read",
        path: path.to_owned(),
        source,
    })?;
    plan(&path.display().to_string(), &text).map_err(Failed::Files)
}

/// Where two plans differ; nothing: nowhere.
#[must_use]
pub fn lines(outlet: &Outlet, before: &PlanView, after: &PlanView) -> Vec<String> {
    if before.hash == after.hash {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut value = |label: &str, one: String, other: String| {
        if one != other {
            lines.push(format!("  {label:<10} {one} → {other}"));
        }
    };
    value("cluster", before.identity.clone(), after.identity.clone());
    value("goal", goal(&before.goal), goal(&after.goal));
    value("start", runs(&before.start), runs(&after.start));
    value(
        "hops",
        before.hops.len().to_string(),
        after.hops.len().to_string(),
    );
    value(
        "restarts",
        before.moves.to_string(),
        after.moves.to_string(),
    );
    value(
        "about",
        before.expected.text.clone(),
        after.expected.text.clone(),
    );
    value("no return", no_return(before), no_return(after));
    for (sign, text) in pairs(&stages(before), &stages(after)) {
        let painted = match sign {
            Sign::Same => format!("    {text}"),
            Sign::Gone => format!("  {} {text}", outlet.style.paint(Tone::Bad, "-")),
            Sign::New => format!("  {} {text}", outlet.style.paint(Tone::Good, "+")),
        };
        lines.push(painted);
    }
    let names = |plan: &PlanView| -> BTreeSet<String> {
        let hazards = plan.hazards.iter();
        hazards
            .map(|met| format!("{} at {}", met.id, met.release))
            .collect()
    };
    let (old, new) = (names(before), names(after));
    for gone in old.difference(&new) {
        lines.push(format!("  hazard     no more: {gone}"));
    }
    for met in new.difference(&old) {
        lines.push(format!("  hazard     now: {met}"));
    }
    if lines.iter().all(|line| line.starts_with("    ")) {
        lines.push("  only what is expected of time, order or mixes differs".into());
    }
    lines
}

fn goal(goal: &GoalView) -> String {
    match goal {
        GoalView::Version(version) => version.clone(),
        GoalView::Finalize(_) => "finalize".into(),
        GoalView::Back(version) => format!("back to {version}"),
        GoalView::Of(ends) => {
            let ends = ends
                .iter()
                .map(|(name, version)| format!("{name} {version}"));
            ends.collect::<Vec<_>>().join(", ")
        }
    }
}

fn runs(runs: &Runs) -> String {
    let each = runs
        .iter()
        .map(|(name, versions)| format!("{name} {}", versions.join(" and ")));
    each.collect::<Vec<_>>().join(", ")
}

fn no_return(plan: &PlanView) -> String {
    match &plan.point_of_no_return {
        Some(place) => format!("hop {}, stage {}", place.hop, place.stage),
        None => "none".into(),
    }
}

fn stages(plan: &PlanView) -> Vec<String> {
    let stages = plan.hops.iter().flat_map(|hop| &hop.stages);
    stages.map(text).collect()
}

fn text(stage: &StageView) -> String {
    match stage {
        StageView::Move {
            component,
            from,
            to,
            members,
            ..
        } => {
            let many = count(members.len(), "member");
            format!("{component} {} → {to}, {many}", from.join(", "))
        }
        StageView::Raise {
            level, from, to, ..
        } => {
            format!("raise {level} {} → {}", from.name, to.name)
        }
        StageView::Act { action, .. } => format!("then {action}"),
        StageView::Hold { title, .. } => format!("by hand: {title}"),
    }
}

#[derive(Clone, Copy)]
enum Sign {
    Same,
    Gone,
    New,
}

/// The longest common row of stages, and what is around it.
fn pairs<'t>(old: &'t [String], new: &'t [String]) -> Vec<(Sign, &'t str)> {
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            common[i][j] = if one == other {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut said) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            said.push((Sign::Same, old[i].as_str()));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            said.push((Sign::Gone, old[i].as_str()));
            i += 1;
        } else {
            said.push((Sign::New, new[j].as_str()));
            j += 1;
        }
    }
    said
}
