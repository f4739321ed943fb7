//! Skew rules that allow nothing, compare what cannot be compared, or contradict each other.
//!
//! Must never know: any one cluster. Stories: `tests/it/catalog.rs`, `tests/it/lint.rs`.

use super::graph::scheme_name;
use super::{Found, nowhere};
use crate::catalog::read::{Bond, Lines};
use crate::catalog::{Catalog, Moved, Part, Skew, SkewRule};
use crate::names::Component;
use crate::version::Version;
use alloc::format;
use alloc::vec::Vec;

pub(super) fn lint(catalog: &Catalog, found: &mut Found) {
    for rule in &catalog.skew {
        shape(catalog, found, rule);
        order(catalog, found, rule);
    }
    contradictions(catalog, found);
    if let Some(pace) = &catalog.pace {
        for name in &pace.of {
            if catalog.component(name).is_none() {
                let all = catalog.components.iter().map(|facts| facts.name.as_str());
                found.whole("pace", nowhere("component", name.as_str(), all));
            }
        }
    }
}

fn shape(catalog: &Catalog, found: &mut Found, rule: &SkewRule) {
    for name in [&rule.of, &rule.from] {
        found.component(catalog, Part::Skew, &rule.id, name);
    }
    match &rule.allow {
        Skew::Lines(low, high) | Skew::Minors(low, high) if low > high => {
            let what = format!("{low} is above {high}: nothing is allowed");
            found.say(Part::Skew, &rule.id, what);
        }
        Skew::NotNewer | Skew::Equal if rule.of == rule.from => {
            let what = "forbids any roll: a component cannot move all at once";
            found.say(Part::Skew, &rule.id, what);
        }
        Skew::Pairs(pairs) if pairs.is_empty() => {
            found.say(Part::Skew, &rule.id, "names no pair: nothing is allowed");
        }
        Skew::Pairs(pairs) => {
            let track = |name: &Component| catalog.component(name).map(|c| c.track.clone());
            for pair in pairs {
                for (name, range) in [(&rule.of, &pair.of), (&rule.from, &pair.from)] {
                    if let Some(track) = track(name) {
                        let at = (Part::Skew, &rule.id as &dyn core::fmt::Display);
                        found.range(catalog, at, &track, range, "has a pair with");
                    }
                }
            }
        }
        Skew::NotNewer | Skew::Equal | Skew::Lines(..) | Skew::Minors(..) => {}
    }
    let ends = (catalog.component(&rule.of), catalog.component(&rule.from));
    if let (Some(of), Some(from)) = ends
        && of.track != from.track
        && !matches!(rule.allow, Skew::Pairs(_))
    {
        let what = format!(
            "compares {} with {}: only pairs can say what stands beside what there",
            scheme_name(&of.track),
            scheme_name(&from.track)
        );
        found.say(Part::Skew, &rule.id, what);
    }
}

/// What may never be newer is moved later, so it stands later in the list.
fn order(catalog: &Catalog, found: &mut Found, rule: &SkewRule) {
    let never_newer = match rule.allow {
        Skew::NotNewer => true,
        Skew::Lines(low, high) | Skew::Minors(low, high) => low <= high && high <= 0 && low < 0,
        Skew::Equal | Skew::Pairs(_) => false,
    };
    let place = |name: &Component| {
        let mut here = catalog.components.iter();
        here.position(|c| &c.name == name && c.moved == Moved::Here)
    };
    if let (true, Some(of), Some(from)) = (never_newer, place(&rule.of), place(&rule.from))
        && of < from
    {
        let what = format!(
            "{} may never be newer than {}, and yet stands before it among the components",
            rule.of, rule.from
        );
        found.say(Part::Skew, &rule.id, what);
    }
}

/// Rules on the same two components that no two releases satisfy together, or one that none satisfies.
fn contradictions(catalog: &Catalog, found: &mut Found) {
    let lines = catalog.line_order();
    let sound: Vec<&SkewRule> = catalog.skew.iter().filter(|rule| is_sound(rule)).collect();
    let mut open = Vec::new();
    for rule in sound {
        let (of, from) = (versions(catalog, &rule.of), versions(catalog, &rule.from));
        if of.is_empty() || from.is_empty() {
            continue;
        }
        if any(&of, &from, |a, b| allows(rule, &lines, a, b)) {
            open.push(rule);
        } else {
            let what = "allows no two of the releases beside each other";
            found.say(Part::Skew, &rule.id, what);
        }
    }
    for (at, rule) in open.iter().enumerate() {
        for other in &open[..at] {
            let straight = rule.of == other.of && rule.from == other.from;
            let crossed = rule.of == other.from && rule.from == other.of;
            if !(straight || crossed) {
                continue;
            }
            let (of, from) = (versions(catalog, &rule.of), versions(catalog, &rule.from));
            let both = any(&of, &from, |a, b| {
                let second = if straight { (a, b) } else { (b, a) };
                allows(rule, &lines, a, b) && allows(other, &lines, second.0, second.1)
            });
            if !both {
                let what = format!("contradicts {}: no two releases satisfy both", other.id);
                found.say(Part::Skew, &rule.id, what);
            }
        }
    }
}

/// Faults of its own are told elsewhere.
fn is_sound(rule: &SkewRule) -> bool {
    match &rule.allow {
        Skew::Lines(low, high) | Skew::Minors(low, high) => low <= high,
        Skew::Pairs(pairs) => !pairs.is_empty(),
        Skew::NotNewer | Skew::Equal => true,
    }
}

fn allows(rule: &SkewRule, lines: &Lines, of: &Version, from: &Version) -> bool {
    rule.allows(lines, of, from, Bond::Apart)
}

fn any(of: &[Version], from: &[Version], test: impl Fn(&Version, &Version) -> bool) -> bool {
    of.iter().any(|a| from.iter().any(|b| test(a, b)))
}

/// The versions that a component can have: the releases of its scheme, or where none is named (it is
/// moved elsewhere) those that rules speak of.
fn versions(catalog: &Catalog, name: &Component) -> Vec<Version> {
    let Some(facts) = catalog.component(name) else {
        return Vec::new();
    };
    let known: Vec<Version> = catalog.of_track(&facts.track).cloned().collect();
    if !known.is_empty() {
        return known;
    }
    let mut named = Vec::new();
    for rule in &catalog.skew {
        if let Skew::Pairs(pairs) = &rule.allow {
            for pair in pairs {
                for (who, range) in [(&rule.of, &pair.of), (&rule.from, &pair.from)] {
                    if who == name {
                        named.extend(range.from.iter().chain(&range.to).cloned());
                    }
                }
            }
        }
    }
    named
}
