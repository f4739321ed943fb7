//! A carrier in a session of its own, with a log beside the store.
//!
//! Must never know: what the run does. Stories: `tests/it/live.rs`.

use super::span::{Since, rest};
use crate::context::Context;
use crate::exit::Failed;
use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use windlass_engine::time::Ms;
use windlass_runner::ports::store::RunRow;

/// A carrier that has not taken its run after this long is waited for no more …
const TAKEN_WITHIN_MS: Ms = Ms::seconds(5);
/// … and it is looked for this often.
const LOOK_EVERY_MS: Ms = Ms(50);

/// A carrier that was started.
#[derive(Debug)]
pub struct Started {
    /// Its process.
    pub pid: u32,
    /// Where it writes.
    pub log: PathBuf,
}

/// Starts one, and waits until it has taken the run.
///
/// # Errors
/// Where it cannot be started, or ends at once.
pub async fn start(context: &Context, row: &RunRow) -> Result<Started, Failed> {
    let logs = context.folder.join("logs");
    let log = logs.join(format!("run-{}.log", row.run));
    let open = || {
        std::fs::create_dir_all(&logs)?;
        let file = OpenOptions::new().create(true).append(true).open(&log)?;
        let other = file.try_clone()?;
        Ok((file, other))
    };
    let (out, err) = open().map_err(|source| Failed::File {
        verb: "open",
        path: log.clone(),
        source,
    })?;
    let mut command = own()?;
    command.arg("--store").arg(&context.store_path);
    command.args(["carry", "--own-session", row.run.as_str()]);
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    let mut child = command
        .spawn()
        .map_err(|why| Failed::says(format!("no carrier could be started: {why}")))?;
    let started = Started {
        pid: child.id(),
        log,
    };
    let begun = Since::now(context);
    while begun.gone(context) < TAKEN_WITHIN_MS {
        if let Ok(Some(ended)) = child.try_wait() {
            return if context.world.store.run(&row.run).await?.ended.is_some() {
                Ok(started)
            } else {
                Err(Failed::hinted(
                    format!("the carrier in the background ended at once ({ended})"),
                    format!("its log says why: {}", started.log.display()),
                ))
            };
        }
        if context.desk.carrier(&row.cluster).await?.is_some() {
            break;
        }
        rest(context, LOOK_EVERY_MS).await;
    }
    Ok(started)
}

fn own() -> Result<Command, Failed> {
    let path = std::env::current_exe()
        .map_err(|why| Failed::says(format!("windlass does not find its own binary: {why}")))?;
    Ok(Command::new(path))
}

/// Says that a run goes on, and how it is watched.
pub fn tell(context: &Context, row: &RunRow, started: &Started) {
    let (run, cluster) = (&row.run, &row.cluster);
    let outlet = &context.outlet;
    outlet.note(&format!(
        "run {run} goes on in the background (pid {})",
        started.pid
    ));
    outlet.note(&format!("  watch    windlass watch {cluster}"));
    outlet.note(&format!("  log      {}", started.log.display()));
}
