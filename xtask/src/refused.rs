//! Refusals judged from outside: by the facts that they name for programs alone, in catalogs and clusters
//! that are edited by those, a proof and an opener are held to what they promise.
//!
//! With only the facts of the proof kept there is no way, and without any one of them there is; without
//! the facts of the opener there is a way, and with any one of them back there is none.
//! Must never know: how a proof is found. Tests: below, on a slice of both kinds of worlds.

mod clusters;
mod drawn;
mod edit;
mod rich;

use std::collections::BTreeSet;

use windlass_engine::catalog::Catalog;
use windlass_engine::plan::{Atlas, Goal, plan_by};
use windlass_engine::policy::Policy;
use windlass_engine::refusal::{Because, Code, FactRef, Proof, Refusal};
use windlass_engine::snapshot::Snapshot;

use crate::turns;
use crate::workspace::{NotSo, Trouble};
use clusters::Cluster;

pub use drawn::drawn;

/// What was judged.
#[derive(Debug, Default)]
pub struct Judged {
    /// Pairs of a start and a goal.
    pub pairs: usize,
    /// Those without a way.
    pub barred: usize,
    /// Those of them whose proof and opener are minimal.
    pub minimal: usize,
    /// Those of them that say themselves that they are not known to be.
    pub marked: usize,
    /// Each other one, as it can be made again.
    pub wrong: Vec<String>,
}

impl Judged {
    /// Counts others, too.
    pub fn add(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.barred += other.barred;
        self.minimal += other.minimal;
        self.marked += other.marked;
        self.wrong.extend(other.wrong);
    }

    fn take(&mut self, verdict: Verdict, place: impl FnOnce() -> String) {
        self.barred += 1;
        match verdict {
            Verdict::Minimal => self.minimal += 1,
            Verdict::Marked => self.marked += 1,
            Verdict::Wrong(why) => self.wrong.push(format!("{}: {why}", place())),
        }
    }
}

enum Verdict {
    Minimal,
    Marked,
    Wrong(String),
}

/// Whether there is a way in an edited world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    Barred,
}

/// A world that can be asked whether there is a way with some of its facts only, and without some.
trait Editable {
    fn only(&self, kept: &[FactRef]) -> Result<Way, NotSo>;
    fn without(&self, gone: &[FactRef]) -> Result<Way, NotSo>;
}

/// Every release to every other in a simple cluster of each kind that a catalog can have; one start in
/// so many.
///
/// # Errors
/// Where an edited catalog cannot be asked.
pub fn pairs(catalog: &Catalog, every: usize) -> Result<Judged, Trouble> {
    let starts: Vec<Cluster> = clusters::all(catalog).step_by(every).collect();
    shared(|turn, turns| {
        let atlas = Atlas::of(catalog);
        let mut judged = Judged::default();
        for start in starts.iter().skip(turn).step_by(turns) {
            for goal in &start.goals {
                judged.pairs += 1;
                let found = plan_by(
                    &atlas,
                    &Policy::default(),
                    &start.snapshot,
                    goal,
                    &BTreeSet::new(),
                    None,
                );
                let Err(refusal) = found else { continue };
                let world = Shipped {
                    catalog,
                    snapshot: &start.snapshot,
                    goal,
                };
                judged.take(judge(&world, &refusal)?, || {
                    format!("{}, {} to {goal:?}", catalog.system, start.name)
                });
            }
        }
        Ok(judged)
    })
}

/// So many worlds in which all that can bar is met; the same for the same seed.
///
/// # Errors
/// Where an edited catalog cannot be asked.
pub fn rich(count: usize, seed: u64) -> Result<Judged, Trouble> {
    shared(|turn, turns| {
        let mut judged = Judged::default();
        for number in (turn..count).step_by(turns) {
            let seed = seed.wrapping_mul(1_000_003).wrapping_add(number as u64);
            let world = rich::world(seed)?;
            let (atlas, policy) = (Atlas::of(&world.catalog), Policy::default());
            let goal = Goal::Version(world.goal);
            judged.pairs += 1;
            let found = plan_by(&atlas, &policy, &world.snapshot, &goal, &[].into(), None);
            if let Err(refusal) = found {
                let asked = Shipped {
                    catalog: &world.catalog,
                    snapshot: &world.snapshot,
                    goal: &goal,
                };
                judged.take(judge(&asked, &refusal)?, || format!("the world of {seed}"));
            }
        }
        Ok(judged)
    })
}

fn shared(work: impl Fn(usize, usize) -> Result<Judged, NotSo> + Sync) -> Result<Judged, Trouble> {
    let mut judged = Judged::default();
    for part in turns::shared(work)? {
        judged.add(part);
    }
    Ok(judged)
}

struct Shipped<'a> {
    catalog: &'a Catalog,
    snapshot: &'a Snapshot,
    goal: &'a Goal,
}

impl Shipped<'_> {
    fn ask(&self, (catalog, snapshot): (Catalog, Snapshot)) -> Result<Way, NotSo> {
        // The planner asks who is there before anything else; where nobody is, nothing has to move.
        let mut members = snapshot.members.values();
        let someone = match self.goal {
            Goal::Of(ends) => {
                members.any(|m| m.components.keys().any(|name| ends.contains_key(name)))
            }
            Goal::Version(_) | Goal::Finalize | Goal::Back(_) => members.next().is_some(),
        };
        if !someone {
            return Ok(Way::Open);
        }
        let atlas = Atlas::of(&catalog);
        let (policy, left) = (Policy::default(), BTreeSet::new());
        match plan_by(&atlas, &policy, &snapshot, self.goal, &left, None) {
            Ok(_) => Ok(Way::Open),
            Err(refusal) if is_answer(refusal.code) => Ok(Way::Barred),
            Err(refusal) => Err(NotSo(format!(
                "an edited {} cannot be asked: {}",
                catalog.system, refusal.says
            ))),
        }
    }
}

/// Whether a "no" says that there is no way, and not that the question makes no sense.
fn is_answer(code: Code) -> bool {
    match code {
        Code::Older
        | Code::NoPath
        | Code::Skew
        | Code::Level
        | Code::Blocked
        | Code::Risk
        | Code::NotOffered => true,
        Code::NoSuchRelease
        | Code::Gap
        | Code::Via
        | Code::TooLarge
        | Code::Finalized
        | Code::Newer
        | Code::ByHand
        | Code::Objection => false,
    }
}

impl Editable for Shipped<'_> {
    fn only(&self, kept: &[FactRef]) -> Result<Way, NotSo> {
        self.ask(edit::only(self.catalog, self.snapshot, self.goal, kept))
    }

    fn without(&self, gone: &[FactRef]) -> Result<Way, NotSo> {
        self.ask(edit::without(self.catalog, self.snapshot, gone))
    }
}

fn judge(world: &impl Editable, refusal: &Refusal) -> Result<Verdict, NotSo> {
    let wrong = |why: String| Ok(Verdict::Wrong(format!("{why} ({})", refusal.says)));
    match (refusal.proof, refusal.opener) {
        (Proof::Minimal, Proof::Minimal) => {}
        (Proof::NotMinimized, _) | (_, Proof::NotMinimized) => return Ok(Verdict::Marked),
        (Proof::Plain, _) | (_, Proof::Plain) => {
            return wrong(format!("{} has no proof", refusal.code.name()));
        }
    }
    let (proof, opener) = (named(&refusal.because), named(&refusal.opens));
    let (Some(proof), Some(opener)) = (proof, opener) else {
        return wrong("a fact has no name, or is told twice".into());
    };
    if world.only(&proof)? == Way::Open {
        return wrong(format!("with only {proof:?} there is a way"));
    }
    for rest in each_left_out(&proof) {
        if world.only(&rest)? == Way::Barred {
            return wrong(format!("of {proof:?} these alone bar: {rest:?}"));
        }
    }
    if world.without(&opener)? == Way::Barred {
        return wrong(format!("without {opener:?} there is no way"));
    }
    for rest in each_left_out(&opener) {
        if world.without(&rest)? == Way::Open {
            return wrong(format!("of {opener:?} it suffices that these go: {rest:?}"));
        }
    }
    Ok(Verdict::Minimal)
}

/// All facts by name; none where one has no name, or stands twice, or there is none.
fn named(because: &[Because]) -> Option<Vec<FactRef>> {
    let mut facts: Vec<FactRef> = Vec::new();
    for one in because {
        if one.refs.is_empty() || one.refs.iter().any(|fact| facts.contains(fact)) {
            return None;
        }
        facts.extend(one.refs.iter().cloned());
    }
    (!facts.is_empty()).then_some(facts)
}

fn each_left_out(facts: &[FactRef]) -> impl Iterator<Item = Vec<FactRef>> {
    (0..facts.len()).map(|out| {
        let rest = facts.iter().enumerate().filter(|(at, _)| *at != out);
        rest.map(|(_, fact)| fact.clone()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::{Judged, drawn, pairs, rich};
    use crate::figure::shipped;
    use crate::workspace::Trouble;

    fn all_minimal(judged: &Judged, barred_least: usize) {
        assert_eq!(judged.wrong, Vec::<String>::new());
        assert_eq!((judged.minimal, judged.marked), (judged.barred, 0));
        assert!(judged.barred >= barred_least, "{judged:?}");
    }

    #[test]
    fn every_no_of_some_small_worlds_has_nothing_superfluous() -> Result<(), Trouble> {
        all_minimal(&drawn(300, 1)?, 50);
        Ok(())
    }

    #[test]
    fn and_of_some_in_which_all_that_can_bar_is_met() -> Result<(), Trouble> {
        all_minimal(&rich(100, 1)?, 20);
        Ok(())
    }

    #[test]
    fn and_those_of_a_catalog_that_ships() -> Result<(), Trouble> {
        all_minimal(&pairs(&shipped("acp")?, 1)?, 20);
        Ok(())
    }
}
