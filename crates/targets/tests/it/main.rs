//! The targets against real things.

mod host;
mod host_crash;
mod host_mark;
mod host_release;
mod host_world;
