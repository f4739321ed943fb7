//! Stories of wire: text in, values or words out.

mod built_in;
mod catalog;
mod catalog_docs;
mod checks;
mod cincinnati;
mod convert;
mod diff;
mod docs;
mod errors;
mod event;
mod expression;
mod extends;
mod files;
mod hours;
mod init;
mod mutations;
mod runs;
mod sample;
mod schema;
mod security;
mod snapshot;
mod ssh;
mod status;
mod texts;
mod waiver;
