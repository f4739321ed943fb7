//! `eta-25`, `eta-75`, `eta-coverage`: how true the forecast is, told at a quarter and at three quarters of
//! runs of which nothing but the catalog's times was known before.
//!
//! Must never know: how a forecast is made. Tests: the figures.

use windlass_engine::forecast::forecast;
use windlass_engine::policy::Mode;

use super::cluster::{Cluster, Kind};
use super::ours::{Knows, play};
use super::{each, quantile};
use crate::figure::release;
use crate::workspace::{NotSo, Trouble};

pub(in crate::figure) const QUARTER: &str = "eta-25";
pub(in crate::figure) const THREE_QUARTERS: &str = "eta-75";
pub(in crate::figure) const COVERAGE: &str = "eta-coverage";
/// So many are played: other clusters than those of the makespan.
const RUNS: u64 = 2_000;
const FIRST: u64 = 1_000_000;
/// When forecasts are asked for, in hundredths of the makespan.
const ASKED_AT: [u64; 3] = [25, 50, 75];

/// What was told at one moment of a run, and what came.
#[derive(Debug, Clone, Copy)]
struct Told {
    third: u64,
    kind: Kind,
    about: f64,
    inside: f64,
    left: f64,
    whole: f64,
}

pub(in crate::figure) fn quarter() -> Result<f64, Trouble> {
    release::again(QUARTER).unwrap_or_else(|| errors(0))
}

pub(in crate::figure) fn three_quarters() -> Result<f64, Trouble> {
    release::again(THREE_QUARTERS).unwrap_or_else(|| errors(2))
}

/// The median error of the whole time, in per cent of the whole; beside it that of the time left.
fn errors(asked: usize) -> Result<f64, Trouble> {
    let all: Vec<Told> = told()?.into_iter().map(|run| run[asked]).collect();
    let (whole, left) = table(&all);
    println!("the time that is left, in per cent of what was left: median error {left:.1}");
    Ok(whole)
}

fn table(all: &[Told]) -> (f64, f64) {
    let off = |told: &Told| (told.about - told.left).abs();
    let whole = |of: &[Told]| {
        let errors: Vec<f64> = of.iter().map(|t| 100.0 * off(t) / t.whole).collect();
        quantile(&errors, 0.5)
    };
    let left = |of: &[Told]| {
        let errors: Vec<f64> = of.iter().map(|t| 100.0 * off(t) / t.left).collect();
        quantile(&errors, 0.5)
    };
    println!(
        "{:<12} {:<8} {:>17} {:>17} {:>10} {:>11}",
        "members", "may not", "error, % of whole", "error, % of left", "inside, %", "too early"
    );
    for (third, members) in (0..).zip(["3–30", "31–300", "301–5,000"]) {
        for (kind, word) in [
            (Kind::Free, "nothing"),
            (Kind::Racks, "racks"),
            (Kind::Budgets, "budgets"),
        ] {
            let of = all.iter().filter(|t| (t.third, t.kind) == (third, kind));
            let of: Vec<Told> = of.copied().collect();
            let count = of.len().max(1) as f64;
            let inside: f64 = of.iter().map(|t| t.inside).sum::<f64>() / count;
            let early = of.iter().filter(|t| t.about < t.left).count() as f64 / count;
            println!(
                "{members:<12} {word:<8} {:>17.1} {:>17.1} {:>10.1} {:>11.1}",
                whole(&of),
                left(&of),
                100.0 * inside,
                100.0 * early
            );
        }
    }
    (whole(all), left(all))
}

/// The share of runs inside the interval, at all three moments; the one that is furthest from four fifths.
pub(in crate::figure) fn coverage() -> Result<f64, Trouble> {
    if let Some(done) = release::again(COVERAGE) {
        return done;
    }
    let all = told()?;
    let mut furthest = 80.0;
    for (place, at) in ASKED_AT.iter().enumerate() {
        let of: Vec<Told> = all.iter().map(|run| run[place]).collect();
        println!("told at {at} % of the time");
        table(&of);
        let inside = 100.0 * of.iter().map(|t| t.inside).sum::<f64>() / of.len() as f64;
        println!("inside: {inside:.1} %");
        if (inside - 80.0_f64).abs() > (furthest - 80.0_f64).abs() {
            furthest = inside;
        }
    }
    Ok(furthest)
}

#[allow(clippy::cast_precision_loss, reason = "ms below 2^52")]
fn told() -> Result<Vec<[Told; 3]>, Trouble> {
    let all = each(RUNS, |number| {
        one(FIRST + number).map_err(|why| why.to_string())
    });
    let all: Result<Vec<_>, String> = all.into_iter().collect();
    all.map_err(|why| NotSo(why).into())
}

#[allow(clippy::cast_precision_loss, reason = "ms below 2^52")]
fn one(number: u64) -> Result<[Told; 3], Trouble> {
    let cluster = Cluster::draw(number);
    let played = play(&cluster, Mode::Sliding, Knows::Nothing)?;
    let whole = played.makespan;
    let mut told = Vec::new();
    for at in ASKED_AT {
        let ms = whole * at / 100;
        let (run, now) = played.at(ms);
        let forecast = forecast(&run, now)
            .ok_or_else(|| NotSo(format!("cluster {number} tells nothing at {at} %")))?;
        let left = whole - ms;
        let inside = (forecast.low.0..=forecast.high.0).contains(&left);
        told.push(Told {
            third: number % 3,
            kind: cluster.kind,
            about: forecast.about.0 as f64,
            inside: f64::from(u8::from(inside)),
            left: left as f64,
            whole: whole as f64,
        });
    }
    told.try_into()
        .map_err(|_| NotSo("three moments".into()).into())
}
