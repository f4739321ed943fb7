//! `cold-start`: `windlass status` as a user runs it, with a thousand ended runs and a live one behind it.
//!
//! Must never know: how the command works.
//! Tests: the figure itself.

mod history;

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::disk;
use crate::windlass::{Profile, Windlass};
use crate::workspace::{NotSo, Trouble};

/// The issue asks for the best of so many medians …
const ROUNDS: usize = 5;
/// … of so many.
const STARTS: usize = 20;

pub(super) fn measure() -> Result<f64, Trouble> {
    let windlass = Windlass::build(Profile::Release)?;
    let made = Instant::now();
    let history = history::write(&windlass.store(), windlass.folder())?;
    println!(
        "{history}, written in {:.1} s",
        made.elapsed().as_secs_f64()
    );
    let said = windlass.must(&["status"])?;
    print!("{said}");
    if !said.contains(history::LIVE) {
        return Err(NotSo("status does not tell of the live run".into()).into());
    }
    let mut medians = Vec::new();
    for _ in 0..ROUNDS {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            times.push(start(&windlass)?);
        }
        times.sort();
        medians.push(ms(times[times.len() / 2]));
    }
    let told: Vec<String> = medians
        .iter()
        .map(|median| format!("{median:.2}"))
        .collect();
    println!("medians {} ms; load {}", told.join(", "), disk::load());
    Ok(medians.into_iter().fold(f64::INFINITY, f64::min))
}

/// From asking for the process to its end.
fn start(windlass: &Windlass) -> Result<Duration, Trouble> {
    let mut command = windlass.command(["status"]);
    command.stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let took = start.elapsed();
    if status.success() {
        return Ok(took);
    }
    Err(NotSo(format!("windlass status ended with {status}")).into())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
