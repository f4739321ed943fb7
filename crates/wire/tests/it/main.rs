//! Stories of wire: text in, values or words out.

mod catalog;
mod checks;
mod convert;
mod diff;
mod docs;
mod errors;
mod event;
mod expression;
mod files;
mod hours;
mod init;
mod mutations;
mod runs;
mod sample;
mod security;
mod ssh;
mod status;
mod texts;
