//! Stories of the engine, one file a subject.
mod kafka;
mod stage;
