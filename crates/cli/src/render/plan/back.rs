//! Until when a plan can be gone back: what the maker names, and the levels that it raises.
//!
//! Must never know: how a way back is found. Stories: `stories`, scenarios.

use std::collections::BTreeSet;
use windlass_engine::catalog::Catalog;
use windlass_engine::plan::{Plan, Stage};
use windlass_engine::version::Version;

/// The first stage, counted from 0, along which its maker names no way back.
fn one_way(plan: &Plan, catalog: &Catalog) -> Option<(usize, String)> {
    for (number, (_, _, stage)) in plan.stages().enumerate() {
        let Stage::Move(step) = stage else { continue };
        let track = catalog.track_of(&step.component);
        let barred = step.from.iter().find(|from| {
            let paths = catalog.paths.iter().filter(|path| {
                let of = path.of.is_empty() || path.of.contains(&step.component);
                of && path.track == track && path.back.is_some()
            });
            *from != &step.to
                && !paths
                    .into_iter()
                    .any(|path| catalog.leads(path, from, &step.to))
        });
        if let Some(from) = barred {
            let says = format!(
                "no way back from {} {} to {from} is named by its maker",
                step.component, step.to
            );
            return Some((number, says));
        }
    }
    None
}

/// Until when the old releases can come back, and why not longer.
#[must_use]
pub fn words(plan: &Plan, catalog: &Catalog) -> String {
    let left: BTreeSet<&Version> = plan
        .stages()
        .filter_map(|(_, _, stage)| match stage {
            Stage::Move(step) => Some(&step.from),
            Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => None,
        })
        .flatten()
        .collect();
    // What stays where it is need not come back; a plan that only raises levels leaves nothing.
    let old = plan
        .start
        .values()
        .flatten()
        .filter(|v| left.is_empty() || left.contains(v));
    let old: BTreeSet<&Version> = old.collect();
    let old: Vec<String> = old.into_iter().map(ToString::to_string).collect();
    let old = old.join(" and ");
    let raised = plan.point_of_no_return().map(|(hop, stage)| {
        let before = plan
            .stages()
            .take_while(|(h, s, _)| (*h, *s) < (hop, stage));
        before.count()
    });
    match one_way(plan, catalog) {
        Some((number, says)) if raised.is_none_or(|raised| number < raised) => {
            return match number {
                0 => format!("none: {says}"),
                _ => format!(
                    "{old} can be put back until stage {} begins: {says}",
                    number + 1
                ),
            };
        }
        Some(_) | None => {}
    }
    match plan.point_of_no_return() {
        None => format!("{old} can be put back on each member: levels stay as they are"),
        Some((hop, stage)) => {
            let before = plan
                .stages()
                .take_while(|(h, s, _)| (*h, *s) < (hop, stage))
                .count();
            match before {
                0 => "none: this raises levels, which cannot be lowered again".into(),
                _ => format!(
                    "{old} can be put back until stage {} begins, not after it",
                    before + 1
                ),
            }
        }
    }
}
