//! `seeds`: stories drawn from seeds, each with faults, deaths and a human's words.
//!
//! Must never know: how stories are drawn. Tests: `crates/sim/tests/it/seeds.rs`.

use windlass_sim::play::play;
use windlass_sim::seed::draw;

use crate::figure::release;
use crate::workspace::{NotSo, Trouble};

pub(in crate::figure) const NAME: &str = "seeds";
/// So many are played.
const SEEDS: u64 = 10_000;
/// A play that passes fewer on the mean tries too little.
const INSTANTS_LEAST: u64 = 300;

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let all = super::each(SEEDS, |number| {
        let seed = number + 1;
        let Ok(drawn) = draw(seed) else {
            return (0, 0, Some(format!("seed {seed} cannot be drawn")));
        };
        let came = play(&drawn.story, &drawn.deaths);
        let first = came.violations.first();
        let struck = came.struck.last().map_or(0, |struck| struck.instant);
        let bad =
            first.map(|why| format!("cargo xtask replay {seed}  (last death at {struck}) {why}"));
        (came.instants, drawn.story.cast.len() as u64, bad)
    });
    let mean = all.iter().map(|(instants, ..)| instants).sum::<u64>() / SEEDS;
    let members = all.iter().map(|(_, members, _)| members).sum::<u64>();
    let bad: Vec<String> = all.into_iter().filter_map(|(.., bad)| bad).collect();
    bad.iter().for_each(|line| println!("{line}"));
    println!(
        "{SEEDS} seeds, {mean} instants on the mean, {}.{} members",
        members / SEEDS,
        members * 10 / SEEDS % 10
    );
    if mean < INSTANTS_LEAST {
        return Err(NotSo(format!(
            "only {mean} instants on the mean: at least {INSTANTS_LEAST}"
        ))
        .into());
    }
    Ok(f64::from(u32::try_from(bad.len())?))
}
