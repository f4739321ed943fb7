//! The targets against real things.
#![allow(
    clippy::disallowed_methods,
    reason = "real processes are waited for by the real clock"
)]

mod dial;
mod host;
mod host_crash;
mod host_mark;
mod host_release;
mod host_world;
mod kafka_deeds;
mod kafka_files;
mod kafka_gate;
mod kafka_seen;
mod kafka_wire;
mod kafka_world;
mod own;
