//! A toy cluster: targets that do nothing but remember, in one file that outlives a killed carrier.
//!
//! Members are well at once and every deed is done at once, so what is measured is windlass alone.
//! Must never know: which figure uses it.
//! Tests: the figures that use it; `kill9` reads the file as the judge of what was touched.

mod cluster;
mod target;

pub use cluster::{kafka, kafka_facts, servers, servers_facts};
pub use target::{Touch, Toys, touched};
