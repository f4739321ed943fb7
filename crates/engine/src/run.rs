//! A run: the fold of its journal. (Map of the room.)
pub mod command;
pub mod event;
pub mod observation;
