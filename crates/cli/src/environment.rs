//! The environment: the one room that reads it, so that what a command depends on can be seen here.
//!
//! Must never know: what a variable is for. Stories: `tests/it/usage.rs`.

use std::path::PathBuf;

/// A variable that is set and not empty.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place of this binary")]
pub fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable that holds an absolute path.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place of this binary")]
pub fn folder(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os(name)?);
    path.is_absolute().then_some(path)
}
