//! The catalog's rules, read by the second judge in its own plain way.
//!
//! Must never know: a plan's author. Stories: `tests/it/audit.rs`.

use crate::catalog::{Catalog, Skew, SkewRule};
use crate::names::{Component, LevelName};
use crate::plan::{Plan, Raise, Stage};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;

/// What one member runs.
pub(super) type Runs = BTreeMap<Component, Version>;

/// What two members, or one with itself, break: rule, and the pair in words.
pub(super) fn pair(catalog: &Catalog, one: &Runs, other: &Runs) -> BTreeSet<(String, String)> {
    let mut broken = BTreeSet::new();
    for rule in &catalog.skew {
        for (a, b) in [(one, other), (other, one)] {
            let (Some(of), Some(from)) = (a.get(&rule.of), b.get(&rule.from)) else {
                continue;
            };
            let whole = |runs: &Runs| runs.contains_key(&rule.of) && runs.contains_key(&rule.from);
            let moves_as_one = rule.of != rule.from && whole(a) && whole(b);
            if !beside(catalog, rule, of, from, moves_as_one.then_some(())) {
                let what = format!("{} {of} beside {} {from}", rule.of, rule.from);
                broken.insert((rule.id.clone(), what));
            }
        }
    }
    broken
}

/// With `as_one`, both members carry both components, so that only the distance counts.
fn beside(
    catalog: &Catalog,
    rule: &SkewRule,
    of: &Version,
    from: &Version,
    as_one: Option<()>,
) -> bool {
    match rule.allow {
        Skew::Equal => of == from,
        Skew::Pairs(ref pairs) => {
            let mut held = pairs.iter().filter(|pair| pair.of.holds(of));
            held.any(|pair| pair.from.holds(from))
        }
        Skew::Minors(low, high) => {
            let (one, other) = (of.numbers(), from.numbers());
            let minor = |numbers: &[u32]| i64::from(*numbers.get(1).unwrap_or(&0));
            let far = minor(one) - minor(other);
            one.first() == other.first() && within(low, high, far, as_one)
        }
        Skew::NotNewer => as_one.is_some() || of <= from,
        Skew::Lines(low, high) => {
            let Some(far) = distance(catalog, of, from) else {
                return false;
            };
            within(low, high, far, as_one)
        }
    }
}

/// Whether a distance is allowed; of members that move as one, in one of the two directions.
fn within(low: i32, high: i32, far: i64, as_one: Option<()>) -> bool {
    let forth = i64::from(low) <= far && far <= i64::from(high);
    let back = i64::from(low) <= -far && -far <= i64::from(high);
    forth || as_one.is_some() && (back || low <= 0 && high >= 0 && far == 0)
}

/// Lines of the catalog from `from` to `of`.
fn distance(catalog: &Catalog, of: &Version, from: &Version) -> Option<i64> {
    let mut lines: BTreeSet<Version> = catalog.releases.iter().map(|r| r.version.line()).collect();
    lines.extend(catalog.lines.iter().map(|l| l.line.line()));
    let (of, from) = (of.line(), from.line());
    if !lines.contains(&of) || !lines.contains(&from) {
        return None;
    }
    let count = |low: &Version, high: &Version| {
        let between = lines.iter().filter(|line| *line > low && *line <= high);
        i64::try_from(between.count()).ok()
    };
    if of >= from {
        count(&from, &of)
    } else {
        count(&of, &from).map(|far| -far)
    }
}

/// Whether a release lives with a level at a number.
pub(super) fn lives_with(
    catalog: &Catalog,
    release: &Version,
    level: &LevelName,
    number: u16,
) -> bool {
    let mut lines = catalog
        .lines
        .iter()
        .filter(|l| l.line.names(&release.line()));
    lines.all(|line| match line.levels.get(level) {
        Some((low, high)) => *low <= number && number <= *high,
        None => number == 0,
    })
}

/// Whether some path leads from one release to another with levels as they stand.
pub(super) fn path(
    catalog: &Catalog,
    levels: &BTreeMap<LevelName, u16>,
    from: &Version,
    to: &Version,
) -> bool {
    catalog.paths.iter().any(|path| {
        let met =
            |(name, least): (&LevelName, &u16)| levels.get(name).copied().unwrap_or(0) >= *least;
        path.from.holds(from) && path.to.holds(to) && path.needs.iter().all(met)
    })
}

/// Whether some path up from the older release is one that may also be gone back.
pub(super) fn path_back(catalog: &Catalog, from: &Version, to: &Version) -> bool {
    to < from
        && catalog
            .paths
            .iter()
            .any(|path| path.from.holds(to) && path.to.holds(from) && path.back.is_some())
}

/// Whether a later move asks for more than a level was at before it was raised.
pub(super) fn needed_later(
    catalog: &Catalog,
    plan: &Plan,
    at: (usize, usize),
    raise: &Raise,
) -> bool {
    plan.stages()
        .filter(|(h, s, _)| (*h, *s) > at)
        .any(|(_, _, stage)| match stage {
            Stage::Move(step) => {
                let too_low = !lives_with(catalog, &step.to, &raise.level, raise.from);
                let all_ask = step.from.iter().any(|from| {
                    let mut ways = catalog
                        .paths
                        .iter()
                        .filter(|p| p.from.holds(from) && p.to.holds(&step.to));
                    ways.all(|p| p.needs.get(&raise.level).is_some_and(|n| *n > raise.from))
                });
                too_low || all_ask
            }
            Stage::Raise(_) | Stage::Act(_) => false,
        })
}
