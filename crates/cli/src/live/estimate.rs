//! How long the rest will take: from the catalog's restart times, bettered by what was seen so far.
//!
//! Must never know: terminals. Stories: in this file.

use super::tale::Tale;
use super::words::stage_done;
use windlass_engine::plan::{Move, Stage};
use windlass_engine::run::{Phase, Run};
use windlass_engine::time::{Ms, Wall};

/// Without a measurement a restart may well take half as long as the catalog says …
const GUESS_LOW_PERCENT: u64 = 60;
/// … or twice as long.
const GUESS_HIGH_PERCENT: u64 = 200;
/// A measured one varies less.
const SEEN_LOW_PERCENT: u64 = 85;
/// Members that lead more take longer to come back than those that went first.
const SEEN_HIGH_PERCENT: u64 = 130;

/// Time that is left, without waits for humans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The likely time.
    pub about: Ms,
    /// At best.
    pub low: Ms,
    /// At worst.
    pub high: Ms,
}

/// What is left of a run that moves; none where it does not move by itself, or somebody takes longer
/// than the worst that was expected: then nobody can tell.
#[must_use]
pub fn estimate(run: &Run, tale: &Tale, now: Wall) -> Option<Estimate> {
    match run.phase() {
        Phase::Rolling | Phase::Soaking => {}
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingHuman(_)
        | Phase::AwaitingWindow
        | Phase::Pausing(_)
        | Phase::Paused
        | Phase::Cancelling
        | Phase::Stopping
        | Phase::Ended(_) => return None,
    }
    let (_, plan) = run.plan()?;
    let at = run.cursor().map_or((0, 0), |at| (at.hop, at.stage));
    let mut sum = Estimate {
        about: Ms(0),
        low: Ms(0),
        high: Ms(0),
    };
    for (hop, index, stage) in plan.stages() {
        if (hop, index) < at {
            continue;
        }
        if let Stage::Move(step) = stage {
            let here = (hop, index) == at;
            let flying = if here { run.live_flights() } else { 0 };
            let left = step.members.len() - stage_done(run, plan, hop, index);
            sum.add(of_stage(run, tale, step, left, flying, now)?);
            if left > 0 {
                sum.add(exactly(run.policy().soak));
            }
        }
    }
    if let Some(soak) = run.soak() {
        sum.add(exactly(Ms(soak.need.0.saturating_sub(soak.have.0))));
    }
    Some(sum)
}

fn of_stage(
    run: &Run,
    tale: &Tale,
    step: &Move,
    left: usize,
    flying: usize,
    now: Wall,
) -> Option<Estimate> {
    let each = of_one(tale, step);
    let wide = u64::from(run.limit()).max(1);
    let waiting = (left.saturating_sub(flying) as u64).div_ceil(wide);
    let began = run
        .flights()
        .keys()
        .filter_map(|subject| tale.began(subject));
    let gone = began.map(|began| now.since(began)).max();
    let mut sum = each.times(waiting);
    if let Some(gone) = gone.filter(|_| flying > 0) {
        if gone > each.high {
            return None;
        }
        sum.add(Estimate {
            about: Ms(each.about.0.saturating_sub(gone.0)),
            low: Ms(each.low.0.saturating_sub(gone.0)),
            high: Ms(each.high.0.saturating_sub(gone.0)),
        });
    }
    Some(sum)
}

fn of_one(tale: &Tale, step: &Move) -> Estimate {
    let took = tale.took(&step.component);
    let percent = |of: Ms, percent: u64| Ms(of.0.saturating_mul(percent) / 100);
    match (took.iter().min(), took.iter().max()) {
        (Some(least), Some(most)) => Estimate {
            about: Ms(took.iter().map(|ms| ms.0).sum::<u64>() / took.len() as u64),
            low: percent(*least, SEEN_LOW_PERCENT),
            high: percent(*most, SEEN_HIGH_PERCENT),
        },
        (None, _) | (_, None) => Estimate {
            about: step.each,
            low: percent(step.each, GUESS_LOW_PERCENT),
            high: percent(step.each, GUESS_HIGH_PERCENT),
        },
    }
}

fn exactly(length: Ms) -> Estimate {
    Estimate {
        about: length,
        low: length,
        high: length,
    }
}

impl Estimate {
    fn add(&mut self, other: Self) {
        self.about.0 = self.about.0.saturating_add(other.about.0);
        self.low.0 = self.low.0.saturating_add(other.low.0);
        self.high.0 = self.high.0.saturating_add(other.high.0);
    }

    fn times(self, count: u64) -> Self {
        let times = |length: Ms| Ms(length.0.saturating_mul(count));
        Self {
            about: times(self.about),
            low: times(self.low),
            high: times(self.high),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tale::tests::{at, first_facts, requested};
    use windlass_engine::run::event::Event;

    #[test]
    fn the_catalog_counts_until_something_was_seen() {
        let (mut run, mut tale) = (requested(), Tale::default());
        for fact in first_facts() {
            run.apply(&fact);
            tale.fold(&run, &fact, Wall(0));
        }
        let before = estimate(&run, &tale, Wall(0)).map(|left| (left.about, left.high));
        assert_eq!(before, Some((Ms(20_000), Ms(40_000))));

        let seen = [
            (Event::StageBegan { hop: 0, stage: 1 }, 0),
            (at::began("1", 1), 0),
            (at::settled("1", "4.1.2"), 4),
            (at::began("2", 1), 4),
        ];
        for (fact, second) in seen {
            run.apply(&fact);
            tale.fold(&run, &fact, Wall(second * 1_000_000));
        }
        let left = estimate(&run, &tale, Wall(5_000_000));
        assert_eq!(
            left,
            Some(Estimate {
                about: Ms(3_000),
                low: Ms(2_400),
                high: Ms(4_200)
            })
        );
    }
}
