//! `determinism`: seeds played twice, their journals compared byte by byte.
//!
//! Must never know: what is in a journal. Tests: `crates/sim/tests/it/seeds.rs`.

use windlass_sim::play::play;
use windlass_sim::seed::draw;

use crate::figure::release;
use crate::workspace::Trouble;

pub(in crate::figure) const NAME: &str = "determinism";
/// So many are played twice.
const SEEDS: u64 = 1_000;

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let differs = super::each(SEEDS, |seed| {
        let journal = || draw(seed).map(|drawn| play(&drawn.story, &drawn.deaths).journal);
        match (journal(), journal()) {
            (Ok(one), Ok(other)) => one.is_empty() || one != other,
            (Ok(_) | Err(_), _) => true,
        }
    });
    let wrong: Vec<usize> = (0..differs.len()).filter(|seed| differs[*seed]).collect();
    wrong
        .iter()
        .for_each(|seed| println!("seed {seed} differs"));
    Ok(f64::from(u32::try_from(wrong.len())?))
}
