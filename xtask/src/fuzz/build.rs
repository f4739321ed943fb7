//! The targets are built with counters in every branch, by the stable toolchain, in a folder of their own.
//!
//! Must never know: how a target is run. Tests: each `cargo xtask fuzz`.

use std::env::consts::ARCH;
use std::path::PathBuf;
use std::process::Command;

use crate::peers::process::run as output;
use crate::workspace::{NotSo, Trouble, cargo, root, target};

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

const MANIFEST: &str = "fuzz/Cargo.toml";

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
    lock()?;
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
    lock()?;
    passes(&mut flagged("clippy", &["--", "-D", "warnings"])?)
}

/// Writes the lock file of the targets: the workspace's own, to which cargo adds what only they are built
/// of, in the versions that their manifest names. So what is fuzzed is what is shipped, and no second lock
/// file is kept.
///
/// # Errors
/// When it cannot be written, or cargo fails.
pub(crate) fn lock() -> Result<(), Trouble> {
    std::fs::copy(root().join("Cargo.lock"), root().join("fuzz/Cargo.lock"))?;
    let words = [
        "metadata",
        "--format-version",
        "1",
        "--manifest-path",
        MANIFEST,
    ];
    output(&mut cargo(&words)?)?;
    Ok(())
}

fn flagged(deed: &str, after: &[&str]) -> Result<Command, Trouble> {
    let target = triple();
    let mut words = vec![
        deed,
        "--locked",
        "--quiet",
        "--release",
        "--manifest-path",
        MANIFEST,
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
