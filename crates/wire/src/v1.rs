//! The v1 API types: `apiVersion: windlass.dev/v1`. (Map of the room.)
//!
//! `cluster`, `upgrade` and `waiver` are what users write; `status` and its neighbours are what programs read.
//! Values in them are engine values already: whoever holds one need not ask again whether it is sound.
//! Must never know: where the text came from. Stories: `tests/it/`.

mod checks;
pub mod cluster;
pub mod event;
pub mod finding;
pub mod hours;
pub mod list;
pub mod plan;
pub mod policy;
pub mod reach;
pub mod rehearsal;
pub mod security;
pub mod snapshot;
pub mod status;
pub mod upgrade;
pub mod waiver;

use crate::v1::cluster::Cluster;
use crate::v1::upgrade::Upgrade;
use crate::v1::waiver::Waiver;
use serde::Serialize;

/// The version of the API that these types are.
pub const API_VERSION: &str = "windlass.dev/v1";

/// One document of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Object {
    /// `kind: Cluster`
    Cluster(Box<Cluster>),
    /// `kind: Upgrade`
    Upgrade(Box<Upgrade>),
    /// `kind: Waiver`
    Waiver(Box<Waiver>),
}

impl Object {
    /// `Cluster`, `Upgrade`, `Waiver`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cluster(_) => "Cluster",
            Self::Upgrade(_) => "Upgrade",
            Self::Waiver(_) => "Waiver",
        }
    }

    /// Its `metadata.name`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Cluster(cluster) => cluster.metadata.name.as_str(),
            Self::Upgrade(upgrade) => upgrade.metadata.name.as_str(),
            Self::Waiver(waiver) => waiver.metadata.name.as_str(),
        }
    }

    /// The object as JSON, all defaults filled in; [`crate::read::read`] reads it back.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
