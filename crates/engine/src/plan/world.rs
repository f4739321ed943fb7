//! The planner's own picture: versions as numbers, members as groups, rules as tables.
//!
//! Members that carry the same components at the same releases are one group, so that a plan for five
//! thousand members costs as much as one for five. What may stand side by side is asked of the
//! catalog once per pair of versions.
//! Must never know: costs, or the order within a group. Stories: `tests/it/oracle.rs`.

use super::seen::Seen;
use crate::catalog::{Bond, Catalog, Raising};
use crate::mix::{Kind, bond};
use crate::names::{Component, LevelName, MemberId};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
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

/// Which way members go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    /// To newer releases.
    Forth,
    /// To older ones. The picture is the same in a mirror: versions stand newest first, classes in
    /// the reverse order of a hop, and no level is raised.
    Back,
}

/// Members that carry the same components.
#[derive(Debug)]
pub(super) struct Class {
    /// Indices of components in the catalog's order.
    pub components: Vec<usize>,
    /// Indices of its groups.
    pub groups: Vec<usize>,
}

/// Members of a class that start from the same releases.
#[derive(Debug)]
pub(super) struct Group {
    /// The release of each component of the class.
    pub start: Vec<At>,
    /// Who.
    pub members: Vec<MemberId>,
    /// Whether it is to move.
    pub part: Part,
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
    /// By the versions of both.
    pub allowed: Vec<Vec<bool>>,
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
}

/// Levels that a path asks for: index of the axis, number.
pub(super) type Needs = Vec<(usize, u16)>;

/// Who starts from which releases.
type Starts = BTreeMap<(Part, Vec<At>), Vec<MemberId>>;

/// The whole picture.
#[derive(Debug)]
pub(super) struct World<'a> {
    /// The facts it was made of.
    pub catalog: &'a Catalog,
    /// Which way members go.
    pub heading: Heading,
    /// All versions in it, in the order in which a way passes them: oldest first, or newest first
    /// on the way back.
    pub versions: Vec<Version>,
    /// In the order in which a hop moves them.
    pub classes: Vec<Class>,
    /// All groups.
    pub groups: Vec<Group>,
    /// Skew rules, one for each pair of places that it binds.
    pub rules: Vec<Rule>,
    /// Levels.
    pub axes: Vec<Axis>,
    /// Supported paths, each with its alternatives.
    pub edges: BTreeMap<(At, At), Vec<Needs>>,
    /// Where members may be moved to, in the order of versions.
    pub targets: Vec<At>,
    /// Releases that all must stand at, in the order of versions, the goal last.
    pub stops: Vec<At>,
    /// By version: the fewest moves to the goal, skew and levels left aside.
    pub far: Vec<Option<u64>>,
    /// By version: how many newer advised releases its line has.
    pub stale: Vec<u32>,
}

impl<'a> World<'a> {
    /// The picture of a cluster and the way asked for.
    pub fn of(
        catalog: &'a Catalog,
        seen: &Seen,
        stops: &[Version],
        patches: Patches,
        heading: Heading,
    ) -> Self {
        let mut versions: Vec<Version> = catalog
            .releases
            .iter()
            .map(|r| r.version.clone())
            .chain(seen.runs().into_values().flatten())
            .chain(stops.iter().cloned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        if heading == Heading::Back {
            versions.reverse();
        }
        let mut world = Self {
            catalog,
            heading,
            versions,
            classes: Vec::new(),
            groups: Vec::new(),
            rules: Vec::new(),
            axes: Vec::new(),
            edges: BTreeMap::new(),
            targets: Vec::new(),
            stops: Vec::new(),
            far: Vec::new(),
            stale: Vec::new(),
        };
        world.stops = stops.iter().map(|v| world.index(v)).collect();
        world.take_groups(seen);
        world.take_targets(patches);
        world.take_axes(seen);
        world.take_edges();
        world.take_rules();
        world.measure();
        world
    }

    /// Where a version stands; every version asked for is in the picture.
    fn index(&self, version: &Version) -> At {
        let found = self.versions.binary_search_by(|at| match self.heading {
            Heading::Forth => at.cmp(version),
            Heading::Back => version.cmp(at),
        });
        let at = found.unwrap_or_default();
        At::try_from(at).unwrap_or(At::MAX)
    }

    /// The version at an index.
    pub fn version(&self, at: At) -> &Version {
        &self.versions[usize::from(at)]
    }

    /// The goal.
    pub fn goal(&self) -> At {
        self.stops.last().copied().unwrap_or_default()
    }

    /// The name of a component by its place in the catalog.
    pub fn component(&self, index: usize) -> &Component {
        &self.catalog.components[index].name
    }

    fn place(&self, name: &Component) -> Option<usize> {
        self.catalog.components.iter().position(|c| &c.name == name)
    }

    fn take_groups(&mut self, seen: &Seen) {
        let mut classes: BTreeMap<Vec<usize>, Starts> = BTreeMap::new();
        for member in seen.snapshot.members.values() {
            let mut carried: Vec<(usize, At)> = member
                .components
                .iter()
                .filter_map(|(name, version)| Some((self.place(name)?, self.index(version))))
                .collect();
            carried.sort_unstable();
            let part = if seen.left.contains(&member.id) {
                Part::Stays
            } else {
                Part::Moves
            };
            let (components, start): (Vec<usize>, Vec<At>) = carried.into_iter().unzip();
            classes
                .entry(components)
                .or_default()
                .entry((part, start))
                .or_default()
                .push(member.id.clone());
        }
        let mut classes: Vec<_> = classes.into_iter().collect();
        if self.heading == Heading::Back {
            classes.reverse();
        }
        for (components, groups) in classes {
            let mut class = Class {
                components,
                groups: Vec::new(),
            };
            for ((part, start), members) in groups {
                class.groups.push(self.groups.len());
                self.groups.push(Group {
                    start,
                    members,
                    part,
                });
            }
            self.classes.push(class);
        }
    }

    fn take_targets(&mut self, patches: Patches) {
        let advised: BTreeSet<&Version> = self
            .catalog
            .releases
            .iter()
            .filter(|r| r.avoid.is_none())
            .map(|r| &r.version)
            .collect();
        let newer = |version: &Version| {
            let line = version.line();
            let count = advised
                .iter()
                .filter(|v| **v > version && line.names(v))
                .count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        self.stale = self.versions.iter().map(newer).collect();
        let running: BTreeSet<At> = self
            .groups
            .iter()
            .flat_map(|g| g.start.iter().copied())
            .collect();
        let goal = self.goal();
        self.targets = (0..=goal)
            .filter(|at| {
                let version = self.version(*at);
                let open = match patches {
                    Patches::Newest => self.stale[usize::from(*at)] == 0 || running.contains(at),
                    Patches::All => true,
                };
                self.stops.contains(at) || advised.contains(version) && open
            })
            .collect();
    }

    fn take_axes(&mut self, seen: &Seen) {
        let catalog = self.catalog;
        for (name, start) in &seen.levels {
            let raisable = self.heading == Heading::Forth
                && catalog
                    .level(name)
                    .is_some_and(|facts| facts.raise == Raising::OnFinalize);
            let by_path = catalog
                .paths
                .iter()
                .filter_map(|p| p.needs.get(name).copied());
            let by_line = catalog
                .lines
                .iter()
                .filter_map(|l| Some(l.levels.get(name)?.0));
            let wanted: BTreeSet<u16> = by_path
                .chain(by_line)
                .filter(|number| raisable && number > start)
                .collect();
            let support = self
                .versions
                .iter()
                .map(|version| match catalog.line(version) {
                    Some(line) => line.levels.get(name).copied().unwrap_or((0, 0)),
                    None => (0, u16::MAX),
                })
                .collect();
            self.axes.push(Axis {
                name: name.clone(),
                start: *start,
                wanted: wanted.into_iter().collect(),
                support,
            });
        }
    }

    fn take_edges(&mut self) {
        for to in self.targets.clone() {
            for from in 0..to {
                let (leaves, lands) = (self.version(from), self.version(to));
                let paths = self.catalog.paths.iter();
                let ways: Vec<Needs> = match self.heading {
                    Heading::Forth => paths
                        .filter(|path| path.from.holds(leaves) && path.to.holds(lands))
                        .filter_map(|path| self.needs(path))
                        .collect(),
                    // What a path asks for on the way up was met then; on the way back only what
                    // the old release lives with counts, and that is asked of each step.
                    Heading::Back => paths
                        .filter(|path| path.leads_back(leaves, lands))
                        .map(|_| Needs::new())
                        .collect(),
                };
                if !ways.is_empty() {
                    self.edges.insert((from, to), ways);
                }
            }
        }
    }

    /// A path's needs by axis; none where it asks for a level that the cluster does not have.
    fn needs(&self, path: &crate::catalog::Path) -> Option<Needs> {
        path.needs
            .iter()
            .map(|(name, number)| {
                let axis = self.axes.iter().position(|axis| &axis.name == name)?;
                Some((axis, *number))
            })
            .collect()
    }

    fn take_rules(&mut self) {
        let lines = self.catalog.line_order();
        let kinds: Vec<Kind> = self
            .classes
            .iter()
            .map(|class| {
                let names = class.components.iter();
                names.map(|index| self.component(*index).clone()).collect()
            })
            .collect();
        let mut rules = Vec::new();
        for (index, rule) in self.catalog.skew.iter().enumerate() {
            let table = |bond: Bond| -> Vec<Vec<bool>> {
                let row = |of: &Version| {
                    let row = self.versions.iter();
                    row.map(|from| rule.allows(&lines, of, from, bond))
                        .collect()
                };
                self.versions.iter().map(row).collect()
            };
            let places = |name: &Component| -> Vec<(usize, usize)> {
                let place = self.place(name);
                self.classes
                    .iter()
                    .enumerate()
                    .filter_map(|(c, class)| {
                        let k = class.components.iter().position(|i| Some(*i) == place)?;
                        Some((c, k))
                    })
                    .collect()
            };
            for of in places(&rule.of) {
                for from in places(&rule.from) {
                    rules.push(Rule {
                        index,
                        of,
                        from,
                        allowed: table(bond(rule, &kinds[of.0], &kinds[from.0])),
                    });
                }
            }
        }
        self.rules = rules;
    }

    /// Counts the fewest moves from each version, the goal first.
    fn measure(&mut self) {
        let mut far: Vec<Option<u64>> = alloc::vec![None; self.versions.len()];
        far[usize::from(self.goal())] = Some(0);
        for from in (0..self.goal()).rev() {
            let bound = self.next_stop(from);
            far[usize::from(from)] = self
                .targets
                .iter()
                .filter(|to| **to > from && **to <= bound && self.edges.contains_key(&(from, **to)))
                .filter_map(|to| far[usize::from(*to)])
                .min()
                .map(|rest| rest + 1);
        }
        self.far = far;
    }

    /// The first stop beyond a version: nothing may be moved past it from there.
    pub fn next_stop(&self, from: At) -> At {
        let above = self.stops.iter().find(|stop| **stop > from);
        above.copied().unwrap_or_else(|| self.goal())
    }
}
