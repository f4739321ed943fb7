//! `refusal-minimal`: the share of refusals, over all barred pairs of all catalogs and a hundred thousand
//! random worlds, whose proof and opener are minimal as defined.
//!
//! Must never know: how a proof is found. Tests: a slice of it in `refused`.

use crate::refused::{Judged, drawn, pairs, rich};
use crate::workspace::{NotSo, Trouble, root};

use super::planned::shipped;

pub(super) const NAME: &str = "refusal-minimal";

const WORLDS: usize = 100_000;
/// Beyond those: the brute force does not know levels, risks, zones and blocked hops.
const RICH: usize = 20_000;
/// Any: the same worlds come each time.
const SEED: u64 = 7;
/// More would only hide the first.
const SHOWN_MAX: usize = 5;

pub(super) fn measure() -> Result<f64, Trouble> {
    let mut all = Judged::default();
    let mut systems = Vec::new();
    for entry in std::fs::read_dir(root().join("catalogs"))? {
        let path = entry?.path();
        systems.extend(
            path.file_stem()
                .and_then(|stem| Some(stem.to_str()?.to_owned())),
        );
    }
    systems.sort();
    println!(
        "{:<20} {:>8} {:>8} {:>8} {:>14} {:>6}",
        "", "pairs", "barred", "minimal", "not minimized", "wrong"
    );
    for system in systems {
        let judged = pairs(&shipped(&system)?, 1)?;
        told(&system, &judged);
        all.add(judged);
    }
    let judged = drawn(WORLDS, SEED)?;
    told("random worlds", &judged);
    all.add(judged);
    let judged = rich(RICH, SEED)?;
    told("worlds with all else", &judged);
    all.add(judged);
    told("all", &all);
    if all.barred == 0 {
        return Err(NotSo("nothing was refused".into()).into());
    }
    let (minimal, barred) = (u32::try_from(all.minimal)?, u32::try_from(all.barred)?);
    Ok(f64::from(minimal) * 100.0 / f64::from(barred))
}

fn told(name: &str, judged: &Judged) {
    println!(
        "{name:<20} {:>8} {:>8} {:>8} {:>14} {:>6}",
        judged.pairs,
        judged.barred,
        judged.minimal,
        judged.marked,
        judged.wrong.len()
    );
    for one in judged.wrong.iter().take(SHOWN_MAX) {
        println!("  {one}");
    }
}
