//! A real OpenSSH server on loopback: found, or installed where we may.
//!
//! Must never know: who connects to it, and for what.
//! Tests: `tests/it/trouble/far.rs` here, and those of crates/targets, which read `daemon.rs` as their own.

pub mod daemon;

use super::PeerError;
use super::java::apt_install;

/// Finds the server, or installs it.
///
/// # Errors
/// When there is none and we may not install it: says what to install.
pub fn server() -> Result<(), PeerError> {
    if daemon::found() || (apt_install("openssh-server").is_ok() && daemon::found()) {
        return Ok(());
    }
    Err(PeerError::Missing {
        what: format!("an OpenSSH server ({})", daemon::PROGRAM),
        remedy: "install it; on Debian as root: apt-get install openssh-server".into(),
    })
}
