//! The lists of a catalog by name, and how a catalog that extends another is put together.
//!
//! Must never know: where catalogs lie, or how they are read. Stories: `crates/wire/tests/it/extends.rs`.

use super::graph::hop;
use super::{Catalog, Skew};
use crate::names::{Component, Track};
use crate::version::{Range, Version};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A list of a catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// `components`.
    Components,
    /// `releases`.
    Releases,
    /// `lines`.
    Lines,
    /// `levels`.
    Levels,
    /// `paths`.
    Paths,
    /// `edges`.
    Edges,
    /// `risks`.
    Risks,
    /// `blocked`.
    Blocked,
    /// `skew`.
    Skew,
    /// `facts`.
    Facts,
    /// `checks`.
    Checks,
    /// `hazards`.
    Hazards,
    /// `actions`.
    Actions,
    /// `offers`.
    Offers,
    /// `advisories`.
    Advisories,
}

impl Part {
    /// What one object of it is called: `skew`, `release`.
    #[must_use]
    pub fn one(self) -> &'static str {
        match self {
            Self::Components => "component",
            Self::Releases => "release",
            Self::Lines => "line",
            Self::Levels => "level",
            Self::Paths => "path",
            Self::Edges => "edge",
            Self::Risks => "risk",
            Self::Blocked => "blocked",
            Self::Skew => "skew",
            Self::Facts => "fact",
            Self::Checks => "check",
            Self::Hazards => "hazard",
            Self::Actions => "action",
            Self::Offers => "offer",
            Self::Advisories => "advisory",
        }
    }

    /// Its name in a file: `releases`.
    #[must_use]
    pub fn list(self) -> &'static str {
        match self {
            Self::Components => "components",
            Self::Releases => "releases",
            Self::Lines => "lines",
            Self::Levels => "levels",
            Self::Paths => "paths",
            Self::Edges => "edges",
            Self::Risks => "risks",
            Self::Blocked => "blocked",
            Self::Skew => "skew",
            Self::Facts => "facts",
            Self::Checks => "checks",
            Self::Hazards => "hazards",
            Self::Actions => "actions",
            Self::Offers => "offers",
            Self::Advisories => "advisories",
        }
    }
}

impl Catalog {
    /// This catalog with all that `base` says besides. What has the same name (a hop: the same ends)
    /// takes the place of the base's; what is new comes after it, releases at their place by age.
    #[must_use]
    pub fn over(mut self, base: &Self) -> Self {
        let replaces = core::mem::take(&mut self.replaces);
        let kept = |part: Part| !replaces.contains(&part);
        macro_rules! join {
            ($($part:ident $list:ident $one:ident => $name:expr;)*) => {$(
                if kept(Part::$part) {
                    self.$list = joined(&base.$list, self.$list, |$one| $name);
                }
            )*};
        }
        join! {
            Components components c => c.name.clone();
            Releases releases r => (r.track.clone(), r.version.clone());
            Lines lines l => (l.track.clone(), l.line.clone());
            Levels levels l => l.name.clone();
            Paths paths p => (p.of.clone(), p.track.clone(), hop(&p.from, &p.to));
            Edges edges e => (e.from.clone(), e.to.clone());
            Risks risks r => r.name.clone();
            Blocked blocked b => (b.of.clone(), b.track.clone(), hop(&b.from, &b.to));
            Skew skew r => r.id.clone();
            Facts facts f => f.name.clone();
            Checks checks c => c.id.clone();
            Hazards hazards h => h.id.clone();
            Actions actions a => a.name.clone();
            Offers offers o => o.id.clone();
            Advisories advisories a => a.id.clone();
        }
        self.releases
            .sort_by(|a, b| (&a.track, &a.version).cmp(&(&b.track, &b.version)));
        if !kept(Part::Releases) {
            self.without_the_pointless();
        }
        self.pace = self.pace.or_else(|| base.pace.clone());
        self.extends = None;
        self
    }
}

impl Catalog {
    /// Takes out what speaks of releases that only the base has.
    fn without_the_pointless(&mut self) {
        let releases: Vec<(Track, Version)> = self
            .releases
            .iter()
            .map(|r| (r.track.clone(), r.version.clone()))
            .collect();
        let holds = |track: &Track, range: &Range| {
            let mut of = releases
                .iter()
                .filter(|(other, _)| other == track)
                .peekable();
            of.peek().is_none() || of.any(|(_, version)| range.holds(version))
        };
        let main = Track::default();
        let ends = |from: &Option<Range>, to: &Option<Range>| {
            [from, to]
                .into_iter()
                .flatten()
                .all(|range| holds(&main, range))
        };
        self.checks.retain(|check| ends(&check.from, &check.to));
        self.actions.retain(|action| ends(&action.from, &action.to));
        self.hazards
            .retain(|hazard| holds(&hazard.track, &hazard.at));
        self.advisories
            .retain(|one| one.affected.iter().all(|range| holds(&one.track, range)));
        let tracks: Vec<_> = self
            .components
            .iter()
            .map(|c| (c.name.clone(), c.track.clone()))
            .collect();
        let track = |name: &Component| {
            let found = tracks.iter().find(|(other, _)| other == name);
            found.map_or_else(Track::default, |(_, track)| track.clone())
        };
        for rule in &mut self.skew {
            let (of, from) = (track(&rule.of), track(&rule.from));
            if let Skew::Pairs(pairs) = &mut rule.allow {
                pairs.retain(|pair| holds(&of, &pair.of) && holds(&from, &pair.from));
            }
        }
        self.skew
            .retain(|rule| !matches!(&rule.allow, Skew::Pairs(pairs) if pairs.is_empty()));
    }
}

/// The base's, each in its place unless one of the same name is there, then what is new.
fn joined<T: Clone, K: PartialEq>(base: &[T], own: Vec<T>, name: impl Fn(&T) -> K) -> Vec<T> {
    let mut all: Vec<T> = base.to_vec();
    for one in own {
        match all.iter_mut().find(|other| name(other) == name(&one)) {
            Some(place) => *place = one,
            None => all.push(one),
        }
    }
    all
}
