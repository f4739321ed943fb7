//! `cargo xtask replay`: plays a seed or a scene of the false world again, and prints what happened.
//!
//! Must never know: how anything is played. Tests: `crates/sim/tests/it`.

use std::io::Write as _;

use windlass_sim::again::Again;
use windlass_sim::instant::Blow;

use crate::wires;
use crate::workspace::{NotSo, Trouble};

/// `SEED`, `SCENE:INSTANT…`, `SCENE:CALL=FAULT`, `kafka:SEED[:INSTANT…]`: the whole journal, where carriers died or stood
/// still, and what must not have been.
///
/// # Errors
/// When there is no such story, or a promise was broken.
pub fn run(what: &str) -> Result<(), Trouble> {
    let came = match what.strip_prefix(wires::PREFIX) {
        Some(rest) => wires::again(rest)?,
        None => what.parse::<Again>()?.play()?,
    };
    std::io::stdout().write_all(&came.journal)?;
    for struck in &came.struck {
        let what = match struck.blow {
            Blow::Dies => "died".into(),
            Blow::Freezes(long) => format!("stood still for {long} ms"),
        };
        println!(
            "{what} at instant {}: {}, {:?}",
            struck.instant, struck.call, struck.point
        );
    }
    println!(
        "{} carriers, {} instants, {} ms: {:?}",
        came.carriers, came.instants, came.took_ms, came.end
    );
    came.violations
        .iter()
        .for_each(|violation| println!("{violation}"));
    if came.violations.is_empty() {
        return Ok(());
    }
    Err(NotSo(format!("{what} breaks a promise")).into())
}
