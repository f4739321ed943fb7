//! A copy of the checkout that may be spoiled, with a target folder of its own.
//!
//! Must never know: what is spoiled.
//! Tests: the figure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::peers::cache;
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
    root: PathBuf,
}

impl Copied {
    /// Every file as it is in the checkout now; files that did not change keep their time.
    pub(super) fn checkout() -> Result<Self, Trouble> {
        let root = cache::windlass()?.join("kafka-troubles/checkout");
        let files = workspace::files()?;
        for file in &files {
            let (from, to) = (workspace::root().join(file), root.join(file));
            let wanted = fs::read(&from)?;
            if fs::read(&to).is_ok_and(|there| there == wanted) {
                continue;
            }
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&to, wanted)?;
            fs::set_permissions(&to, fs::metadata(&from)?.permissions())?;
        }
        forget_others(&root, &root, &files)?;
        Ok(Self { root })
    }

    /// Builds in the copy; kept under that name, so that the next can be built meanwhile. None: it does not
    /// build.
    pub(super) fn programs(&self, name: &str, what: What) -> Result<Option<Programs>, Trouble> {
        let folder = self.root.with_file_name("programs").join(name);
        fs::create_dir_all(&folder)?;
        let mut built = Programs {
            windlass: folder.join("windlass"),
            tests: self.tests_as_it_is(),
            folder,
        };
        let binary = ["build", "--locked", "--quiet", "--package", "windlass"];
        let output = self.cargo(&binary)?.output()?;
        // What is spoiled may well be warned of; only why it does not build is of use.
        self.keep(name, "built", &String::from_utf8_lossy(&output.stderr))?;
        if !output.status.success() {
            return Ok(None);
        }
        fs::copy(self.target().join("debug/windlass"), &built.windlass)?;
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
        self.root.with_file_name("programs").join(WHOLE).join("it")
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
        let output = self.cargo(&words)?.stderr(Stdio::null()).output()?;
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
            .current_dir(self.root.join("xtask"))
            .env("CARGO_TARGET_DIR", self.target())
            .env(BUILT, &programs.windlass);
        command
    }

    /// Cargo in the copy; stories that are told meanwhile come first.
    fn cargo(&self, words: &[&str]) -> Result<Command, Trouble> {
        let cargo = workspace::cargo(words)?;
        let mut command = Command::new("nice");
        command
            .args(["-n", "10"])
            .arg(cargo.get_program())
            .args(cargo.get_args())
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.target());
        Ok(command)
    }

    fn target(&self) -> PathBuf {
        self.root.with_file_name("target")
    }

    /// The patch of that name.
    pub(super) fn patch(&self, name: &str) -> PathBuf {
        let folder = workspace::root().join("xtask/src/figure/kafka_troubles");
        folder.join(format!("{name}.patch"))
    }

    /// Whether the patch applies.
    pub(super) fn apply(&self, patch: &Path, more: &[&str]) -> Result<bool, Trouble> {
        let mut git = Command::new("git");
        // Not as a part of a repository that it may lie in.
        git.args(["apply", "--whitespace=nowarn"])
            .args(more)
            .arg(patch)
            .current_dir(&self.root)
            .env("GIT_CEILING_DIRECTORIES", self.root.with_file_name(""));
        Ok(git.status()?.success())
    }

    /// Keeps what a test said, for whoever wants to know why.
    pub(super) fn keep(&self, name: &str, what: &str, text: &str) -> Result<(), Trouble> {
        let folder = self.root.with_file_name("said");
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join(format!("{name}-{what}.txt")), text)?)
    }
}

/// Takes away what is in the copy and no longer in the checkout.
fn forget_others(root: &Path, folder: &Path, files: &[String]) -> Result<(), Trouble> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            forget_others(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            if !files.contains(&name) {
                fs::remove_file(&path)?;
            }
        }
    }
    Ok(())
}
