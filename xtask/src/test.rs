//! `cargo xtask test`: every check and every test, in the order in which they are quick to fail.
//!
//! Must never know: what is tested.
//! Tests: `.ci/run` runs it.

use std::process::Command;
use std::time::Instant;

use crate::peers::kafka::{ROLL, release};
use crate::peers::sshd;
use crate::workspace::{NotSo, Trouble, cargo};
use crate::{deny, tidy};

/// Runs all of it and stops at the first that fails.
///
/// # Errors
/// When a step fails; its own output says what is wrong.
pub fn run() -> Result<(), Trouble> {
    step("format", || {
        passes(&mut cargo(&["fmt", "--all", "--check"])?)
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
                .env("INSTA_UPDATE", "no"),
        )
    })
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
