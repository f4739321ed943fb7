//! Stories of the engine, one file a subject.
mod audit;
mod back;
mod catalog;
mod check;
mod kafka;
mod mix;
mod oracle;
mod order;
mod refusal;
mod stage;
mod targets;
