//! Target: one real cluster, looked at and touched.

use super::Task;
use windlass_engine::effect::{Answer, ClaimAnswer, Effect};
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, Identity, MemberId, RunId};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::version::Version;

/// The mark of the one run that may act.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fence {
    /// The store that the run lives in; minted anew when the store's file is copied.
    pub store: String,
    /// Which run.
    pub run: RunId,
    /// The name under which the cluster is registered there.
    pub cluster: ClusterName,
    /// Who the cluster says it is.
    pub identity: Identity,
    /// Grows with each take-over of any run on this identity; hosts refuse lower ones.
    pub epoch: u64,
    /// Host and pid of the carrier, in words.
    pub holder: String,
}

/// Short news about an effect in flight: may be lost, never journaled.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hint {
    /// The member it is about, if any.
    pub member: Option<MemberId>,
    /// In words: `stopping`, `in sync 41 of 66`.
    pub says: String,
}

/// Where hints go.
pub type Hints = std::sync::Arc<dyn Fn(Hint) + Send + Sync>;

/// One real cluster. Cannot fail: a lost connection is a fact for the engine to judge.
pub trait Target: Send + Sync {
    /// Who the cluster says it is; in words, why it did not answer.
    fn identity(&self) -> Task<'_, Result<Identity, String>>;
    /// Looks at all of it, and whether these releases lie ready on its hosts.
    fn observe<'a>(&'a self, releases: &'a [Version]) -> Task<'a, Snapshot>;
    /// Performs one effect and answers. Dropping the future leaves what was begun on hosts running.
    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        fence: &'a Fence,
        hints: Hints,
    ) -> Task<'a, Answer>;
    /// Returns when something may have changed: a wake-up without data.
    fn changed(&self) -> Task<'_, ()>;
    /// Takes the mark of an ended run away.
    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()>;
    /// Overwrites foreign marks at every member, after a human decided so.
    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer>;
    /// Whose marks lie at the members, in words.
    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>>;
    /// The last lines of a member's log.
    fn log<'a>(
        &'a self,
        member: &'a MemberId,
        lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>>;
}

/// Content that events name by hash, on its way to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Its name.
    pub hash: Hash,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
