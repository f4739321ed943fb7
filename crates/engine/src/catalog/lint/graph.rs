//! Hops that lead nowhere, edges between releases that do not exist, risks that nobody can find out.
//!
//! Must never know: any one cluster. Stories: `tests/it/catalog.rs`, `tests/it/lint.rs`.

use super::{Found, nowhere};
use crate::catalog::graph::hop;
use crate::catalog::{Blocked, Catalog, FactKind, Matching, Moved, Part, Path};
use crate::names::{Component, Track};
use crate::version::Version;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

/// So often at most is a hop held against what is blocked: a real catalog needs a few for each path, since
/// the first hop that is open ends it; made-up ones could hold a reader for days.
const LOOKS_MAX: usize = 10_000_000;

pub(super) fn lint(catalog: &Catalog, found: &mut Found) {
    let mut looks = LOOKS_MAX;
    for path in &catalog.paths {
        let name = hop(&path.from, &path.to);
        let at: (Part, &dyn core::fmt::Display) = (Part::Paths, &name);
        found.range(catalog, at, &path.track, &path.from, "comes from");
        found.range(catalog, at, &path.track, &path.to, "leads to");
        scheme(catalog, found, at, (&path.of, &path.track));
        for risk in &path.risks {
            known_risk(catalog, found, at, risk.as_str());
        }
        match is_dead(catalog, path, &mut looks) {
            Some(true) => found.say(Part::Paths, &name, "every hop along it is blocked"),
            Some(false) => {}
            None => found.say(
                Part::Paths,
                &name,
                "too many hops are blocked to tell whether one along it is open",
            ),
        }
    }
    for blocked in &catalog.blocked {
        let name = hop(&blocked.from, &blocked.to);
        let at: (Part, &dyn core::fmt::Display) = (Part::Blocked, &name);
        found.range(catalog, at, &blocked.track, &blocked.to, "leads to");
        scheme(catalog, found, at, (&blocked.of, &blocked.track));
    }
    edges(catalog, found);
    for risk in &catalog.risks {
        if risk.matching.is_empty() {
            let what = "nothing says how to find out whether it applies";
            found.say(Part::Risks, &risk.name, what);
        }
        for matching in &risk.matching {
            match matching {
                Matching::Fact(fact) => {
                    super::asked::fact(
                        catalog,
                        found,
                        (Part::Risks, &risk.name),
                        fact,
                        FactKind::Truth,
                    );
                }
                Matching::Always | Matching::Promql(_) => {}
            }
        }
    }
    unmoved(catalog, found);
}

fn edges(catalog: &Catalog, found: &mut Found) {
    let main = Track::default();
    let releases: BTreeSet<&Version> = catalog.of_track(&main).collect();
    for edge in &catalog.edges {
        let name = hop(&edge.from, &edge.to);
        for end in [&edge.from, &edge.to] {
            if !releases.contains(end) {
                let what = format!("{end} is no release of this catalog");
                found.say(Part::Edges, &name, what);
            }
        }
        if edge.from >= edge.to {
            found.say(Part::Edges, &name, "does not lead to a newer release");
        }
        for risk in &edge.risks {
            known_risk(catalog, found, (Part::Edges, &name), risk.as_str());
        }
    }
}

fn known_risk(
    catalog: &Catalog,
    found: &mut Found,
    at: (Part, &dyn core::fmt::Display),
    risk: &str,
) {
    if !catalog.risks.iter().any(|one| one.name.as_str() == risk) {
        let all = catalog.risks.iter().map(|risk| risk.name.as_str());
        found.say(at.0, at.1, nowhere("risk", risk, all));
    }
}

/// Components that a hop names must exist, and have versions of its scheme.
fn scheme(
    catalog: &Catalog,
    found: &mut Found,
    at: (Part, &dyn core::fmt::Display),
    (of, track): (&[Component], &Track),
) {
    for name in of {
        found.component(catalog, at.0, at.1, name);
        let other = catalog
            .component(name)
            .filter(|facts| &facts.track != track);
        if let Some(facts) = other {
            let what = format!(
                "component {name} has versions of {}, the hop of {}",
                scheme_name(&facts.track),
                scheme_name(track)
            );
            found.say(at.0, at.1, what);
        }
    }
}

pub(super) fn scheme_name(track: &Track) -> String {
    if track.is_main() {
        "the main scheme".into()
    } else {
        format!("scheme {track}")
    }
}

/// Whether each hop that a path offers between known releases is blocked; a path that offers none is
/// told elsewhere. None: not known, within as many looks.
fn is_dead(catalog: &Catalog, path: &Path, looks: &mut usize) -> Option<bool> {
    let holds = |blocked: &Blocked, from: &Version, to: &Version| {
        let same = blocked.track == path.track;
        let names = |of| blocked.of.contains(of);
        let binds = blocked.of.is_empty() || (!path.of.is_empty() && path.of.iter().all(names));
        same && binds && blocked.from.holds(from) && blocked.to.holds(to)
    };
    let mut offered = false;
    for from in catalog.of_track(&path.track).filter(|v| path.from.holds(v)) {
        for to in catalog
            .of_track(&path.track)
            .filter(|v| path.to.holds(v) && *v > from)
        {
            offered = true;
            *looks = looks.checked_sub(catalog.blocked.len())?;
            let mut blocked = catalog.blocked.iter();
            if !blocked.any(|blocked| holds(blocked, from, to)) {
                return Some(false);
            }
        }
    }
    Some(offered)
}

/// Components that nothing moves though plans should.
fn unmoved(catalog: &Catalog, found: &mut Found) {
    for component in catalog.components.iter().filter(|c| c.moved == Moved::Here) {
        let by_path = catalog.paths.iter().any(|path| {
            path.track == component.track
                && (path.of.is_empty() || path.of.contains(&component.name))
        });
        let by_edge = component.track.is_main() && !catalog.edges.is_empty();
        if !by_path && !by_edge {
            let what = "no path moves it; say `moved: elsewhere` where somebody else does";
            found.say(Part::Components, &component.name, what);
        }
    }
}
