//! Real Apache Kafka: releases by Maven coordinates, clusters on loopback.
//!
//! Must never know: windlass's own Kafka code. Facts used here (coordinates, properties, logging, formatting)
//! are those of Apache Kafka's own documentation and of trials with its releases.
//! Tests: beside each part, and `tests/it`.

pub mod ask;
mod builder;
mod cluster_file;
mod format;
mod health;
mod lab;
mod leftovers;
mod listener;
mod node;
mod ports;
mod release;
pub mod spread;

pub use builder::{Builder, Session};
pub use health::Health;
pub use lab::{Lab, Stopped};
pub use listener::{Listener, PASSWORD, USER, Way};
pub use node::Role;
pub use release::{Release, release, releases_root};

/// The releases of the long roll: newest patches of 3.9, 4.0 and 4.1.
pub const ROLL: [&str; 3] = ["3.9.2", "4.0.2", "4.1.2"];

/// The release whose client library bears load: the newest of the roll, so that it is there anyway.
pub const CLIENT: &str = "4.1.2";
