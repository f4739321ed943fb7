//! `store-calls`: each scene again, each call of the store that its carriers make, and each word of its
//! human, failing once, in each way.
//!
//! Must never know: scenes. Tests: `crates/sim/tests/it/crash.rs` (every eleventh).

use windlass_sim::again::Again;
use windlass_sim::play::play;
use windlass_sim::scenes;
use windlass_sim::store::{KINDS, UNTAKEN};

use super::Tally;
use crate::figure::release;
use crate::workspace::Trouble;

pub(in crate::figure) const NAME: &str = "store-calls";

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let mut tally = Tally::default();
    for story in scenes::all()? {
        let whole = play(&story, &[]);
        let name = || Again::of(&story.name);
        let calls =
            (1..=whole.calls).flat_map(|call| KINDS.map(|fault| name().failing(call, fault)));
        let words =
            (1..=whole.posts).flat_map(|word| UNTAKEN.map(|fault| name().unheard(word, fault)));
        let all: Vec<Again> = calls.chain(words).collect();
        let found = super::each(all.len() as u64, |number| {
            let again = all.get(usize::try_from(number).ok()?)?;
            let why = match again.play() {
                Ok(came) => came.wrong_beside(&whole)?,
                Err(why) => why.to_string(),
            };
            Some(format!("cargo xtask replay '{again}'  {why}"))
        });
        let bad: Vec<String> = found.into_iter().flatten().collect();
        let of = format!("{} calls, {} words", whole.calls, whole.posts);
        tally.scene(&story.name, &of, all.len() as u64, &bad);
    }
    tally.value("plays with a call that fails", 1)
}
