//! A command of the user's own: run here, with a clean environment and limits on time and output.
//!
//! It leads a process group of its own, which ends with it where it passes a limit, or where nobody
//! waits for its answer any more.
//! Must never know: what its answer means. Stories: `tests/it/own.rs`.

use super::About;
use futures_util::future::{Either, select};
use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::process::Stdio;
use thiserror::Error;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use windlass_engine::time::Ms;
use windlass_runner::ports::clock::Clock;

/// Evidence is a page of text; a command that writes more was not meant as a check.
const OUTPUT_MAX_BYTES: u64 = 64 * 1024;
/// Where programs are looked for: what a login on any Linux has.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a command is told in its environment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub(super) about: &'a About,
    /// `WINDLASS_TO`: the release wanted; empty without one.
    pub(super) to: &'a str,
}

/// A command that ended by itself.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) output: String,
}

/// Why a command gave no answer.
#[derive(Debug, Error)]
pub(super) enum NoAnswer {
    #[error("{program} could not be run: {why}")]
    NotRun {
        program: String,
        why: std::io::Error,
    },
    #[error("{program} could not be heard: {why}")]
    NotHeard {
        program: String,
        why: std::io::Error,
    },
    #[error("{program} did not end within {} ms, and was ended", limit.0)]
    TooLong { program: String, limit: Ms },
    #[error("{program} wrote more than {OUTPUT_MAX_BYTES} bytes, and was ended")]
    TooMuch { program: String },
    #[error("{program} was ended by signal {signal}")]
    Killed { program: String, signal: i32 },
}

/// Ends the group of a command unless it ended by itself.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            // Gone already is what it shall be.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// Runs it to its end.
pub(super) async fn run(
    list: &[String],
    told: Told<'_>,
    limit: Ms,
    clock: &dyn Clock,
) -> Result<Ended, NoAnswer> {
    let program = list.first().cloned().unwrap_or_default();
    let works = pin!(to_its_end(list, &program, told));
    match select(works, clock.sleep(limit)).await {
        Either::Left((ended, _)) => ended,
        Either::Right(((), _)) => Err(NoAnswer::TooLong {
            program: program.clone(),
            limit,
        }),
    }
}

async fn to_its_end(list: &[String], program: &str, told: Told<'_>) -> Result<Ended, NoAnswer> {
    let name = || program.to_owned();
    let mut child = Command::new(program)
        .args(list.iter().skip(1))
        .env_clear()
        .env("PATH", PATH)
        .env("LANG", "C.UTF-8")
        .env("WINDLASS_CLUSTER", &told.about.cluster)
        .env("WINDLASS_BOOTSTRAP", &told.about.bootstrap)
        .env("WINDLASS_TO", told.to)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|why| NoAnswer::NotRun {
            program: name(),
            why,
        })?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let mut group = Group(pid.and_then(Pid::from_raw));
    let mut bytes = Vec::new();
    let heard = |why| NoAnswer::NotHeard {
        program: name(),
        why,
    };
    if let Some(output) = child.stdout.take() {
        let mut output = output.take(OUTPUT_MAX_BYTES + 1);
        output.read_to_end(&mut bytes).await.map_err(heard)?;
    }
    if bytes.len() as u64 > OUTPUT_MAX_BYTES {
        return Err(NoAnswer::TooMuch { program: name() });
    }
    let status = child.wait().await.map_err(heard)?;
    group.0 = None;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ok(Ended {
            code,
            output: String::from_utf8_lossy(&bytes).into_owned(),
        }),
        (None, signal) => Err(NoAnswer::Killed {
            program: name(),
            signal: signal.unwrap_or_default(),
        }),
    }
}
