//! Values of the command line that are more than text.
//!
//! Must never know: which command they belong to. Stories: `tests/it/usage.rs`.

use windlass_engine::time::Ms;
use windlass_engine::version::Version;

/// A release or a line of releases.
///
/// # Errors
/// What was expected, in words.
pub fn release(text: &str) -> Result<Version, String> {
    Version::parse(text).map_err(|wrong| wrong.to_string())
}

/// A length of time: `90s`, `2m10s`, `7d`.
///
/// # Errors
/// What was expected, in words.
pub fn length(text: &str) -> Result<Ms, String> {
    windlass_wire::duration::parse(text).map_err(|wrong| wrong.hint().unwrap_or_else(|| wrong.to_string()))
}
