//! Does: turns what a run wants into deeds; owns the ports and the loop.
//!
//! - `ports`: what is asked of the world; `journal`: events as text;
//! - `ledger`: a run read from its journal, and appended to it;
//! - `drive`: the loop; `hands`: effects in flight; `keeper`: leases, who carries what; `successor`: the run
//!   that raises levels later;
//! - `desk`: the one path in for all doors; `bell`: doorbell and hint stream; `system`: the real clock.
//! - `keeping`: what a row must say by its journal, which ended runs may go;
//! - `conformance` (a feature): the exam of any store.
//!
//! Must never know: which system it is about, which database remembers, how a terminal looks.
//! Stories: `crates/stores/tests/it/runner.rs`.

pub mod bell;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod desk;
pub mod drive;
mod hands;
pub mod journal;
pub mod keeper;
pub mod keeping;
pub mod ledger;
pub mod ports;
pub mod successor;
pub mod system;
pub mod world;
