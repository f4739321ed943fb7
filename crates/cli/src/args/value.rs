//! Values of the command line that are more than text.
//!
//! Must never know: which command they belong to. Stories: `tests/it/usage.rs`.

use windlass_engine::ask::Ask;
use windlass_engine::names::{ClusterName, RiskName, Subject};
use windlass_engine::policy::{Cap, Mode, Ramp};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::Version;
use windlass_wire::v1::security::Mechanism;
use windlass_wire::value::{self, Address, MODES, RAMPS, Wrong};

/// A release or a line of releases.
///
/// # Errors
/// What was expected.
pub fn release(text: &str) -> Result<Version, Wrong> {
    value::version(text)
}

/// A release, `newest`, `newest-patch`, or parts as `kubelet=1.31`.
///
/// # Errors
/// What was expected.
pub fn ask(text: &str) -> Result<Ask, Wrong> {
    value::ask(text)
}

/// The name of a risk.
///
/// # Errors
/// What was expected.
pub fn risk(text: &str) -> Result<RiskName, Wrong> {
    value::risk(text)
}

/// A length of time: `90s`, `2m10s`, `7d`.
///
/// # Errors
/// What was expected.
pub fn length(text: &str) -> Result<Ms, Wrong> {
    value::positive_length(text)
}

/// A moment with its zone: `2026-11-20T14:00:00+01:00`.
///
/// # Errors
/// What was expected.
pub fn moment(text: &str) -> Result<Wall, Wrong> {
    windlass_wire::stamp::parse(text)
}

/// A length of time that may be none at all: `0s`, `2m`.
///
/// # Errors
/// What was expected.
pub fn soak(text: &str) -> Result<Ms, Wrong> {
    value::length(text)
}

/// `HOST:PORT`.
///
/// # Errors
/// What was expected.
pub fn address(text: &str) -> Result<Address, Wrong> {
    value::address(text)
}

/// The name that a certificate bears.
///
/// # Errors
/// What was expected.
pub fn server_name(text: &str) -> Result<String, Wrong> {
    value::server_name(text)
}

/// How a login is proven.
///
/// # Errors
/// What was expected.
pub fn mechanism(text: &str) -> Result<Mechanism, Wrong> {
    value::choice(text, Mechanism::KNOWN)
}

/// A name to register under.
///
/// # Errors
/// What was expected.
pub fn name(text: &str) -> Result<ClusterName, Wrong> {
    value::name(text).map(ClusterName::from)
}

/// The most members down at once.
///
/// # Errors
/// What was expected.
pub fn cap(text: &str) -> Result<Cap, Wrong> {
    value::cap(text)
}

/// How the limit grows.
///
/// # Errors
/// What was expected.
pub fn ramp(text: &str) -> Result<Ramp, Wrong> {
    value::choice(text, RAMPS)
}

/// When the next member begins.
///
/// # Errors
/// What was expected.
pub fn mode(text: &str) -> Result<Mode, Wrong> {
    value::choice(text, MODES)
}

/// A member, `level/NAME` or `action/NAME`.
///
/// # Errors
/// What was expected.
pub fn subject(text: &str) -> Result<Subject, String> {
    match text.split_once('/') {
        Some(("member" | "level" | "action", rest)) if !rest.is_empty() => Ok(Subject::parse(text)),
        Some(_) => Err("expected a member, level/NAME or action/NAME".into()),
        None => Ok(Subject::parse(text)),
    }
}
