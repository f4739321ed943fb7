//! Small worlds drawn by lot, judged by the brute force of the oracle alone: it knows members, rules
//! and paths, and nothing of the planner.
//!
//! Must never know: how the engine plans. Tests: one floor up.

use std::collections::BTreeSet;

use windlass_engine::names::Component;
use windlass_engine::plan::{Atlas, Goal, plan_by};
use windlass_engine::policy::Policy;
use windlass_engine::refusal::FactRef;
use windlass_engine::version::Version;

use super::{Editable, Judged, Way, judge, shared};
use crate::oracle::brute::{Runs, World};
use crate::oracle::{draw, tell};
use crate::workspace::{NotSo, Trouble};

/// So many worlds; the same for the same seed.
///
/// # Errors
/// When a world cannot be told to the engine, or a fact not to the brute force.
pub fn drawn(count: usize, seed: u64) -> Result<Judged, Trouble> {
    shared(|turn, turns| {
        let mut judged = Judged::default();
        for number in (turn..count).step_by(turns) {
            let world = draw::world(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
            let catalog = tell::catalog(&world.facts)?;
            let snapshot = tell::cluster(&world)?;
            let goal = Goal::Version(tell::version(world.goal)?);
            let (atlas, policy, left) = (Atlas::of(&catalog), Policy::default(), BTreeSet::new());
            judged.pairs += 1;
            if let Err(refusal) = plan_by(&atlas, &policy, &snapshot, &goal, &left, None) {
                judged.take(judge(&world, &refusal)?, || format!("{world:?}"));
            }
        }
        Ok(judged)
    })
}

impl Editable for World {
    fn only(&self, kept: &[FactRef]) -> Result<Way, NotSo> {
        let named = Named::of(self, kept)?;
        let mut edited = self.clone();
        edited.start.retain(|runs| named.runs.contains(runs));
        edited.facts.rules = named
            .rules
            .iter()
            .map(|index| self.facts.rules[*index])
            .collect();
        let all = (0..self.facts.releases)
            .flat_map(|from| (from + 1..self.facts.releases).map(move |to| (from, to)));
        edited.facts.paths = all.filter(|hop| !named.absent.contains(hop)).collect();
        Ok(way(&edited))
    }

    fn without(&self, gone: &[FactRef]) -> Result<Way, NotSo> {
        let named = Named::of(self, gone)?;
        let mut edited = self.clone();
        edited.start.retain(|runs| !named.runs.contains(runs));
        let rules = self.facts.rules.iter().enumerate();
        edited.facts.rules = rules
            .filter(|(index, _)| !named.rules.contains(index))
            .map(|(_, rule)| *rule)
            .collect();
        edited.facts.paths.extend(named.absent);
        Ok(way(&edited))
    }
}

fn way(world: &World) -> Way {
    match world.best() {
        Some(_) => Way::Open,
        None => Way::Barred,
    }
}

/// Facts in the words of the brute force.
#[derive(Default)]
struct Named {
    runs: BTreeSet<Runs>,
    rules: BTreeSet<usize>,
    absent: BTreeSet<(u8, u8)>,
}

impl Named {
    fn of(world: &World, facts: &[FactRef]) -> Result<Self, NotSo> {
        let mut named = Self::default();
        for fact in facts {
            let strange = || NotSo(format!("a small world has no such fact: {fact:?}"));
            match fact {
                FactRef::Runs { carries } => {
                    let at = |component: usize| {
                        let name = Component::from(tell::name(component).as_str());
                        carries.get(&name).map(release)
                    };
                    let runs = (0..world.facts.components).map(at).collect();
                    named.runs.insert(runs);
                }
                FactRef::Rule { rule } => {
                    let index = rule.strip_prefix("rule-").and_then(|at| at.parse().ok());
                    let index = index.filter(|at| *at < world.facts.rules.len());
                    named.rules.insert(index.ok_or_else(strange)?);
                }
                FactRef::Absent { from, to, .. } => {
                    named.absent.insert((release(from), release(to)));
                }
                FactRef::Stays { .. }
                | FactRef::Member { .. }
                | FactRef::Blocked { .. }
                | FactRef::Risk { .. }
                | FactRef::Level { .. }
                | FactRef::Offer { .. }
                | FactRef::Said { .. }
                | FactRef::Release { .. }
                | FactRef::Stop { .. } => return Err(strange()),
            }
        }
        Ok(named)
    }
}

/// Each release is the only one of its line.
fn release(version: &Version) -> u8 {
    let [_, line] = version.line_numbers();
    u8::try_from(line).unwrap_or(u8::MAX)
}
