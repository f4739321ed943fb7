//! Names that stand twice or are empty, dates that are none, releases out of their order.
//!
//! Must never know: any one cluster. Stories: `tests/it/catalog.rs`, `tests/it/lint.rs`.

use super::Found;
use crate::catalog::graph::hop;
use crate::catalog::{Catalog, Part};
use crate::names::Track;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub(super) fn lint(catalog: &Catalog, found: &mut Found) {
    if catalog.system.is_empty() {
        found.whole("system", "has an empty name");
    }
    if catalog.extends.is_some() {
        found.whole("extends", "was not put together with what it extends");
    }
    if catalog.components.is_empty() {
        found.whole("components", "there is none: nothing can be moved");
    }
    if catalog.releases.is_empty() {
        found.whole("releases", "there is none: nothing can be a goal");
    }
    if !is_day(&catalog.as_of) {
        let what = format!("`{}` is no day, as 2026-11-20", catalog.as_of);
        found.whole("asOf", what);
    }
    doubles(catalog, found);
    releases(catalog, found);
}

fn doubles(catalog: &Catalog, found: &mut Found) {
    let text = |name: &dyn ToString| name.to_string();
    let tracked = |track: &Track, name: &dyn ToString| {
        if track.is_main() {
            name.to_string()
        } else {
            format!("{} of {track}", name.to_string())
        }
    };
    let c = catalog;
    let lists: [(Part, Vec<String>); 15] = [
        (
            Part::Components,
            c.components.iter().map(|o| text(&o.name)).collect(),
        ),
        (
            Part::Releases,
            c.releases
                .iter()
                .map(|o| tracked(&o.track, &o.version))
                .collect(),
        ),
        (
            Part::Lines,
            c.lines.iter().map(|o| tracked(&o.track, &o.line)).collect(),
        ),
        (
            Part::Levels,
            c.levels.iter().map(|o| text(&o.name)).collect(),
        ),
        (
            Part::Paths,
            c.paths
                .iter()
                .map(|o| format!("{}{}", hop(&o.from, &o.to), of(&o.of, &o.track)))
                .collect(),
        ),
        (
            Part::Edges,
            c.edges.iter().map(|o| hop(&o.from, &o.to)).collect(),
        ),
        (Part::Risks, c.risks.iter().map(|o| text(&o.name)).collect()),
        (
            Part::Blocked,
            c.blocked
                .iter()
                .map(|o| format!("{}{}", hop(&o.from, &o.to), of(&o.of, &o.track)))
                .collect(),
        ),
        (Part::Skew, c.skew.iter().map(|o| o.id.clone()).collect()),
        (
            Part::Facts,
            c.facts.iter().map(|o| o.name.clone()).collect(),
        ),
        (Part::Checks, c.checks.iter().map(|o| text(&o.id)).collect()),
        (
            Part::Hazards,
            c.hazards.iter().map(|o| o.id.clone()).collect(),
        ),
        (
            Part::Actions,
            c.actions.iter().map(|o| text(&o.name)).collect(),
        ),
        (
            Part::Offers,
            c.offers.iter().map(|o| o.id.clone()).collect(),
        ),
        (
            Part::Advisories,
            c.advisories.iter().map(|o| o.id.clone()).collect(),
        ),
    ];
    for (part, names) in lists {
        let mut seen = BTreeSet::new();
        for name in names {
            if name.is_empty() {
                found.whole(part.one(), "has an empty name");
            } else if !seen.insert(name.clone()) {
                found.say(part, &name, "stands twice");
            }
        }
    }
}

fn of(components: &[crate::names::Component], track: &Track) -> String {
    let mut text = String::new();
    if !track.is_main() {
        text.push_str(&format!(" in {track}"));
    }
    for name in components {
        text.push_str(&format!(" of {name}"));
    }
    text
}

fn releases(catalog: &Catalog, found: &mut Found) {
    for (at, release) in catalog.releases.iter().enumerate() {
        let before = catalog.releases[..at].iter().rev();
        let before = before
            .into_iter()
            .find(|other| other.track == release.track);
        if let Some(before) = before.filter(|other| other.version > release.version) {
            let what = format!("stands after {}: releases go oldest first", before.version);
            found.say(Part::Releases, &release.version, what);
        }
    }
    let lined: BTreeSet<&Track> = catalog.lines.iter().map(|line| &line.track).collect();
    for release in &catalog.releases {
        let longer = catalog.of_track(&release.track).any(|other| {
            other.numbers().len() > release.version.numbers().len() && release.version.names(other)
        });
        if longer {
            found.say(Part::Releases, &release.version, "is a line, no release");
        }
        let line = release.version.line();
        let known = |track: &Track| {
            let mut lines = catalog.lines.iter();
            lines.any(|l| &l.track == track && l.line.line() == line)
        };
        if lined.contains(&release.track) && !known(&release.track) {
            let what = format!("nothing says what line {line} supports");
            found.say(Part::Releases, &release.version, what);
        }
        for day in [&release.released, &release.support_ends]
            .into_iter()
            .flatten()
        {
            if !is_day(day) {
                let what = format!("`{day}` is no day, as 2026-11-20");
                found.say(Part::Releases, &release.version, what);
            }
        }
        if let (Some(from), Some(to)) = (&release.released, &release.support_ends)
            && from > to
        {
            let what = format!("its support ends on {to}, before it came out on {from}");
            found.say(Part::Releases, &release.version, what);
        }
    }
}

/// Whether it is written as `YYYY-MM-DD` with numbers that a day can have.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize, long: usize| {
        parts
            .get(at)
            .filter(|part| part.len() == long && part.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|part| part.parse::<u32>().ok())
    };
    parts.len() == 3
        && number(0, 4).is_some()
        && number(1, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(2, 2).is_some_and(|day| (1..=31).contains(&day))
}
