//! Python with python-dateutil: found, or installed where we may.
//!
//! Must never know: what it is asked.
//! Tests: the figure that asks it.

use std::process::{Command, Stdio};

use super::PeerError;
use super::java::apt_install;

/// Where it may be: as the user has it, and where Debian puts it.
const PYTHONS: [&str; 2] = ["python3", "/usr/bin/python3"];

/// A Python 3.9 or newer (it has `zoneinfo`) that knows python-dateutil.
///
/// # Errors
/// When there is none and we may not install it: says what to install.
pub fn dateutil() -> Result<&'static str, PeerError> {
    if let Some(found) = found() {
        return Ok(found);
    }
    for package in ["python3-dateutil", "tzdata"] {
        // What stands in the way is said below, with what to do.
        let _ = apt_install(package);
    }
    found().ok_or_else(|| PeerError::Missing {
        what: "Python 3.9 or newer with python-dateutil".into(),
        remedy: "on Debian as root: apt-get install python3-dateutil tzdata; elsewhere: pip install python-dateutil tzdata".into(),
    })
}

fn found() -> Option<&'static str> {
    PYTHONS.into_iter().find(|python| {
        Command::new(python)
            .args([
                "-c",
                "import dateutil, zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}
