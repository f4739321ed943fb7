//! Figures of time: how long a roll takes beside what is possible, and how well that is foretold.
//! docs/pace.md derives the bound and fixes the clusters that are drawn.
//!
//! Must never know: how the product chooses. Tests: in the files; the figures themselves.

mod bound;
mod cluster;
pub(super) mod eta;
mod exact;
pub(super) mod makespan;
mod others;
mod ours;

use super::rehearsed::each;

/// The value below which such a part of all lies; not a number where there are none.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a few thousand at most"
)]
fn quantile(of: &[f64], part: f64) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1) as f64;
    sorted
        .get((last * part).round() as usize)
        .copied()
        .unwrap_or(f64::NAN)
}
