//! Faults of a catalog that its types cannot keep out: facts without a source, names that lead nowhere,
//! ranges that hold nothing, rules that contradict.
//!
//! Must never know: any one cluster, or where the catalog was read. Stories: `tests/it/catalog.rs`,
//! `tests/it/lint.rs`.

mod asked;
mod graph;
mod levels;
mod names;
mod rules;
mod sources;

pub use sources::Sourced;

use super::{Catalog, Part};
use crate::names::{Component, Track};
use crate::nearest::nearest;
use crate::version::{Range, Version};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// A fault of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lint {
    /// The object it is about.
    pub about: About,
    /// What is wrong, in words.
    pub what: String,
}

/// An object of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The catalog as a whole, or one of its plain fields.
    Whole(String),
    /// An object of one of its lists, by the name that tells it from others there: of a hop `A to B`.
    One(Part, String),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(what) => f.write_str(what),
            Self::One(part, name) => write!(f, "{} {name}", part.one()),
        }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.what)
    }
}

impl Catalog {
    /// Everything in it that cannot be meant so; nothing for a sound catalog.
    #[must_use]
    pub fn lint(&self) -> Vec<Lint> {
        let mut found = Found(Vec::new());
        names::lint(self, &mut found);
        sources::lint(self, &mut found);
        graph::lint(self, &mut found);
        levels::lint(self, &mut found);
        rules::lint(self, &mut found);
        asked::lint(self, &mut found);
        found.0
    }

    /// Releases of one scheme.
    fn of_track<'a>(&'a self, track: &'a Track) -> impl Iterator<Item = &'a Version> {
        let of = self.releases.iter().filter(move |r| &r.track == track);
        of.map(|release| &release.version)
    }
}

/// A name that leads nowhere, with the one that was most likely meant.
fn nowhere<'k>(kind: &str, name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    match nearest(name, known) {
        Some(near) => format!("{kind} {name} is described nowhere: did you mean {near}?"),
        None => format!("{kind} {name} is described nowhere"),
    }
}

struct Found(Vec<Lint>);

impl Found {
    fn say(&mut self, part: Part, name: &dyn fmt::Display, what: impl Into<String>) {
        self.0.push(Lint {
            about: About::One(part, name.to_string()),
            what: what.into(),
        });
    }

    fn whole(&mut self, field: &str, what: impl Into<String>) {
        self.0.push(Lint {
            about: About::Whole(field.into()),
            what: what.into(),
        });
    }

    fn component(
        &mut self,
        catalog: &Catalog,
        part: Part,
        name: &dyn fmt::Display,
        of: &Component,
    ) {
        if catalog.component(of).is_none() {
            let known = catalog.components.iter().map(|facts| facts.name.as_str());
            self.say(part, name, nowhere("component", of.as_str(), known));
        }
    }

    /// A range that holds none of the releases of its scheme, or of which the ends are swapped.
    fn range(
        &mut self,
        catalog: &Catalog,
        at: (Part, &dyn fmt::Display),
        track: &Track,
        range: &Range,
        verb: &str,
    ) {
        if let (Some(from), Some(to)) = (&range.from, &range.to)
            && from > to
            && !to.names(from)
        {
            let what = format!("the ends of {range} are swapped: it holds nothing");
            self.say(at.0, at.1, what);
            return;
        }
        let mut releases = catalog.of_track(track).peekable();
        if releases.peek().is_some() && !releases.any(|version| range.holds(version)) {
            self.say(at.0, at.1, format!("{verb} no release: {range} holds none"));
        }
    }
}
