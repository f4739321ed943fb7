//! Reach: the one thing in which this host and a host over ssh differ. It starts a command there and
//! hands over its input and its output; all else of the host room is the same for both.
//!
//! Must never know: what is run, and for whom. Stories: `tests/it/host.rs`, `tests/it/ssh.rs`.

use std::fmt::{self, Debug};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use windlass_runner::ports::Task;

/// What a command is started for: looks must not wait until all deeds are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To look: short.
    Look,
    /// To act: may wait for a lock, or for a member that stops.
    Act,
}

/// A way to a host.
pub trait Reach: Debug + Send + Sync {
    /// Starts a command line, read by the shell that the host gives; what it writes to either output
    /// comes as one. What was started goes on when the session is dropped.
    ///
    /// # Errors
    /// [`Unreached`] where it was not started.
    fn start<'a>(
        &'a self,
        command: &'a str,
        purpose: Purpose,
    ) -> Task<'a, Result<Session, Unreached>>;
}

/// A running command; dropped to let go of it.
pub struct Session {
    /// Its input; shut down to end it.
    pub input: Box<dyn AsyncWrite + Send + Unpin>,
    /// What it writes; ends when it ends, or when the way to it is cut.
    pub output: Box<dyn AsyncRead + Send + Unpin>,
    /// What must live as long.
    pub kept: Box<dyn Send>,
}

impl Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

/// Why a command was not started.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreached {
    /// The host does not answer now; later it may.
    #[error("{0}")]
    Away(String),
    /// It will not be started until a human changes something.
    #[error("{0}")]
    Refused(String),
}
