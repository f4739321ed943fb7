//! `kind: Cluster`: where a cluster is found, how its members are started, how it may be upgraded.
//!
//! `defaults` of a file are worked into the members when it is read, so a member here is whole.
//! docs/files.md describes each field. Must never know: how the file is read. Stories: `tests/it/files.rs`.

use crate::v1::policy;
use crate::v1::reach::Reach;
use crate::v1::security::Security;
use crate::value::Address;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, MemberId};
use windlass_engine::policy::Policy;
use windlass_engine::version::{Range, Version};

/// A cluster as a user registers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename = "Cluster", rename_all = "camelCase")]
pub struct Cluster {
    /// Always [`crate::v1::API_VERSION`].
    pub api_version: &'static str,
    /// Name and labels.
    pub metadata: Metadata,
    /// What the user says of it.
    pub spec: ClusterSpec,
}

/// Name and labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// The name under which it is registered.
    pub name: ClusterName,
    /// The user's own words about it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// What the user says of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClusterSpec {
    /// The kind of thing it is.
    pub system: System,
    /// What only Kafka needs.
    pub kafka: Kafka,
    /// Where releases lie; none: no member can be moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// The hosts with their members; members not named here are gaps that bar upgrades.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Host>,
    /// How it may be upgraded.
    #[serde(serialize_with = "policy::write")]
    pub policy: Policy,
}

/// The kinds of things that can be upgraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Apache Kafka in KRaft mode.
    Kafka,
}

impl System {
    /// All of them, as they are written.
    pub const KNOWN: &[(&str, Self)] = &[("kafka", Self::Kafka)];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
        }
    }
}

/// What only Kafka needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kafka {
    /// Where clients first connect; at least one.
    pub bootstrap: Vec<Address>,
    /// How its listeners are spoken to; none: in plain text, without a login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    /// How the controllers' own listeners are spoken to; none: as all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller_security: Option<Security>,
}

/// Where releases lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Release {
    /// Fetched into a folder of its own when it is not there.
    Fetch(Fetch),
    /// Sent into a folder of its own when it is not there.
    Copy(Copied),
    /// A folder for each, with `{version}` in its path: `/opt/kafka/{version}`.
    #[serde(untagged)]
    Folder(String),
}

impl Release {
    /// The folder of a release, with `{version}` in it.
    #[must_use]
    pub fn folder(&self) -> &str {
        match self {
            Self::Folder(folder) => folder,
            Self::Fetch(fetch) => &fetch.into,
            Self::Copy(copy) => &copy.into,
        }
    }
}

/// How releases are fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fetch {
    /// The argument list that fills the folder `{release}` with `{version}`; no shell reads it.
    pub command: Vec<String>,
    /// The folder of each release, with `{version}` in its path.
    pub into: String,
    /// SHA-256 over the list of its files' SHA-256 (docs/files.md), by release.
    #[serde(serialize_with = "sums")]
    pub checksum: BTreeMap<Version, Hash>,
}

/// As they are read: `sha256:` before each.
fn sums<S: Serializer>(sums: &BTreeMap<Version, Hash>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(
        sums.iter()
            .map(|(release, sum)| (release, format!("sha256:{sum}"))),
    )
}

/// How releases are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// A folder or an archive on the machine of windlass, with `{version}` in its path.
    pub from: String,
    /// The folder of each release on its host, with `{version}` in its path.
    pub into: String,
    /// SHA-256 over the list of its files' SHA-256 (docs/files.md), by release; compared where given.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", serialize_with = "sums")]
    pub checksum: BTreeMap<Version, Hash>,
}

/// A machine with members on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Its name, unique in the file.
    pub name: String,
    /// The way to it.
    #[serde(flatten)]
    pub reach: Reach,
    /// Its members.
    pub members: Vec<Member>,
}

/// A member, with the defaults of the file worked in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The system's own id, unique in the file.
    pub id: MemberId,
    /// Its folder, absolute.
    pub dir: String,
    /// Its configuration file, under `dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// Its log, under `dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// How it is started and stopped.
    pub supervisor: Supervisor,
    /// Environment of its commands.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// What differs by release.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prepare: Vec<Prepare>,
}

/// How a member is started and stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Supervisor {
    /// Windlass starts the process itself, in a session of its own; SIGTERM stops it.
    Process {
        /// The argument list.
        start: Vec<String>,
        /// Where its pid is kept, under `dir`.
        pid_file: String,
    },
    /// Declared argument lists; no shell reads them.
    Commands {
        /// Start it and return, one after another.
        start: Vec<Vec<String>>,
        /// Stop it gently, one after another.
        stop: Vec<Vec<String>>,
        /// How its pid is learned.
        #[serde(flatten)]
        pid: PidFrom,
    },
    /// A unit of systemd: a preset of `commands`.
    Systemd {
        /// The unit: `kafka@{id}.service`.
        unit: String,
        /// The link that the unit starts the release from; moved before each start.
        link: String,
    },
}

/// How the pid of a member is learned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PidFrom {
    /// A command that prints it; nothing or 0: it does not run.
    Pid(Vec<String>),
    /// A file, under `dir`.
    PidFile(String),
}

/// What differs for a range of releases: done before the start, the old kept for going back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Prepare {
    /// For these releases.
    pub releases: Range,
    /// Files that are put in place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PreparedFile>,
    /// Arguments added at the end of `start`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// Environment added to the member's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

/// A file that is put in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreparedFile {
    /// Where, under the member's `dir`.
    pub path: String,
    /// What is in it.
    #[serde(flatten)]
    pub content: Content,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Content {
    /// This text, as it stands.
    Text(String),
    /// A copy of this file of the host.
    From(String),
}
