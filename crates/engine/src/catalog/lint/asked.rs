//! Questions about facts that no target answers, or in another kind; actions, offers, hazards.
//!
//! Must never know: how facts are gathered. Stories: `tests/it/lint.rs`.

use super::{Found, levels};
use crate::catalog::{Catalog, Check, FactKind, Must, Part};
use crate::names::Track;
use crate::version::Range;
use alloc::format;
use core::fmt::Display;

pub(super) fn lint(catalog: &Catalog, found: &mut Found) {
    let main = Track::default();
    for named in &catalog.facts {
        if named.kind == FactKind::Number && named.unit.is_none() {
            found.say(Part::Facts, &named.name, "is a number without a unit");
        }
        if named.read.trim().is_empty() {
            let what = "does not say what it tells, or where it is read";
            found.say(Part::Facts, &named.name, what);
        }
    }
    for check in &catalog.checks {
        let at: (Part, &dyn Display) = (Part::Checks, &check.id);
        fact(catalog, found, at, &check.fact, kind(&check.must));
        must(found, check);
        ends(catalog, found, at, (&check.from, &check.to));
        if let Some((name, _)) = &check.when {
            levels::known(catalog, found, at, name);
        }
    }
    for hazard in &catalog.hazards {
        let at: (Part, &dyn Display) = (Part::Hazards, &hazard.id);
        found.range(catalog, at, &hazard.track, &hazard.at, "is at");
    }
    for action in &catalog.actions {
        let at: (Part, &dyn Display) = (Part::Actions, &action.name);
        found.component(catalog, at.0, at.1, &action.after);
        ends(catalog, found, at, (&action.from, &action.to));
        if let Some(proof) = &action.by_hand {
            fact(catalog, found, at, proof, FactKind::Truth);
        }
    }
    for offer in &catalog.offers {
        let at: (Part, &dyn Display) = (Part::Offers, &offer.id);
        if let Some(to) = &offer.to {
            found.range(catalog, at, &offer.track, to, "offers");
        }
        if offer.only.is_empty() {
            found.say(at.0, at.1, "names no label: it gates nothing");
        }
        for (label, values) in &offer.only {
            fact(catalog, found, at, label, FactKind::Word);
            if values.is_empty() {
                let what = format!("no value of {label} is let through: nothing is offered");
                found.say(at.0, at.1, what);
            }
        }
    }
    for advisory in &catalog.advisories {
        let at: (Part, &dyn Display) = (Part::Advisories, &advisory.id);
        let track = if advisory.track.is_main() {
            &main
        } else {
            &advisory.track
        };
        for range in &advisory.affected {
            found.range(catalog, at, track, range, "affects");
        }
        for version in &advisory.fixed_in {
            if !catalog.of_track(track).any(|known| known == version) {
                let what = format!("is mended in {version}, which is no release of this catalog");
                found.say(at.0, at.1, what);
            }
            if advisory.affected.iter().any(|range| range.holds(version)) {
                let what = format!("is mended in {version}, and affects it");
                found.say(at.0, at.1, what);
            }
        }
    }
}

fn ends(
    catalog: &Catalog,
    found: &mut Found,
    at: (Part, &dyn Display),
    (from, to): (&Option<Range>, &Option<Range>),
) {
    let main = Track::default();
    if let Some(from) = from {
        found.range(catalog, at, &main, from, "comes from");
    }
    if let Some(to) = to {
        found.range(catalog, at, &main, to, "goes to");
    }
}

/// A fact that something asks for must stand among the facts, with the kind that the question needs.
pub(super) fn fact(
    catalog: &Catalog,
    found: &mut Found,
    at: (Part, &dyn Display),
    name: &str,
    kind: FactKind,
) {
    match catalog.facts.iter().find(|fact| fact.name == name) {
        None => found.say(at.0, at.1, format!("fact {name} is declared nowhere")),
        Some(fact) if fact.kind != kind => {
            let what = format!(
                "asks fact {name} as {}, and it is {}",
                words(kind),
                words(fact.kind)
            );
            found.say(at.0, at.1, what);
        }
        Some(_) => {}
    }
}

fn words(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Truth => "a truth",
        FactKind::Number => "a number",
        FactKind::Word => "a word",
        FactKind::Versions => "versions",
        FactKind::List => "a list",
    }
}

fn kind(must: &Must) -> FactKind {
    match must {
        Must::BeTrue => FactKind::Truth,
        Must::BeAtLeast(_) | Must::BeAtMost(_) => FactKind::Number,
        Must::BeOneOf(_) => FactKind::Word,
        Must::BeIn(_) => FactKind::Versions,
        Must::BeEmpty | Must::CountAtMost(_) | Must::CountAtLeast(_) => FactKind::List,
    }
}

/// Conditions that nothing can meet.
fn must(found: &mut Found, check: &Check) {
    let never = match &check.must {
        Must::BeOneOf(words) => words.is_empty(),
        Must::BeIn(ranges) => {
            let swapped = |range: &Range| match (&range.from, &range.to) {
                (Some(from), Some(to)) => from > to && !to.names(from),
                (None | Some(_), _) => false,
            };
            ranges.iter().all(swapped)
        }
        Must::BeEmpty
        | Must::BeTrue
        | Must::BeAtLeast(_)
        | Must::BeAtMost(_)
        | Must::CountAtMost(_)
        | Must::CountAtLeast(_) => false,
    };
    if never {
        found.say(Part::Checks, &check.id, "nothing can meet it");
    }
}
