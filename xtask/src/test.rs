//! `cargo xtask test`: every check and every test, in the order in which they are quick to fail.
//!
//! Must never know: what is tested.
//! Tests: `.ci/run` runs it.

use std::process::Command;
use std::time::Instant;

use crate::peers::kafka::{ROLL, release};
use crate::peers::{machines, sshd};
use crate::troubles::{self, Half};
use crate::workspace::{NotSo, Trouble, cargo};
use crate::{deny, fuzz, tidy};

/// Which troubles are tried on real clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Those of the quick half: minutes.
    Quick,
    /// Every one.
    All,
}

impl Extent {
    fn troubles(self) -> &'static str {
        match self {
            Self::Quick => "",
            Self::All => "all",
        }
    }
}

/// Runs all of it and stops at the first that fails.
///
/// # Errors
/// When a step fails; its own output says what is wrong.
pub fn run(extent: Extent) -> Result<(), Trouble> {
    step("format", || {
        passes(&mut cargo(&["fmt", "--all", "--check"])?)?;
        passes(&mut cargo(&[
            "fmt",
            "--check",
            "--manifest-path",
            "fuzz/Cargo.toml",
        ])?)
    })?;
    step("tidy", tidy::run)?;
    step("deny", deny::run)?;
    step("clippy", || {
        passes(&mut cargo(&[
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ])?)
    })?;
    step("build", || {
        passes(&mut cargo(&[
            "build",
            "--locked",
            "--workspace",
            "--all-targets",
            "--quiet",
        ])?)
    })?;
    step("peers", || {
        sshd::server()?;
        Ok(ROLL
            .iter()
            .try_for_each(|version| release(version).map(|_release| ()))?)
    })?;
    step("tests", || {
        passes(
            cargo(&["test", "--locked", "--workspace", "--no-fail-fast"])?
                .env("INSTA_UPDATE", "no")
                .env(troubles::ASKED, extent.troubles()),
        )
    })?;
    step("fuzz", fuzz::test)?;
    if extent == Extent::Quick {
        eprintln!("== left out, for `cargo xtask test --all`:");
        for trouble in troubles::of(Half::Long) {
            eprintln!("   {:<24}{}", trouble.name, trouble.what);
        }
    }
    if let Some(why) = machines::absent() {
        eprintln!("== ABSENT, so docs/ssh.md was not followed: machines of our own: {why}");
    }
    Ok(())
}

fn step(name: &str, work: impl FnOnce() -> Result<(), Trouble>) -> Result<(), Trouble> {
    eprintln!("== {name}");
    let start = Instant::now();
    work()?;
    eprintln!("== {name} passed in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Runs with its output shown as it comes.
fn passes(command: &mut Command) -> Result<(), Trouble> {
    let status = command.status()?;
    if status.success() {
        return Ok(());
    }
    let words: Vec<_> = command
        .get_args()
        .map(|word| word.to_string_lossy())
        .collect();
    Err(NotSo(format!("cargo {} failed ({status})", words.join(" "))).into())
}
