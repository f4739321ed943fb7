//! Rehearses: the real engine and runner in a false world, deterministic from a seed, with a judge.
//!
//! - `story`: what is played, as data; `cluster`: its makings; `scenes`: stories written by hand; `seed`:
//!   stories drawn;
//! - `play`: plays one, with deaths at chosen instants; `instant`: where a carrier may die; `again`: what
//!   plays the same once more, in one word;
//! - `rehearsal`: a cluster as it was seen, as a story; `facts`: what a well cluster answers;
//! - `fleet`, `ground`: members over false time; `net`: messages in weather; `target`, `store`, `clock`: the
//!   ports over them; `human`: who attends;
//! - `kafka`: false brokers behind the real target;
//! - `judge`: reads the rules naively after every change.
//!
//! Must never know: real clusters, files, the real clock. Stories: `tests/it/`.

pub mod abreast;
pub mod again;
pub mod clock;
pub mod cluster;
pub mod dice;
pub mod facts;
pub mod fleet;
pub mod ground;
mod human;
pub mod instant;
pub mod judge;
pub mod kafka;
pub mod net;
pub mod play;
pub mod rehearsal;
pub mod scenes;
pub mod seed;
pub mod store;
pub mod story;
pub mod target;
