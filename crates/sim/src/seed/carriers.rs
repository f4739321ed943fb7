//! How many would carry a drawn run, how their clocks are set, and which of them stand still: thrown apart from
//! all else, so that the rest of a story is the same with one and with five.
//!
//! Must never know: the rest of the story. Stories: `tests/it/seeds.rs`.

use super::{DEADLY_INSTANTS, TROUBLED_MS};
use crate::dice::Dice;
use crate::instant::LEASE_MS;
use crate::story::{Begins, Carriers, Freeze};

/// What is thrown here.
const CARRIERS: u64 = 0x6361_7272;
/// So many runs in a thousand have several carriers …
const SEVERAL: u64 = 300;
/// … up to so many.
const MOST: u64 = 5;
/// So many runs in a thousand have a carrier that stands still, where one is alone.
const ALONE_AND_STILL: u64 = 100;
/// A clock is off by so much at most: a host that was never set right.
const OFF_MOST_MS: u64 = 600_000;

/// Draws the carriers of a seed.
pub(super) fn draw(seed: u64) -> Carriers {
    let mut dice = Dice::apart(seed, &[CARRIERS]);
    let mut carriers = Carriers::default();
    if dice.happens(SEVERAL) {
        carriers.count = u32::try_from(dice.between(2, MOST)).unwrap_or(2);
        if dice.happens(500) {
            let clocks = (0..carriers.count).map(|_| off(&mut dice));
            carriers.clocks = clocks.collect();
        }
        carriers.freezes = (0..dice.between(1, 3))
            .map(|_| freeze(&mut dice, carriers.count))
            .collect();
    } else if dice.happens(ALONE_AND_STILL) {
        carriers.freezes = vec![freeze(&mut dice, 1)];
    }
    carriers
}

fn off(dice: &mut Dice) -> i64 {
    let by = i64::try_from(dice.below(OFF_MOST_MS)).unwrap_or(0);
    match dice.below(3) {
        0 => 0,
        1 => by,
        _ => -by,
    }
}

fn freeze(dice: &mut Dice, carriers: u32) -> Freeze {
    let for_ms = match dice.below(4) {
        0 => dice.between(100, LEASE_MS),
        1 | 2 => dice.between(LEASE_MS + 1, 2 * LEASE_MS),
        _ => dice.between(2 * LEASE_MS, 12 * LEASE_MS),
    };
    let begins = if dice.happens(700) {
        Begins::Instant(dice.between(1, DEADLY_INSTANTS))
    } else {
        let seat = u32::try_from(dice.between(1, u64::from(carriers))).unwrap_or(1);
        Begins::At(dice.between(500, TROUBLED_MS), seat)
    };
    Freeze { begins, for_ms }
}
