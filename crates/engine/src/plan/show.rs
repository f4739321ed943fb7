//! A way of steps, written as a plan: hops, stages, mixes, hazards, what is left, expected time.
//!
//! Must never know: why this way was chosen. Stories: `tests/it/kafka.rs`.

use super::effort::{expected, one_by_one};
use super::order::order;
use super::search::Step;
use super::seen::Seen;
use super::world::{At, World};
use super::{Act, Goal, HazardMet, Hold, Hop, MixShown, Move, Plan, Raise, Stage, finalize};
use crate::catalog::{ActionFacts, Catalog, Human, Turn};
use crate::hash::Hash;
use crate::names::{Component, LevelName, Track};
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::time::Ms;
use crate::version::{Range, Version};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Hops with the mixes passed on them.
#[derive(Debug)]
pub(super) struct Draft {
    hops: Vec<Hop>,
    mixes: Vec<MixShown>,
}

impl Draft {
    /// Of hops that move nothing.
    pub fn raising(hops: Vec<Hop>) -> Self {
        Self {
            hops,
            mixes: Vec::new(),
        }
    }

    /// Of the steps of a search.
    pub fn moving(world: &World, seen: &Seen, steps: &[Step]) -> Self {
        let mut hand = Hand {
            world,
            seen,
            stands: world.groups.iter().map(|g| g.start.clone()).collect(),
            draft: Self::raising(Vec::new()),
        };
        for (index, step) in steps.iter().enumerate() {
            hand.take(step, &steps[index + 1..]);
        }
        let mut draft = hand.draft;
        for hop in &mut draft.hops {
            act(world.catalog, seen.snapshot, hop);
        }
        draft
    }

    /// Raises levels after the last hop, in a hop of its own where nothing moves.
    pub fn finalize(&mut self, catalog: &Catalog, seen: &Seen, release: &Version) {
        let mut raises = finalize::raises(
            catalog,
            release,
            &self.levels(seen),
            "finalizing was asked for with the upgrade",
        );
        raises.retain(|raise| finalize::cannot_live(catalog, seen, raise).is_none());
        let stages = raises.into_iter().map(Stage::Raise);
        match self.hops.last_mut() {
            Some(last) => last.stages.extend(stages),
            None => {
                let stages: Vec<Stage> = stages.collect();
                if !stages.is_empty() {
                    self.hops.push(Hop {
                        to: release.clone(),
                        stages,
                    });
                }
            }
        }
    }

    /// Levels as they stand after all of it.
    fn levels(&self, seen: &Seen) -> BTreeMap<LevelName, u16> {
        let mut levels = seen.levels.clone();
        for stage in self.hops.iter().flat_map(|hop| &hop.stages) {
            match stage {
                Stage::Raise(raise) => {
                    levels.insert(raise.level.clone(), raise.to);
                }
                Stage::Hold(hold) => {
                    levels.insert(hold.level.clone(), hold.to);
                    let facts = seen.catalog.level(&hold.level);
                    for (name, number) in facts.into_iter().flat_map(|facts| &facts.brings) {
                        let stands = levels.entry(name.clone()).or_default();
                        *stands = (*stands).max(*number);
                    }
                }
                Stage::Move(_) | Stage::Act(_) => {}
            }
        }
        levels
    }
}

/// Writes steps down one after the other.
struct Hand<'a> {
    world: &'a World<'a>,
    seen: &'a Seen<'a>,
    /// By group: what each component runs.
    stands: Vec<Vec<u16>>,
    draft: Draft,
}

impl Hand<'_> {
    fn take(&mut self, step: &Step, rest: &[Step]) {
        match step {
            Step::Move {
                class,
                strand,
                to,
                groups,
            } => self.take_move(*class, *strand, *to, groups),
            Step::Raise { axis, from, to } => {
                let raised = self.raised(*axis, *from, *to, rest);
                let stays = self.seen.releases().into_iter().max();
                match (self.draft.hops.last_mut(), stays) {
                    (Some(hop), _) => hop.stages.extend(raised),
                    (None, Some(to)) => self.draft.hops.push(Hop { to, stages: raised }),
                    (None, None) => {}
                }
            }
        }
    }

    fn take_move(&mut self, class: usize, strand: usize, to: At, groups: &[(usize, Vec<At>)]) {
        let world = self.world;
        let version = world.version(to).clone();
        let parts = &world.classes[class].strands[strand].parts;
        let carried: Vec<&Component> = parts
            .iter()
            .map(|part| world.component(world.classes[class].components[*part]))
            .collect();
        let Some(first) = carried.first() else {
            return;
        };
        let from: BTreeSet<Version> = groups
            .iter()
            .flat_map(|(_, runs)| runs)
            .map(|at| world.version(*at).clone())
            .collect();
        let facts = || {
            carried
                .iter()
                .filter_map(|name| world.catalog.component(name))
        };
        let mut disturbs: Vec<&str> = facts().map(|f| f.disturbs.as_str()).collect();
        disturbs.dedup();
        let mut stage = Move {
            component: (*first).clone(),
            from,
            to: version.clone(),
            members: groups
                .iter()
                .flat_map(|(group, _)| world.groups[*group].members.iter().cloned())
                .collect(),
            disturbs: disturbs.join("; "),
            each: facts().map(|f| f.restart_ms).max().unwrap_or_default(),
        };
        stage.members = order(&stage, &stage.members, self.seen.snapshot);
        let label = label(&carried, &stage);
        if stage.members.len() > 1 {
            let mut runs = self.runs();
            for name in &carried {
                runs.entry((*name).clone())
                    .or_default()
                    .insert(version.clone());
            }
            self.show(format!("{label}, under way"), runs);
        }
        for (group, _) in groups {
            for part in parts {
                self.stands[*group][*part] = to;
            }
        }
        let runs = self.runs();
        self.show(format!("{label}, done"), runs);
        let same = self
            .draft
            .hops
            .last()
            .is_some_and(|hop| hop.to == version && hop.stages.iter().any(|s| s.moves() > 0));
        match self.draft.hops.last_mut() {
            Some(hop) if same => hop.stages.push(Stage::Move(stage)),
            Some(_) | None => self.draft.hops.push(Hop {
                to: version,
                stages: alloc::vec![Stage::Move(stage)],
            }),
        }
    }

    /// A level that is raised, by windlass or by humans.
    fn raised(&self, axis: usize, from: u16, to: u16, rest: &[Step]) -> Vec<Stage> {
        let catalog = self.world.catalog;
        let name = &self.world.axes[axis].name;
        let steps = catalog.level(name).map(|facts| facts.procedure.iter());
        let mut steps = steps.into_iter().flatten().peekable();
        if steps.peek().is_none() {
            return alloc::vec![Stage::Raise(self.raise(axis, from, to, rest))];
        }
        let hold = |human: &Human| {
            Stage::Hold(Hold {
                level: name.clone(),
                to,
                named: catalog.level_named(name, to),
                title: human.title.clone(),
                what: human.what.clone(),
                proof: human.proof.clone(),
                no_return: human.no_return,
                source: human.source.clone(),
            })
        };
        steps.map(hold).collect()
    }

    fn raise(&self, axis: usize, from: u16, to: u16, rest: &[Step]) -> Raise {
        let catalog = self.world.catalog;
        let level = self.world.axes[axis].name.clone();
        let next = rest.iter().find_map(|step| match step {
            Step::Move { to, .. } => Some(self.world.version(*to)),
            Step::Raise { .. } => None,
        });
        let named = (
            catalog.level_named(&level, from),
            catalog.level_named(&level, to),
        );
        let why = match next {
            Some(next) => format!("{next} is reached only with {level} at {} or more", named.1),
            None => format!("a later step asks for {level} at {} or more", named.1),
        };
        Raise {
            level,
            from,
            to,
            named,
            why,
        }
    }

    fn runs(&self) -> BTreeMap<Component, BTreeSet<Version>> {
        let mut runs: BTreeMap<Component, BTreeSet<Version>> = BTreeMap::new();
        for class in &self.world.classes {
            for group in &class.groups {
                for (index, at) in class.components.iter().zip(&self.stands[*group]) {
                    runs.entry(self.world.component(*index).clone())
                        .or_default()
                        .insert(self.world.version(*at).clone());
                }
            }
        }
        runs
    }

    fn show(&mut self, step: String, runs: BTreeMap<Component, BTreeSet<Version>>) {
        self.draft.mixes.push(MixShown { step, runs });
    }
}

/// `controller and broker 3.9.1 → 4.0.2`.
fn label(carried: &[&Component], stage: &Move) -> String {
    let names: Vec<&str> = carried.iter().map(|name| name.as_str()).collect();
    let from: Vec<String> = stage.from.iter().map(ToString::to_string).collect();
    format!("{} {} → {}", names.join(" and "), from.join(", "), stage.to)
}

/// Puts each action behind the last stage of its hop that moves members of its component, or before
/// the first.
fn act(catalog: &Catalog, snapshot: &Snapshot, hop: &mut Hop) {
    let bound = |facts: &&ActionFacts| {
        let from: BTreeSet<&Version> = hop.stages.iter().flat_map(leaves).collect();
        let to = facts.to.as_ref().is_none_or(|to| to.holds(&hop.to));
        let comes = |range: &Range| from.iter().any(|v| range.holds(v));
        // What is done before members, or by hand, is told for ways up; on the way back only what a run
        // does after any move.
        let back = from.iter().any(|v| *v > &hop.to);
        let any_way = facts.turn == Turn::After && facts.by_hand.is_none();
        if back && !any_way {
            return false;
        }
        to && facts.from.as_ref().is_none_or(comes)
    };
    let facts: Vec<&ActionFacts> = catalog.actions.iter().filter(bound).collect();
    let carries = |stage: &Stage, name: &Component| match stage {
        Stage::Move(step) => {
            catalog.track_of(&step.component) == catalog.track_of(name)
                && step.members.iter().any(|id| {
                    let member = snapshot.members.get(id);
                    member.is_some_and(|m| m.components.contains_key(name))
                })
        }
        Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => false,
    };
    let stage = |facts: &ActionFacts| {
        Stage::Act(Act {
            action: facts.name.clone(),
            what: facts.what.clone(),
            by_hand: facts.by_hand.clone(),
        })
    };
    for facts in facts.iter().rev() {
        let mut stages = hop.stages.iter();
        let at = match facts.turn {
            Turn::After => stages
                .rposition(|s| carries(s, &facts.after))
                .map(|at| at + 1),
            Turn::Before => None,
        };
        if let Some(at) = at {
            hop.stages.insert(at, stage(facts));
        }
    }
    for facts in &facts {
        let mut stages = hop.stages.iter();
        let at = match facts.turn {
            Turn::Before => stages.position(|s| carries(s, &facts.after)),
            Turn::After => None,
        };
        if let Some(at) = at {
            hop.stages.insert(at, stage(facts));
        }
    }
}

/// Joins everything into a plan.
pub(super) fn write(
    catalog: &Catalog,
    policy: &Policy,
    seen: &Seen,
    goal: &Goal,
    parent: Option<Hash>,
    release: Option<Version>,
    draft: Draft,
) -> Plan {
    let levels = draft.levels(seen);
    let left = release.map(|release| finalize::left(catalog, &release, &levels));
    let mut plan = Plan {
        parent,
        identity: seen.identity.clone(),
        goal: goal.clone(),
        start: seen.runs(),
        hazards: hazards(catalog, &draft.hops),
        hops: draft.hops,
        mixes: draft.mixes,
        left: left.unwrap_or_default(),
        expected: Ms::default(),
        one_by_one: Ms::default(),
    };
    plan.expected = expected(&plan, policy, seen.snapshot);
    plan.one_by_one = one_by_one(&plan, policy);
    plan
}

/// Known trouble at each release where members land. What holds from some release on for ever is no
/// trouble of one release but of the step into it, and is told there only.
fn hazards(catalog: &Catalog, hops: &[Hop]) -> Vec<HazardMet> {
    let mut met = Vec::new();
    let mut landed = BTreeSet::new();
    for hop in hops {
        let tracks: BTreeSet<Track> = hop
            .stages
            .iter()
            .filter_map(|stage| match stage {
                Stage::Move(step) => Some(catalog.track_of(&step.component)),
                Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => None,
            })
            .collect();
        let from: BTreeSet<&Version> = hop.stages.iter().flat_map(leaves).collect();
        if from.is_empty() || !landed.insert(&hop.to) {
            continue;
        }
        let entered = |at: &Range| at.to.is_some() || !from.iter().all(|v| at.holds(v));
        let here = catalog
            .hazards
            .iter()
            .filter(|h| tracks.contains(&h.track) && h.at.holds(&hop.to) && entered(&h.at));
        met.extend(here.map(|h| HazardMet {
            id: h.id.clone(),
            release: hop.to.clone(),
            applies_if: h.applies_if.clone(),
            what: h.what.clone(),
            source: h.source.clone(),
        }));
    }
    met
}

/// The releases that a stage's members leave.
fn leaves(stage: &Stage) -> impl Iterator<Item = &Version> {
    match stage {
        Stage::Move(step) => Some(&step.from),
        Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => None,
    }
    .into_iter()
    .flatten()
}
