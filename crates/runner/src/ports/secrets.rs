//! Secrets: read where they lie each time they are used, kept nowhere, shown to nobody.
//!
//! Nothing here can be serialized, and `Debug` of a secret shows none of it.

use super::Task;
use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error;
use windlass_engine::time::Ms;

/// How long reading one may take: a vault over the network answers in seconds, one that does not must
/// not hold up a look for longer than an unreachable broker would.
pub const LIMIT: Ms = Ms::seconds(10);

/// Where a secret lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// In a variable of the environment.
    Env(String),
    /// It is what this argument list prints; no shell reads it.
    Command(Vec<String>),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Env(name) => write!(f, "the variable {name}"),
            // Arguments may be nobody's business.
            Self::Command(words) => {
                let program = words.first().map_or("", String::as_str);
                write!(f, "the command {program}")
            }
        }
    }
}

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// These bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Without the one line end that editors and `echo` put behind it.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        let bytes = self.0.strip_suffix(b"\n").unwrap_or(&self.0);
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a secret cannot be had.
#[derive(Debug, Error)]
pub enum SecretError {
    /// Its file cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// As the system says.
        #[source]
        source: io::Error,
    },
    /// Its variable is not set, or empty.
    #[error("the variable {0} is not set where windlass runs")]
    Unset(String),
    /// Its command did not end well. What it printed is not told: it may be the secret.
    #[error("the command {program} {why}; run it by hand to see what it says")]
    Command {
        /// The program alone: arguments may be nobody's business.
        program: String,
        /// In words.
        why: String,
    },
    /// There is nothing in it.
    #[error("{0} is empty")]
    Empty(String),
}

/// Reads secrets.
pub trait Secrets: Send + Sync {
    /// What lies there now; within [`LIMIT`].
    ///
    /// # Errors
    /// See [`SecretError`]; no error tells any part of a secret.
    fn read<'a>(&'a self, from: &'a Source) -> Task<'a, Result<Secret, SecretError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_to_nobody() {
        let secret = Secret::new(b"hunter2\r\n".to_vec());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.line(), b"hunter2");
        let vault = Source::Command(vec!["vault".into(), "-token=abc".into()]);
        assert_eq!(vault.to_string(), "the command vault");
    }
}
