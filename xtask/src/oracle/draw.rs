//! Larger worlds, drawn by lot: up to four components, six releases and six members, rules of components
//! with themselves, members that carry components at unlike releases, any paths.
//!
//! Must never know: what is asked of them. Tests: one floor up.

use windlass_sim::dice::Dice;

use super::brute::{Facts, Rule, Runs, World};

/// Distances, as the makers have them.
const FAR: [(i8, i8); 8] = [
    (0, 0),
    (-1, 1),
    (-2, 2),
    (-1, 0),
    (-2, 0),
    (-3, 0),
    (0, 1),
    (0, 2),
];

/// The world of a seed.
pub(crate) fn world(seed: u64) -> World {
    let mut dice = Dice::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let components = 2 + few(&mut dice, 3);
    let releases = 3 + few(&mut dice, 4);
    let goal = small(releases) - 1 - small(few(&mut dice, 2));
    let mut rules = Vec::new();
    for _ in 0..few(&mut dice, 5) {
        let (of, from) = (few(&mut dice, components), few(&mut dice, components));
        let far = FAR[few(&mut dice, FAR.len())];
        rules.push(Rule { of, from, far });
    }
    let next = 60 + dice.below(40);
    let paths =
        (0..small(releases)).flat_map(|from| (from + 1..small(releases)).map(move |to| (from, to)));
    let paths = paths
        .filter(|(from, to)| dice.below(100) < if to - from == 1 { next } else { 25 })
        .collect();
    let members = 2 + few(&mut dice, 5);
    let base = small(few(&mut dice, usize::from(goal) + 1));
    let start = (0..members)
        .map(|_| runs(&mut dice, components, (base, goal)))
        .collect();
    World {
        facts: Facts {
            components,
            releases: small(releases),
            rules,
            paths,
        },
        start,
        goal,
    }
}

/// Most stand at one release, some beyond it.
fn runs(dice: &mut Dice, components: usize, (base, goal): (u8, u8)) -> Runs {
    let here = release(dice, base, goal);
    let carried = 1 + dice.below((1 << components) - 1);
    let unlike = dice.below(5) == 0;
    (0..components)
        .map(|component| {
            let carries = carried >> component & 1 == 1;
            let at = if unlike {
                release(dice, base, goal)
            } else {
                here
            };
            carries.then_some(at)
        })
        .collect()
}

fn release(dice: &mut Dice, base: u8, goal: u8) -> u8 {
    match dice.below(3) {
        0 => base + small(few(dice, usize::from(goal - base) + 1)),
        _ => base,
    }
}

fn few(dice: &mut Dice, sides: usize) -> usize {
    usize::try_from(dice.below(sides as u64)).unwrap_or_default()
}

fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
