//! Where a cluster can go: every release from here on, and what stands in the way of the others.
//!
//! Must never know: how it is printed. Stories: `tests/it/targets.rs`.

use super::{Goal, plan};
use crate::catalog::{Catalog, Moved, Release};
use crate::policy::Policy;
use crate::refusal::Code;
use crate::snapshot::Snapshot;
use crate::version::Version;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// How a release stands as a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The newest of its line, with a way to it and no known trouble.
    Recommended,
    /// There is a way; in words, what to know first.
    Conditional(String),
    /// There is none; in words, why.
    Barred(String),
}

/// A release as a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Which.
    pub version: Version,
    /// How it stands.
    pub standing: Standing,
    /// Hops on the way; 0 where there is none.
    pub hops: usize,
    /// A short word about it: `newest of its line`.
    pub note: String,
}

/// Every release from the present line on but the present one, and those of the line before, newest
/// first.
#[must_use]
pub fn targets(catalog: &Catalog, policy: &Policy, snapshot: &Snapshot) -> Vec<Target> {
    let running: BTreeSet<&Version> = snapshot
        .members
        .values()
        .flat_map(|m| &m.components)
        .filter(|(name, _)| {
            let facts = catalog.component(name);
            facts.is_some_and(|facts| facts.track.is_main() && facts.moved == Moved::Here)
        })
        .map(|(_, version)| version)
        .collect();
    let lines = catalog.line_order();
    let here = running.first().map(|version| version.line());
    let before = here
        .as_ref()
        .and_then(|here| lines.all().iter().rev().find(|line| *line < here));
    let first = before.or(here.as_ref());
    let mut releases: Vec<&Release> = catalog
        .releases
        .iter()
        .filter(|r| r.track.is_main())
        .filter(|r| first.is_none_or(|first| &r.version.line() >= first))
        .filter(|r| running.len() != 1 || !running.contains(&r.version))
        .collect();
    releases.sort_by(|a, b| b.version.cmp(&a.version));
    releases
        .into_iter()
        .map(|release| target(catalog, policy, snapshot, release, here.as_ref()))
        .collect()
}

fn target(
    catalog: &Catalog,
    policy: &Policy,
    snapshot: &Snapshot,
    release: &Release,
    here: Option<&Version>,
) -> Target {
    let line = release.version.line();
    let newest = catalog.newest(&line).map(|r| &r.version);
    let goal = Goal::Version(release.version.clone());
    let note = match (newest == Some(&release.version), here == Some(&line)) {
        (true, true) => "newest patch of your line",
        (true, false) => "newest of its line",
        (false, _) => "",
    };
    let (standing, hops) = match plan(catalog, policy, snapshot, &goal, &BTreeSet::new(), None) {
        Err(refusal) if refusal.code == Code::Risk => {
            let hops = taken(catalog, policy, snapshot, &goal);
            let risks = refusal
                .because
                .iter()
                .filter(|because| because.source.is_some());
            let risks: Vec<&str> = risks.map(|because| because.fact.as_str()).collect();
            (Standing::Conditional(risks.join("; ")), hops)
        }
        Err(refusal) => (Standing::Barred(refusal.says), 0),
        Ok(plan) => {
            let standing = match trouble(catalog, release, newest) {
                Some(why) => Standing::Conditional(why),
                None => Standing::Recommended,
            };
            (standing, plan.hops.len())
        }
    };
    Target {
        version: release.version.clone(),
        standing,
        hops,
        note: note.to_string(),
    }
}

/// Hops of the way that takes every risk; 0 where there is none even so.
fn taken(catalog: &Catalog, policy: &Policy, snapshot: &Snapshot, goal: &Goal) -> usize {
    let mut bold = policy.clone();
    bold.risks
        .extend(catalog.risks.iter().map(|risk| risk.name.clone()));
    let way = plan(catalog, &bold, snapshot, goal, &BTreeSet::new(), None);
    way.map_or(0, |way| way.hops.len())
}

/// What to know before going to a release. What holds for ever from some release on tells no release
/// from another, and is told in the plan.
fn trouble(catalog: &Catalog, release: &Release, newest: Option<&Version>) -> Option<String> {
    if let Some(avoid) = &release.avoid {
        return Some(format!("not advised: {avoid}"));
    }
    let met: Vec<String> = catalog
        .hazards
        .iter()
        .filter(|hazard| hazard.at.to.is_some() && hazard.at.holds(&release.version))
        .map(|hazard| match &hazard.applies_if {
            Some(condition) => format!("{} if {condition}: not known", hazard.id),
            None => format!("{}: {}", hazard.id, hazard.what),
        })
        .collect();
    if !met.is_empty() {
        return Some(met.join("; "));
    }
    newest
        .filter(|newest| *newest != &release.version)
        .map(|newest| format!("{newest} is the newest of its line"))
}
