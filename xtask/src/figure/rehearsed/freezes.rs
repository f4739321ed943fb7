//! `freezes`: two that would carry one run, on each scene: the carrier stands still at each instant, for less
//! than a lease lasts, just past it, long past it, and until after the end; and again where the one that took
//! over stands still, too, while it recovers.
//!
//! Must never know: scenes. Tests: `crates/sim/tests/it/freeze.rs` (a share of them).

use windlass_sim::again::Again;
use windlass_sim::play::{Outcome, play};
use windlass_sim::scenes::{self, FREEZES_MS};
use windlass_sim::story::Story;

use super::Tally;
use crate::figure::release;
use crate::workspace::Trouble;

pub(in crate::figure) const NAME: &str = "freezes";
/// So many plays are tried at least.
const TRIED_LEAST: u64 = 60_000;
/// So long after the first the next carrier stands still, in instants, where two do: taking a run passes about
/// as many as the last …
const RECOVERY: [u64; 4] = [2, 9, 20, 35];
/// … and for so long: just past its lease.
const AGAIN_MS: u64 = FREEZES_MS[1];

/// What stands still in each play of one instant: how long, and which instant after it the next does.
fn tries() -> Vec<(u64, Option<u64>)> {
    let once = FREEZES_MS.map(|long| (long, None));
    let twice = |long| RECOVERY.map(|after| (long, Some(after)));
    let past = FREEZES_MS.iter().skip(1).copied();
    once.into_iter().chain(past.flat_map(twice)).collect()
}

fn again(story: &Story, instant: u64, (long, after): (u64, Option<u64>)) -> Again {
    let again = Again::of(&story.name).freezing(instant, long);
    match after {
        None => again,
        Some(after) => again.freezing(instant + after, AGAIN_MS),
    }
}

fn why(story: &Story, whole: &Outcome, again: &Again) -> Option<String> {
    let came = match again.play() {
        Ok(came) => came,
        Err(why) => return Some(why.to_string()),
    };
    scenes::wrong_when_frozen(story, whole, &came)
}

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let tries = tries();
    let each = u64::try_from(tries.len())?;
    let mut tally = Tally::default();
    for story in scenes::all()? {
        let whole = play(&story, &[]);
        let found = super::each(whole.instants * each, |number| {
            let which = usize::try_from(number % each).ok()?;
            let again = again(&story, number / each + 1, *tries.get(which)?);
            let why = why(&story, &whole, &again)?;
            Some(format!("cargo xtask replay '{again}'  {why}"))
        });
        let plays = found.len() as u64;
        let bad: Vec<String> = found.into_iter().flatten().collect();
        let of = format!("{} instants", whole.instants);
        tally.scene(&story.name, &of, plays, &bad);
    }
    tally.value("plays with freezes", TRIED_LEAST)
}
