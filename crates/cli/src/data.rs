//! Commands that show or change data.
//!
//! Must never know: runs beyond their line in a list. Stories: `tests/it/`, one file for a few commands.

pub mod apply;
pub mod catalog;
pub mod check;
pub mod clusters;
pub mod completion;
pub mod describe;
pub mod file;
pub mod forget;
pub mod graph;
pub mod hours;
pub mod init;
pub mod look;
pub mod observe;
pub mod plan;
pub mod targets;
pub mod version;
