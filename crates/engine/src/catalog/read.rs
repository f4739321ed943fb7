//! Questions that readers of a catalog ask again and again: which release, which line, what is allowed.
//!
//! Must never know: any one cluster. Stories: `tests/it/catalog.rs`, `tests/it/mix.rs`.

use super::{Catalog, ComponentFacts, LevelFacts, Line, Moved, Path, Release};
use crate::names::{Component, LevelName, Track};
use crate::version::Version;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The lines of a catalog, oldest first: what [`super::Skew::Lines`] counts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines(Vec<Version>);

impl Lines {
    /// How many lines lie from `from` to `of`; none where the catalog knows one of them not.
    #[must_use]
    pub fn between(&self, of: &Version, from: &Version) -> Option<i64> {
        Some(self.place(of)? - self.place(from)?)
    }

    /// Where the line of a version stands among them.
    pub(super) fn place(&self, version: &Version) -> Option<i64> {
        let asked = version.line_numbers();
        let at = self.0.binary_search_by_key(&asked, Version::line_numbers);
        i64::try_from(at.ok()?).ok()
    }

    /// The lines, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Version] {
        &self.0
    }
}

/// Whether two components can be moved one before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bond {
    /// They sit in members that can move one after the other.
    Apart,
    /// Both members carry both components, so each moves both at once: no order can be kept between
    /// them, only a distance.
    Together,
}

impl Catalog {
    /// All lines of the main scheme that are named by a release or a line, oldest first.
    #[must_use]
    pub fn line_order(&self) -> Lines {
        self.lines_in(&Track::default())
    }

    /// The lines that a component's versions are counted in.
    #[must_use]
    pub fn lines_of(&self, component: &Component) -> Lines {
        self.lines_in(&self.track_of(component))
    }

    pub(crate) fn lines_in(&self, track: &Track) -> Lines {
        let releases = self.releases.iter().filter(|r| &r.track == track);
        let lines = self.lines.iter().filter(|l| &l.track == track);
        let mut lines: Vec<Version> = releases
            .map(|release| release.version.line())
            .chain(lines.map(|line| line.line.line()))
            .collect();
        lines.sort();
        lines.dedup();
        Lines(lines)
    }

    /// The schemes of versions, the main one first.
    #[must_use]
    pub fn tracks(&self) -> Vec<Track> {
        let mut tracks = alloc::vec![Track::default()];
        for facts in &self.components {
            if !tracks.contains(&facts.track) {
                tracks.push(facts.track.clone());
            }
        }
        tracks
    }

    /// The scheme of a component's versions; the main one for a component that is not known.
    #[must_use]
    pub fn track_of(&self, component: &Component) -> Track {
        self.component(component)
            .map_or_else(Track::default, |facts| facts.track.clone())
    }

    /// Whether a stage that is named by one component also moves another of the same member: both are of
    /// one scheme, and moved by plans.
    #[must_use]
    pub fn moves_along(&self, stage: &Component, other: &Component) -> bool {
        let here = |name: &Component| {
            let facts = self.component(name);
            facts.is_none_or(|facts| facts.moved == Moved::Here)
        };
        stage == other
            || (self.track_of(stage) == self.track_of(other) && here(stage) && here(other))
    }

    /// What a line of releases of a scheme supports; none where the catalog does not say.
    #[must_use]
    pub fn line_in(&self, track: &Track, of: &Version) -> Option<&Line> {
        let line = of.line();
        let lines = self.lines.iter().filter(|l| &l.track == track);
        lines.into_iter().find(|l| l.line.line() == line)
    }

    /// Whether a path leads from one release to a newer one, levels and risks left aside.
    #[must_use]
    pub fn leads(&self, path: &Path, from: &Version, to: &Version) -> bool {
        path.is_near(from, to) && self.leaves(path, from) && path.to.holds(to)
    }

    /// Whether a path begins at a release.
    #[must_use]
    pub fn leaves(&self, path: &Path, from: &Version) -> bool {
        path.from.holds(from) && (!path.from_newest || self.is_newest(&path.track, from))
    }

    /// Whether no newer advised release of its line is known.
    fn is_newest(&self, track: &Track, version: &Version) -> bool {
        let line = version.line_numbers();
        let mut newer = self.releases.iter().filter(|r| &r.track == track);
        !newer
            .any(|r| r.avoid.is_none() && r.version.line_numbers() == line && &r.version > version)
    }

    /// A release by its full version.
    #[must_use]
    pub fn release(&self, version: &Version) -> Option<&Release> {
        let main = self.releases.iter().filter(|r| r.track.is_main());
        main.into_iter().find(|r| &r.version == version)
    }

    /// The exact release that is meant by one that was asked for: a line names its newest advised one.
    #[must_use]
    pub fn meant(&self, asked: &Version) -> Option<Version> {
        let known = self.meant_in(&Track::default(), asked);
        match known {
            Some(release) => Some(release.version.clone()),
            None if asked.is_line() => None,
            None => Some(asked.clone()),
        }
    }

    /// The release of a scheme that is meant: the one of that name, else the newest advised of a line.
    #[must_use]
    pub fn meant_in(&self, track: &Track, asked: &Version) -> Option<&Release> {
        let all = || self.releases.iter().filter(|r| &r.track == track);
        all().find(|r| &r.version == asked).or_else(|| {
            all()
                .filter(|r| asked.is_line() && r.avoid.is_none() && asked.names(&r.version))
                .max_by(|a, b| a.version.cmp(&b.version))
        })
    }

    /// The newest advised release that this version, read as a prefix, names.
    #[must_use]
    pub fn newest(&self, named: &Version) -> Option<&Release> {
        self.releases
            .iter()
            .filter(|r| r.track.is_main() && r.avoid.is_none() && named.names(&r.version))
            .max_by(|a, b| a.version.cmp(&b.version))
    }

    /// What the line of a release of the main scheme supports; none where the catalog does not say.
    #[must_use]
    pub fn line(&self, of: &Version) -> Option<&Line> {
        self.line_in(&Track::default(), of)
    }

    /// The facts of a level.
    #[must_use]
    pub fn level(&self, name: &LevelName) -> Option<&LevelFacts> {
        self.levels.iter().find(|l| &l.name == name)
    }

    /// Whether a level counts with all levels as they stand.
    #[must_use]
    pub fn counts(&self, name: &LevelName, levels: &BTreeMap<LevelName, u16>) -> bool {
        let when = self.level(name).and_then(|facts| facts.when.as_ref());
        when.is_none_or(|(other, least)| {
            let absent = || self.level(other).map_or(0, |facts| facts.absent);
            levels.get(other).copied().unwrap_or_else(absent) >= *least
        })
    }

    /// The facts of a component.
    #[must_use]
    pub fn component(&self, name: &Component) -> Option<&ComponentFacts> {
        self.components.iter().find(|c| &c.name == name)
    }

    /// The number of a level with its name, where it has one: `4.1-IV1`, else `27`.
    #[must_use]
    pub fn level_named(&self, name: &LevelName, number: u16) -> String {
        self.level(name)
            .and_then(|facts| facts.names.get(&number).cloned())
            .unwrap_or_else(|| number.to_string())
    }
}

impl Line {
    /// Whether its releases can live with a level at this number; 0 is what was never raised.
    #[must_use]
    pub fn supports(&self, level: &LevelName, number: u16) -> bool {
        self.levels
            .get(level)
            .map_or(number == 0, |(low, high)| (*low..=*high).contains(&number))
    }
}
