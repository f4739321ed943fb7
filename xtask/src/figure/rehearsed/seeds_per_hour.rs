//! `seeds-per-hour`: how many seeds are played in an hour on two cores, full judge, abstract targets; and beside
//! them seeds of the real Kafka target over false brokers.
//!
//! Must never know: how stories are drawn. Tests: none; it is a measure.

use std::time::Instant;

use windlass_sim::play::play;
use windlass_sim::seed::draw;

use crate::figure::{disk, release};
use crate::wires;
use crate::workspace::{NotSo, Trouble};

pub(in crate::figure) const NAME: &str = "seeds-per-hour";
/// Long enough that heavy seeds and light ones are met as often as in an hour.
const MEASURED_S: u64 = 300;
/// Those at the level of the wire are like each other.
const WIRE_S: u64 = 60;
/// Seeds are taken in heaps of so many.
const HEAP: u64 = 500;
/// Of those at the level of the wire so many.
const WIRE_HEAP: u64 = 50;
/// So many of these are promised.
const WIRE_LEAST: f64 = 20_000.0;

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
    let rate = an_hour(played, took);
    at_the_wire()?;
    Ok(rate)
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn an_hour(played: u64, took_s: f64) -> f64 {
    (played as f64 / took_s * 3_600.0).round()
}

/// The same with the real Kafka target, which must not break a promise either.
fn at_the_wire() -> Result<(), Trouble> {
    let catalog = wires::catalog()?;
    let begun = Instant::now();
    let (mut played, mut passed, mut bad) = (0, 0, Vec::new());
    while begun.elapsed().as_secs() < WIRE_S {
        let first = 1 + played;
        let all = super::each(WIRE_HEAP, |number| {
            let seed = first + number;
            match wires::seed(seed, &catalog) {
                Ok((_, came)) => {
                    let why = came.violations.first().map(ToString::to_string);
                    (came.instants, why.map(|why| (seed, why)))
                }
                Err(why) => (0, Some((seed, why.to_string()))),
            }
        });
        played += WIRE_HEAP;
        passed += all.iter().map(|(instants, _)| instants).sum::<u64>();
        bad.extend(all.into_iter().filter_map(|(_, bad)| bad));
    }
    let rate = an_hour(played, begun.elapsed().as_secs_f64());
    println!(
        "wire-level Kafka seeds: {rate:.0} per hour (goal: >= {WIRE_LEAST:.0}), {} instants on the mean",
        passed / played.max(1)
    );
    for (seed, why) in &bad {
        println!("cargo xtask replay {}{seed}  {why}", wires::PREFIX);
    }
    if !bad.is_empty() {
        return Err(NotSo(format!(
            "{} of {played} wire-level seeds break a promise",
            bad.len()
        ))
        .into());
    }
    if rate < WIRE_LEAST {
        return Err(NotSo(format!("only {rate:.0} wire-level seeds an hour")).into());
    }
    Ok(())
}
