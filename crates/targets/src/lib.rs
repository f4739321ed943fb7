//! Touches: the real systems, and the hands they share.
//!
//! Must never know: stores, terminals, files of users. Tests: beside each room, and `tests/it/`.

pub mod dial;
pub mod host;
pub mod kafka;
pub mod own;
