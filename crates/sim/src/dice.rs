//! Dice: numbers that look random and come again for the same seed (splitmix64).
//!
//! Must never know: what is decided by them. Stories: below.

/// The golden ratio in 64 bits: the step of splitmix64 (Steele, Lea, Flood 2014).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// So many uniform throws are added for one that is nearly normal: their variance is one.
const THROWS: u64 = 12;
/// No drawn length is further than so many standard deviations from its median.
const SIGMAS_MOST: f64 = 3.0;

/// A seed, thrown again and again.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice of their own for one thing: what others throw does not change what they show.
    #[must_use]
    pub fn apart(seed: u64, thing: &[u64]) -> Self {
        let mut dice = Self(seed);
        for part in thing {
            dice.0 = dice.throw() ^ part.wrapping_mul(STEP);
        }
        dice
    }

    /// The next 64 bits.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `sides`.
    pub fn below(&mut self, sides: u64) -> u64 {
        self.throw() % sides.max(1)
    }

    /// From `low` to `high`, both among them.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Whether something happens that happens so often in a thousand.
    pub fn happens(&mut self, in_a_thousand: u64) -> bool {
        self.below(1_000) < in_a_thousand
    }

    /// One of them; none where there is none.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.below(of.len() as u64)).unwrap_or(0);
        of.get(at)
    }

    /// A length of time, lognormal: half are longer than the median, and `spread` is the standard
    /// deviation of its logarithm in hundredths.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds of false time, far below 2^52 and never negative"
    )]
    pub fn length_ms(&mut self, median_ms: u64, spread: u64) -> u64 {
        let mut normal = -(THROWS as f64) / 2.0;
        for _ in 0..THROWS {
            normal += self.below(1 << 20) as f64 / f64::from(1_u32 << 20);
        }
        let normal = normal.clamp(-SIGMAS_MOST, SIGMAS_MOST);
        let length = median_ms as f64 * (normal * spread as f64 / 100.0).exp();
        (length as u64).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_same_seed_throws_the_same_and_all_sides_come() {
        let throw = |seed| {
            let mut dice = Dice::new(seed);
            (0..100).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(throw(7), throw(7));
        assert_ne!(throw(7), throw(8));
        assert!((0..6).all(|side| throw(7).contains(&side)));
    }

    #[test]
    fn half_of_the_lengths_are_longer_than_the_median() {
        let mut dice = Dice::new(1);
        let longer = (0..2_000).filter(|_| dice.length_ms(1_000, 50) > 1_000);
        assert!((900..1_100).contains(&longer.count()));
    }
}
