//! Touches: the real systems, through the ports of the runner.
//!
//! Must never know: runs, journals, terminals. Only [`dial`] names sockets. Stories: `tests/it/`.

pub mod dial;
pub mod kafka;
