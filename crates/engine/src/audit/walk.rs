//! A cluster in the mind of the second judge, moved one member at a time.
//!
//! Members that run the same are counted, not repeated, so that five thousand of them are judged as
//! quickly as five, and still one by one.
//! Must never know: a plan's author. Stories: `tests/it/audit.rs`.

use super::Objection;
use super::rules::{Runs, lives_with, pair, path, path_back};
use crate::catalog::{Catalog, Raising};
use crate::names::{LevelName, MemberId};
use crate::plan::{Hop, Move, Raise, Stage};
use crate::snapshot::Snapshot;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

type Broken = BTreeSet<(String, String)>;

/// Which way members may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Up,
    Down,
}

pub(super) struct Walk<'a> {
    catalog: &'a Catalog,
    course: Course,
    snapshot: &'a Snapshot,
    left: &'a BTreeSet<MemberId>,
    runs: BTreeMap<MemberId, Runs>,
    /// How many members run the same.
    counts: BTreeMap<Runs, usize>,
    levels: BTreeMap<LevelName, u16>,
    /// Pairs judged before: the same two are met at each of a thousand moves.
    judged: BTreeMap<(Runs, Runs), Broken>,
    broken: Broken,
    pub objections: Vec<Objection>,
}

impl<'a> Walk<'a> {
    pub fn new(
        catalog: &'a Catalog,
        snapshot: &'a Snapshot,
        left: &'a BTreeSet<MemberId>,
        course: Course,
    ) -> Self {
        let runs: BTreeMap<MemberId, Runs> = snapshot
            .members
            .values()
            .map(|m| (m.id.clone(), m.components.clone()))
            .collect();
        let mut counts: BTreeMap<Runs, usize> = BTreeMap::new();
        for one in runs.values() {
            *counts.entry(one.clone()).or_default() += 1;
        }
        let levels = snapshot.levels.iter();
        let mut walk = Self {
            catalog,
            course,
            snapshot,
            left,
            runs,
            counts,
            levels: levels
                .map(|(name, level)| (name.clone(), level.finalized))
                .collect(),
            judged: BTreeMap::new(),
            broken: Broken::new(),
            objections: Vec::new(),
        };
        walk.broken = walk.look();
        walk
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
        let kinds: Vec<(Runs, usize)> = self.counts.iter().map(|(r, n)| (r.clone(), *n)).collect();
        for (i, (one, count)) in kinds.iter().enumerate() {
            for (j, (other, _)) in kinds.iter().enumerate().skip(i) {
                // One member alone does not stand beside itself, but its own components do.
                if i == j && *count == 1 && one.len() == 1 {
                    continue;
                }
                let catalog = self.catalog;
                let known = self
                    .judged
                    .entry((one.clone(), other.clone()))
                    .or_insert_with(|| pair(catalog, one, other));
                broken.extend(known.iter().cloned());
            }
            for (component, release) in one {
                for (level, number) in &self.levels {
                    if !lives_with(self.catalog, release, level, *number) {
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
            if runs.values().all(|release| *release == stage.to) {
                self.object(&step, "member", format!("is moved to {} again", stage.to));
            }
            for (component, release) in runs.iter().filter(|(_, release)| **release != stage.to) {
                if !stage.from.contains(release) {
                    let what =
                        format!("{component} runs {release}, which the stage does not expect");
                    self.object(&step, "member", what);
                }
                let open = match self.course {
                    Course::Up => path(self.catalog, &self.levels, release, &stage.to),
                    Course::Down => path_back(self.catalog, release, &stage.to),
                };
                if !open {
                    let what = format!("no supported path leads from {release} to {}", stage.to);
                    self.object(&step, "path", what);
                }
            }
            let moved: Runs = runs
                .keys()
                .map(|name| (name.clone(), stage.to.clone()))
                .collect();
            self.put(id, &runs, moved);
            self.judge(&step);
        }
    }

    fn put(&mut self, id: &MemberId, old: &Runs, new: Runs) {
        if let Some(count) = self.counts.get_mut(old) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(old);
            }
        }
        *self.counts.entry(new.clone()).or_default() += 1;
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
        if facts.is_none_or(|facts| facts.raise == Raising::OnlyAsked) {
            let what = format!("{} is raised only when asked for by name", raise.level);
            self.object(step, "level", what);
        }
        self.levels.insert(raise.level.clone(), raise.to);
        self.judge(step);
    }

    /// Each action of the catalog follows the last member of its component, once.
    pub fn take_actions(&mut self, step: &str, hop: &Hop) {
        for facts in &self.catalog.actions {
            let carries = |stage: &Stage| match stage {
                Stage::Move(stage) => stage.members.iter().any(|id| {
                    let member = self.snapshot.members.get(id);
                    member.is_some_and(|m| m.components.contains_key(&facts.after))
                }),
                Stage::Raise(_) | Stage::Act(_) => false,
            };
            let is_it = |stage: &Stage| match stage {
                Stage::Act(act) => act.action == facts.name,
                Stage::Move(_) | Stage::Raise(_) => false,
            };
            let wrong = match hop.stages.iter().rposition(carries) {
                Some(last) => {
                    !hop.stages[last..].iter().any(is_it)
                        || hop.stages.iter().filter(|s| is_it(s)).count() != 1
                }
                None => hop.stages.iter().any(is_it),
            };
            if wrong {
                let what = format!(
                    "{} does not follow the last {} once",
                    facts.name, facts.after
                );
                self.objections.push(Objection {
                    step: step.into(),
                    rule: "action".into(),
                    what,
                });
            }
        }
    }

    /// What runs on members that are to move.
    fn releases(&self) -> impl Iterator<Item = &Version> {
        let movers = self.runs.iter().filter(|(id, _)| !self.left.contains(*id));
        movers.flat_map(|(_, runs)| runs.values())
    }

    /// What ran at the start on members that are to move.
    pub fn began(&self) -> BTreeSet<Version> {
        let members = self.snapshot.members.values();
        let movers = members.filter(|m| !self.left.contains(&m.id));
        movers
            .flat_map(|m| m.components.values().cloned())
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
            let before = began.is_some_and(|m| m.components.values().any(|v| v < stop));
            before && runs.values().any(|release| release > stop)
        })
    }

    pub fn all_exactly(&mut self, release: &Version) {
        let short: Vec<MemberId> = self
            .runs
            .iter()
            .filter(|(id, runs)| !self.left.contains(*id) && runs.values().any(|v| v != release))
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
            let line = catalog.lines.iter().find(|l| l.line.names(&release.line()));
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
