//! Speaks: the v1 API types, and the only place where strings become engine values.
//!
//! The way in: [`read::read`] turns a file into [`v1::Object`]s or [`diagnostic::Diagnostic`]s (file, line,
//! column, field); [`convert`] turns an object into engine values; [`catalog::load`] reads a catalog;
//! [`value`] reads what stands on a command line. The way out: [`v1::status`] and its neighbours hold the
//! JSON shapes, [`diff`] the difference of two objects, [`init`] a cluster file from what was seen,
//! [`duration`] and [`stamp`] lengths and moments as text, [`hours`] windows and freezes.
//! Must never know: files, sockets, clocks, the environment, or how a run is carried.
//! Stories: `tests/it/`, one for each kind of error.

pub mod catalog;
pub mod convert;
pub mod diagnostic;
pub mod diff;
pub mod duration;
pub mod expression;
mod field;
pub mod hours;
pub mod init;
mod node;
pub mod own;
pub mod read;
pub mod registered;
pub mod stamp;
pub mod template;
pub mod v1;
pub mod value;
