//! The real binary, as a user runs it: built, given a store of its own, started, killed, started again.
//!
//! Must never know: anything of windlass but its command line.
//! Tests: `tests/it/roll.rs`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::peers::process::{self, Signal};
use crate::workspace::{NotSo, Trouble, cargo, target};

/// Names a binary that is built already, for tests that are told of more than one.
pub const BUILT: &str = "WINDLASS_BUILT";

/// How it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build: tests and the demo.
    Dev,
    /// As users run it: figures.
    Release,
}

/// The binary with a store of its own, which goes away with it.
#[derive(Debug)]
pub struct Windlass {
    binary: PathBuf,
    home: tempfile::TempDir,
}

impl Windlass {
    /// Builds it, or takes the one that [`BUILT`] names.
    ///
    /// # Errors
    /// When it does not build.
    pub fn build(profile: Profile) -> Result<Self, Trouble> {
        if let Some(binary) = std::env::var_os(BUILT) {
            return Ok(Self {
                binary: binary.into(),
                home: tempfile::tempdir()?,
            });
        }
        let mut words = vec!["build", "--locked", "--quiet", "--package", "windlass"];
        let folder = match profile {
            Profile::Dev => "debug",
            Profile::Release => {
                words.push("--release");
                "release"
            }
        };
        if !cargo(&words)?.status()?.success() {
            return Err(NotSo("windlass does not build".into()).into());
        }
        Ok(Self {
            binary: target()?.join(folder).join("windlass"),
            home: tempfile::tempdir()?,
        })
    }

    /// The same binary with an empty store.
    ///
    /// # Errors
    /// When there is no place for one.
    pub fn another(&self) -> Result<Self, Trouble> {
        Ok(Self {
            binary: self.binary.clone(),
            home: tempfile::tempdir()?,
        })
    }

    /// The program itself.
    #[must_use]
    pub fn binary(&self) -> &std::path::Path {
        &self.binary
    }

    /// Its store.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.home.path().join("windlass.db")
    }

    /// A folder that goes away with it.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.home.path()
    }

    /// A command line, not yet started.
    pub fn command(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(words)
            .env("WINDLASS_STORE", self.store())
            .stdin(Stdio::null());
        command
    }

    /// Runs to its end and keeps what it printed.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn ask(&self, words: &[&str]) -> Result<Output, Trouble> {
        Ok(self.command(words).output()?)
    }

    /// Runs to its end, which must be good.
    ///
    /// # Errors
    /// When it ends otherwise; with what it printed.
    pub fn must(&self, words: &[&str]) -> Result<String, Trouble> {
        let output = self.ask(words)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(NotSo(format!(
            "windlass {} ended with {}:\n{text}{said}",
            words.join(" "),
            output.status
        ))
        .into())
    }

    /// What a run printed as JSON.
    ///
    /// # Errors
    /// When it ends badly or prints none.
    pub fn json(&self, words: &[&str]) -> Result<serde_json::Value, Trouble> {
        let words: Vec<&str> = words.iter().copied().chain(["-o", "json"]).collect();
        let output = self.ask(&words)?;
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// How one carrier of a roll ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this exit code.
    WithCode(i32),
    /// Killed by us, with SIGKILL.
    Killed,
}

/// Lets a carrier live for so long, then kills it with SIGKILL; none: to its own end.
///
/// # Errors
/// When it does not end in ten minutes.
pub fn live_for(mut child: Child, life: Option<Duration>) -> Result<Ended, Trouble> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::WithCode(status.code().unwrap_or(-1)));
        }
        if life.is_some_and(|life| start.elapsed() >= life) {
            process::signal(i32::try_from(child.id())?, Signal::KILL);
            child.wait()?;
            return Ok(Ended::Killed);
        }
        if start.elapsed() > ROLL_LIMIT {
            child.kill()?;
            return Err(NotSo("the roll did not end in ten minutes".into()).into());
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// A roll of six nodes over two hops takes about two minutes on two busy cores.
const ROLL_LIMIT: Duration = Duration::from_mins(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);
