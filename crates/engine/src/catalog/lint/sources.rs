//! Where each fact stands: who names no source, and how many do.
//!
//! Must never know: whether a source is right. Stories: `tests/it/catalog.rs`, `tests/it/lint.rs`.

use super::Found;
use crate::catalog::graph::hop;
use crate::catalog::{Catalog, Part};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// How many facts of a catalog name their source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sourced {
    /// All that should.
    pub facts: usize,
    /// Those that do.
    pub sourced: usize,
}

impl Catalog {
    /// How many of its facts name their source.
    #[must_use]
    pub fn sourced(&self) -> Sourced {
        let all = sources(self);
        Sourced {
            facts: all.len(),
            sourced: all.iter().filter(|(.., source)| is_source(source)).count(),
        }
    }
}

pub(super) fn lint(catalog: &Catalog, found: &mut Found) {
    for (part, name, source) in sources(catalog) {
        if !is_source(source) {
            found.say(part, &name, "names no source");
        }
    }
    for check in &catalog.checks {
        if check.mend.trim().is_empty() {
            found.say(Part::Checks, &check.id, "does not say what to do");
        }
    }
    for blocked in &catalog.blocked {
        if blocked.mend.trim().is_empty() || blocked.why.trim().is_empty() {
            let name = hop(&blocked.from, &blocked.to);
            found.say(
                Part::Blocked,
                &name,
                "does not say why, or what to do instead",
            );
        }
    }
    for offer in &catalog.offers {
        if offer.otherwise.trim().is_empty() {
            let what = "does not say what to do where it is not offered";
            found.say(Part::Offers, &offer.id, what);
        }
    }
}

fn is_source(text: &str) -> bool {
    !text.trim().is_empty()
}

/// Every fact that must name a source, with what it names.
fn sources(catalog: &Catalog) -> Vec<(Part, String, &str)> {
    let mut all: Vec<(Part, String, &str)> = Vec::new();
    macro_rules! each {
        ($($part:ident $list:ident $one:ident => $name:expr;)*) => {$(
            all.extend(catalog.$list.iter().map(|$one| (Part::$part, $name, $one.source.as_str())));
        )*};
    }
    each! {
        Components components o => o.name.to_string();
        Releases releases o => o.version.to_string();
        Lines lines o => o.line.to_string();
        Levels levels o => o.name.to_string();
        Paths paths o => hop(&o.from, &o.to);
        Risks risks o => o.name.to_string();
        Blocked blocked o => hop(&o.from, &o.to);
        Skew skew o => o.id.clone();
        Facts facts o => o.name.clone();
        Checks checks o => o.id.to_string();
        Hazards hazards o => o.id.clone();
        Actions actions o => o.name.to_string();
        Offers offers o => o.id.clone();
        Advisories advisories o => o.id.clone();
    }
    for level in &catalog.levels {
        for step in &level.procedure {
            let name = format!("{}, step `{}`", level.name, step.title);
            all.push((Part::Levels, name, &step.source));
        }
    }
    all
}
