//! Does: turns what a run wants into deeds; owns the ports and the loop.
//!
//! Must never know: which system it is about, which database remembers, how a terminal looks.
//! Stories: `tests/it/`.

pub mod journal;
pub mod ports;
