//! A cluster in the mind of the second judge, moved one member at a time.
//!
//! Members that run the same are counted, not repeated, so that five thousand of them are judged as
//! quickly as five, and still one by one.
//! Must never know: a plan's author. Stories: `tests/it/audit.rs`.

use super::Objection;
use super::rules::{self, Near, Runs, is_main, lives_with, pair, path, path_back, same_scheme};
use crate::catalog::{Catalog, Moved, Raising, Turn, Within};
use crate::names::{Component, LevelName, MemberId};
use crate::plan::{Hold, Hop, Move, Raise, Stage};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::version::{Range, Version};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

type Broken = BTreeSet<(String, String)>;

/// Where members stand and what they run.
type Stand = (Option<String>, Runs);

/// Which way members may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Up,
    Down,
}

pub(super) struct Walk<'a> {
    catalog: &'a Catalog,
    policy: &'a Policy,
    course: Course,
    snapshot: &'a Snapshot,
    left: &'a BTreeSet<MemberId>,
    runs: BTreeMap<MemberId, Runs>,
    /// How many members run the same in the same zone, where some rule looks at zones.
    counts: BTreeMap<Stand, usize>,
    levels: BTreeMap<LevelName, u16>,
    /// Pairs judged before: the same two are met at each of a thousand moves.
    judged: BTreeMap<(Runs, Runs, Near), Broken>,
    broken: Broken,
    pub objections: Vec<Objection>,
}

impl<'a> Walk<'a> {
    pub fn new(
        catalog: &'a Catalog,
        policy: &'a Policy,
        snapshot: &'a Snapshot,
        left: &'a BTreeSet<MemberId>,
        course: Course,
    ) -> Self {
        let runs: BTreeMap<MemberId, Runs> = snapshot
            .members
            .values()
            .map(|m| (m.id.clone(), m.components.clone()))
            .collect();
        let absent = catalog.levels.iter();
        let mut levels: BTreeMap<LevelName, u16> =
            absent.map(|facts| (facts.name.clone(), facts.absent)).collect();
        let seen = snapshot.levels.iter();
        levels.extend(seen.map(|(name, level)| (name.clone(), level.finalized)));
        let mut walk = Self {
            catalog,
            policy,
            course,
            snapshot,
            left,
            runs: BTreeMap::new(),
            counts: BTreeMap::new(),
            levels,
            judged: BTreeMap::new(),
            broken: Broken::new(),
            objections: Vec::new(),
        };
        for (id, one) in runs {
            *walk.counts.entry(walk.stand(&id, &one)).or_default() += 1;
            walk.runs.insert(id, one);
        }
        walk.broken = walk.look();
        walk
    }

    fn stand(&self, id: &MemberId, runs: &Runs) -> Stand {
        let zoned = self.catalog.skew.iter().any(|r| r.within == Within::Zone);
        let member = self.snapshot.members.get(id).filter(|_| zoned);
        (member.and_then(|m| m.zone.clone()), runs.clone())
    }

    pub fn object(&mut self, step: &str, rule: &str, what: String) {
        self.objections.push(Objection {
            step: step.into(),
            rule: rule.into(),
            what,
        });
    }

    /// Everything that stands broken now.
    fn look(&mut self) -> Broken {
        let mut broken = Broken::new();
        let kinds: Vec<(&Stand, usize)> = self.counts.iter().map(|(s, n)| (s, *n)).collect();
        let catalog = self.catalog;
        for (i, ((zone, one), count)) in kinds.iter().enumerate() {
            for (j, ((other_zone, other), _)) in kinds.iter().enumerate().skip(i) {
                // One member alone does not stand beside itself, but its own components do.
                let mut near = vec![if zone == other_zone {
                    Near::Zone
                } else {
                    Near::Cluster
                }];
                if i == j {
                    near.push(Near::Same);
                    if *count == 1 && one.len() == 1 {
                        continue;
                    }
                }
                for near in near {
                    let key = (one.clone(), other.clone(), near);
                    let known = self
                        .judged
                        .entry(key)
                        .or_insert_with(|| pair(catalog, one, other, near));
                    broken.extend(known.iter().cloned());
                }
            }
            let main = one.iter().filter(|(name, _)| is_main(catalog, name));
            for (component, release) in main {
                for (level, number) in &self.levels {
                    if counts(catalog, &self.levels, level)
                        && !lives_with(catalog, release, level, *number)
                    {
                        let what = format!("{component} {release} with {level} at {number}");
                        broken.insert(("level".into(), what));
                    }
                }
            }
        }
        broken
    }

    /// Objects to all that is broken now and was not before.
    fn judge(&mut self, step: &str) {
        let now = self.look();
        let new: Vec<(String, String)> = now.difference(&self.broken).cloned().collect();
        for (rule, what) in new {
            self.object(step, &rule, what);
        }
        self.broken = now;
    }

    pub fn take_move(&mut self, step: &str, stage: &Move) {
        if stage.members.is_empty() {
            self.object(step, "member", "moves nobody".into());
        }
        for id in &stage.members {
            let step = format!("{step}, member {id}");
            let Some(runs) = self.runs.get(id).cloned() else {
                self.object(&step, "member", "is not in the cluster".into());
                continue;
            };
            if self.left.contains(id) {
                self.object(&step, "member", "was to stay as it is".into());
            }
            if !runs.contains_key(&stage.component) {
                self.object(&step, "member", format!("carries no {}", stage.component));
            }
            let catalog = self.catalog;
            let elsewhere = |name: &Component| {
                let mut facts = catalog.components.iter();
                facts.any(|facts| &facts.name == name && facts.moved == Moved::Elsewhere)
            };
            let moves = |name: &Component| {
                same_scheme(catalog, name, &stage.component) && !elsewhere(name)
            };
            let mut moving = runs.iter().filter(|(name, _)| moves(name));
            if moving.all(|(_, release)| *release == stage.to) {
                self.object(&step, "member", format!("is moved to {} again", stage.to));
            }
            if elsewhere(&stage.component) {
                self.object(&step, "member", "is moved by somebody else".into());
            }
            let leaving = runs.iter().filter(|(name, _)| moves(name));
            for (component, release) in leaving.filter(|(_, release)| **release != stage.to) {
                if !stage.from.contains(release) {
                    let what =
                        format!("{component} runs {release}, which the stage does not expect");
                    self.object(&step, "member", what);
                }
                let hop = rules::Hop {
                    component,
                    from: release,
                    to: &stage.to,
                };
                let open = match self.course {
                    Course::Up => {
                        path(self.catalog, self.policy, self.snapshot, &self.levels, hop)
                    }
                    Course::Down => path_back(self.catalog, hop),
                };
                if !open {
                    let what = format!("no supported path leads from {release} to {}", stage.to);
                    self.object(&step, "path", what);
                }
            }
            let moved: Runs = runs
                .iter()
                .map(|(name, release)| {
                    let at = if moves(name) { &stage.to } else { release };
                    (name.clone(), at.clone())
                })
                .collect();
            self.put(id, &runs, moved);
            self.judge(&step);
        }
    }

    fn put(&mut self, id: &MemberId, old: &Runs, new: Runs) {
        let old = self.stand(id, old);
        if let Some(count) = self.counts.get_mut(&old) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&old);
            }
        }
        *self.counts.entry(self.stand(id, &new)).or_default() += 1;
        self.runs.insert(id.clone(), new);
    }

    pub fn take_raise(&mut self, step: &str, raise: &Raise) {
        let stands = self.levels.get(&raise.level).copied().unwrap_or(0);
        if stands != raise.from || raise.to <= raise.from {
            let what = format!("{} stands at {stands}, not {}", raise.level, raise.from);
            self.object(step, "level", what);
        }
        let facts = self
            .catalog
            .levels
            .iter()
            .find(|facts| facts.name == raise.level);
        if facts.is_none_or(|facts| facts.raise != Raising::OnFinalize) {
            let what = format!("{} is raised only when asked for by name", raise.level);
            self.object(step, "level", what);
        }
        self.levels.insert(raise.level.clone(), raise.to);
        self.judge(step);
    }

    /// Steps that humans do: they stand in the catalog, and their level is raised where it may be.
    pub fn take_hold(&mut self, step: &str, hold: &Hold) {
        let catalog = self.catalog;
        let facts = catalog.levels.iter().find(|facts| facts.name == hold.level);
        let Some(facts) = facts.filter(|facts| facts.raise == Raising::ByHumans) else {
            self.object(step, "level", format!("{} is not raised by humans", hold.level));
            return;
        };
        if !facts.procedure.iter().any(|human| human.title == hold.title) {
            let what = format!("{} has no step {}", hold.level, hold.title);
            self.object(step, "level", what);
        }
        if let Some(range) = &facts.raised_at {
            let mut runs = self.runs.values().flatten();
            if runs.any(|(name, release)| is_main(catalog, name) && !range.holds(release)) {
                let what = format!("{} is raised only while all run {range}", hold.level);
                self.object(step, "level", what);
            }
        }
        self.levels.insert(hold.level.clone(), hold.to);
        for (name, number) in &facts.brings {
            let stands = self.levels.entry(name.clone()).or_default();
            *stands = (*stands).max(*number);
        }
        self.judge(step);
    }

    /// Each action of the catalog that this hop asks for stands once on its side of the members of its
    /// component.
    pub fn take_actions(&mut self, step: &str, hop: &Hop) {
        let catalog = self.catalog;
        for facts in &catalog.actions {
            let carries = |stage: &Stage| match stage {
                Stage::Move(stage) => {
                    same_scheme(self.catalog, &stage.component, &facts.after)
                        && stage.members.iter().any(|id| {
                            let member = self.snapshot.members.get(id);
                            member.is_some_and(|m| m.components.contains_key(&facts.after))
                        })
                }
                Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => false,
            };
            let is_it = |stage: &Stage| match stage {
                Stage::Act(act) => act.action == facts.name,
                Stage::Move(_) | Stage::Raise(_) | Stage::Hold(_) => false,
            };
            let leaves = |range: &Range| {
                hop.stages.iter().any(|stage| match stage {
                    Stage::Move(stage) => stage.from.iter().any(|from| range.holds(from)),
                    Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => false,
                })
            };
            let asked = facts.from.as_ref().is_none_or(leaves)
                && facts.to.as_ref().is_none_or(|to| to.holds(&hop.to));
            let place = match facts.turn {
                Turn::After => hop.stages.iter().rposition(carries).map(|at| at..hop.stages.len()),
                Turn::Before => hop.stages.iter().position(carries).map(|at| 0..at),
            };
            let count = hop.stages.iter().filter(|stage| is_it(stage)).count();
            let wrong = match place.filter(|_| asked) {
                Some(place) => count != 1 || !hop.stages[place].iter().any(is_it),
                None => count != 0,
            };
            if wrong {
                let side = match facts.turn {
                    Turn::After => "follow the last",
                    Turn::Before => "come before the first",
                };
                let what = format!("{} does not {side} {} once", facts.name, facts.after);
                self.object(step, "action", what);
            }
        }
    }

    /// What runs on members that are to move.
    fn releases(&self) -> impl Iterator<Item = &Version> {
        let movers = self.runs.iter().filter(|(id, _)| !self.left.contains(*id));
        let runs = movers.flat_map(|(_, runs)| runs.iter());
        runs.filter(|(name, _)| is_main(self.catalog, name))
            .map(|(_, release)| release)
    }

    /// What ran at the start on members that are to move.
    pub fn began(&self) -> BTreeSet<Version> {
        let members = self.snapshot.members.values();
        let movers = members.filter(|m| !self.left.contains(&m.id));
        let runs = movers.flat_map(|m| m.components.iter());
        runs.filter(|(name, _)| is_main(self.catalog, name))
            .map(|(_, release)| release.clone())
            .collect()
    }

    pub fn newest(&self) -> Option<Version> {
        self.releases().max().cloned()
    }

    pub fn all_at_least(&self, stop: &Version) -> bool {
        self.releases().all(|release| release >= stop)
    }

    /// Whether a member that started before a stop stands beyond it now.
    pub fn passed(&self, stop: &Version) -> bool {
        self.runs.iter().any(|(id, runs)| {
            let began = self.snapshot.members.get(id);
            let main = |(name, _): &(&Component, &Version)| is_main(self.catalog, name);
            let before = began.is_some_and(|m| {
                let mut all = m.components.iter().filter(main);
                all.any(|(_, v)| v < stop)
            });
            let mut now = runs.iter().filter(main);
            before && now.any(|(_, release)| release > stop)
        })
    }

    pub fn all_exactly(&mut self, release: &Version) {
        let catalog = self.catalog;
        self.exactly(|name| is_main(catalog, name), release);
    }

    pub fn component_exactly(&mut self, component: &Component, release: &Version) {
        self.exactly(|name| name == component, release);
    }

    fn exactly(&mut self, asked: impl Fn(&Component) -> bool, release: &Version) {
        let short: Vec<MemberId> = self
            .runs
            .iter()
            .filter(|(id, runs)| {
                let mut runs = runs.iter();
                !self.left.contains(*id) && runs.any(|(name, v)| asked(name) && v != release)
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in short {
            let what = format!("member {id} does not end at {release}");
            self.object("end", "goal", what);
        }
    }

    pub fn all_raised(&mut self, release: &Version) {
        let catalog = self.catalog;
        for facts in catalog
            .levels
            .iter()
            .filter(|f| f.raise == Raising::OnFinalize)
        {
            let stands = self.levels.get(&facts.name).copied().unwrap_or(0);
            let mut lines = catalog.lines.iter().filter(|l| l.track.is_main());
            let line = lines.find(|l| l.line.names(&release.line()));
            let high = line
                .and_then(|l| l.levels.get(&facts.name))
                .map_or(0, |(_, high)| *high);
            let behind = |id: &MemberId| {
                let runs = self.runs.get(id);
                let mut all = runs.into_iter().flat_map(Runs::values);
                all.any(|v| !lives_with(catalog, v, &facts.name, high))
            };
            if stands < high && !self.left.iter().any(behind) {
                let what = format!("{} ends at {stands}, not {high}", facts.name);
                self.object("end", "goal", what);
            }
        }
    }
}

/// Whether a level counts with all levels as they stand.
fn counts(catalog: &Catalog, levels: &BTreeMap<LevelName, u16>, level: &LevelName) -> bool {
    let facts = catalog.levels.iter().find(|facts| &facts.name == level);
    let when = facts.and_then(|facts| facts.when.as_ref());
    when.is_none_or(|(other, least)| levels.get(other).copied().unwrap_or(0) >= *least)
}
