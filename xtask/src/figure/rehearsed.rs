//! Figures of the false world: stories played by the thousand, on as many threads as there are cores.
//!
//! Must never know: what a story is about. Tests: `crates/sim/tests/it`; the figures themselves.

pub(super) mod crash_instants;
pub(super) mod crash_pairs;
pub(super) mod determinism;
pub(super) mod freezes;
pub(super) mod member;
pub(super) mod seeds;
pub(super) mod seeds_per_hour;
pub(super) mod status_truth;
pub(super) mod store_calls;

pub(super) use windlass_sim::abreast::each;

use crate::workspace::{NotSo, Trouble};

/// So many plays that are wrong are shown of a scene.
const SHOWN: usize = 10;

/// What was tried over all scenes, and how much of it was wrong.
#[derive(Debug, Default)]
struct Tally {
    tried: u64,
    wrong: usize,
}

impl Tally {
    /// A scene was tried: `of` says what it passes (`381 instants`), `bad` how what is wrong is played again.
    fn scene(&mut self, name: &str, of: &str, plays: u64, bad: &[String]) {
        println!("{name:<18} {of:>14}, {plays:>6} plays, {} wrong", bad.len());
        bad.iter().take(SHOWN).for_each(|line| println!("  {line}"));
        self.tried += plays;
        self.wrong += bad.len();
    }

    /// The value of the figure, where at least so many were tried.
    fn value(&self, what: &str, least: u64) -> Result<f64, Trouble> {
        println!("{} {what}", self.tried);
        if self.tried < least {
            let says = format!(
                "only {} were tried: at least {least} are wanted",
                self.tried
            );
            return Err(NotSo(says).into());
        }
        Ok(f64::from(u32::try_from(self.wrong)?))
    }
}
