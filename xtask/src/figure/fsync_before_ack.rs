//! `fsync-before-ack`: a process appends and posts, and says each acknowledgement; strace records its
//! writes and syncs, and each acknowledgement must come after a sync of the log that began after the
//! commit it speaks of was written. The same check must fail for a store that never syncs.
//!
//! Must never know: how a record is read (`trace`).
//! Tests: the figure itself; it fails where the check finds nothing wrong with a store that never syncs.

pub(super) mod child;
mod trace;

use std::path::Path;
use std::process::{Command, Stdio};

use super::{CHILD, disk, release};
use crate::peers::PeerError;
use crate::peers::java::{answers, apt_install};
use crate::workspace::{NotSo, Trouble};
use trace::Verdict;

pub(super) const NAME: &str = "fsync-before-ack";
/// The issue asks for so many.
const COMMITS_LEAST: u64 = 200;
const COMMANDS_LEAST: u64 = 50;
/// More than the largest page that SQLite knows (64 KiB), the longest write into the log.
const BYTES_TRACED: &str = "66000";
const CALLS: &str =
    "trace=write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,ftruncate";

pub(super) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    strace()?;
    let full = recorded(child::FULL)?;
    println!("synchronous=FULL: {full}");
    if full.commits < COMMITS_LEAST || full.commands < COMMANDS_LEAST {
        return Err(NotSo(format!(
            "fewer than {COMMITS_LEAST} commits or {COMMANDS_LEAST} commands"
        ))
        .into());
    }
    let off = recorded(child::OFF)?;
    println!("synchronous=OFF:  {off}");
    if off.unsynced == 0 {
        return Err(NotSo(
            "the check is blind: it found nothing wrong with a store that never syncs".into(),
        )
        .into());
    }
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    Ok(full.unsynced as f64)
}

fn recorded(syncs: &str) -> Result<Verdict, Trouble> {
    let folder = disk::folder()?;
    let record = folder.path().join("calls");
    let status = Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", BYTES_TRACED, "-e", CALLS, "-o"])
        .arg(&record)
        .arg(std::env::current_exe()?)
        .args([CHILD, NAME, syncs])
        .arg(folder.path().join("store"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(NotSo(format!("the traced process failed: {status}")).into());
    }
    judged(&record)
}

fn judged(record: &Path) -> Result<Verdict, Trouble> {
    let text = std::fs::read_to_string(record)?;
    Ok(trace::judge(text.lines(), child::LOG)?)
}

/// Finds strace, or installs it.
fn strace() -> Result<(), Trouble> {
    let there = || answers("strace", "--version").is_some();
    if there() || (apt_install("strace").is_ok() && there()) {
        return Ok(());
    }
    Err(PeerError::Missing {
        what: "strace".into(),
        remedy: "install it and put it on PATH; on Debian as root: apt-get install strace".into(),
    }
    .into())
}
