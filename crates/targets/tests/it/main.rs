//! The targets against real things.
#![allow(
    clippy::disallowed_methods,
    reason = "real processes are waited for by the real clock"
)]

// A real sshd, started as the figures start theirs; not all of it is needed here.
#[allow(dead_code)]
#[path = "../../../../xtask/src/peers/sshd/daemon.rs"]
mod daemon;
mod dial;
mod host;
mod host_crash;
mod host_mark;
mod host_release;
mod host_world;
mod kafka_apart;
mod kafka_deeds;
mod kafka_files;
mod kafka_gate;
mod kafka_login;
mod kafka_seen;
mod kafka_wire;
mod kafka_world;
mod own;
mod ssh;
mod ssh_release;
