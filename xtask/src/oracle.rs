//! A planner written apart, by brute force: it knows members, not classes, tries every order in which
//! members can have moved, and looks at every pair. Search and second judge are held against it.
//!
//! Must never know: how the engine plans. Tests: below, on a slice of every small world.

pub(crate) mod brute;
pub(crate) mod draw;
mod every;
pub(crate) mod tell;

use std::collections::BTreeMap;

use windlass_engine::audit::audit;
use windlass_engine::catalog::Catalog;
use windlass_engine::names::MemberId;
use windlass_engine::plan::{Atlas, Goal, Plan, Stage, plan_by};
use windlass_engine::policy::Policy;
use windlass_engine::version::Version;

use crate::turns;
use crate::workspace::{NotSo, Trouble};
use brute::{Facts, Turn, World};

/// How many worlds there are, how many were judged, and where the three differ.
#[derive(Debug, Default)]
pub struct Judged {
    pub worlds: usize,
    pub told: usize,
    /// How many had a way.
    pub open: usize,
    /// Damaged plans on which both verdicts were asked for.
    pub damaged: usize,
    /// Each with the world, as it can be drawn again.
    pub differ: Vec<String>,
}

impl Judged {
    fn add(&mut self, other: Self) {
        self.worlds = self.worlds.max(other.worlds);
        self.told += other.told;
        self.open += other.open;
        self.damaged += other.damaged;
        self.differ.extend(other.differ);
    }
}

/// One in so many of all small worlds, on as many threads as there are cores.
///
/// # Errors
/// When a world cannot be told to the engine.
pub fn small(every: usize) -> Result<Judged, Trouble> {
    shared(|turn, turns| {
        let mut bench = Bench::default();
        let mut mine = 0;
        let worlds = every::each(every, |world| {
            mine += 1;
            if mine % turns == turn {
                bench.judge(world)
            } else {
                Ok(())
            }
        })?;
        bench.judged.worlds = worlds;
        Ok(bench.judged)
    })
}

/// So many larger worlds, drawn by lot; the same for the same seed.
///
/// # Errors
/// When a world cannot be told to the engine.
pub fn larger(count: usize, seed: u64) -> Result<Judged, Trouble> {
    shared(|turn, turns| {
        let mut bench = Bench::default();
        for number in (turn..count).step_by(turns) {
            let world = draw::world(seed.wrapping_add(number as u64));
            bench.known.clear();
            bench.judge(&world)?;
        }
        bench.judged.worlds = count;
        Ok(bench.judged)
    })
}

fn shared(work: impl Fn(usize, usize) -> Result<Judged, NotSo> + Sync) -> Result<Judged, Trouble> {
    let mut judged = Judged::default();
    for part in turns::shared(work)? {
        judged.add(part);
    }
    Ok(judged)
}

/// Catalogs that were told already, and what was found.
#[derive(Default)]
struct Bench {
    known: BTreeMap<Facts, Catalog>,
    judged: Judged,
}

impl Bench {
    fn judge(&mut self, world: &World) -> Result<(), NotSo> {
        let catalog = match self.known.get(&world.facts) {
            Some(known) => known,
            None => {
                let told = tell::catalog(&world.facts)?;
                self.known.entry(world.facts.clone()).or_insert(told)
            }
        };
        let snapshot = tell::cluster(world)?;
        let (policy, left) = (Policy::default(), [].into());
        let goal = Goal::Version(tell::version(world.goal)?);
        let atlas = Atlas::of(catalog);
        let found = plan_by(&atlas, &policy, &snapshot, &goal, &left, None);
        let best = world.best();
        let judged = &mut self.judged;
        judged.told += 1;
        let mut differ = |what: String| judged.differ.push(format!("{what}: {world:?}"));
        let plan = match found {
            Ok(plan) => plan,
            Err(refusal) => {
                if let Some(best) = best {
                    differ(format!(
                        "refused ({}) where {best:?} is a way",
                        refusal.says
                    ));
                }
                return Ok(());
            }
        };
        if Some(cost(&plan)) != best {
            differ(format!("costs {:?}, by brute force {best:?}", cost(&plan)));
        }
        if !world.is_sound(&turns(&plan)) {
            differ(format!("some order of its members breaks: {}", told(&plan)));
        }
        if let Some(first) = audit(&plan, catalog, &policy, &snapshot, &left).first() {
            differ(format!(
                "the second judge objects ({first}) to {}",
                told(&plan)
            ));
        }
        let mut count = 0;
        for damaged in damages(&plan) {
            count += 1;
            let objections = audit(&damaged, catalog, &policy, &snapshot, &left);
            if objections.is_empty() != world.is_legal(&turns(&damaged)) {
                let first = objections.first().map(ToString::to_string);
                let says =
                    first.map_or_else(|| "lets pass".into(), |one| format!("objects ({one})"));
                differ(format!("the second judge {says} to {}", told(&damaged)));
            }
        }
        judged.open += 1;
        judged.damaged += count;
        Ok(())
    }
}

/// The plan with each of its stages left out, and with each two of a hop that follow each other
/// exchanged.
fn damages(plan: &Plan) -> impl Iterator<Item = Plan> {
    let places = plan.stages().map(|(hop, stage, _)| (hop, stage));
    let places: Vec<(usize, usize)> = places.collect();
    places.into_iter().flat_map(|(hop, stage)| {
        let mut without = plan.clone();
        without.hops[hop].stages.remove(stage);
        let turned = (stage > 0).then(|| {
            let mut turned = plan.clone();
            turned.hops[hop].stages.swap(stage - 1, stage);
            turned
        });
        [Some(without), turned].into_iter().flatten()
    })
}

/// Member moves and hops.
fn cost(plan: &Plan) -> (usize, usize) {
    let moves = |stage: &Stage| stage.moves() > 0;
    let hops = plan.hops.iter().filter(|hop| hop.stages.iter().any(moves));
    (plan.moves(), hops.count())
}

/// What is held against the brute force, stage by stage.
fn turns(plan: &Plan) -> Vec<Turn> {
    let stages = plan.stages().filter_map(|(_, _, stage)| match stage {
        Stage::Move(stage) => Some(stage),
        Stage::Raise(_) | Stage::Hold(_) | Stage::Act(_) => None,
    });
    let line = |at: &Version| at.numbers().get(1).copied().unwrap_or_default();
    let release = |at: &Version| u8::try_from(line(at)).unwrap_or(u8::MAX);
    let place = |id: &MemberId| id.as_str().parse().unwrap_or(usize::MAX);
    stages
        .map(|stage| Turn {
            who: stage.members.iter().map(place).collect(),
            from: stage.from.iter().map(release).collect(),
            to: release(&stage.to),
        })
        .collect()
}

fn told(plan: &Plan) -> String {
    let turns = turns(plan);
    let turns = turns
        .iter()
        .map(|turn| format!("{:?} to {}", turn.who, turn.to));
    turns.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{larger, small};
    use crate::workspace::Trouble;

    /// One small world in so many.
    const EVERY: usize = 997;

    #[test]
    fn search_and_second_judge_agree_with_brute_force_on_a_slice_of_every_small_world()
    -> Result<(), Trouble> {
        let judged = small(EVERY)?;
        assert_eq!(judged.differ, Vec::<String>::new());
        assert!(judged.worlds >= 1_000_000, "{}", judged.worlds);
        assert!(judged.open > 500 && judged.damaged > 1_000, "{judged:?}");
        Ok(())
    }

    #[test]
    fn and_on_some_larger_worlds() -> Result<(), Trouble> {
        let judged = larger(400, 1)?;
        assert_eq!(judged.differ, Vec::<String>::new());
        assert!(
            judged.open > 40 && judged.told - judged.open > 40,
            "{judged:?}"
        );
        Ok(())
    }
}
