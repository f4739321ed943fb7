//! Releases, to whom they are offered, what they mend, and the facts that a cluster is asked for.
//!
//! Must never know: which release may follow which. Stories: `tests/it/catalog.rs`.

use crate::names::{Component, Track};
use crate::policy::Pace;
use crate::time::Ms;
use crate::version::{Range, Version};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Release {
    /// Its version.
    pub version: Version,
    /// The scheme it belongs to.
    #[serde(default, skip_serializing_if = "Track::is_main")]
    pub track: Track,
    /// Withdrawn or not advised, with the reason: never a target unless asked for by its full version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avoid: Option<String>,
    /// The day it came out, `2026-03-01`, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<String>,
    /// The day its maker's support ends, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_ends: Option<String>,
    /// The maker's words for it: `lts`, `recommended`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What the maker publishes with it, by name, kept as it is (image, url).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
    /// Where the facts stand.
    pub source: String,
}

impl Release {
    /// One of the main scheme with nothing else to tell.
    #[must_use]
    pub fn of(version: Version, source: String) -> Self {
        Self {
            version,
            track: Track::default(),
            avoid: None,
            released: None,
            support_ends: None,
            tags: Vec::new(),
            notes: BTreeMap::new(),
            source,
        }
    }
}

/// Where an upgrade is offered. A cluster must carry each label with one of its values; one that does
/// not say a label is a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Offer {
    /// Its name: `open-source-version`.
    pub id: String,
    /// Of this scheme.
    #[serde(default, skip_serializing_if = "Track::is_main")]
    pub track: Track,
    /// To these releases; none: to all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Range>,
    /// Label → values, as the cluster's facts of these names say: `edition: [pro]`.
    pub only: BTreeMap<String, Vec<String>>,
    /// What a user does whose cluster is not among them, in words.
    pub otherwise: String,
    /// Where it stands.
    pub source: String,
}

/// A known hole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Advisory {
    /// `CVE-2026-0001`.
    pub id: String,
    /// The scheme of its releases.
    #[serde(default, skip_serializing_if = "Track::is_main")]
    pub track: Track,
    /// The maker's word: `critical`.
    pub severity: String,
    /// Releases that have it.
    pub affected: Vec<Range>,
    /// The first releases without it, one for each line that was mended.
    pub fixed_in: Vec<Version>,
    /// What it is, in words.
    pub what: String,
    /// Where it stands.
    pub source: String,
}

/// What kind of value a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// Yes or no.
    Truth,
    /// A number.
    Number,
    /// A word.
    Word,
    /// Versions that were seen, each with who runs it.
    Versions,
    /// Objects that were found.
    List,
}

/// A fact that is asked of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FactNamed {
    /// Its name: `etcd.backup-tasks`.
    pub name: String,
    /// What kind of value it has.
    pub kind: FactKind,
    /// Of a number: `GB`, `ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it tells and where it is read, in words: also what to do where it is not known.
    pub read: String,
    /// Where that stands.
    pub source: String,
}

/// The pace that a maker keeps or asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaceFacts {
    /// Of these components; none: of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Component>,
    /// How many may be down at once, and how that grows; never below one.
    pub limit: Pace,
    /// How long a pause may last before the run is ended, in milliseconds; none: not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at_most_ms: Option<Ms>,
    /// Where it stands.
    pub source: String,
}
