//! The way between a carrier and the fleet: how long a message takes, and what becomes of it in weather.
//!
//! Must never know: what a message says. Stories: `tests/it/`.

use crate::dice::Dice;
use crate::story::Weather;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A message takes so long in good weather.
const WAY_MS: u64 = 2;
/// A look is stale by so much at most: metadata of real clusters spreads within seconds.
pub const STALE_MOST_MS: u64 = 2_000;

/// What becomes of one request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// It arrives after so long.
    pub there_ms: u64,
    /// Its answer takes so long.
    pub back_ms: u64,
    /// No answer comes.
    pub lost: bool,
    /// It arrives once more, so long after the first.
    pub again_ms: Option<u64>,
    /// It tells what was so, so long ago.
    pub stale_ms: u64,
}

/// The weather of one play.
#[derive(Debug)]
pub struct Net {
    weather: Weather,
    dice: Mutex<Dice>,
}

impl Net {
    /// This weather, thrown from this seed.
    #[must_use]
    pub fn new(weather: Weather, seed: u64) -> Self {
        let dice = Mutex::new(Dice::apart(seed, &[0x6e65_7400]));
        Self { weather, dice }
    }

    fn dice(&self) -> MutexGuard<'_, Dice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next message.
    #[must_use]
    pub fn trip(&self, now: u64) -> Trip {
        let mut trip = Trip {
            there_ms: WAY_MS,
            back_ms: WAY_MS,
            lost: false,
            again_ms: None,
            stale_ms: 0,
        };
        let weather = &self.weather;
        if now >= weather.clears_ms {
            return trip;
        }
        let mut dice = self.dice();
        if dice.happens(weather.late) {
            trip.there_ms += dice.below(weather.late_most_ms);
        }
        if dice.happens(weather.late) {
            trip.back_ms += dice.below(weather.late_most_ms);
        }
        trip.lost = dice.happens(weather.lost);
        if dice.happens(weather.doubled) {
            trip.again_ms = Some(dice.below(weather.late_most_ms));
        }
        if dice.happens(weather.stale) {
            trip.stale_ms = dice.below(STALE_MOST_MS);
        }
        trip
    }
}
