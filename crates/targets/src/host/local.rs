//! The way to this very host: a child process.
//!
//! Must never know: what is run. Stories: `tests/it/host.rs`.

use super::reach::{Purpose, Reach, Session, Unreached};
use std::process::Stdio;
use tokio::process::Command;
use windlass_runner::ports::Task;

/// This host.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalReach;

impl Reach for LocalReach {
    fn start<'a>(
        &'a self,
        command: &'a str,
        _purpose: Purpose,
    ) -> Task<'a, Result<Session, Unreached>> {
        Box::pin(async move {
            let not_run = |why: String| {
                Unreached::Refused(format!("the deed script could not be run: {why}"))
            };
            let mut child = Command::new("sh")
                .args(["-c", command])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|why| not_run(why.to_string()))?;
            let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
                return Err(not_run("it has no pipes".into()));
            };
            Ok(Session {
                input: Box::new(input),
                output: Box::new(output),
                kept: Box::new(child),
            })
        })
    }
}
