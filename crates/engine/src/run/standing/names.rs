//! Several names in a sentence: a few of them, the rest counted.
//!
//! Must never know: what is named. Stories: `tests/it/standing.rs`.

use alloc::format;
use alloc::string::String;

/// Names that are told one by one; of more, the rest is counted.
pub(super) const NAMED: usize = 3;

/// At most three names, and how many more.
pub(super) fn some(names: &[String]) -> String {
    some_of(names, names.len())
}

/// The first names of so many.
pub(super) fn some_of(names: &[String], count: usize) -> String {
    match names {
        [] => "nothing".into(),
        [a] => a.clone(),
        [a, b] => format!("{a} and {b}"),
        [a, b, c] if count == NAMED => format!("{a}, {b} and {c}"),
        [a, b, ..] => format!("{a}, {b} and {} more", count - 2),
    }
}
