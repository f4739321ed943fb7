//! The false world: its store sits the exam, its plays are judged, its judge is examined.
#![allow(clippy::unwrap_used, reason = "tests")]

mod crash;
mod damage;
mod exam;
mod freeze;
mod judge;
mod seeds;
