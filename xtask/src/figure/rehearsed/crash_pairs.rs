//! `crash-pairs`: the ten smallest scenes again with two deaths, at each ordered pair of instants. Instants
//! are counted over all carriers of a play, so the second falls while the next one recovers, too.
//!
//! Must never know: scenes. Tests: `crates/sim/tests/it/crash.rs` (a share of them).

use windlass_sim::again::Again;
use windlass_sim::play::play;
use windlass_sim::scenes;

use super::Tally;
use crate::figure::release;
use crate::workspace::Trouble;

pub(in crate::figure) const NAME: &str = "crash-pairs";
/// So many scenes, the smallest.
const SCENES: usize = 10;
/// So many pairs are tried at least.
const TRIED_LEAST: u64 = 90_000;

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let mut tally = Tally::default();
    for (whole, story) in scenes::smallest(SCENES)? {
        let found = super::each(whole.instants, |number| {
            let first = number + 1;
            let passed = play(&story, &[first]).instants;
            let bad: Vec<String> = (first + 1..=passed)
                .filter_map(|second| {
                    let deaths = [first, second];
                    let why = play(&story, &deaths).wrong_beside(&whole)?;
                    let again = Again::of(&story.name).dying(&deaths);
                    Some(format!("cargo xtask replay '{again}'  {why}"))
                })
                .collect();
            (passed - first, bad)
        });
        let pairs: u64 = found.iter().map(|(pairs, _)| pairs).sum();
        let bad: Vec<String> = found.into_iter().flat_map(|(_, bad)| bad).collect();
        let of = format!("{} instants", whole.instants);
        tally.scene(&story.name, &of, pairs, &bad);
    }
    tally.value("pairs of deaths", TRIED_LEAST)
}
