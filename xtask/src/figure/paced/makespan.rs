//! `makespan-known`, `makespan-learned`, `makespan-vs-ack`: how long a thousand clusters take, beside the
//! bound and beside the paces of others.
//!
//! Must never know: how a bound is come by. Tests: the figures.

use windlass_engine::policy::Mode;

use super::bound::{By, least};
use super::cluster::{Cluster, Kind};
use super::others::{ALL, makespan};
use super::ours::{Knows, play};
use super::{each, quantile};
use crate::figure::release;
use crate::workspace::Trouble;

pub(in crate::figure) const KNOWN: &str = "makespan-known";
pub(in crate::figure) const LEARNED: &str = "makespan-learned";
pub(in crate::figure) const VS_ACK: &str = "makespan-vs-ack";
/// So many are played.
const CLUSTERS: u64 = 1_000;
/// Where fewer may be down at once a barrier costs little, and nothing is compared.
const CAP_LEAST: usize = 4;

pub(in crate::figure) fn known() -> Result<f64, Trouble> {
    release::again(KNOWN).unwrap_or_else(|| beside_bound(Knows::All))
}

pub(in crate::figure) fn learned() -> Result<f64, Trouble> {
    release::again(LEARNED).unwrap_or_else(|| beside_bound(Knows::Nothing))
}

#[allow(clippy::cast_precision_loss, reason = "ms below 2^52")]
fn beside_bound(knows: Knows) -> Result<f64, Trouble> {
    let all = each(CLUSTERS, |number| {
        let cluster = Cluster::draw(number);
        let took = play(&cluster, Mode::Sliding, knows)
            .map(|played| played.makespan)
            .map_err(|why| why.to_string())?;
        let (least, by) = least(&cluster);
        Ok::<_, String>((cluster.number % 3, cluster.kind, by, took as f64 / least))
    });
    let all: Vec<(u64, Kind, By, f64)> = all
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(crate::workspace::NotSo)?;
    let thirds = ["3–30", "31–300", "301–5,000"];
    println!(
        "{:<12} {:<14} {:>8} {:>7} {:>7} {:>7}",
        "members", "may not", "clusters", "median", "p90", "p99"
    );
    for (third, members) in (0..).zip(thirds) {
        for (kind, word) in [
            (Kind::Free, "nothing"),
            (Kind::Racks, "racks"),
            (Kind::Budgets, "budgets"),
        ] {
            let of = all.iter().filter(|(t, k, ..)| (*t, *k) == (third, kind));
            let ratios: Vec<f64> = of.map(|(.., ratio)| *ratio).collect();
            print_line(members, word, &ratios);
        }
    }
    let ratios: Vec<f64> = all.iter().map(|(.., ratio)| *ratio).collect();
    print_line("all", "", &ratios);
    let optima = all.iter().filter(|(_, _, by, _)| *by == By::Optimum);
    let of_optima: Vec<f64> = optima.map(|(.., ratio)| *ratio).collect();
    print_line("optimum", "known", &of_optima);
    Ok(quantile(&ratios, 0.5))
}

fn print_line(members: &str, word: &str, ratios: &[f64]) {
    let at = |part| quantile(ratios, part);
    println!(
        "{members:<12} {word:<14} {:>8} {:>7.3} {:>7.3} {:>7.3}",
        ratios.len(),
        at(0.5),
        at(0.9),
        at(0.99)
    );
}

/// ACK's barrier beside ours, same ramp and cap, nothing known before: the median where four may be down.
///
/// # Errors
/// Where a run does not finish.
#[allow(clippy::cast_precision_loss, reason = "ms below 2^52")]
pub(in crate::figure) fn vs_ack() -> Result<f64, Trouble> {
    if let Some(done) = release::again(VS_ACK) {
        return done;
    }
    let all = each(CLUSTERS, |number| {
        let cluster = Cluster::draw(number);
        if cluster.ceiling() < CAP_LEAST {
            return Ok(None);
        }
        let blind = play(&cluster, Mode::Sliding, Knows::Nothing).map_err(|why| why.to_string())?;
        let knowing = play(&cluster, Mode::Sliding, Knows::All).map_err(|why| why.to_string())?;
        let others = ALL.map(|(other, _)| makespan(&cluster, other) as f64);
        Ok::<_, String>(Some((
            cluster.kind,
            blind.makespan as f64,
            knowing.makespan as f64,
            others,
        )))
    });
    let all: Result<Vec<_>, _> = all.into_iter().collect();
    let all = all.map_err(crate::workspace::NotSo)?;
    let all: Vec<_> = all.into_iter().flatten().collect();
    println!(
        "{} clusters where {CAP_LEAST} or more may be down at once; medians of their makespan ÷ ours",
        all.len()
    );
    println!(
        "{:<24} {:>8} {:>8} {:>8} {:>8} {:>10}",
        "", "all", "free", "racks", "budgets", "if known"
    );
    for (place, (_, name)) in ALL.iter().enumerate() {
        let of = |kind: Option<Kind>| {
            let of = all
                .iter()
                .filter(|(k, ..)| kind.is_none_or(|kind| kind == *k));
            let ratios: Vec<f64> = of
                .map(|(_, ours, _, others)| others[place] / ours)
                .collect();
            quantile(&ratios, 0.5)
        };
        let knowing: Vec<f64> = all
            .iter()
            .map(|(_, _, ours, others)| others[place] / ours)
            .collect();
        println!(
            "{name:<24} {:>8.3} {:>8.3} {:>8.3} {:>8.3} {:>10.3}",
            of(None),
            of(Some(Kind::Free)),
            of(Some(Kind::Racks)),
            of(Some(Kind::Budgets)),
            quantile(&knowing, 0.5)
        );
    }
    let ratios: Vec<f64> = all
        .iter()
        .map(|(_, ours, _, others)| others[0] / ours)
        .collect();
    Ok(quantile(&ratios, 0.5))
}
