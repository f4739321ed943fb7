//! Doors: how the listeners of a cluster are entered: over which dial, with which login.
//!
//! Controllers may have a door of their own, as their listener is another one.
//! Must never know: what is asked behind it. Stories: `tests/it/kafka_login.rs`.

use std::fmt;
use std::sync::Arc;

use windlass_runner::ports::dial::Dial;
use windlass_runner::ports::entropy::Entropy;
use windlass_runner::ports::secrets::{Secrets, Source};

/// How a login is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// The password itself (RFC 4616).
    Plain,
    /// By challenge (RFC 5802, RFC 7677).
    ScramSha256,
    /// By challenge.
    ScramSha512,
}

impl Mechanism {
    /// As Kafka names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

/// A login by SASL.
#[derive(Clone)]
pub struct Login {
    /// How it is proven.
    pub mechanism: Mechanism,
    /// Who.
    pub username: String,
    /// Where the password lies; it is read at each login.
    pub password: Source,
    /// Reads it.
    pub secrets: Arc<dyn Secrets>,
    /// Makes each proof one that cannot be played again.
    pub entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("mechanism", &self.mechanism)
            .field("username", &self.username)
            .field("password", &self.password)
            .finish_non_exhaustive()
    }
}

/// One way in.
#[derive(Clone)]
pub struct Door {
    /// Opens byte streams: plain, or by TLS.
    pub dial: Arc<dyn Dial>,
    /// None: nobody is asked who we are.
    pub login: Option<Login>,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door")
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

/// All ways in.
#[derive(Clone, Debug)]
pub struct Doors {
    /// To the given addresses, and to all others that are not the controllers'.
    pub clients: Door,
    /// To the controllers' own listeners; none: the same.
    pub controllers: Option<Door>,
}

impl Doors {
    /// One dial for all, and no login.
    #[must_use]
    pub fn open(dial: Arc<dyn Dial>) -> Self {
        Self {
            clients: Door { dial, login: None },
            controllers: None,
        }
    }
}
