//! What is built in the copy of the checkout, and kept under a name.
//!
//! Must never know: what is spoiled.
//! Tests: the figure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::spoiled::Copy;
use crate::windlass::BUILT;
use crate::workspace::{self, Trouble};

/// The name of the programs of the code as it is.
pub(super) const WHOLE: &str = "whole";

/// What is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The binary; its tests are those of the code as it is.
    Binary,
    BinaryAndTests,
}

/// The binary, and the tests that start it.
pub(super) struct Programs {
    folder: PathBuf,
    windlass: PathBuf,
    tests: PathBuf,
}

impl Programs {
    /// They are not told of any more.
    pub(super) fn remove(self) -> Result<(), Trouble> {
        Ok(fs::remove_dir_all(self.folder)?)
    }
}

/// The copy: kept from one measuring to the next, so that only what changed is built again.
pub(super) struct Copied {
    copy: Copy,
}

impl Copied {
    /// Every file as it is in the checkout now.
    pub(super) fn checkout() -> Result<Self, Trouble> {
        let copy = Copy::checkout("kafka-troubles")?;
        Ok(Self { copy })
    }

    /// Builds in the copy; kept under that name, so that the next can be built meanwhile. None: it does not
    /// build.
    pub(super) fn programs(&self, name: &str, what: What) -> Result<Option<Programs>, Trouble> {
        let folder = self.copy.beside("programs").join(name);
        fs::create_dir_all(&folder)?;
        let mut built = Programs {
            windlass: folder.join("windlass"),
            tests: self.tests_as_it_is(),
            folder,
        };
        let binary = ["build", "--locked", "--quiet", "--package", "windlass"];
        let output = self.copy.cargo(&binary)?.output()?;
        // What is spoiled may well be warned of; only why it does not build is of use.
        self.keep(name, "built", &String::from_utf8_lossy(&output.stderr))?;
        if !output.status.success() {
            return Ok(None);
        }
        fs::copy(self.copy.target().join("debug/windlass"), &built.windlass)?;
        if what == What::BinaryAndTests {
            let Some(program) = self.tests()? else {
                return Ok(None);
            };
            built.tests = built.folder.join("it");
            fs::copy(program, &built.tests)?;
        }
        Ok(Some(built))
    }

    fn tests_as_it_is(&self) -> PathBuf {
        self.copy.beside("programs").join(WHOLE).join("it")
    }

    /// Builds the tests, and says where they lie.
    fn tests(&self) -> Result<Option<String>, Trouble> {
        let words = [
            "test",
            "--locked",
            "--quiet",
            "--package",
            "xtask",
            "--test",
            "it",
            "--no-run",
            "--message-format",
            "json",
        ];
        let output = self.copy.cargo(&words)?.stderr(Stdio::null()).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let told = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let program = told
            .filter(|told| told["target"]["name"] == "it")
            .find_map(|told| Some(told["executable"].as_str()?.to_owned()));
        Ok(program.filter(|_| output.status.success()))
    }

    /// The tests of these programs, as cargo would start them.
    pub(super) fn told_by(&self, programs: &Programs) -> Command {
        let mut command = Command::new(&programs.tests);
        command
            .current_dir(self.copy.root().join("xtask"))
            .env("CARGO_TARGET_DIR", self.copy.target())
            .env(BUILT, &programs.windlass);
        command
    }

    /// The patch of that name.
    pub(super) fn patch(&self, name: &str) -> PathBuf {
        let folder = workspace::root().join("xtask/src/figure/kafka_troubles");
        folder.join(format!("{name}.patch"))
    }

    /// Whether the patch applies.
    pub(super) fn apply(&self, patch: &Path, more: &[&str]) -> Result<bool, Trouble> {
        self.copy.apply(patch, more)
    }

    /// Keeps what a test said, for whoever wants to know why.
    pub(super) fn keep(&self, name: &str, what: &str, text: &str) -> Result<(), Trouble> {
        let folder = self.copy.beside("said");
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join(format!("{name}-{what}.txt")), text)?)
    }
}
