//! The targets are built with counters in every branch, by the stable toolchain, in a folder of their own.
//!
//! Must never know: how a target is run. Tests: each `cargo xtask fuzz`.

use std::env::consts::ARCH;
use std::path::PathBuf;
use std::process::Command;

use crate::workspace::{NotSo, Trouble, cargo, target};

/// What `cargo fuzz` passes without a sanitizer, which only a nightly toolchain has: counters and a table of
/// places for the driver, and comparisons told to it. One unit of code, so that each place is counted once.
const FLAGS: [&str; 8] = [
    "--cfg",
    "fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// The targets, ready to run.
#[derive(Debug)]
pub(super) struct Built {
    /// Where their programs are.
    pub(super) programs: PathBuf,
    /// Where all lies that running them leaves.
    pub(super) leavings: PathBuf,
}

/// Builds all targets.
///
/// # Errors
/// When cargo fails; its own output says why.
pub(super) fn targets() -> Result<Built, Trouble> {
    passes(&mut flagged("build", &[])?)?;
    let folder = folder()?;
    Ok(Built {
        programs: folder.join(triple()).join("release"),
        leavings: folder,
    })
}

/// What clippy says of the crate; the workspace's own run does not reach it.
///
/// # Errors
/// When it says anything.
pub(super) fn lint() -> Result<(), Trouble> {
    passes(&mut flagged("clippy", &["--", "-D", "warnings"])?)
}

fn flagged(deed: &str, after: &[&str]) -> Result<Command, Trouble> {
    let target = triple();
    let mut words = vec![
        deed,
        "--locked",
        "--quiet",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
        // Named, so that the flags are not for what runs while building.
        "--target",
        &target,
    ];
    words.extend(after);
    let mut command = cargo(&words)?;
    command
        .env("CARGO_TARGET_DIR", folder()?)
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
    Ok(command)
}

fn folder() -> Result<PathBuf, Trouble> {
    Ok(target()?.join("fuzz"))
}

fn triple() -> String {
    format!("{ARCH}-unknown-linux-gnu")
}

fn passes(command: &mut Command) -> Result<(), Trouble> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(NotSo(format!("the fuzz targets: cargo failed ({status})")).into())
    }
}
