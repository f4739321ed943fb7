//! `cargo xtask replay`: plays a seed or a scene of the false world again, and prints what happened.
//!
//! Must never know: how anything is played. Tests: `crates/sim/tests/it`.

use std::io::Write as _;

use windlass_sim::play::{Outcome, play};
use windlass_sim::scenes;
use windlass_sim::seed::draw;

use crate::workspace::{NotSo, Trouble};

/// `SEED`, or `SCENE:INSTANT…`: the whole journal, where carriers died, and what must not have been.
///
/// # Errors
/// When there is no such story, or a promise was broken.
pub fn run(what: &str) -> Result<(), Trouble> {
    let came = played(what)?;
    std::io::stdout().write_all(&came.journal)?;
    for struck in &came.struck {
        println!(
            "died at instant {}: {}, {:?}",
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

fn played(what: &str) -> Result<Outcome, Trouble> {
    if let Ok(seed) = what.parse::<u64>() {
        let drawn = draw(seed)?;
        return Ok(play(&drawn.story, &drawn.deaths));
    }
    let mut words = what.split(':');
    let name = words.next().unwrap_or_default();
    let all = scenes::all()?;
    let Some(story) = all.iter().find(|story| story.name == name) else {
        let names: Vec<&str> = all.iter().map(|story| story.name.as_str()).collect();
        let known = names.join(", ");
        return Err(NotSo(format!("no seed and no scene {what}; scenes are: {known}")).into());
    };
    let deaths: Result<Vec<u64>, _> = words.map(str::parse).collect();
    Ok(play(story, &deaths?))
}
