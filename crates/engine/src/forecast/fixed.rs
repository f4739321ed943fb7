//! Numbers with sixteen binary places: logarithms, powers, roots, and draws from a normal.
//!
//! The engine is the same on every host, to the bit: so it uses no floating point, whose functions differ
//! between libraries. Draws follow from a number that is always the same: nothing here is random.
//! Must never know: what is reckoned. Stories: in this file.

/// One, in sixteen binary places.
pub(super) const ONE: i64 = 1 << PLACES;
/// Binary places: lengths of time are told to the hundredth, this is a hundred times finer.
const PLACES: u32 = 16;
/// Nothing that is reckoned here is larger: 2^40 ms are 35 years.
const LARGEST: i64 = 40 * ONE;

/// `a × b`.
pub(super) fn times(a: i64, b: i64) -> i64 {
    ((i128::from(a) * i128::from(b)) >> PLACES) as i64
}

/// `a ÷ b`; a divisor below the smallest counts as the smallest.
pub(super) fn over(a: i64, b: i64) -> i64 {
    ((i128::from(a) << PLACES) / i128::from(b.max(1))) as i64
}

/// The square root; of what is below zero, zero.
pub(super) fn root(of: i64) -> i64 {
    let of = u128::try_from(of).unwrap_or_default() << PLACES;
    i64::try_from(of.isqrt()).unwrap_or(i64::MAX)
}

/// The logarithm to two of a count; of zero as of one.
pub(super) fn log2(of: u64) -> i64 {
    let of = of.max(1);
    let whole = of.ilog2();
    // From one to below two, in 31 places: squared, it shows the next digit of its logarithm.
    let mut rest = if whole <= 31 {
        of << (31 - whole)
    } else {
        of >> (whole - 31)
    };
    let mut log = i64::from(whole) << PLACES;
    for place in (0..PLACES).rev() {
        rest = (rest * rest) >> 31;
        if rest >= 1 << 32 {
            rest >>= 1;
            log += 1 << place;
        }
    }
    log
}

/// Two to a power, as a count.
pub(super) fn exp2(power: i64) -> u64 {
    let power = power.clamp(0, LARGEST);
    let part = power & (ONE - 1);
    // Taylor's series of 2^x around 0, to a ten-thousandth over all of [0, 1).
    let series = [88, 630, 3_638, 15_743, 45_426]
        .into_iter()
        .fold(0, |sum, place| times(sum + place, part));
    let value = (ONE + series) as u64;
    let whole = (power >> PLACES) as u32;
    ((u128::from(value) << whole) >> PLACES) as u64
}

/// By how much the mean of a standard normal above a point lies above zero (the inverse of Mills' ratio),
/// for each half from −3 to 3.
const ABOVE: [i64; 13] = [
    290, 1_153, 3_621, 9_096, 18_848, 33_371, 52_291, 74_784, 99_949, 127_061, 155_530, 184_988,
    215_161,
];

/// The mean of a standard normal, given that it lies above a point.
pub(super) fn mean_above(point: i64) -> i64 {
    let last = ABOVE.len() - 1;
    if point >= 3 * ONE {
        return point + over(ONE, point) - over(ONE, point) / 4;
    }
    let at = (point.max(-3 * ONE) + 3 * ONE) * 2;
    let low = usize::try_from(at >> PLACES).unwrap_or_default();
    let (from, to) = (ABOVE[low.min(last)], ABOVE[(low + 1).min(last)]);
    from + times(to - from, at & (ONE - 1))
}

/// A sequence of numbers that look drawn and are always the same (splitmix64, by Steele, Lea and Flood).
#[derive(Clone, Debug)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Of a standard normal: twelve uniforms, less six.
    pub(super) fn normal(&mut self) -> i64 {
        let mut sum = -6 * ONE;
        for _ in 0..3 {
            let four = self.next();
            for part in 0..4 {
                sum += ((four >> (16 * part)) & 0xFFFF) as i64;
            }
        }
        sum
    }

    /// From zero to below one.
    pub(super) fn part(&mut self) -> i64 {
        (self.next() >> (64 - PLACES)) as i64
    }

    /// Of a χ², divided by its degrees of freedom (Wilson and Hilferty's cube).
    pub(super) fn chi_squared_over(&mut self, degrees: i64) -> i64 {
        let small = over(2 * ONE, 9 * degrees.max(1) * ONE);
        let side = ONE - small + times(self.normal(), root(small));
        let side = side.max(ONE / 8);
        times(times(side, side), side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_undo_logarithms_to_a_thousandth() {
        for count in [1, 2, 3, 999, 30_000, 86_400_000, 4_000_000_000] {
            let back = exp2(log2(count));
            assert!(back.abs_diff(count) <= count / 500 + 1, "{count} {back}");
        }
        assert_eq!((root(9 * ONE), log2(8)), (3 * ONE, 3 * ONE));
    }

    #[test]
    fn draws_have_mean_zero_and_spread_one_and_are_always_the_same() {
        let drawn = |seed| {
            let mut draws = Draws::new(seed);
            (0..4_000)
                .map(|_| draws.normal())
                .collect::<alloc::vec::Vec<_>>()
        };
        let all = drawn(1);
        let mean = all.iter().sum::<i64>() / 4_000;
        let squares = all.iter().map(|z| times(*z, *z)).sum::<i64>() / 4_000;
        assert!(mean.abs() < ONE / 20 && (squares - ONE).abs() < ONE / 15);
        assert_eq!(all, drawn(1));
    }

    #[test]
    fn half_of_a_normal_lies_four_fifths_above_its_middle() {
        assert_eq!(mean_above(0) * 100 / ONE, 79);
        assert!(mean_above(-9 * ONE) < ONE / 100);
        assert!(mean_above(4 * ONE) > 4 * ONE);
    }
}
