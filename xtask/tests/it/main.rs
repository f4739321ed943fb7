//! The peers themselves, all together: a real cluster, real clients, and the watcher that must find a real dip.

#![allow(
    clippy::disallowed_methods,
    reason = "tests of real processes wait for them by the clock"
)]

mod back;
mod guide;
mod kafka;
mod planted;
mod reach;
mod roll;
mod stranger;
mod target;
mod trouble;
mod wires;
