//! The planner's own picture: versions as numbers, members as groups, rules as tables.
//!
//! Members that carry the same components at the same releases are one group, so that a plan for five
//! thousand members costs as much as one for five. What may stand side by side is asked of the
//! catalog once per pair of versions.
//! Must never know: costs, or the order within a group. Stories: `tests/it/oracle.rs`.

mod classes;
pub(super) mod edges;
mod far;
mod levels;
mod rules;
mod versions;

pub(super) use far::Far;

use super::atlas::Atlas;
use super::seen::Seen;
use crate::catalog::{Catalog, Moved, Within};
use crate::names::{Component, LevelName, MemberId, RiskName};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::rc::Rc;
use alloc::vec::Vec;

/// Index of a version in [`World::versions`].
pub(super) type At = u16;

/// Which releases a way may stop at besides the ones asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patches {
    /// The newest advised of each line.
    Newest,
    /// Every advised one: tried where the newest lead nowhere.
    All,
}

/// Whether members may be moved to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IsTarget {
    Yes,
    No,
}

/// Which way members go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    /// To newer releases.
    Forth,
    /// To older ones. The picture is the same in a mirror: versions stand newest first, classes in
    /// the reverse order of a hop, and no level is raised.
    Back,
}

/// Members that carry the same components, in zones that are in the same state.
#[derive(Debug)]
pub(super) struct Class {
    /// Indices of components in the catalog's order.
    pub components: Vec<usize>,
    /// Which zones; none where no rule looks at zones.
    pub zone: Option<usize>,
    /// Its components by scheme: what moves at once.
    pub strands: Vec<Strand>,
    /// By component of it: its strand.
    pub strand_of: Vec<usize>,
    /// Indices of its groups.
    pub groups: Vec<usize>,
}

/// Components of a class whose versions have one scheme and that plans move, or do not: they move at
/// once.
#[derive(Debug)]
pub(super) struct Strand {
    /// Which of the class's components.
    pub parts: Vec<usize>,
    /// Index of the scheme.
    pub track: usize,
    /// Who moves it.
    pub moved: Moved,
    /// Where it is to end; none: it stays.
    pub goal: Option<At>,
    /// By version: what lies before it at least to the goal, skew and levels left aside.
    pub far: far::Table,
}

/// Members of a class that start from the same releases.
#[derive(Debug)]
pub(super) struct Group {
    /// The release of each component of the class.
    pub start: Vec<At>,
    /// Who.
    pub members: Vec<MemberId>,
    /// Whether some zone holds more than one of them.
    pub crowd: Crowd,
    /// Whether it is to move.
    pub part: Part,
    /// Where its strands stand in a state: the first of them.
    pub slot: usize,
}

/// How many of a group a zone holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crowd {
    /// One at most, in each.
    Single,
    /// Several, in some.
    Several,
}

/// What a group does in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Goes to the goal.
    Moves,
    /// Stands as it is, in each mix, by a human's word.
    Stays,
}

/// A skew rule between two places in the picture: `allowed[of][from]`.
#[derive(Debug)]
pub(super) struct Rule {
    /// Index in the catalog.
    pub index: usize,
    /// Class and component within it, on both sides.
    pub of: (usize, usize),
    /// The other side.
    pub from: (usize, usize),
    /// Where it counts; within one member both sides are of one class.
    pub within: Within,
    /// By the versions of both, each counted from the first of its scheme, row by row of `of`.
    pub allowed: Rc<[bool]>,
    /// How many versions a row has.
    pub width: usize,
}

/// A level and what each version supports of it.
#[derive(Debug)]
pub(super) struct Axis {
    /// Which.
    pub name: LevelName,
    /// Where it stands at the start.
    pub start: u16,
    /// Numbers that some path or line asks for, lowest first; none where it may not be raised unasked.
    pub wanted: Vec<u16>,
    /// By version: lowest and highest number it can live with.
    pub support: Vec<(u16, u16)>,
    /// Counts only while another axis stands at least so high.
    pub when: Option<(usize, u16)>,
    /// By version of the main scheme: whether it may be raised while that runs.
    pub raised_at: Option<Vec<bool>>,
    /// Other axes that stand at least so high once it is raised.
    pub brings: Needs,
}

/// Levels that a path asks for: index of the axis, number.
pub(super) type Needs = Vec<(usize, u16)>;

/// A hop that is open from some release.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exit {
    /// Where it leads.
    pub to: At,
    /// How: index in [`World::ways`].
    pub way: usize,
}

/// How a hop may be made: by whom, and with which levels.
#[derive(Debug)]
pub(super) struct Way {
    /// Indices of components; none: all of the scheme.
    pub of: Vec<usize>,
    /// Levels that it asks for.
    pub needs: Needs,
}

impl Way {
    /// Whether a component may take it.
    pub fn is_of(&self, component: usize) -> bool {
        self.of.is_empty() || self.of.contains(&component)
    }
}

/// Facts that a picture leaves aside, to find out which of them bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ease {
    /// Skew rules, by their place in the catalog.
    pub rules: BTreeSet<usize>,
    /// Levels, by name.
    pub levels: BTreeSet<LevelName>,
    /// Blocked hops, by their place in the catalog.
    pub blocked: BTreeSet<usize>,
    /// Risks that bar.
    pub risks: BTreeSet<RiskName>,
    /// Missing paths, by scheme and lines: as if one were offered.
    pub absent: BTreeSet<(usize, Version, Version)>,
    /// Members that run something, as if they were not there: by group of the whole picture.
    pub gone: BTreeSet<(Part, Vec<Component>, Vec<Version>)>,
}

/// What is wanted, in releases of the catalog.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    /// Where each component is to end; one that is not named stays.
    pub ends: BTreeMap<Component, Version>,
    /// Releases of the main scheme that all must stand at on the way, without the goal.
    pub stops: Vec<Version>,
    /// Risks that were let pass.
    pub accepted: BTreeSet<RiskName>,
    /// Which way members go.
    pub heading: Heading,
}

/// Who starts from which releases.
type Starts = BTreeMap<(Part, Vec<At>), Vec<MemberId>>;
/// A member's components with their releases.
type Carried = Vec<(usize, At)>;

/// The whole picture.
#[derive(Debug)]
pub(super) struct World<'a> {
    /// The facts it was made of.
    pub catalog: &'a Catalog,
    /// What is wanted.
    pub aim: &'a Aim,
    /// What is left aside.
    pub ease: &'a Ease,
    /// The same facts, made ready.
    pub atlas: &'a Atlas<'a>,
    /// All versions in it, scheme by scheme, in the order in which a way passes them: oldest first,
    /// or newest first on the way back.
    pub versions: Vec<Version>,
    /// By version: its place among the releases of its scheme; none: the catalog does not know it.
    known: Vec<Option<usize>>,
    /// By scheme: the first of its versions and the first after them.
    pub blocks: Vec<(At, At)>,
    /// By version: the scheme.
    pub track_of: Vec<usize>,
    /// In the order in which a hop moves them.
    pub classes: Vec<Class>,
    /// All groups.
    pub groups: Vec<Group>,
    /// How many strands all groups have together.
    pub slots: usize,
    /// Skew rules, one for each pair of places that it binds.
    pub rules: Vec<Rule>,
    /// Levels.
    pub axes: Vec<Axis>,
    /// Supported hops in the order of what they leave and where they land; two of the same ends are two
    /// ways.
    exits: Vec<Exit>,
    /// By version: the first of its exits; at the end how many there are.
    first: Vec<usize>,
    /// How hops may be made.
    pub ways: Vec<Way>,
    /// Where members may be moved to, in the order of versions.
    pub targets: Vec<At>,
    /// Releases that all must stand at, in the order of versions.
    pub stops: Vec<At>,
    /// By version: how many newer advised releases its line has.
    pub stale: Vec<u32>,
}

impl<'a> World<'a> {
    /// The picture of a cluster and the way asked for.
    pub fn of(seen: &Seen<'a>, aim: &'a Aim, patches: Patches, ease: &'a Ease) -> Self {
        let mut world = Self {
            catalog: seen.catalog,
            atlas: seen.atlas,
            aim,
            ease,
            versions: Vec::new(),
            blocks: Vec::new(),
            track_of: Vec::new(),
            classes: Vec::new(),
            groups: Vec::new(),
            slots: 0,
            rules: Vec::new(),
            axes: Vec::new(),
            exits: Vec::new(),
            first: Vec::new(),
            ways: Vec::new(),
            known: Vec::new(),
            targets: Vec::new(),
            stops: Vec::new(),
            stale: Vec::new(),
        };
        world.take_versions(seen, patches);
        world.stops = aim.stops.iter().map(|v| world.index(0, v)).collect();
        world.stops.sort_unstable();
        world.take_classes(seen);
        world.take_axes(seen);
        world.take_edges(seen);
        world.take_rules();
        world.measure();
        world
    }

    /// Where a version of a scheme stands; what runs and what was asked for is in the picture.
    fn index(&self, track: usize, version: &Version) -> At {
        self.place_of(track, version)
            .unwrap_or(self.blocks[track].0)
    }

    /// The same of any version; none: it is not in the picture.
    fn place_of(&self, track: usize, version: &Version) -> Option<At> {
        let (first, end) = self.blocks[track];
        let block = &self.versions[usize::from(first)..usize::from(end)];
        let found = block.binary_search_by(|at| match self.aim.heading {
            Heading::Forth => at.cmp(version),
            Heading::Back => version.cmp(at),
        });
        found.ok().map(|found| first + at(found))
    }

    /// The version at an index.
    pub fn version(&self, at: At) -> &Version {
        &self.versions[usize::from(at)]
    }

    /// The name of a component by its place in the catalog.
    pub fn component(&self, index: usize) -> &Component {
        &self.catalog.components[index].name
    }

    fn place(&self, name: &Component) -> Option<usize> {
        self.atlas.component(name)
    }

    /// Index of a component's scheme.
    fn track(&self, component: usize) -> usize {
        self.atlas.track_of[component]
    }

    /// The hops from a version, the nearest first.
    pub fn exits(&self, from: At) -> &[Exit] {
        let from = usize::from(from);
        &self.exits[self.first[from]..self.first[from + 1]]
    }

    /// How a hop may be made, each way of it.
    pub fn ways(&self, from: At, to: At) -> impl Iterator<Item = &Way> {
        let exits = self.exits(from);
        let exits = &exits[exits.partition_point(|exit| exit.to < to)..];
        let same = exits.iter().take_while(move |exit| exit.to == to);
        same.map(|exit| &self.ways[exit.way])
    }

    /// The first stop beyond a version: nothing may be moved past it from there.
    pub fn next_stop(&self, from: At, goal: At) -> At {
        let above = self.stops.iter().find(|stop| **stop > from);
        let same = above
            .filter(|stop| self.track_of[usize::from(**stop)] == self.track_of[usize::from(goal)]);
        same.copied().map_or(goal, |stop| stop.min(goal))
    }
}

fn at(index: usize) -> At {
    At::try_from(index).unwrap_or(At::MAX)
}
