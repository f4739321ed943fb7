//! The stores, as their users and a hard day see them.
//!
//! Must never know: how a store keeps what it keeps, apart from where a test damages it on purpose.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "stories of real processes; what is not so shall panic"
)]

mod damage;
mod exam;
mod file;
mod full;
mod keeping;
mod kill;
mod lease;
mod runner;
mod story;
mod successor;
mod unknown;
