//! `kind: Waiver`: one finding of a cluster may pass, for a reason, until a time.
//!
//! Must never know: whether anything found needs it. Stories: `tests/it/waiver.rs`.

use crate::stamp;
use crate::v1::upgrade::Key;
use serde::{Serialize, Serializer};
use windlass_engine::check;
use windlass_engine::names::{CheckId, ClusterName};
use windlass_engine::time::Wall;

/// A waiver as a user gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename = "Waiver", rename_all = "camelCase")]
pub struct Waiver {
    /// Always [`crate::v1::API_VERSION`].
    pub api_version: &'static str,
    /// Its name.
    pub metadata: Key,
    /// What may pass.
    pub spec: WaiverSpec,
}

/// What may pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaiverSpec {
    /// The registered cluster.
    pub cluster: ClusterName,
    /// The check.
    pub check: CheckId,
    /// Why.
    pub reason: String,
    /// Who gave it; none: whoever applies the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// It bars again from then on.
    #[serde(serialize_with = "moment")]
    pub until: Wall,
}

fn moment<S: Serializer>(value: &Wall, s: S) -> Result<S::Ok, S::Error> {
    stamp::rfc3339(*value).serialize(s)
}

impl Waiver {
    /// In the engine's words.
    #[must_use]
    pub fn given(&self) -> check::Waiver {
        check::Waiver {
            check: self.spec.check.clone(),
            by: self.spec.by.clone().unwrap_or_default(),
            reason: self.spec.reason.clone(),
            until: self.spec.until,
        }
    }
}
