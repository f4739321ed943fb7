//! `store-calls`: each scene again, each call that its carriers make of the store failing once, in each way.
//!
//! Must never know: scenes. Tests: `crates/sim/tests/it/crash.rs` (every eleventh).

use windlass_sim::again::Again;
use windlass_sim::play::play;
use windlass_sim::scenes;
use windlass_sim::store::KINDS;

use crate::figure::release;
use crate::workspace::Trouble;

pub(in crate::figure) const NAME: &str = "store-calls";
/// So many of those that are wrong are printed of each scene.
const SHOWN: usize = 10;

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let (mut tried, mut wrong) = (0, 0);
    let kinds = KINDS.len() as u64;
    for story in scenes::all()? {
        let whole = play(&story, &[]);
        let plays = whole.calls * kinds;
        let found = super::each(plays, |number| {
            let fault = usize::try_from(number % kinds)
                .ok()
                .and_then(|at| KINDS.get(at));
            let again = Again::of(&story.name).failing(number / kinds + 1, *fault?);
            let why = match again.play() {
                Ok(came) => came.wrong_beside(&whole)?,
                Err(why) => why.to_string(),
            };
            Some(format!("cargo xtask replay '{again}'  {why}"))
        });
        let bad: Vec<String> = found.into_iter().flatten().collect();
        println!(
            "{:<16} {:>5} calls, {plays:>5} plays, {} wrong",
            story.name,
            whole.calls,
            bad.len()
        );
        bad.iter().take(SHOWN).for_each(|line| println!("  {line}"));
        tried += plays;
        wrong += bad.len();
    }
    println!("{tried} plays with a call that fails");
    Ok(f64::from(u32::try_from(wrong)?))
}
