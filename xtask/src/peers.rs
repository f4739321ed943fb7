//! The real systems that tests and figures need, started on loopback: today Apache Kafka; and python-dateutil, an oracle.
//!
//! Must never know: anything of windlass itself. A peer is an independent witness: what it says about a
//! cluster is not read through the code that is being judged.
//! Tests: beside each part, and `tests/it` for all of it together.

pub mod cache;
pub mod java;
pub mod kafka;
pub mod keys;
pub mod load;
pub mod machines;

pub mod process;
pub mod python;
pub mod sshd;
pub mod watch;

pub mod wire;

use std::io;

/// Why a peer could not be had or does not behave.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// Something that must be installed by hand; the text says what and how.
    #[error("{what} is missing: {remedy}")]
    Missing { what: String, remedy: String },
    /// A file or process could not be handled.
    #[error("could not {doing}")]
    Io {
        doing: String,
        #[source]
        source: io::Error,
    },
    /// A command that should succeed did not.
    #[error("{command} failed ({status}):\n{output}")]
    Failed {
        command: String,
        status: String,
        output: String,
    },
    /// Something did not come about in time.
    #[error("waited {seconds} s for {what}; last seen: {seen}")]
    Late {
        what: String,
        seconds: u64,
        seen: String,
    },
    /// A broker or controller did not answer as it should.
    #[error("{what}")]
    Wire {
        what: String,
        #[source]
        source: wire::WireError,
    },
    /// A peer said no, or was asked for what it does not have.
    #[error("{0}")]
    Refused(String),
}

/// Turns an I/O error into one that names what was being done.
pub(crate) fn doing(what: impl Into<String>) -> impl FnOnce(io::Error) -> PeerError {
    let doing = what.into();
    move |source| PeerError::Io { doing, source }
}
