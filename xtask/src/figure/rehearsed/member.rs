//! `rehearse-member`: what a member costs that is moved and gated in the false world, under the full judge.
//!
//! Must never know: how it is played. Tests: `crates/sim/tests/it`.

use std::time::Instant;

use windlass_engine::policy::Ramp;
use windlass_engine::run::event::End;
use windlass_sim::cluster::{CORE, catalog, members, pace, story};
use windlass_sim::play::play;

use crate::figure::{disk::load, release};
use crate::workspace::{NotSo, Trouble};

pub(in crate::figure) const NAME: &str = "rehearse-member";
/// So many members, each moved once.
const MEMBERS: u32 = 1_000;
/// So many may be down at once: a tenth.
const DOWN: u32 = 100;
/// The best of so many: machines are noisy.
const ROUNDS: usize = 5;

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let cast = members(1, MEMBERS, CORE, 0)?;
    let mut story = story("a thousand", catalog(2, &[CORE])?, cast, 1)?;
    story.policy.pace = pace(Ramp::Double, DOWN);
    let mut best = f64::MAX;
    for round in 1..=ROUNDS {
        let began = Instant::now();
        let outcome = play(&story, &[]);
        let each = began.elapsed().as_secs_f64() * 1_000.0 / f64::from(MEMBERS);
        let whole = outcome.end == Some(End::Finished) && outcome.violations.is_empty();
        if !whole {
            let says = format!("{:?}, {:?}", outcome.end, outcome.violations.first());
            return Err(NotSo(format!("a thousand members are not moved: {says}")).into());
        }
        println!("round {round}: {each:.3} ms a member, load {}", load());
        best = best.min(each);
    }
    Ok(best)
}
