//! `store-calls`: each scene again, each call that its carriers make of the store failing once, in each way.
//!
//! Must never know: scenes. Tests: `crates/sim/tests/it/crash.rs` (every eleventh).

use windlass_sim::again::Again;
use windlass_sim::play::play;
use windlass_sim::scenes;
use windlass_sim::store::KINDS;

use super::Tally;
use crate::figure::release;
use crate::workspace::Trouble;

pub(in crate::figure) const NAME: &str = "store-calls";

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let mut tally = Tally::default();
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
        let of = format!("{} calls", whole.calls);
        tally.scene(&story.name, &of, plays, &bad);
    }
    tally.value("plays with a call that fails", 1)
}
