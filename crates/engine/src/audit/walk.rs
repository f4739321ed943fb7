//! A cluster in the mind of the second judge, moved one member at a time.
//!
//! Members that run the same are counted, not repeated, so that five thousand of them are judged as
//! quickly as five, and still one by one.
//! Must never know: a plan's author. Stories: `tests/it/audit.rs`.

use super::Objection;
use super::book::Book;
use super::rules::{self, Runs, is_main, lives_with, path, path_back, same_scheme};
use super::stands::{Broken, Stands};
use crate::catalog::{Catalog, Moved, Raising, Turn};
use crate::names::{Component, LevelName, MemberId};
use crate::plan::{Hold, Hop, Move, Raise, Stage};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::version::{Range, Version};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Rules that are not kept, each with what is wrong in words.
type Wrongs = Vec<(&'static str, String)>;

/// Which way members may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Up,
    Down,
}

pub(super) struct Walk<'a> {
    book: &'a Book<'a>,
    catalog: &'a Catalog,
    policy: &'a Policy,
    course: Course,
    snapshot: &'a Snapshot,
    left: &'a BTreeSet<MemberId>,
    /// By member: its kind.
    runs: BTreeMap<MemberId, usize>,
    stands: Stands<'a>,
    levels: BTreeMap<LevelName, u16>,
    broken: Broken,
    pub objections: Vec<Objection>,
}

impl<'a> Walk<'a> {
    pub fn new(
        book: &'a Book<'a>,
        policy: &'a Policy,
        snapshot: &'a Snapshot,
        left: &'a BTreeSet<MemberId>,
        course: Course,
    ) -> Self {
        let catalog = book.catalog;
        let absent = catalog.levels.iter();
        let mut levels: BTreeMap<LevelName, u16> = absent
            .map(|facts| (facts.name.clone(), facts.absent))
            .collect();
        let seen = snapshot.levels.iter();
        levels.extend(seen.map(|(name, level)| (name.clone(), level.finalized)));
        let mut walk = Self {
            book,
            catalog,
            policy,
            course,
            snapshot,
            left,
            runs: BTreeMap::new(),
            stands: Stands::new(book),
            levels,
            broken: Broken::new(),
            objections: Vec::new(),
        };
        for member in snapshot.members.values() {
            let zone = walk.stands.zone(member.zone.as_ref());
            let kind = walk.stands.id(zone, &member.components);
            walk.stands.add(kind);
            walk.runs.insert(member.id.clone(), kind);
        }
        walk.broken = walk.stands.broken(&walk.levels);
        walk
    }

    pub fn object(&mut self, step: &str, rule: &str, what: String) {
        self.objections.push(Objection {
            step: step.into(),
            rule: rule.into(),
            what,
        });
    }

    /// Objects to all that is broken now and was not before.
    fn judge(&mut self, step: &str) {
        let now = self.stands.broken(&self.levels);
        let new: Vec<(String, String)> = now.difference(&self.broken).cloned().collect();
        for (rule, what) in new {
            self.object(step, &rule, what);
        }
        self.broken = now;
    }

    /// Whether something may be broken after one member went to a kind: where nothing stood broken, only
    /// what it brings counts.
    fn may_break(&mut self, to: usize) -> bool {
        !self.broken.is_empty() || !self.stands.broken_by(to, &self.levels).is_empty()
    }

    pub fn take_move(&mut self, step: &str, stage: &Move) {
        if stage.members.is_empty() {
            self.object(step, "member", "moves nobody".into());
        }
        // Members of one kind are moved alike: what is wrong with one is wrong with each.
        let mut known: BTreeMap<usize, (usize, Wrongs)> = BTreeMap::new();
        for id in &stage.members {
            let Some(kind) = self.runs.get(id).copied() else {
                self.object(&at(step, id), "member", "is not in the cluster".into());
                continue;
            };
            if self.left.contains(id) {
                self.object(&at(step, id), "member", "was to stay as it is".into());
            }
            let (to, wrong) = match known.get(&kind) {
                Some(known) => known.clone(),
                None => {
                    let found = self.moved(stage, kind);
                    known.insert(kind, found.clone());
                    found
                }
            };
            for (rule, what) in wrong {
                self.object(&at(step, id), rule, what);
            }
            self.runs.insert(id.clone(), to);
            if self.stands.shift(kind, to) && self.may_break(to) {
                self.judge(&at(step, id));
            }
        }
    }

    /// What a kind becomes when a stage moves it, and what is wrong with that by itself.
    fn moved(&mut self, stage: &Move, kind: usize) -> (usize, Wrongs) {
        let mut wrong = Vec::new();
        let catalog = self.catalog;
        let runs = self.stands.runs(kind).clone();
        if !runs.contains_key(&stage.component) {
            wrong.push(("member", format!("carries no {}", stage.component)));
        }
        let elsewhere = |name: &Component| {
            let mut facts = catalog.components.iter();
            facts.any(|facts| &facts.name == name && facts.moved == Moved::Elsewhere)
        };
        let moves =
            |name: &Component| same_scheme(catalog, name, &stage.component) && !elsewhere(name);
        let mut moving = runs.iter().filter(|(name, _)| moves(name));
        if moving.all(|(_, release)| *release == stage.to) {
            wrong.push(("member", format!("is moved to {} again", stage.to)));
        }
        if elsewhere(&stage.component) {
            wrong.push(("member", "is moved by somebody else".into()));
        }
        let leaving = runs.iter().filter(|(name, _)| moves(name));
        for (component, release) in leaving.filter(|(_, release)| **release != stage.to) {
            if !stage.from.contains(release) {
                let what = format!("{component} runs {release}, which the stage does not expect");
                wrong.push(("member", what));
            }
            let hop = rules::Hop {
                component,
                from: release,
                to: &stage.to,
            };
            let open = match self.course {
                Course::Up => path(self.book, self.policy, self.snapshot, &self.levels, hop),
                Course::Down => path_back(catalog, hop),
            };
            if !open {
                let what = format!("no supported path leads from {release} to {}", stage.to);
                wrong.push(("path", what));
            }
        }
        let moved: Runs = runs
            .iter()
            .map(|(name, release)| {
                let at = if moves(name) { &stage.to } else { release };
                (name.clone(), at.clone())
            })
            .collect();
        let zone = self.stands.zone_of(kind);
        (self.stands.id(zone, &moved), wrong)
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
            self.object(
                step,
                "level",
                format!("{} is not raised by humans", hold.level),
            );
            return;
        };
        if !facts
            .procedure
            .iter()
            .any(|human| human.title == hold.title)
        {
            let what = format!("{} has no step {}", hold.level, hold.title);
            self.object(step, "level", what);
        }
        if let Some(range) = &facts.raised_at {
            let outside = self
                .all_runs()
                .flatten()
                .any(|(name, release)| is_main(catalog, name) && !range.holds(release));
            if outside {
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
            let any_way = facts.turn == Turn::After && facts.by_hand.is_none();
            let asked = (self.course == Course::Up || any_way)
                && facts.from.as_ref().is_none_or(leaves)
                && facts.to.as_ref().is_none_or(|to| to.holds(&hop.to));
            let place = match facts.turn {
                Turn::After => hop
                    .stages
                    .iter()
                    .rposition(carries)
                    .map(|at| at..hop.stages.len()),
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
        let runs = movers.flat_map(|(_, kind)| self.stands.runs(*kind).iter());
        runs.filter(|(name, _)| is_main(self.catalog, name))
            .map(|(_, release)| release)
    }

    fn all_runs(&self) -> impl Iterator<Item = &Runs> {
        self.runs.values().map(|kind| self.stands.runs(*kind))
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
        self.runs.iter().any(|(id, kind)| {
            let runs = self.stands.runs(*kind);
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
            .filter(|(id, kind)| {
                let mut runs = self.stands.runs(**kind).iter();
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
                let runs = self.runs.get(id).map(|kind| self.stands.runs(*kind));
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

fn at(step: &str, member: &MemberId) -> String {
    format!("{step}, member {member}")
}
