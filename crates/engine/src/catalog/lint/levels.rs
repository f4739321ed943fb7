//! Levels that no line knows, procedures that prove nothing, numbers that cannot be.
//!
//! Must never know: any one cluster. Stories: `tests/it/catalog.rs`, `tests/it/lint.rs`.

use super::{Found, asked, nowhere};
use crate::catalog::graph::hop;
use crate::catalog::{Catalog, FactKind, LevelFacts, Part, Raising};
use crate::names::{LevelName, Track};
use alloc::format;
use core::fmt::Display;

pub(super) fn lint(catalog: &Catalog, found: &mut Found) {
    for line in &catalog.lines {
        for (name, (low, high)) in &line.levels {
            match catalog.level(name) {
                None => {
                    known(catalog, found, (Part::Lines, &line.line), name);
                }
                Some(facts) => {
                    let nameless = !facts.names.is_empty() && !facts.names.contains_key(high);
                    if facts.raise == Raising::OnFinalize && nameless {
                        let what = format!("level {name} {high} has no name");
                        found.say(Part::Lines, &line.line, what);
                    }
                }
            }
            if low > high {
                let what = format!("level {name}: {low} is above {high}");
                found.say(Part::Lines, &line.line, what);
            }
        }
    }
    for path in &catalog.paths {
        for (name, least) in &path.needs {
            let at = hop(&path.from, &path.to);
            if catalog.level(name).is_none() {
                known(catalog, found, (Part::Paths, &at), name);
            } else if !catalog.lines.is_empty() && !reachable(catalog, name, *least) {
                let what = format!("needs level {name} at {least}, which no line supports");
                found.say(Part::Paths, &at, what);
            }
        }
    }
    for level in &catalog.levels {
        one(catalog, found, level);
    }
}

fn reachable(catalog: &Catalog, name: &LevelName, number: u16) -> bool {
    let mut lines = catalog.lines.iter();
    lines.any(|line| {
        line.levels
            .get(name)
            .is_some_and(|(_, high)| *high >= number)
    })
}

pub(super) fn known(
    catalog: &Catalog,
    found: &mut Found,
    at: (Part, &dyn Display),
    name: &LevelName,
) {
    if catalog.level(name).is_none() {
        let all = catalog.levels.iter().map(|facts| facts.name.as_str());
        found.say(at.0, at.1, nowhere("level", name.as_str(), all));
    }
}

fn one(catalog: &Catalog, found: &mut Found, level: &LevelFacts) {
    let at: (Part, &dyn Display) = (Part::Levels, &level.name);
    if let Some((other, _)) = &level.when {
        known(catalog, found, at, other);
        let back = catalog.level(other).and_then(|facts| facts.when.as_ref());
        if other == &level.name || back.is_some_and(|(third, _)| third == &level.name) {
            let what = format!("counts only where {other} does, which counts only where it does");
            found.say(at.0, at.1, what);
        }
    }
    for (other, number) in &level.brings {
        known(catalog, found, at, other);
        if catalog.level(other).is_some() && !reachable(catalog, other, *number) {
            let what = format!("brings {other} to {number}, which no line supports");
            found.say(at.0, at.1, what);
        }
    }
    if let Some(range) = &level.raised_at {
        found.range(catalog, at, &Track::default(), range, "is raised at");
    }
    match (level.raise, level.procedure.is_empty()) {
        (Raising::ByHumans, true) => {
            found.say(at.0, at.1, "is raised by humans, and nothing says how");
        }
        (Raising::OnFinalize | Raising::OnlyAsked, false) => {
            let what = "has a procedure, which is for levels that humans raise";
            found.say(at.0, at.1, what);
        }
        (Raising::ByHumans, false) | (Raising::OnFinalize | Raising::OnlyAsked, true) => {}
    }
    for step in &level.procedure {
        let name = format!("{}, step `{}`", level.name, step.title);
        asked::fact(
            catalog,
            found,
            (Part::Levels, &name),
            &step.proof,
            FactKind::Truth,
        );
    }
}
