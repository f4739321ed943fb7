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
