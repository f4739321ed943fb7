//! The exams that everything behind a port must pass: real stores and the false one alike.
//!
//! Must never know: who sits them. Stories: each crate of floor 2 sits its own, as `crates/stores/tests/it/exam.rs`.

pub mod noop;
pub mod store;

use crate::ports::Task;
use std::fmt::{Debug, Display};

/// What an exam says: passed, or in words what was not as promised.
pub type Mark = Result<(), String>;

/// One exam: a promise by name, and how it is tried on a bench of type `B`.
pub struct Exam<B: ?Sized> {
    /// The promise, as a sentence of underscores.
    pub name: &'static str,
    /// Tries it; each exam gets a bench of its own.
    pub sit: for<'a> fn(&'a B) -> Task<'a, Mark>,
}

impl<B: ?Sized> Debug for Exam<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exam({})", self.name)
    }
}

/// Passed if both are the same.
fn same<T: PartialEq + Debug>(what: &str, found: &T, promised: &T) -> Mark {
    if found == promised {
        return Ok(());
    }
    Err(format!("{what}: found {found:?}, promised {promised:?}"))
}

/// Passed if it holds.
fn holds(what: &str, truth: Truth) -> Mark {
    match truth {
        Truth::Holds => Ok(()),
        Truth::Fails => Err(format!("not so: {what}")),
    }
}

/// Whether a statement is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    Holds,
    Fails,
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Self::Holds } else { Self::Fails }
    }
}

/// An error in words.
fn words(error: impl Display) -> String {
    error.to_string()
}
