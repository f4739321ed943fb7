//! Secrets, read where they lie: files, variables, what commands print.
//!
//! Read anew each time, so that a new password counts without a restart. Only what a command printed is
//! kept for moments, as a look at many nodes would run it once for each.
//! Must never know: what a secret is for. Stories: in this file, and xtask's tests.

use crate::environment;
use std::collections::BTreeMap;
use std::process::Stdio;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::Mutex;
use windlass_engine::time::{Mark, Ms};
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::secrets::{LIMIT, Secret, SecretError, Secrets, Source};
use windlass_runner::system::SystemClock;

/// How long what a command printed counts: a look at a large cluster, and no more.
const PRINTED_MAX_AGE: Ms = Ms::seconds(10);

/// Certificates of many authorities are some hundred kilobytes; what is larger was named by mistake.
const SECRET_MAX_BYTES: u64 = 4 << 20;

/// The edge at which secrets come in.
#[derive(Debug)]
pub struct EdgeSecrets {
    clock: SystemClock,
    /// One at a time: nodes that are asked together share one run of a command.
    printed: Mutex<BTreeMap<Vec<String>, (Mark, Secret)>>,
}

impl Default for EdgeSecrets {
    fn default() -> Self {
        Self {
            clock: SystemClock::new(),
            printed: Mutex::default(),
        }
    }
}

impl Secrets for EdgeSecrets {
    fn read<'a>(&'a self, from: &'a Source) -> Task<'a, Result<Secret, SecretError>> {
        Box::pin(async move {
            let secret = match from {
                Source::File(path) => {
                    // Small and local: read at once, as the store's own files are.
                    let bytes = std::fs::read(path).map_err(|source| SecretError::File {
                        path: path.clone(),
                        source,
                    })?;
                    Secret::new(bytes)
                }
                Source::Env(name) => {
                    let text = environment::text(name);
                    Secret::new(text.ok_or_else(|| SecretError::Unset(name.clone()))?.into())
                }
                Source::Command(words) => self.printed(words).await?,
            };
            if secret.line().is_empty() {
                return Err(SecretError::Empty(from.to_string()));
            }
            Ok(secret)
        })
    }
}

impl EdgeSecrets {
    async fn printed(&self, words: &[String]) -> Result<Secret, SecretError> {
        let mut printed = self.printed.lock().await;
        let now = self.clock.now().mono;
        if let Some((at, secret)) = printed.get(words)
            && now.since(*at).is_some_and(|age| age <= PRINTED_MAX_AGE)
        {
            return Ok(secret.clone());
        }
        let program = words.first().map_or("", String::as_str);
        let failed = |why: String| SecretError::Command {
            program: program.to_string(),
            why,
        };
        let secret = tokio::select! {
            secret = run(words) => secret.map_err(failed)?,
            () = self.clock.sleep(LIMIT) => {
                return Err(failed(format!("did not end within {} s", LIMIT.0 / 1000)));
            }
        };
        printed.insert(words.to_vec(), (self.clock.now().mono, secret.clone()));
        Ok(secret)
    }
}

/// Runs it and takes what it prints; in words, why there is nothing to take.
async fn run(words: &[String]) -> Result<Secret, String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("is empty".into());
    };
    // What it says besides may hold the secret, and goes nowhere.
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|why| format!("cannot be run: {why}"))?;
    let mut bytes = Vec::new();
    if let Some(out) = child.stdout.take() {
        let mut out = out.take(SECRET_MAX_BYTES + 1);
        out.read_to_end(&mut bytes)
            .await
            .map_err(|why| format!("cannot be read from: {why}"))?;
    }
    if bytes.len() as u64 > SECRET_MAX_BYTES {
        return Err("prints too much for a secret".into());
    }
    let status = child
        .wait()
        .await
        .map_err(|why| format!("cannot be waited for: {why}"))?;
    if status.success() {
        Ok(Secret::new(bytes))
    } else {
        Err(format!("ended with {status}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(source: Source) -> Result<Secret, String> {
        let secrets = EdgeSecrets::default();
        secrets.read(&source).await.map_err(|why| why.to_string())
    }

    fn command(script: &str) -> Source {
        Source::Command(vec!["sh".into(), "-c".into(), script.into()])
    }

    #[tokio::test]
    async fn a_command_prints_it_and_runs_once_for_a_whole_look() {
        let folder = tempfile::tempdir().expect("a folder");
        let count = folder.path().join("count");
        let source = command(&format!(
            "echo x >> {}; printf 'pass word\\n'",
            count.display()
        ));
        let secrets = EdgeSecrets::default();
        for _ in 0..2 {
            let secret = secrets.read(&source).await.expect("printed");
            assert_eq!(secret.line(), b"pass word");
        }
        assert_eq!(std::fs::read_to_string(count).expect("run"), "x\n");
    }

    #[tokio::test]
    async fn what_failed_is_told_without_what_was_printed() {
        let failed = read(command("echo hunter2; echo hunter2 >&2; exit 3")).await;
        assert_eq!(
            failed,
            Err(
                "the command sh ended with exit status: 3; run it by hand to see what it says"
                    .into()
            )
        );
        let none = read(Source::Command(vec!["/no/such/vault".into()])).await;
        assert!(none.is_err_and(|why| why.contains("cannot be run")));
        let empty = read(command("echo")).await;
        assert_eq!(empty, Err("the command sh is empty".into()));
        let unset = read(Source::Env("WINDLASS_NO_SUCH_VARIABLE".into())).await;
        assert!(unset.is_err_and(|why| why.contains("is not set")));
        let file = read(Source::File("/no/such/file".into())).await;
        assert_eq!(file, Err("/no/such/file cannot be read".into()));
    }
}
