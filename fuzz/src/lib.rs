//! What must hold for whatever bytes a reader of windlass is given: one file for each fuzz target.
//!
//! A broken property is a panic; the driver keeps the bytes that led to it. Bytes that are no UTF-8 are
//! read with marks in their place, since the doors refuse such files before any reader sees them.
//! Must never know: the driver; `bin/` joins the two.
//! Tests: `cargo xtask fuzz` runs them on `corpus/`.
#![forbid(unsafe_code)]

pub mod catalogs;
pub mod cincinnati;
mod place;
pub mod ranges;
pub mod snapshots;
pub mod versions;
