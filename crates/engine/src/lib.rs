//! Thinks: versions, catalogs, mixes, plans, checks, runs. Pure.
//!
//! Nothing here waits, opens or guesses: no clock, no randomness, no files, no network. Time is an
//! argument ([`time::Now`]). The four functions that carry the house:
//!
//! - [`plan::plan`]: catalog, policy, snapshot, goal → plan or refusal;
//! - [`step::step`]: run, input, now → events;
//! - [`run::Run::apply`]: state is only the fold of events;
//! - [`run::Run::wants`]: what ought to be in flight now, and when to wake.
//!
//! Must never know: tokio, files, sockets, which system it is about. Stories: `tests/it/`.
#![no_std]

extern crate alloc;

pub mod ask;
pub mod audit;
pub mod budget;
pub mod calendar;
pub mod catalog;
pub mod check;
pub mod effect;
pub mod forecast;
pub mod hash;
pub mod mix;
pub mod names;
pub mod nearest;
pub mod pace;
pub mod plan;
pub mod policy;
pub mod refusal;
pub mod run;
pub mod snapshot;
pub mod step;
pub mod time;
pub mod version;
