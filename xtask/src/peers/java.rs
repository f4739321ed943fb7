//! Java and Maven: found, or installed where we may.
//!
//! Must never know: what is run with them.
//! Tests: `tests/it` cannot start without it.

use std::path::Path;
use std::process::{Command, Stdio};

use super::PeerError;
use super::process::run;

/// Kafka 4 brokers and tools need 17 (Apache Kafka docs, upgrade page).
const JAVA_MAJOR_MIN: u32 = 17;

/// What Debian calls them; the first that can be installed is taken.
const JDK_PACKAGES: [&str; 2] = ["default-jdk-headless", "openjdk-17-jdk-headless"];

/// Finds a JDK of 17 or newer, or installs one.
///
/// # Errors
/// When there is none and we may not install it: says what to install.
pub fn jdk() -> Result<(), PeerError> {
    if found_jdk() {
        return Ok(());
    }
    for package in JDK_PACKAGES {
        if apt_install(package).is_ok() && found_jdk() {
            return Ok(());
        }
    }
    Err(PeerError::Missing {
        what: format!("a JDK {JAVA_MAJOR_MIN} or newer (java and javac)"),
        remedy: "install one and put it on PATH; on Debian as root: apt-get install default-jdk-headless".into(),
    })
}

/// Finds Maven, or installs it.
///
/// # Errors
/// When there is none and we may not install it: says what to install.
pub fn maven() -> Result<(), PeerError> {
    if answers("mvn", "-v").is_some() {
        return Ok(());
    }
    if apt_install("maven").is_ok() && answers("mvn", "-v").is_some() {
        return Ok(());
    }
    Err(PeerError::Missing {
        what: "Maven (mvn)".into(),
        remedy: "install it and put it on PATH; on Debian as root: apt-get install maven".into(),
    })
}

fn found_jdk() -> bool {
    let major = answers("java", "-version").as_deref().and_then(java_major);
    major.is_some_and(|major| major >= JAVA_MAJOR_MIN) && answers("javac", "-version").is_some()
}

/// What a program prints, if it is there and ends well.
pub(crate) fn answers(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    output.status.success().then_some(text)
}

/// Installs a Debian package where we may.
///
/// # Errors
/// When we may not, or it cannot be installed.
pub fn apt_install(package: &str) -> Result<(), PeerError> {
    if !(Path::new("/etc/debian_version").exists() && rustix::process::geteuid().is_root()) {
        return Err(PeerError::Refused(
            "only root on Debian installs by itself".into(),
        ));
    }
    eprintln!("installing {package}");
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-qq"])?;
    apt(&["install", "-y", "-qq", "--no-install-recommends", package]).map(|_output| ())
}

/// The major number out of `openjdk version "17.0.15" 2025-04-15`; `1.8.0` counts as 8.
fn java_major(text: &str) -> Option<u32> {
    let quoted = text.split('"').nth(1)?;
    let mut parts = quoted.split(['.', '-', '+']);
    let first: u32 = parts.next()?.parse().ok()?;
    if first == 1 {
        parts.next()?.parse().ok()
    } else {
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::java_major;

    #[test]
    fn the_major_number_is_read_from_old_and_new_forms() {
        assert_eq!(
            java_major("openjdk version \"17.0.15\" 2025-04-15"),
            Some(17)
        );
        assert_eq!(java_major("openjdk version \"21\" 2023-09-19"), Some(21));
        assert_eq!(java_major("java version \"1.8.0_392\""), Some(8));
        assert_eq!(java_major("command not found"), None);
    }
}
