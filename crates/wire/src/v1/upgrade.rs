//! `kind: Upgrade`: the same as the command; its name is the key, the same again changes nothing.
//!
//! Must never know: how the file is read. Stories: `tests/it/files.rs`.

use crate::stamp;
use crate::v1::policy::FinalizeView;
use serde::{Serialize, Serializer};
use windlass_engine::names::ClusterName;
use windlass_engine::policy::Finalize;
use windlass_engine::time::Wall;
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
#[serde(rename_all = "camelCase")]
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
    /// Nothing begins before; none: as soon as windows and freezes allow.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "moment")]
    pub at: Option<Wall>,
    /// Nothing begins from here on.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "moment")]
    pub latest: Option<Wall>,
    /// The cluster must have windows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_window: bool,
    /// Approved in advance; else the run waits for `approve`.
    pub approve: bool,
}

fn is_up(rollback: &bool) -> bool {
    !*rollback
}

fn finalize<S: Serializer>(value: &Option<Finalize>, s: S) -> Result<S::Ok, S::Error> {
    value.map(FinalizeView).serialize(s)
}

fn moment<S: Serializer>(value: &Option<Wall>, s: S) -> Result<S::Ok, S::Error> {
    value.map(stamp::rfc3339).serialize(s)
}
