//! What is known of the time that a member takes: a lognormal, whose middle and spread are learned.
//!
//! A member's logarithm is that of the time to be expected of it, plus something that is common to all of
//! its kind, plus its own. Before anything settled the common part is the catalog's word, taken as right to
//! about a factor of two; each member that settles says more (normal–inverse-gamma, Gelman and others,
//! Bayesian Data Analysis, 3.3). What is in flight says something, too: that it takes longer than it has.
//! Must never know: plans, or who is who. Stories: in this file.

use super::fixed::{Draws, ONE, log2, mean_above, over, root, times};
use crate::names::Component;
use crate::time::Ms;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// What a time to be expected rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The catalog's time of the component.
    Catalog,
    /// What this member itself took when it was last moved.
    Own,
}

/// What is believed before anything settled, in logarithms to two.
struct Prior {
    /// The spread.
    spread: i64,
    /// As sure of the spread as after so many members.
    degrees: i64,
    /// As sure of the middle as after so many hundredths of a member.
    hundredths: i64,
}

impl Basis {
    fn prior(self) -> Prior {
        match self {
            // Spread 0.4 in natural logarithms; the middle to a factor of two in four of five clusters.
            Self::Catalog => Prior {
                spread: ONE * 58 / 100,
                degrees: 4,
                hundredths: 50,
            },
            // The same member on the same host: a fifth more or less.
            Self::Own => Prior {
                spread: ONE * 29 / 100,
                degrees: 4,
                hundredths: 400,
            },
        }
    }
}

/// How far members of a kind were from what was expected of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    each: Vec<i64>,
    tally: Tally,
}

impl Seen {
    fn add(&mut self, far: i64) {
        self.each.push(far);
        self.tally.add(far, times(far, far));
    }
}

/// Their count, sum, and sum of squares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    count: i64,
    sum: i64,
    squares: i64,
}

impl Tally {
    fn add(&mut self, far: i64, square: i64) {
        self.count += 1;
        self.sum += far;
        self.squares += square;
    }
}

/// What a run's settled members have taught, by component and by what was expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lessons {
    by: BTreeMap<(Component, Basis), Seen>,
}

impl Lessons {
    /// A member of a component took so long. `each`: the catalog's time; `own`: what it took before.
    pub fn learn(&mut self, of: &Component, each: Ms, own: Option<Ms>, took: Ms) {
        let catalog = self.by.entry((of.clone(), Basis::Catalog)).or_default();
        let far = log2(took.0) - log2(each.0);
        catalog.add(far);
        if let Some(own) = own {
            let far = log2(took.0) - log2(own.0);
            let seen = self.by.entry((of.clone(), Basis::Own)).or_default();
            seen.add(far);
        }
    }

    /// How many members of a component have taught something.
    #[must_use]
    pub fn heard(&self, of: &Component) -> u32 {
        let seen = self.by.get(&(of.clone(), Basis::Catalog));
        seen.map_or(0, |seen| u32::try_from(seen.each.len()).unwrap_or(u32::MAX))
    }

    /// What is to be believed of members of a kind, given how far beyond expectation those in flight are.
    pub(super) fn belief(&self, of: &Component, basis: Basis, beyond: &[i64]) -> Belief {
        let seen = self.by.get(&(of.clone(), basis));
        let tally = seen.map(|seen| seen.tally).unwrap_or_default();
        let each = seen.map_or(&[][..], |seen| seen.each.as_slice());
        let mut belief = Belief::of(&basis.prior(), tally, beyond);
        if each.len() >= TOLD_BY_THEMSELVES {
            belief.curve = curve(each, beyond);
        }
        belief
    }
}

/// What is in flight is guessed from what is believed, and then believed anew: it stands after so often.
const ROUNDS: usize = 4;

/// So many members tell by themselves how times are spread, failures and stragglers among them; of fewer a
/// lognormal is taken.
const TOLD_BY_THEMSELVES: usize = 40;

/// What part of a kind's members takes at most so long (Kaplan and Meier): what is in flight counts as long
/// as it is known to fly. In order; the last part is below one where the longest still fly.
fn curve(settled: &[i64], beyond: &[i64]) -> Vec<(i64, i64)> {
    let ends = settled.iter().map(|far| (*far, 0_u8));
    let mut all: Vec<(i64, u8)> = ends.chain(beyond.iter().map(|far| (*far, 1))).collect();
    all.sort_unstable();
    let mut at_risk = all.len() as i64;
    let mut above = ONE << 14;
    let mut curve = Vec::with_capacity(settled.len());
    for (far, flies) in all {
        if flies == 0 {
            above -= above / at_risk;
            curve.push((far, ONE - (above >> 14)));
        }
        at_risk -= 1;
    }
    curve
}

/// What is believed of members of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Belief {
    /// What part takes at most so long, where enough have settled to tell; else a lognormal.
    curve: Vec<(i64, i64)>,
    middle: i64,
    spread: i64,
    /// How sure of the spread: degrees of freedom.
    degrees: i64,
    /// How sure of the middle: hundredths of members.
    hundredths: i64,
}

impl Belief {
    fn of(prior: &Prior, known: Tally, beyond: &[i64]) -> Self {
        let mut belief = Self::after(prior, known, known.count);
        for _ in 0..ROUNDS {
            if beyond.is_empty() {
                break;
            }
            let mut filled = known;
            for far in beyond {
                let point = over(far - belief.middle, belief.spread);
                let above = mean_above(point);
                let mean = belief.middle + times(belief.spread, above);
                let around = (ONE + times(point, above) - times(above, above)).max(0);
                let varies = times(times(belief.spread, belief.spread), around);
                filled.add(mean, times(mean, mean) + varies);
            }
            belief = Self::after(prior, filled, known.count);
        }
        belief
    }

    /// `sure`: how many of the tally were really seen.
    fn after(prior: &Prior, tally: Tally, sure: i64) -> Self {
        let all = prior.hundredths + 100 * tally.count;
        let middle = tally.sum * 100 / all;
        // Sum of squares around the mean, and the mean's own distance from the prior's.
        let mean = if tally.count == 0 {
            0
        } else {
            tally.sum / tally.count
        };
        let around = (tally.squares - tally.count * times(mean, mean)).max(0);
        let apart = times(mean, mean) * (tally.count * prior.hundredths) / all;
        let squares = prior.degrees * times(prior.spread, prior.spread) + around + apart;
        Self {
            curve: Vec::new(),
            middle,
            spread: root(squares / (prior.degrees + tally.count)).max(ONE / 50),
            degrees: prior.degrees + sure,
            hundredths: prior.hundredths + 100 * sure,
        }
    }

    /// One of the worlds that are believed possible.
    pub(super) fn draw(&self, draws: &mut Draws) -> World<'_> {
        let spread = over(self.spread, root(draws.chi_squared_over(self.degrees)));
        let unsure = over(spread, root(over(self.hundredths * ONE, 100 * ONE)));
        let shift = times(unsure, draws.normal());
        World {
            curve: &self.curve,
            shift,
            middle: self.middle + shift,
            spread,
        }
    }
}

/// How members of a kind are in one world, beside what is expected of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct World<'b> {
    curve: &'b [(i64, i64)],
    /// So far this world's middle lies from the believed one.
    shift: i64,
    middle: i64,
    spread: i64,
}

/// So often a length is drawn anew that is shorter than what has passed already.
const AGAIN: usize = 12;

impl World<'_> {
    /// The logarithm of one member's time, given that of what is expected of it.
    pub(super) fn member(&self, expected: i64, draws: &mut Draws) -> i64 {
        match self.curve.last() {
            None => expected + self.middle + times(self.spread, draws.normal()),
            Some((longest, _)) => {
                let part = draws.part();
                let at = self.curve.partition_point(|(_, below)| *below <= part);
                match self.curve.get(at) {
                    Some((far, _)) => expected + far + self.shift,
                    None => self.tail(expected, expected + longest + self.shift, draws),
                }
            }
        }
    }

    /// The same of one of which it is known that it takes longer than `passed`.
    pub(super) fn flying(&self, expected: i64, passed: i64, draws: &mut Draws) -> i64 {
        let beyond = passed - expected - self.shift;
        let from = self.curve.partition_point(|(far, _)| *far <= beyond);
        if from == self.curve.len() {
            return self.tail(expected, passed, draws);
        }
        let below = from.checked_sub(1).map_or(0, |last| self.curve[last].1);
        let part = below + times(ONE - below, draws.part());
        let at = self.curve.partition_point(|(_, below)| *below <= part);
        match self.curve.get(at.max(from)) {
            Some((far, _)) => expected + far + self.shift,
            None => self.tail(expected, passed.max(expected + self.shift), draws),
        }
    }

    /// Longer than all that is known of: by the lognormal.
    fn tail(&self, expected: i64, passed: i64, draws: &mut Draws) -> i64 {
        for _ in 0..AGAIN {
            let drawn = expected + self.middle + times(self.spread, draws.normal());
            if drawn > passed {
                return drawn;
            }
        }
        // Far out what is still to come is short beside what has passed.
        let point = over(passed - expected - self.middle, self.spread).max(ONE);
        passed + over(self.spread, point)
    }
}

/// How far beyond expectation members in flight are, by the logarithm of what has passed.
pub(super) fn beyond(flying: impl Iterator<Item = (i64, i64)>) -> Vec<i64> {
    flying.map(|(passed, expected)| passed - expected).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixed::exp2;
    use super::*;

    fn after(times: &[u64], flying: &[u64]) -> (u64, i64) {
        let mut lessons = Lessons::default();
        for took in times {
            lessons.learn(&"arm".into(), Ms(10_000), None, Ms(*took));
        }
        let far: Vec<i64> = flying.iter().map(|at| log2(*at) - log2(10_000)).collect();
        let belief = lessons.belief(&"arm".into(), Basis::Catalog, &far);
        (
            exp2(log2(10_000) + belief.middle),
            belief.spread * 100 / ONE,
        )
    }

    #[test]
    fn the_catalog_counts_until_members_have_said_otherwise() {
        assert_eq!(after(&[], &[]), (9_999, 57));
        let (middle, spread) = after(&[20_000; 20], &[]);
        assert!((19_000..=20_000).contains(&middle), "{middle}");
        assert!(spread < 35, "{spread}");
    }

    #[test]
    fn who_flies_long_says_that_the_short_ones_came_first() {
        let (alone, _) = after(&[8_000, 9_000, 10_000], &[]);
        let (with, _) = after(&[8_000, 9_000, 10_000], &[15_000, 15_000, 15_000]);
        assert!(with > alone + 2_000, "{alone} {with}");
        let (fresh, _) = after(&[8_000, 9_000, 10_000], &[10, 10, 10]);
        assert!(fresh.abs_diff(alone) < 400, "{alone} {fresh}");
    }
}
