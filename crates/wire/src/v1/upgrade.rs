//! `kind: Upgrade`: the same as the command; its name is the key, the same again changes nothing.
//!
//! Must never know: how the file is read. Stories: `tests/it/files.rs`.

use crate::v1::policy::word;
use crate::value::FINALIZES;
use serde::{Serialize, Serializer};
use windlass_engine::names::ClusterName;
use windlass_engine::policy::Finalize;
use windlass_engine::version::Version;

/// An upgrade as a user asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename = "Upgrade", rename_all = "camelCase")]
pub struct Upgrade {
    /// Always [`crate::v1::API_VERSION`].
    pub api_version: &'static str,
    /// Its key.
    pub metadata: Key,
    /// What is asked for.
    pub spec: UpgradeSpec,
}

/// The key of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// The same name again is the same run.
    pub name: String,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpgradeSpec {
    /// The registered cluster.
    pub cluster: ClusterName,
    /// A release, or a line of releases.
    pub to: Version,
    /// The way back to `to`, instead of up to it.
    #[serde(skip_serializing_if = "is_up")]
    pub rollback: bool,
    /// Stops on the way; none: those of the cluster's policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<Vec<Version>>,
    /// When levels are raised; none: as the cluster's policy says.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "finalize")]
    pub finalize: Option<Finalize>,
    /// Approved in advance; else the run waits for `approve`.
    pub approve: bool,
}

fn is_up(rollback: &bool) -> bool {
    !*rollback
}

fn finalize<S: Serializer>(value: &Option<Finalize>, s: S) -> Result<S::Ok, S::Error> {
    value.map(|one| word(FINALIZES, one)).serialize(s)
}
