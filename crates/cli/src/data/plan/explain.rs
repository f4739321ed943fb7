//! Why this way, and not the next best: the planner asked again with less to choose from.
//!
//! Must never know: how a way is found. Stories: `tests/it/scenarios.rs`.

use crate::data::look::Looked;
use crate::outlet::spoken;
use crate::render::count;
use std::collections::BTreeSet;
use windlass_engine::catalog::Catalog;
use windlass_engine::plan::{Goal, Plan, Stage, plan};
use windlass_engine::refusal::Refusal;
use windlass_engine::version::Version;
use windlass_wire::duration::short;

/// A line of the explanation.
#[derive(Debug)]
pub struct Said {
    /// Its label, the first of a group only.
    pub label: &'static str,
    /// What it says.
    pub says: String,
}

/// Why each stop, and what the next best way would cost.
#[must_use]
pub fn words(looked: &Looked, goal: &Goal, way: &Plan) -> Vec<Said> {
    let stops = stops(way);
    let mut said = Vec::new();
    if !stops.is_empty() {
        let names: Vec<&str> = stops.iter().map(|stop| stop.as_str()).collect();
        let names = names.join(", ");
        match without(looked, goal, &between(looked, way)) {
            Err(refusal) => said.push(format!(
                "not past {names} in one hop: {}",
                because(&refusal, &looked.typed)
            )),
            Ok(straight) => said.push(format!("past {names} in one hop: {}", cost(way, &straight))),
        }
    }
    let mut said: Vec<Said> = label("why", said);
    let others = stops.iter().filter_map(|stop| {
        let other = without(looked, goal, &BTreeSet::from([stop.clone()])).ok()?;
        Some((stop, other))
    });
    let best = others.min_by_key(|(_, other)| (other.moves(), other.hops.len(), other.expected));
    let next = match best {
        Some((stop, other)) => {
            let over: Vec<String> = self::stops(&other)
                .iter()
                .map(ToString::to_string)
                .collect();
            let over = match over.as_slice() {
                [] => "in one hop".to_owned(),
                stops => format!("over {}", stops.join(", ")),
            };
            format!("without {stop}: {over}; {}", cost(way, &other))
        }
        None if stops.is_empty() => {
            "none is shorter: every member that moves moves once a hop".into()
        }
        None => "there is no other: without any one of these stops there is no way".into(),
    };
    said.extend(label("next best", vec![next]));
    said
}

fn label(label: &'static str, says: Vec<String>) -> Vec<Said> {
    let lines = says.into_iter().enumerate();
    lines
        .map(|(index, says)| Said {
            label: if index == 0 { label } else { "" },
            says,
        })
        .collect()
}

/// The releases where members land that are not the last of their component.
fn stops(way: &Plan) -> BTreeSet<Version> {
    let moves = || {
        way.stages().filter_map(|(_, _, stage)| match stage {
            Stage::Move(step) => Some(step),
            Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => None,
        })
    };
    let left: BTreeSet<&Version> = moves().flat_map(|step| &step.from).collect();
    moves()
        .map(|step| &step.to)
        .filter(|to| left.contains(to))
        .cloned()
        .collect()
}

/// Every release between where the way starts and where it ends.
fn between(looked: &Looked, way: &Plan) -> BTreeSet<Version> {
    let starts: BTreeSet<&Version> = way.start.values().flatten().collect();
    let ends: BTreeSet<&Version> = way.hops.iter().map(|hop| &hop.to).collect();
    let Some(last) = ends.last() else {
        return BTreeSet::new();
    };
    let releases = looked.catalog.releases.iter().filter(|r| r.track.is_main());
    releases
        .map(|release| &release.version)
        .filter(|version| version < last && !starts.contains(version))
        .cloned()
        .collect()
}

fn without(looked: &Looked, goal: &Goal, gone: &BTreeSet<Version>) -> Result<Plan, Refusal> {
    let catalog: &Catalog = &looked.catalog;
    let mut catalog = catalog.clone();
    catalog
        .releases
        .retain(|r| !r.track.is_main() || !gone.contains(&r.version));
    catalog
        .edges
        .retain(|edge| !gone.contains(&edge.from) && !gone.contains(&edge.to));
    plan(
        &catalog,
        &looked.policy,
        &looked.snapshot,
        goal,
        &BTreeSet::new(),
        None,
    )
}

fn because(refusal: &Refusal, typed: &str) -> String {
    let fact = refusal.because.last().map(|because| {
        let source = because.source.as_ref().map(|source| format!(" ({source})"));
        format!(
            "{}{}",
            spoken(&because.fact, typed),
            source.unwrap_or_default()
        )
    });
    fact.unwrap_or_else(|| spoken(&refusal.says, typed))
}

/// What another way costs beside this one.
fn cost(way: &Plan, other: &Plan) -> String {
    let mut costs = vec![
        format!(
            "{} instead of {}",
            count(other.hops.len(), "hop"),
            way.hops.len()
        ),
        format!(
            "{} instead of {}",
            count(other.moves(), "restart"),
            way.moves()
        ),
    ];
    if other.expected != way.expected {
        costs.push(format!(
            "{} instead of {}",
            short(other.expected),
            short(way.expected)
        ));
    }
    costs.join(", ")
}
