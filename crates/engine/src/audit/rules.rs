//! The catalog's rules, read by the second judge in its own plain way.
//!
//! Must never know: a plan's author. Stories: `tests/it/audit.rs`.

use super::book::Book;
use crate::catalog::{Catalog, Matching, Moved, Path, Skew, SkewRule, Within};
use crate::names::{Component, LevelName, RiskName};
use crate::plan::{Plan, Raise, Stage};
use crate::policy::Policy;
use crate::snapshot::{Fact, Snapshot};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;

/// What one member runs.
pub(super) type Runs = BTreeMap<Component, Version>;

/// Whether a component has the main scheme, and is moved by plans.
pub(super) fn is_main(catalog: &Catalog, name: &Component) -> bool {
    let facts = catalog.components.iter().find(|facts| &facts.name == name);
    facts.is_some_and(|facts| facts.track.is_main() && facts.moved == Moved::Here)
}

/// Whether two components have one scheme of versions.
pub(super) fn same_scheme(catalog: &Catalog, one: &Component, other: &Component) -> bool {
    let track = |name: &Component| {
        let facts = catalog.components.iter().find(|facts| &facts.name == name);
        facts.map(|facts| &facts.track)
    };
    track(one) == track(other)
}

/// How near two members stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Near {
    /// They are one.
    Same,
    /// In the same zone, or both in none.
    Zone,
    /// In one cluster only.
    Cluster,
}

/// Whether a rule speaks of two members that carry these, on whichever side.
pub(super) fn binds(rule: &SkewRule, one: &[Component], other: &[Component]) -> bool {
    let sides = |a: &[Component], b: &[Component]| a.contains(&rule.of) && b.contains(&rule.from);
    sides(one, other) || sides(other, one)
}

/// What two members, or one with itself, break: rule, and the pair in words.
pub(super) fn pair(
    book: &Book,
    one: &Runs,
    other: &Runs,
    near: Near,
) -> BTreeSet<(String, String)> {
    let mut broken = BTreeSet::new();
    for rule in &book.catalog.skew {
        let counts = match rule.within {
            Within::Cluster => true,
            Within::Zone => near != Near::Cluster,
            Within::Node => near == Near::Same,
        };
        if !counts {
            continue;
        }
        for (a, b) in [(one, other), (other, one)] {
            let (Some(of), Some(from)) = (a.get(&rule.of), b.get(&rule.from)) else {
                continue;
            };
            let whole = |runs: &Runs| runs.contains_key(&rule.of) && runs.contains_key(&rule.from);
            let in_one = rule.within == Within::Node;
            let moves_as_one = !in_one && rule.of != rule.from && whole(a) && whole(b);
            if !beside(book, rule, of, from, moves_as_one.then_some(())) {
                let what = format!("{} {of} beside {} {from}", rule.of, rule.from);
                broken.insert((rule.id.clone(), what));
            }
        }
    }
    broken
}

/// With `as_one`, both members carry both components, so that only the distance counts.
fn beside(book: &Book, rule: &SkewRule, of: &Version, from: &Version, as_one: Option<()>) -> bool {
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
            let facts = book.catalog.components.iter();
            let track = facts.into_iter().find(|facts| facts.name == rule.of);
            let track = track.map(|facts| facts.track.clone()).unwrap_or_default();
            let far = book.distance(&track, of, from);
            far.is_some_and(|far| within(low, high, far, as_one))
        }
    }
}

/// Whether a distance is allowed; of members that move as one, in one of the two directions.
fn within(low: i32, high: i32, far: i64, as_one: Option<()>) -> bool {
    let forth = i64::from(low) <= far && far <= i64::from(high);
    let back = i64::from(low) <= -far && -far <= i64::from(high);
    forth || as_one.is_some() && (back || low <= 0 && high >= 0 && far == 0)
}

/// Whether a release of the main scheme lives with a level at a number.
pub(super) fn lives_with(
    catalog: &Catalog,
    release: &Version,
    level: &LevelName,
    number: u16,
) -> bool {
    let line = release.line();
    let mut lines = catalog
        .lines
        .iter()
        .filter(|l| l.track.is_main() && l.line.names(&line));
    lines.all(|line| match line.levels.get(level) {
        Some((low, high)) => *low <= number && number <= *high,
        None => number == 0,
    })
}

/// A hop of a component, as it is asked about.
#[derive(Clone, Copy)]
pub(super) struct Hop<'a> {
    pub component: &'a Component,
    pub from: &'a Version,
    pub to: &'a Version,
}

/// Whether some path or edge leads from one release to another with levels as they stand, and nothing
/// blocks it.
pub(super) fn path(
    book: &Book,
    policy: &Policy,
    snapshot: &Snapshot,
    levels: &BTreeMap<LevelName, u16>,
    hop: Hop,
) -> bool {
    let catalog = book.catalog;
    if blocked(catalog, hop) {
        return false;
    }
    let safe = |risks: &[RiskName]| {
        risks
            .iter()
            .all(|name| policy.risks.contains(name) || ruled_out(catalog, snapshot, name))
    };
    let met = |(name, least): (&LevelName, &u16)| levels.get(name).copied().unwrap_or(0) >= *least;
    let by_path = catalog
        .paths
        .iter()
        .any(|path| leads(catalog, path, hop) && path.needs.iter().all(met) && safe(&path.risks));
    let by_edge = is_main(catalog, hop.component)
        && book.edges(hop.from, hop.to).any(|edge| safe(&edge.risks));
    by_path || by_edge
}

/// Whether some path up from the older release is one that may also be gone back.
pub(super) fn path_back(catalog: &Catalog, hop: Hop) -> bool {
    let up = Hop {
        component: hop.component,
        from: hop.to,
        to: hop.from,
    };
    hop.to < hop.from
        && !blocked(catalog, up)
        && catalog
            .paths
            .iter()
            .any(|path| path.back.is_some() && leads(catalog, path, up))
}

/// A path for this component between these releases, whatever it asks for.
fn leads(catalog: &Catalog, path: &Path, hop: Hop) -> bool {
    let facts = catalog.components.iter().find(|c| &c.name == hop.component);
    let same = facts.is_some_and(|facts| facts.track == path.track);
    let is_of = path.of.is_empty() || path.of.contains(hop.component);
    let (old, new) = (hop.from.numbers(), hop.to.numbers());
    let minor = |numbers: &[u32]| numbers.get(1).copied().unwrap_or(0);
    let near = path.at_most.is_none_or(|most| {
        old.first() == new.first() && minor(new).saturating_sub(minor(old)) <= most
    });
    let line = hop.from.line_numbers();
    let newest = !path.from_newest
        || !catalog.releases.iter().any(|r| {
            r.track == path.track
                && r.avoid.is_none()
                && r.version.line_numbers() == line
                && &r.version > hop.from
        });
    same && is_of && near && newest && path.from.holds(hop.from) && path.to.holds(hop.to)
}

fn blocked(catalog: &Catalog, hop: Hop) -> bool {
    let facts = catalog.components.iter().find(|c| &c.name == hop.component);
    let Some(facts) = facts else {
        return false;
    };
    catalog.blocked.iter().any(|blocked| {
        let is_of = blocked.of.is_empty() || blocked.of.contains(hop.component);
        let same = blocked.track == facts.track;
        same && is_of && blocked.from.holds(hop.from) && blocked.to.holds(hop.to)
    })
}

/// Whether the cluster itself says that a risk does not apply.
fn ruled_out(catalog: &Catalog, snapshot: &Snapshot, name: &RiskName) -> bool {
    let risk = catalog.risks.iter().find(|risk| &risk.name == name);
    let named = risk.into_iter().flat_map(|risk| &risk.matching);
    let asked = named.filter_map(|matching| match matching {
        Matching::Fact(fact) => Some(fact.clone()),
        Matching::Always | Matching::Promql(_) => None,
    });
    let own = risk.map(|risk| format!("risk.{}", risk.name));
    let no = Some(&Fact::Truth(false));
    own.into_iter()
        .chain(asked)
        .any(|fact| snapshot.facts.get(&fact) == no)
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
                    let hop = Hop {
                        component: &step.component,
                        from,
                        to: &step.to,
                    };
                    let mut ways = catalog.paths.iter().filter(|p| leads(catalog, p, hop));
                    ways.all(|p| p.needs.get(&raise.level).is_some_and(|n| *n > raise.from))
                });
                too_low || all_ask
            }
            Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => false,
        })
}
