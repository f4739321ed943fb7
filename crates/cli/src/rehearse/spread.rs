//! Many seeds of one story: how long they take, how they end, what must not be.
//!
//! Must never know: how it is shown. Stories: `tests/it/rehearse.rs`.

use super::stage::Staged;
use super::told;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use windlass_engine::run::event::End;
use windlass_engine::time::Ms;
use windlass_sim::dice::Dice;
use windlass_sim::play;

/// The spread is thrown from so many members' moves, unless it is said otherwise.
const MOVES_PLAYED: usize = 2_400;
/// Fewer seeds tell no spread.
const RUNS_LEAST: u64 = 20;
/// More tell it no better.
const RUNS_MOST: u64 = 200;
/// Windlass is killed so often in one play.
const DEATHS: u64 = 3;

/// One seed.
#[derive(Clone, Debug)]
struct One {
    seed: u64,
    deaths: Vec<u64>,
    took: Ms,
    down: usize,
    left: Option<i64>,
    end: Option<End>,
    instants: u64,
    wrong: Option<String>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    /// How long those took that reached their end, shortest first.
    pub took: Vec<Ms>,
    /// So many were played.
    pub runs: u64,
    /// Most members down at once in any.
    pub down: usize,
    /// The least that any budget had left; none: there are none, or nobody was down.
    pub left: Option<i64>,
    /// Instants at which it was looked whether all is as promised.
    pub instants: u64,
    /// What must not be: the seed, its deaths, and what was seen.
    pub wrong: Vec<(u64, Vec<u64>, String)>,
}

impl Spread {
    /// The length that so many in a hundred do not pass.
    #[must_use]
    pub fn share(&self, percent: usize) -> Option<Ms> {
        let last = self.took.len().checked_sub(1)?;
        self.took.get(last * percent / 100).copied()
    }
}

/// How many seeds tell the spread of a story.
#[must_use]
pub fn runs(staged: &Staged) -> u64 {
    let moves = staged.plan.moves().max(1);
    let runs = u64::try_from(MOVES_PLAYED / moves).unwrap_or(RUNS_MOST);
    runs.clamp(RUNS_LEAST, RUNS_MOST)
}

/// Whether windlass itself is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deaths {
    /// Never.
    None,
    /// At thrown instants.
    Thrown,
}

/// Instants at which a seed is killed, among those that its story passes.
#[must_use]
pub fn deaths(staged: &Staged, seed: u64) -> Vec<u64> {
    let passed = play::play(&staged.of_seed(seed), &[]).instants;
    let mut dice = Dice::apart(seed, &[0x6b69_6c6c]);
    let mut all: Vec<u64> = (0..DEATHS)
        .map(|_| dice.between(1, passed.max(1)))
        .collect();
    all.sort_unstable();
    all
}

/// Plays seeds from a first one, on all cores. `each` is told how many are done.
#[must_use]
pub fn played(
    staged: &Arc<Staged>,
    first: u64,
    runs: u64,
    dying: Deaths,
    each: &(dyn Fn(u64) + Sync),
) -> Spread {
    let next = AtomicU64::new(0);
    let all: Mutex<Vec<One>> = Mutex::default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= runs {
                        break;
                    }
                    let one = one(staged, first + index, dying);
                    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                    all.push(one);
                    each(u64::try_from(all.len()).unwrap_or(runs));
                }
            });
        }
    });
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(|one| one.seed);
    gathered(all, runs)
}

fn one(staged: &Staged, seed: u64, dying: Deaths) -> One {
    let story = staged.of_seed(seed);
    let deaths = match dying {
        Deaths::None => Vec::new(),
        Deaths::Thrown => deaths(staged, seed),
    };
    let Some(play) = play::rehearse(&story, &deaths) else {
        return One {
            seed,
            deaths,
            took: Ms(0),
            down: 0,
            left: None,
            end: None,
            instants: 0,
            wrong: Some("no threads to play with".into()),
        };
    };
    let tight = told::tight(&story, &play.history);
    One {
        seed,
        deaths,
        took: Ms(play.outcome.took_ms),
        down: told::peak(&play.history).0,
        left: tight.first().map(|tight| tight.left),
        end: play.outcome.end,
        instants: play.outcome.instants,
        wrong: play.outcome.violations.first().map(ToString::to_string),
    }
}

fn gathered(all: Vec<One>, runs: u64) -> Spread {
    let mut spread = Spread {
        runs,
        ..Spread::default()
    };
    for one in all {
        if matches!(one.end, Some(End::Finished | End::FinishedWithout(_))) {
            spread.took.push(one.took);
        }
        spread.down = spread.down.max(one.down);
        spread.left = match (spread.left, one.left) {
            (Some(least), Some(left)) => Some(least.min(left)),
            (least, left) => least.or(left),
        };
        spread.instants += one.instants;
        if let Some(wrong) = one.wrong {
            spread.wrong.push((one.seed, one.deaths, wrong));
        }
    }
    spread.took.sort_unstable();
    spread
}
