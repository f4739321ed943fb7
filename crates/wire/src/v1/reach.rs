//! `hosts[]`: by which way windlass reaches a machine.
//!
//! `spec.ssh` of a file is worked into the hosts when it is read, so a way here is whole.
//! docs/files.md describes each field. Must never know: how a host is reached. Stories: `tests/it/ssh.rs`.

use super::security::Source;
use crate::duration;
use serde::{Serialize, Serializer};
use std::path::Path;
use windlass_engine::time::Ms;

/// The way to a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Reach {
    /// This very machine.
    Local {},
    /// Over ssh.
    Ssh(Ssh),
}

/// A host over ssh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ssh {
    /// Name or IP address.
    pub address: String,
    /// From 1.
    pub port: u16,
    /// Whom windlass logs in as.
    pub user: String,
    /// What tells that it is the host that was meant.
    #[serde(flatten)]
    pub host_keys: HostKeys,
    /// A private key, tried first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// The keys of an agent, tried after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
    /// The host through which it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jump: Option<Box<Ssh>>,
    /// How many sessions at once.
    pub sessions: u32,
    /// How often it is asked whether it still hears us.
    #[serde(serialize_with = "length")]
    pub keepalive: Ms,
    /// How long a connection may take to come about.
    #[serde(serialize_with = "length")]
    pub limit: Ms,
}

/// What tells that a host is the one that was meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum HostKeys {
    /// Its public keys: `ssh-ed25519 AAAA…`.
    HostKey(Vec<String>),
    /// A known-hosts file.
    KnownHosts(String),
}

/// A private key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Where it lies, as seen from windlass.
    #[serde(flatten)]
    pub from: Source,
    /// Where its passphrase lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<Source>,
}

/// An ssh-agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Agent {
    /// Its socket; none: the one that `SSH_AUTH_SOCK` names where windlass runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
}

impl Ssh {
    /// The same, with relative files under a folder: what is stored must mean the same elsewhere.
    pub fn anchor(&mut self, folder: &Path) {
        if let HostKeys::KnownHosts(path) = &mut self.host_keys {
            *path = folder.join(&*path).to_string_lossy().into_owned();
        }
        let key = self.key.iter_mut();
        for source in key.flat_map(|key| std::iter::once(&mut key.from).chain(&mut key.passphrase))
        {
            source.anchor(folder);
        }
        if let Some(jump) = &mut self.jump {
            jump.anchor(folder);
        }
    }
}

fn length<S: Serializer>(length: &Ms, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&duration::text(*length))
}
