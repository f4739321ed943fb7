//! Every small world, up to symmetry: up to three components, three releases of a line each, up to four
//! members that carry one or more components at one release; for each two components no rule, equal, ±1,
//! [-1, 0] or [-2, 0] in either direction; paths to the next release, over one, or both. The goal is the
//! newest.
//!
//! Symmetries: members that carry the same at the same release are interchangeable (multisets), and
//! components may be renamed (the least of all renamings stands for them). Each component is carried by
//! some member: what nobody carries binds nobody.
//! Must never know: what is asked of them. Tests: one floor up.

use std::cmp::Ordering;

use super::brute::{Facts, Rule, World};
use crate::workspace::NotSo;

const NEWEST: u8 = 2;
const MEMBERS_MAX: usize = 4;
const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];
/// Distances that are allowed between the first and the second of a pair; the first is no rule.
const RULES: [(i8, i8); 7] = [(-2, 2), (0, 0), (-1, 1), (-1, 0), (0, 1), (-2, 0), (0, 2)];
/// Each of [`RULES`] with the pair the other way round.
const TURNED: [usize; 7] = [0, 1, 2, 4, 3, 6, 5];

/// What a member carries, as bits, and its release.
type Member = (u8, u8);
/// By pair: its rule.
type Rules = [usize; 3];

/// Tells one world in so many, in an order that is always the same; how many there are.
pub(super) fn each(
    every: usize,
    mut tell: impl FnMut(&World) -> Result<(), NotSo>,
) -> Result<usize, NotSo> {
    let mut count = 0;
    for components in 1..=3 {
        let options = [1, 7, 343][components - 1];
        for start in starts(components) {
            let Some(same) = renamings(components, &start) else {
                continue;
            };
            for option in 0..options {
                let rules = [option % 7, option / 7 % 7, option / 49];
                if same.iter().any(|order| renamed(rules, order) < rules) {
                    continue;
                }
                for paths in 1..=3 {
                    if count % every == 0 {
                        tell(&world(components, rules, paths, &start))?;
                    }
                    count += 1;
                }
            }
        }
    }
    Ok(count)
}

/// Of paths, bit 0 leads to the next, bit 1 over one.
fn world(components: usize, rules: Rules, paths: u8, start: &[Member]) -> World {
    let hops = [(1, (0, 1)), (1, (1, 2)), (2, (0, 2))];
    let hops = hops.iter().filter(|(bit, _)| paths & bit > 0);
    let rules = PAIRS.iter().zip(rules).filter(|(_, rule)| *rule > 0);
    let runs = |(kind, at): &Member| {
        let carried = (0..components).map(|i| (kind >> i & 1 == 1).then_some(*at));
        carried.collect()
    };
    World {
        facts: Facts {
            components,
            releases: NEWEST + 1,
            rules: rules
                .map(|((of, from), rule)| Rule {
                    of: *of,
                    from: *from,
                    far: RULES[rule],
                })
                .collect(),
            paths: hops.map(|(_, hop)| *hop).collect(),
        },
        start: start.iter().map(runs).collect(),
        goal: NEWEST,
    }
}

/// The renamings of components that leave a start as it is; none: one of them makes it lesser, and that
/// start stands for this one.
fn renamings(components: usize, start: &[Member]) -> Option<Vec<[usize; 3]>> {
    let orders: &[[usize; 3]] = match components {
        1 => &[[0, 1, 2]],
        2 => &[[0, 1, 2], [1, 0, 2]],
        _ => &[
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ],
    };
    let mut same = Vec::new();
    for order in orders {
        let kind = |old: u8| {
            let carried = (0..3).filter(|i| old >> i & 1 == 1);
            carried.map(|i: usize| 1 << order[i]).sum()
        };
        let mut other: Vec<Member> = start.iter().map(|(old, at)| (kind(*old), *at)).collect();
        other.sort_unstable();
        match other.as_slice().cmp(start) {
            Ordering::Less => return None,
            Ordering::Equal => same.push(*order),
            Ordering::Greater => {}
        }
    }
    Some(same)
}

fn renamed(rules: Rules, order: &[usize; 3]) -> Rules {
    let mut all = [0; 3];
    for ((of, from), rule) in PAIRS.iter().zip(rules) {
        let (one, other) = (order[*of], order[*from]);
        let turned = if one < other { rule } else { TURNED[rule] };
        let pair = (one.min(other), one.max(other));
        for (place, known) in PAIRS.iter().enumerate() {
            if *known == pair {
                all[place] = turned;
            }
        }
    }
    all
}

/// All multisets of at most four members that together carry each of the components.
fn starts(components: usize) -> Vec<Vec<Member>> {
    let all: Vec<Member> = (1..1_u8 << components)
        .flat_map(|kind| (0..=NEWEST).map(move |at| (kind, at)))
        .collect();
    let mut row: Vec<Vec<Member>> = vec![Vec::new()];
    let mut found = Vec::new();
    for _ in 0..MEMBERS_MAX {
        row = row
            .iter()
            .flat_map(|mix| {
                let fits = all
                    .iter()
                    .filter(|m| mix.last().is_none_or(|last| last <= m));
                fits.map(|m| mix.iter().chain([m]).copied().collect())
            })
            .collect();
        found.extend(row.iter().cloned());
    }
    let whole = (1 << components) - 1;
    found.retain(|mix| mix.iter().fold(0, |met, m| met | m.0) == whole);
    found
}
