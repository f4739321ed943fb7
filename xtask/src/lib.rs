//! What builds, checks and measures windlass, and the real systems it is tried on.
//!
//! Must never know: anything that a user of windlass needs at run time. Nothing here ships.
//! Tests: beside each part, and `tests/it` with real peers.

#![allow(
    clippy::disallowed_methods,
    reason = "an edge: it reads the environment and the clock, as only cli and xtask may"
)]

pub mod abroad;
pub mod demo;
pub mod deny;
pub mod drift;
pub mod figure;
pub mod fuzz;
pub mod lab;
pub mod oracle;
pub mod peers;
pub mod planted;
pub mod refused;
pub mod replay;
pub mod roll;
pub mod shapes;
pub mod spoiled;
pub mod test;
pub mod tidy;
pub mod toy;
pub mod troubles;
mod turns;
pub mod windlass;
pub mod wires;
pub mod workspace;
