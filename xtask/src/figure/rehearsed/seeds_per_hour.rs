//! `seeds-per-hour`: how many seeds are played in an hour on two cores, full judge, abstract targets.
//!
//! Must never know: how stories are drawn. Tests: none; it is a measure.

use std::time::Instant;

use windlass_sim::play::play;
use windlass_sim::seed::draw;

use crate::figure::{disk, release};
use crate::workspace::Trouble;

pub(in crate::figure) const NAME: &str = "seeds-per-hour";
/// Long enough that heavy seeds and light ones are met as often as in an hour.
const MEASURED_S: u64 = 60;
/// Seeds are taken in heaps of so many.
const HEAP: u64 = 500;

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    println!("load of the machine: {}", disk::load());
    let begun = Instant::now();
    let (mut played, mut passed) = (0, 0);
    while begun.elapsed().as_secs() < MEASURED_S {
        let first = 1_000_000 + played;
        let instants = super::each(HEAP, |number| {
            draw(first + number).map_or(0, |drawn| play(&drawn.story, &drawn.deaths).instants)
        });
        played += HEAP;
        passed += instants.iter().sum::<u64>();
    }
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{played} seeds, {} instants on the mean, in {took:.0} s",
        passed / played.max(1)
    );
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok((played as f64 / took * 3_600.0).round())
}
