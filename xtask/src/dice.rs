//! Dice: numbers that look random and come again for the same seed (splitmix64).
//!
//! Must never know: what is decided by them.
//! Tests: below.

/// A seed, thrown again and again.
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// From 0 to below `sides`.
    pub(super) fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_same_seed_throws_the_same_and_all_sides_come() {
        let throw = || {
            let mut dice = Dice(7);
            (0..100).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(throw(), throw());
        assert!((0..6).all(|side| throw().contains(&side)));
    }
}
