//! A user in a folder of their own, with a store of their own.

use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The systems of which a catalog is built in.
pub const SYSTEMS: [&str; 9] = [
    "ack",
    "acp",
    "ckafka",
    "istio",
    "kafka",
    "kong-mesh",
    "kubedb-kafka",
    "kubernetes",
    "kuma",
];

/// A user in a folder of their own.
pub struct User {
    home: TempDir,
}

/// What the binary said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Exit code, stdout, and stderr behind `!`, as one text.
    pub fn all(&self) -> String {
        let err: String = self.err.lines().map(|line| format!("! {line}\n")).collect();
        format!("{}{err}exit {}", self.out, self.code)
    }
}

impl User {
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a folder"),
        }
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, text: &str) {
        std::fs::write(self.home().join(name), text).expect("a file");
    }

    /// Follows a page: writes the files that it shows, and does with each of its commands, without
    /// `windlass`, what is to be done. How many there were.
    pub fn types(&self, page: &str, mut each: impl FnMut(&str)) -> usize {
        let mut ran = 0;
        for block in page.split("```").skip(1).step_by(2) {
            let (kind, text) = block.split_once('\n').expect("a block has lines");
            if let Some(name) = kind.strip_prefix("yaml ") {
                self.file(name, text);
            } else if kind == "sh" {
                for line in text.lines().filter(|line| !line.trim().is_empty()) {
                    each(line.strip_prefix("windlass ").expect("a command of ours"));
                    ran += 1;
                }
            }
        }
        ran
    }

    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command
            .args(words.split_whitespace())
            .current_dir(self.home())
            .env_clear()
            .env("HOME", self.home())
            .env("USER", "anna")
            .env("TZ", "UTC")
            .env("COLUMNS", "80")
            .stdin(Stdio::null());
        command
    }

    /// Runs `windlass WORDS`.
    pub fn says(&self, words: &str) -> Said {
        self.said(self.command(words))
    }

    pub fn said(&self, mut command: Command) -> Said {
        let output = command.output().expect("windlass starts");
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("UTF-8");
            text.replace(&self.home().display().to_string(), "HOME")
        };
        Said {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// Each line fits the terminal.
pub fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}
