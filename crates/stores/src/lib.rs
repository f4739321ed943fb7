//! Remembers: the runner's `Store` port on real disks.
//!
//! Must never know: what an event means. Stories: `tests/it/`, which sit the runner's exam of any store.

pub mod sqlite;
