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
        let lines = lines(catalog, rule);
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
                // Members that carry both, and move both at once, are held to the distance alone: somebody
                // has to be first.
                let both = |node: &Node| {
                    node.runs.contains_key(&rule.of) && node.runs.contains_key(&rule.from)
                };
                let as_one =
                    rule.of != rule.from && rule.within != Within::Node && both(of) && both(from);
                let held = allowed(&lines, rule, runs, beside)
                    || (as_one && allowed(&lines, rule, beside, runs));
                if !held {
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

fn allowed(lines: &[[u32; 2]], rule: &SkewRule, of: &Version, from: &Version) -> bool {
    let between = |low: i32, high: i32, far: i64| (i64::from(low)..=i64::from(high)).contains(&far);
    match &rule.allow {
        Skew::NotNewer => of <= from,
        Skew::Equal => of == from,
        Skew::Lines(low, high) => {
            let place = |version| place(lines, version);
            let far = place(of).zip(place(from)).map(|(of, from)| of - from);
            far.is_some_and(|far| between(*low, *high, far))
        }
        Skew::Minors(low, high) => {
            let (of, from) = (of.numbers(), from.numbers());
            let minor = |numbers: &[u32]| numbers.get(1).copied().map_or(0, i64::from);
            of.first() == from.first() && between(*low, *high, minor(of) - minor(from))
        }
        Skew::Pairs(pairs) => pairs
            .iter()
            .any(|pair| pair.of.holds(of) && pair.from.holds(from)),
    }
}

/// All lines that the catalog names of a rule's scheme, oldest first; none where it does not count in them.
fn lines(catalog: &Catalog, rule: &SkewRule) -> Vec<[u32; 2]> {
    if !matches!(rule.allow, Skew::Lines(..)) {
        return Vec::new();
    }
    let scheme = catalog.track_of(&rule.of);
    let lines = catalog.lines.iter().filter(|facts| facts.track == scheme);
    let releases = catalog
        .releases
        .iter()
        .filter(|facts| facts.track == scheme);
    let mut all: Vec<[u32; 2]> = lines.map(|facts| facts.line.line_numbers()).collect();
    all.extend(releases.map(|facts| facts.version.line_numbers()));
    all.sort_unstable();
    all.dedup();
    all
}

/// The place of a version's line among them.
fn place(lines: &[[u32; 2]], version: &Version) -> Option<i64> {
    let at = lines
        .iter()
        .position(|line| *line == version.line_numbers())?;
    i64::try_from(at).ok()
}
