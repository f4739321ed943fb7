//! `oracle-disagreements`: search, second judge and brute force on every small world, and on a hundred
//! thousand larger ones: where do they differ.
//!
//! Must never know: how any of them thinks. Tests: a slice of it in `oracle`.

use crate::oracle::{Judged, larger, small};
use crate::workspace::{NotSo, Trouble};

pub(crate) const NAME: &str = "oracle-disagreements";

/// Fewer would not be all: counted apart once.
const SMALL_MIN: usize = 1_000_000;
const LARGER: usize = 100_000;
/// Any: the same worlds come each time.
const SEED: u64 = 5;
/// More would only hide the first.
const SHOWN_MAX: usize = 5;

pub(crate) fn measure() -> Result<f64, Trouble> {
    let every = small(1)?;
    told("every small world", &every);
    if every.worlds < SMALL_MIN || every.told < every.worlds {
        return Err(NotSo(format!("only {} of {} worlds", every.told, every.worlds)).into());
    }
    let drawn = larger(LARGER, SEED)?;
    told("larger worlds by lot", &drawn);
    let differ = every.differ.len() + drawn.differ.len();
    Ok(f64::from(u32::try_from(differ).unwrap_or(u32::MAX)))
}

fn told(name: &str, judged: &Judged) {
    println!(
        "{name}: {} of {}, {} with a way, {} damaged plans; {} differ",
        judged.told,
        judged.worlds,
        judged.open,
        judged.damaged,
        judged.differ.len()
    );
    for one in judged.differ.iter().take(SHOWN_MAX) {
        println!("  {one}");
    }
}
