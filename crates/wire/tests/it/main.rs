//! Stories of wire: text in, values or words out.

mod catalog;
mod convert;
mod errors;
mod files;
mod mutations;
