//! The rules on releases side by side, read one by one: the changed member against all others.
//!
//! Must never know: the engine's way of checking mixes. Stories: `tests/it/judge.rs`.

use crate::fleet::{Fleet, Node};
use windlass_engine::catalog::{Catalog, Skew, SkewRule, Within};
use windlass_engine::version::Version;

/// What is forbidden between a member and the others, in words.
pub(super) fn broken(catalog: &Catalog, fleet: &Fleet, changed: &Node) -> Vec<String> {
    let mut broken = Vec::new();
    for rule in &catalog.skew {
        for other in fleet.nodes.values() {
            if !is_near(rule.within, changed, other) {
                continue;
            }
            for (of, from) in [(changed, other), (other, changed)] {
                let pair = of.runs.get(&rule.of).zip(from.runs.get(&rule.from));
                // A member beside itself is looked at once, and a component never beside itself.
                let twice = of.id == from.id && (rule.of == rule.from || !broken.is_empty());
                let Some((runs, beside)) = pair.filter(|_| !twice) else {
                    continue;
                };
                if !allowed(catalog, rule, runs, beside) {
                    broken.push(format!(
                        "{} of {} at {runs} beside {} of {} at {beside} ({})",
                        rule.of, of.id, rule.from, from.id, rule.id
                    ));
                }
            }
        }
    }
    broken
}

fn is_near(within: Within, one: &Node, other: &Node) -> bool {
    match within {
        Within::Cluster => true,
        Within::Zone => one.told.zone == other.told.zone,
        Within::Node => one.id == other.id,
    }
}

fn allowed(catalog: &Catalog, rule: &SkewRule, of: &Version, from: &Version) -> bool {
    match &rule.allow {
        Skew::NotNewer => of <= from,
        Skew::Equal => of == from,
        Skew::Lines(low, high) => {
            let far = place(catalog, of)
                .zip(place(catalog, from))
                .map(|(of, from)| of - from);
            far.is_some_and(|far| (i64::from(*low)..=i64::from(*high)).contains(&far))
        }
        Skew::Minors(low, high) => {
            let (of, from) = (of.numbers(), from.numbers());
            let minor = |numbers: &[u32]| numbers.get(1).copied().map_or(0, i64::from);
            let far = minor(of) - minor(from);
            of.first() == from.first() && (i64::from(*low)..=i64::from(*high)).contains(&far)
        }
        Skew::Pairs(pairs) => pairs
            .iter()
            .any(|pair| pair.of.holds(of) && pair.from.holds(from)),
    }
}

/// The place of a version's line among the lines that the catalog names, oldest first.
fn place(catalog: &Catalog, version: &Version) -> Option<i64> {
    let line = version.line();
    let at = catalog.lines.iter().position(|facts| facts.line == line)?;
    i64::try_from(at).ok()
}
