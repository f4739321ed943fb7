//! `crash-instants`: each scene again with a death at each of its instants; and again where one more death
//! follows while the next carrier recovers.
//!
//! Must never know: scenes. Tests: `crates/sim/tests/it/crash.rs`.

use windlass_sim::again::Again;
use windlass_sim::play::play;
use windlass_sim::scenes;

use super::Tally;
use crate::figure::release;
use crate::workspace::Trouble;

pub(in crate::figure) const NAME: &str = "crash-instants";
/// So many deaths are tried at least.
const TRIED_LEAST: u64 = 30_000;
/// How long after the first death another follows, in instants: taking a run passes about as many.
const RECOVERY: [u64; 8] = [1, 2, 5, 9, 14, 20, 27, 35];

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let mut tally = Tally::default();
    for story in scenes::all()? {
        let whole = play(&story, &[]);
        if let Some(first) = whole.violations.first() {
            println!("{} breaks a promise without any death: {first}", story.name);
            tally.wrong += 1;
        }
        let after = 1 + RECOVERY.len() as u64;
        let found = super::each(whole.instants * after, |number| {
            let at = number / after + 1;
            let again = usize::try_from(number % after).unwrap_or(0);
            let deaths: Vec<u64> = match again.checked_sub(1).and_then(|n| RECOVERY.get(n)) {
                None => vec![at],
                Some(later) => vec![at, at + later],
            };
            let why = play(&story, &deaths).wrong_beside(&whole)?;
            let again = Again::of(&story.name).dying(&deaths);
            Some(format!("cargo xtask replay '{again}'  {why}"))
        });
        let plays = found.len() as u64;
        let bad: Vec<String> = found.into_iter().flatten().collect();
        let of = format!("{} instants", whole.instants);
        tally.scene(&story.name, &of, plays, &bad);
    }
    tally.value("plays with deaths", TRIED_LEAST)
}
