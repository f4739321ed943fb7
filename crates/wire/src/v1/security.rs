//! `spec.kafka.security`: how a listener is spoken to, and where the secrets for it lie.
//!
//! Only the places of secrets stand here, never a secret. docs/files.md describes each field.
//! Must never know: what is in a file, a variable, or what a command prints. Stories: `tests/it/security.rs`.

use serde::Serialize;
use std::path::Path;

/// How the listeners of a cluster are spoken to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Security {
    /// Neither TLS nor a login, said aloud: for controllers whose listener is less guarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plaintext: Option<Plaintext>,
    /// By TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// With a login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sasl: Option<Sasl>,
}

/// Plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plaintext {}

/// What TLS needs; all of it in PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Whose signature on the certificates of the cluster counts; none: whom this machine trusts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<Source>,
    /// Our own certificate with its chain, where listeners ask for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Source>,
    /// The private key of `certificate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Source>,
    /// The name that the certificates must bear; none: the host that is dialled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
}

/// A login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sasl {
    /// How it is proven.
    pub mechanism: Mechanism,
    /// Who.
    pub username: String,
    /// Where the password lies.
    pub password: Source,
}

/// How a login is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Mechanism {
    /// The password itself (RFC 4616).
    #[serde(rename = "PLAIN")]
    Plain,
    /// By challenge (RFC 7677).
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// By challenge.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
}

impl Mechanism {
    /// All of them, as they are written.
    pub const KNOWN: &[(&str, Self)] = &[
        ("PLAIN", Self::Plain),
        ("SCRAM-SHA-256", Self::ScramSha256),
        ("SCRAM-SHA-512", Self::ScramSha512),
    ];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

/// Where a secret lies; it is read there each time it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// In a file.
    FromFile(String),
    /// In a variable of the environment of whoever dials.
    FromEnv(String),
    /// It is what this argument list prints; no shell reads it.
    FromCommand(Vec<String>),
}

impl Security {
    /// The same, with relative files under a folder: what is stored must mean the same elsewhere.
    pub fn anchor(&mut self, folder: &Path) {
        let tls = self.tls.iter_mut().flat_map(|tls| {
            let sources = [&mut tls.ca, &mut tls.certificate, &mut tls.key];
            sources.into_iter().flatten()
        });
        let sasl = self.sasl.iter_mut().map(|sasl| &mut sasl.password);
        for source in tls.chain(sasl) {
            source.anchor(folder);
        }
    }
}

impl Source {
    /// A relative file, put under a folder.
    pub(super) fn anchor(&mut self, folder: &Path) {
        match self {
            Self::FromFile(path) => {
                *path = folder.join(&*path).to_string_lossy().into_owned();
            }
            Self::FromEnv(_) | Self::FromCommand(_) => {}
        }
    }
}
