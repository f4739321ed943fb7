//! The planner's own picture: versions as numbers, members as groups, rules as tables.
//!
//! Members that carry the same components at the same releases are one group, so that a plan for five
//! thousand members costs as much as one for five. What may stand side by side is asked of the
//! catalog once per pair of versions.
//! Must never know: costs, or the order within a group. Stories: `tests/it/oracle.rs`.

pub(super) mod edges;

use super::atlas::{Atlas, key};
use super::seen::Seen;
use crate::catalog::{Bond, Catalog, Moved, Path, Raising, SkewRule, Within};
use crate::mix::{Kind, bond};
use crate::names::{Component, LevelName, MemberId, RiskName};
use crate::snapshot::Member;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
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
    /// By version: the fewest moves to the goal, skew and levels left aside.
    pub far: Vec<Option<u64>>,
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
    /// Where its strands stand in a state: the first of them.
    pub slot: usize,
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
    /// Counts within one member only; both sides are of one class then.
    pub in_member: InMember,
    /// By the versions of both, each counted from the first of its scheme.
    pub allowed: Vec<Vec<bool>>,
}

/// Whether a rule looks into single members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InMember {
    Yes,
    No,
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

/// A hop between two releases: who may make it, and with which levels.
#[derive(Debug)]
pub(super) struct Way {
    /// Indices of components; none: all of the scheme.
    pub of: Vec<usize>,
    /// Levels that it asks for.
    pub needs: Needs,
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
    /// Supported hops, by the release that is left: where to, and how.
    pub edges: Vec<BTreeMap<At, Vec<Way>>>,
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
            edges: Vec::new(),
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

    /// Versions at which something runs or may come to stand, and which of them are the latter.
    fn take_versions(&mut self, seen: &Seen, patches: Patches) {
        let runs = seen.runs();
        for (t, sheet) in self.atlas.tracks.iter().enumerate() {
            let of_track = |name: &Component| {
                let component = self.atlas.component(name);
                component.is_some_and(|component| self.atlas.track_of[component] == t)
            };
            let here = runs.iter().filter(|(name, _)| of_track(name));
            let running: BTreeSet<&Version> = here.flat_map(|(_, versions)| versions).collect();
            let ends = self.aim.ends.iter().filter(|(name, _)| of_track(name));
            let mut asked: BTreeSet<&Version> = ends.map(|(_, version)| version).collect();
            let goal = match self.aim.heading {
                Heading::Forth => asked.last().copied(),
                Heading::Back => asked.first().copied(),
            };
            if t == 0 {
                asked.extend(&self.aim.stops);
            }
            let mut versions: BTreeMap<&Version, IsTarget> =
                running.iter().map(|version| (*version, IsTarget::No)).collect();
            if let Some(goal) = goal {
                let between = |version: &&Version| match self.aim.heading {
                    Heading::Forth => *version <= goal,
                    Heading::Back => *version >= goal,
                };
                let first = match self.aim.heading {
                    Heading::Forth => running.first().map_or(0, |oldest| {
                        sheet.versions.partition_point(|version| version < oldest)
                    }),
                    Heading::Back => sheet.versions.partition_point(|version| *version < goal),
                };
                for at in first..sheet.versions.len() {
                    let version = sheet.versions[at];
                    let open = match patches {
                        Patches::Newest => sheet.stale[at] == 0 || running.contains(version),
                        Patches::All => true,
                    };
                    if sheet.advised[at] && open && between(&version) {
                        versions.insert(version, IsTarget::Yes);
                    }
                }
                let asked = asked.into_iter().filter(between);
                versions.extend(asked.map(|version| (version, IsTarget::Yes)));
            }
            let first = self.versions.len();
            let mut all: Vec<(&Version, IsTarget)> = versions.into_iter().collect();
            if self.aim.heading == Heading::Back {
                all.reverse();
            }
            for (version, target) in all {
                if target == IsTarget::Yes {
                    self.targets.push(at(self.versions.len()));
                }
                self.versions.push(version.clone());
                self.stale.push(sheet.stale_of(version));
            }
            self.track_of.resize(self.versions.len(), t);
            self.blocks.push((at(first), at(self.versions.len())));
        }
    }

    /// Where a version of a scheme stands; what runs and what was asked for is in the picture.
    fn index(&self, track: usize, version: &Version) -> At {
        self.place_of(track, version).unwrap_or(self.blocks[track].0)
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

    fn take_classes(&mut self, seen: &Seen) {
        let zones = self.zones(seen);
        let mut classes: BTreeMap<(Vec<usize>, Option<usize>), Starts> = BTreeMap::new();
        for member in seen.snapshot.members.values() {
            let (part, carried) = self.carried(seen, member);
            let zone = zones.get(&member.zone.as_deref()).copied();
            let (components, start): (Vec<usize>, Vec<At>) = carried.into_iter().unzip();
            if self.is_gone(part, &components, &start) {
                continue;
            }
            classes
                .entry((components, zone))
                .or_default()
                .entry((part, start))
                .or_default()
                .push(member.id.clone());
        }
        let mut classes: Vec<_> = classes.into_iter().collect();
        if self.aim.heading == Heading::Back {
            classes.reverse();
        }
        for ((components, zone), groups) in classes {
            let strands = self.strands(&components);
            let of = |part: usize| strands.iter().position(|s| s.parts.contains(&part));
            let mut class = Class {
                strand_of: (0..components.len()).filter_map(of).collect(),
                strands,
                components,
                zone,
                groups: Vec::new(),
            };
            for ((part, start), members) in groups {
                class.groups.push(self.groups.len());
                self.groups.push(Group {
                    start,
                    members,
                    part,
                    slot: self.slots,
                });
                self.slots += class.strands.len();
            }
            self.classes.push(class);
        }
    }

    fn is_gone(&self, part: Part, components: &[usize], start: &[At]) -> bool {
        if self.ease.gone.is_empty() {
            return false;
        }
        let (names, versions) = self.named(components, start);
        self.ease.gone.contains(&(part, names, versions))
    }

    /// What a group is called by who leaves it aside.
    pub fn named(&self, components: &[usize], start: &[At]) -> (Vec<Component>, Vec<Version>) {
        let names = components.iter().map(|c| self.component(*c).clone());
        let versions = start.iter().map(|at| self.version(*at).clone());
        (names.collect(), versions.collect())
    }

    fn carried(&self, seen: &Seen, member: &Member) -> (Part, Carried) {
        let place = |(name, version): (&Component, &Version)| {
            let component = self.place(name)?;
            Some((component, self.index(self.track(component), version)))
        };
        let mut carried: Carried = member.components.iter().filter_map(place).collect();
        carried.sort_unstable();
        let part = if seen.left.contains(&member.id) {
            Part::Stays
        } else {
            Part::Moves
        };
        (part, carried)
    }

    /// Zones in the same state are one: by name, none among them, the number of the state. Empty
    /// where no rule looks at zones.
    fn zones<'s>(&self, seen: &Seen<'s>) -> BTreeMap<Option<&'s str>, usize> {
        if !self.catalog.skew.iter().any(|r| r.within == Within::Zone) {
            return BTreeMap::new();
        }
        let mut states: BTreeMap<Option<&str>, BTreeSet<(Part, Carried)>> = BTreeMap::new();
        for member in seen.snapshot.members.values() {
            let state = states.entry(member.zone.as_deref()).or_default();
            state.insert(self.carried(seen, member));
        }
        let mut known: Vec<BTreeSet<(Part, Carried)>> = Vec::new();
        let mut zones = BTreeMap::new();
        for (zone, state) in states {
            let index = known.iter().position(|one| one == &state);
            let index = index.unwrap_or_else(|| {
                known.push(state);
                known.len() - 1
            });
            zones.insert(zone, index);
        }
        zones
    }

    fn strands(&self, components: &[usize]) -> Vec<Strand> {
        let mut strands: Vec<Strand> = Vec::new();
        for (part, component) in components.iter().enumerate() {
            let track = self.track(*component);
            let facts = &self.catalog.components[*component];
            let end = match facts.moved {
                Moved::Here => self.aim.ends.get(&facts.name),
                Moved::Elsewhere => None,
            };
            let goal = end.map(|version| self.index(track, version));
            let same = |strand: &&mut Strand| strand.track == track && strand.moved == facts.moved;
            match strands.iter_mut().find(same) {
                Some(strand) => {
                    strand.parts.push(part);
                    strand.goal = strand.goal.max(goal);
                }
                None => strands.push(Strand {
                    parts: vec![part],
                    track,
                    moved: facts.moved,
                    goal,
                    far: Vec::new(),
                }),
            }
        }
        strands
    }

    fn take_axes(&mut self, seen: &Seen) {
        let catalog = self.catalog;
        for (name, start) in &seen.levels {
            if self.ease.levels.contains(name) {
                continue;
            }
            let facts = catalog.level(name);
            let raisable = self.aim.heading == Heading::Forth
                && facts.is_some_and(|facts| match facts.raise {
                    Raising::OnFinalize | Raising::ByHumans => true,
                    Raising::OnlyAsked => false,
                });
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
                .zip(&self.track_of)
                .map(|(version, track)| {
                    match self.atlas.tracks[*track].supports.get(&key(version)) {
                        Some(line) => line.levels.get(name).copied().unwrap_or((0, 0)),
                        None => (0, u16::MAX),
                    }
                })
                .collect();
            self.axes.push(Axis {
                name: name.clone(),
                start: *start,
                wanted: wanted.into_iter().collect(),
                support,
                when: None,
                raised_at: facts.and_then(|facts| facts.raised_at.as_ref()).map(|range| {
                    self.versions.iter().map(|version| range.holds(version)).collect()
                }),
                brings: Needs::new(),
            });
        }
        self.tie_axes();
    }

    /// What axes say of one another.
    fn tie_axes(&mut self) {
        let place = |axes: &[Axis], name: &LevelName| axes.iter().position(|axis| &axis.name == name);
        for index in 0..self.axes.len() {
            let Some(facts) = self.catalog.level(&self.axes[index].name) else {
                continue;
            };
            let when = facts.when.as_ref();
            let when = when.and_then(|(name, least)| Some((place(&self.axes, name)?, *least)));
            let brings = facts.brings.iter();
            let brings =
                brings.filter_map(|(name, number)| Some((place(&self.axes, name)?, *number)));
            let brings: Needs = brings.collect();
            self.axes[index].when = when;
            self.axes[index].brings = brings;
        }
    }

    /// Whether an axis counts with levels as they are.
    pub fn counts(&self, axis: usize, levels: &[u16]) -> bool {
        let when = self.axes[axis].when;
        when.is_none_or(|(other, least)| levels[other] >= least)
    }

    /// A path's needs by axis; none where it asks for a level that the cluster does not have.
    fn needs(&self, path: &Path) -> Option<Needs> {
        path.needs
            .iter()
            .filter(|(name, _)| !self.ease.levels.contains(*name))
            .map(|(name, number)| {
                let axis = self.axes.iter().position(|axis| &axis.name == name)?;
                Some((axis, *number))
            })
            .collect()
    }

    fn take_rules(&mut self) {
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
            if self.ease.rules.contains(&index) {
                continue;
            }
            let mut tables: BTreeMap<Bond, Vec<Vec<bool>>> = BTreeMap::new();
            for of in self.places(&rule.of) {
                for from in self.places(&rule.from) {
                    let apart = match rule.within {
                        Within::Cluster => false,
                        Within::Zone => self.classes[of.0].zone != self.classes[from.0].zone,
                        Within::Node => of.0 != from.0,
                    };
                    if apart {
                        continue;
                    }
                    let bond = match rule.within {
                        Within::Node => Bond::Apart,
                        Within::Cluster | Within::Zone => {
                            bond(rule, &kinds[of.0], &kinds[from.0])
                        }
                    };
                    let table = tables.entry(bond).or_insert_with(|| self.table(rule, bond));
                    rules.push(Rule {
                        index,
                        of,
                        from,
                        in_member: match rule.within {
                            Within::Node => InMember::Yes,
                            Within::Cluster | Within::Zone => InMember::No,
                        },
                        allowed: table.clone(),
                    });
                }
            }
        }
        self.rules = rules;
    }

    /// Classes that carry a component, with its place in them.
    fn places(&self, name: &Component) -> Vec<(usize, usize)> {
        let place = self.place(name);
        self.classes
            .iter()
            .enumerate()
            .filter_map(|(c, class)| {
                let k = class.components.iter().position(|i| Some(*i) == place)?;
                Some((c, k))
            })
            .collect()
    }

    fn table(&self, rule: &SkewRule, bond: Bond) -> Vec<Vec<bool>> {
        let track = self.place(&rule.of).map_or(0, |component| self.track(component));
        let lines = &self.atlas.tracks[track].lines;
        let block = |name: &Component| {
            let track = self.place(name).map_or(0, |component| self.track(component));
            let (first, end) = self.blocks[track];
            &self.versions[usize::from(first)..usize::from(end)]
        };
        let row = |of: &Version| {
            let row = block(&rule.from).iter();
            row.map(|from| rule.allows(lines, of, from, bond)).collect()
        };
        block(&rule.of).iter().map(row).collect()
    }

    /// Whether a rule allows two releases side by side.
    pub fn allows(&self, rule: &Rule, of: At, from: At) -> bool {
        let place = |at: At| usize::from(at - self.blocks[self.track_of[usize::from(at)]].0);
        rule.allowed[place(of)][place(from)]
    }

    /// Whether a hop is offered to a component, levels left aside.
    fn offered(&self, component: usize, from: At, to: At) -> bool {
        let ways = self.edges[usize::from(from)].get(&to);
        let mut ways = ways.into_iter().flatten();
        ways.any(|way| way.of.is_empty() || way.of.contains(&component))
    }

    /// Counts the fewest moves of each strand from each version, its goal first.
    fn measure(&mut self) {
        let mut known: BTreeMap<(Vec<usize>, At), Vec<Option<u64>>> = BTreeMap::new();
        for class in 0..self.classes.len() {
            for strand in 0..self.classes[class].strands.len() {
                let Some(goal) = self.classes[class].strands[strand].goal else {
                    continue;
                };
                let components: Vec<usize> = self.classes[class].strands[strand]
                    .parts
                    .iter()
                    .map(|part| self.classes[class].components[*part])
                    .collect();
                let far = known
                    .entry((components.clone(), goal))
                    .or_insert_with(|| self.far(&components, goal));
                self.classes[class].strands[strand].far = far.clone();
            }
        }
    }

    fn far(&self, components: &[usize], goal: At) -> Vec<Option<u64>> {
        let mut far: Vec<Option<u64>> = vec![None; self.versions.len()];
        far[usize::from(goal)] = Some(0);
        let first = self.blocks[self.track_of[usize::from(goal)]].0;
        for from in (first..goal).rev() {
            let bound = self.next_stop(from, goal);
            far[usize::from(from)] = self.edges[usize::from(from)]
                .range(from + 1..=bound)
                .filter(|(to, _)| {
                    let mut all = components.iter();
                    all.any(|component| self.offered(*component, from, **to))
                })
                .filter_map(|(to, _)| far[usize::from(*to)])
                .min()
                .map(|rest| rest + 1);
        }
        far
    }

    /// The first stop beyond a version: nothing may be moved past it from there.
    pub fn next_stop(&self, from: At, goal: At) -> At {
        let above = self.stops.iter().find(|stop| **stop > from);
        let same = above.filter(|stop| {
            self.track_of[usize::from(**stop)] == self.track_of[usize::from(goal)]
        });
        same.copied().map_or(goal, |stop| stop.min(goal))
    }
}

fn at(index: usize) -> At {
    At::try_from(index).unwrap_or(At::MAX)
}
