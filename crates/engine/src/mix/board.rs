//! All that may stand in a cluster as numbered seats, and what the rules forbid between them as sets of
//! bits: made once, so that each of many mixes is checked in a few steps.
//!
//! Each fault has two ends, and stands where a seat of both is taken. So a seat needs to know only of
//! which faults it is the one end, and of which the other: what a mix breaks is all of the one kind that
//! its seats have, met with all of the other kind.
//! Must never know: who moves next. Stories: `tests/it/mix.rs`, `tests/it/board.rs`.

use super::{Breach, Mix, Place, bond, breach, unsupported};
use crate::catalog::{Bond, Catalog, Line, SkewRule, Within};
use crate::names::{Component, LevelName};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

/// The rules of a catalog over all that may stand somewhere.
#[derive(Debug)]
pub struct Board<'a> {
    catalog: &'a Catalog,
    /// Where a component at a version stands: the number of its seat.
    seats: BTreeMap<Place, BTreeMap<Component, BTreeMap<Version, usize>>>,
    /// What one member runs: the number of its seat.
    members: BTreeMap<BTreeMap<Component, Version>, usize>,
    /// Levels as finalized, the same in each mix.
    levels: BTreeMap<LevelName, u16>,
    faults: Vec<Fault<'a>>,
    /// Seat by seat: the faults of which it is the one end, then those of which it is the other.
    ends: Vec<u64>,
    /// How many words the faults take.
    width: usize,
}

/// What would be broken.
#[derive(Debug)]
enum Fault<'a> {
    Skew(&'a SkewRule, Version, Version),
    Level(Component, Version, LevelName, &'a Line),
}

/// The seats that a mix takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seats(Vec<u64>);

/// What a mix breaks: faults of a board, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found(Vec<u64>);

/// Seats and faults in one word.
const WORD_BITS: usize = 64;

/// A component at a version in some place.
#[derive(Clone, Copy)]
struct Seat<'m> {
    number: usize,
    place: &'m Place,
    version: &'m Version,
}

/// Faults with the seats at their ends, while a board is made.
type Pairs<'a> = Vec<(Fault<'a>, Vec<usize>, Vec<usize>)>;

impl<'a> Board<'a> {
    /// Of a catalog, and all that may stand side by side: the widest of the mixes that it will be asked
    /// for. Levels stand as they do there. Quadratic in the seats that a rule binds.
    #[must_use]
    pub fn of(catalog: &'a Catalog, widest: &Mix) -> Self {
        let mut board = Self {
            catalog,
            seats: BTreeMap::new(),
            members: BTreeMap::new(),
            levels: widest.levels.clone(),
            faults: Vec::new(),
            ends: Vec::new(),
            width: 0,
        };
        let mut count = 0;
        let mut seats: BTreeMap<&Component, Vec<Seat>> = BTreeMap::new();
        for (place, stands) in &widest.stands {
            for (component, versions) in stands {
                for version in versions {
                    let number = count;
                    count += 1;
                    let of_place = board.seats.entry(place.clone()).or_default();
                    let numbers = of_place.entry(component.clone()).or_default();
                    numbers.insert(version.clone(), number);
                    seats.entry(component).or_default().push(Seat {
                        number,
                        place,
                        version,
                    });
                }
            }
        }
        for runs in &widest.members {
            board.members.insert(runs.clone(), count);
            count += 1;
        }
        let mut pairs = Pairs::new();
        for rule in &catalog.skew {
            let of = |name: &Component| seats.get(name).map_or(&[][..], Vec::as_slice);
            match rule.within {
                Within::Node => board.within_members(rule, &mut pairs),
                Within::Cluster | Within::Zone => {
                    between(catalog, rule, (of(&rule.of), of(&rule.from)), &mut pairs);
                }
            }
        }
        board.with_levels(&seats, &mut pairs);
        board.lay(count, pairs);
        board
    }

    fn within_members(&self, rule: &'a SkewRule, pairs: &mut Pairs<'a>) {
        let lines = self.catalog.lines_of(&rule.of);
        let mut barred: BTreeMap<(&Version, &Version), Vec<usize>> = BTreeMap::new();
        for (runs, number) in &self.members {
            if let (Some(of), Some(from)) = (runs.get(&rule.of), runs.get(&rule.from))
                && !rule.allows(&lines, of, from, Bond::Apart)
            {
                barred.entry((of, from)).or_default().push(*number);
            }
        }
        for ((of, from), numbers) in barred {
            let fault = Fault::Skew(rule, of.clone(), from.clone());
            pairs.push((fault, numbers.clone(), numbers));
        }
    }

    /// What does not live with levels as they stand: such a seat is both ends of its fault.
    fn with_levels(&self, seats: &BTreeMap<&Component, Vec<Seat>>, pairs: &mut Pairs<'a>) {
        let catalog = self.catalog;
        for (component, seats) in seats {
            if !catalog.track_of(component).is_main() {
                continue;
            }
            let mut taken: BTreeMap<&Version, Vec<usize>> = BTreeMap::new();
            for seat in seats {
                taken.entry(seat.version).or_default().push(seat.number);
            }
            for (version, numbers) in taken {
                let Some(line) = catalog.line(version) else {
                    continue;
                };
                let broken = self
                    .levels
                    .iter()
                    .filter(|(name, number)| !line.supports(name, **number))
                    .filter(|(name, _)| catalog.counts(name, &self.levels));
                for (name, _) in broken {
                    let component = (*component).clone();
                    let fault = Fault::Level(component, version.clone(), name.clone(), line);
                    pairs.push((fault, numbers.clone(), numbers.clone()));
                }
            }
        }
    }

    /// Writes down by seat what was found by fault.
    fn lay(&mut self, count: usize, pairs: Pairs<'a>) {
        self.width = pairs.len().div_ceil(WORD_BITS);
        self.ends = vec![0; count * 2 * self.width];
        for (index, (fault, of, from)) in pairs.into_iter().enumerate() {
            let (word, bit) = (index / WORD_BITS, 1 << (index % WORD_BITS));
            for seat in of {
                self.ends[seat * 2 * self.width + word] |= bit;
            }
            for seat in from {
                self.ends[(seat * 2 + 1) * self.width + word] |= bit;
            }
            self.faults.push(fault);
        }
    }

    /// The seat of a component at a version in a place; none where the board does not know of it.
    #[must_use]
    pub fn seat(&self, place: &Place, component: &Component, version: &Version) -> Option<usize> {
        let numbers = self.seats.get(place)?.get(component)?;
        numbers.get(version).copied()
    }

    /// The seats that a mix takes; none where it holds what the board does not know of, or its levels
    /// are others.
    #[must_use]
    pub fn seats(&self, mix: &Mix) -> Option<Seats> {
        let mut seats = Seats::default();
        for (place, stands) in &mix.stands {
            for (component, versions) in stands {
                for version in versions {
                    seats.take(self.seat(place, component, version)?);
                }
            }
        }
        for runs in &mix.members {
            seats.take(*self.members.get(runs)?);
        }
        (mix.levels == self.levels).then_some(seats)
    }

    /// What these seats break when they are taken together. `found` is written anew; seats that the
    /// board does not have break nothing. O(seats taken × faults / 64).
    pub fn check(&self, seats: &Seats, found: &mut Found) {
        let row = 2 * self.width;
        found.0.clear();
        found.0.resize(row, 0);
        for (at, word) in seats.0.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                let seat = at * WORD_BITS + left.trailing_zeros() as usize;
                left &= left - 1;
                if let Some(ends) = self.ends.get(seat * row..(seat + 1) * row) {
                    for (sum, end) in found.0.iter_mut().zip(ends) {
                        *sum |= end;
                    }
                }
            }
        }
        let (one, other) = found.0.split_at_mut(self.width);
        for (one, other) in one.iter_mut().zip(other) {
            *one &= *other;
        }
        found.0.truncate(self.width);
    }

    /// Faults in words, each once and in order.
    #[must_use]
    pub fn breaches(&self, found: &Found) -> Vec<Breach> {
        let is_found = |index: usize| {
            let word = found.0.get(index / WORD_BITS).copied().unwrap_or(0);
            word >> (index % WORD_BITS) & 1 == 1
        };
        let faults = self.faults.iter().enumerate();
        let faults = faults.filter(|(index, _)| is_found(*index));
        let breaches: BTreeSet<Breach> = faults
            .map(|(_, fault)| match fault {
                Fault::Skew(rule, of, from) => breach(rule, of, from),
                Fault::Level(component, version, name, line) => {
                    let number = self.levels.get(name).copied().unwrap_or(0);
                    unsupported(self.catalog, (component, version), (name, number), line)
                }
            })
            .collect();
        breaches.into_iter().collect()
    }
}

/// What a rule forbids between places. Seats that are barred from the same others share a fault, which
/// then stands wherever both of its ends do.
fn between<'a>(
    catalog: &Catalog,
    rule: &'a SkewRule,
    (ofs, froms): (&[Seat], &[Seat]),
    pairs: &mut Pairs<'a>,
) {
    let lines = catalog.lines_of(&rule.of);
    let versions = |seats: &[Seat]| {
        let all: BTreeSet<&Version> = seats.iter().map(|seat| seat.version).collect();
        all.into_iter().cloned().collect::<Vec<Version>>()
    };
    let (rows, columns) = (versions(ofs), versions(froms));
    let mut tables: BTreeMap<Bond, Vec<bool>> = BTreeMap::new();
    let mut barred: BTreeMap<(&Version, &Version, Vec<usize>), Vec<usize>> = BTreeMap::new();
    for of in ofs {
        let row = rows.binary_search(of.version).unwrap_or(0) * columns.len();
        let mut beside: BTreeMap<&Version, Vec<usize>> = BTreeMap::new();
        for from in froms {
            if rule.within == Within::Zone && of.place.zone != from.place.zone {
                continue;
            }
            let bond = bond(rule, &of.place.kind, &from.place.kind);
            let table = tables
                .entry(bond)
                .or_insert_with(|| rule.table(&lines, &rows, &columns, bond));
            let column = columns.binary_search(from.version).unwrap_or(0);
            if !table[row + column] {
                beside.entry(from.version).or_default().push(from.number);
            }
        }
        for (from, others) in beside {
            let seats = barred.entry((of.version, from, others)).or_default();
            seats.push(of.number);
        }
    }
    for ((of, from, others), seats) in barred {
        let fault = Fault::Skew(rule, of.clone(), from.clone());
        pairs.push((fault, seats, others));
    }
}

impl Seats {
    /// Takes a seat.
    pub fn take(&mut self, seat: usize) {
        let word = seat / WORD_BITS;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (seat % WORD_BITS);
    }
}

impl Found {
    /// Nothing is broken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many faults stand; one breach in words may be several, in places apart.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}
