//! Hand: deeds on hosts. One hand a member; the declaration of the cluster says where its things lie.

use super::Task;
use super::target::Fence;
use windlass_engine::effect::Ensure;
use windlass_engine::effect::{ClaimAnswer, Outcome};
use windlass_engine::time::Ms;
use windlass_engine::version::Version;

/// What runs for a member on its host, seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Running {
    /// A process.
    Process {
        /// Its release, told by the files it holds open; none: could not be told.
        release: Option<Version>,
        /// Names this very process: boot id, pid, start time.
        incarnation: String,
        /// Since when it runs, microseconds since the Unix epoch.
        since: i64,
    },
    /// No process.
    Nothing,
    /// Could not be looked at: why.
    Unknown(String),
}

/// What a host says of a member, with the fence that lies beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostView {
    /// What runs.
    pub running: Running,
    /// Whose mark lies there, in words; none: nobody's.
    pub claimed_by: Option<String>,
}

/// The size of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// All of it.
    pub total_bytes: u64,
    /// What its user may still write.
    pub free_bytes: u64,
}

/// A file as it lies on the host now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peeked {
    /// Its text; none: it is not there. In words, why it could not be read.
    pub text: Result<Option<String>, String>,
    /// The volume it lies on, or would lie on, where told.
    pub volume: Option<Volume>,
}

/// What is declared of a member's start, filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Its configuration file, absolute.
    pub config: Option<String>,
    /// Words of its start towards a release: arguments, and `NAME=value` of its environment.
    pub words: Vec<String>,
}

/// Deeds on the host of one member. The cluster's identity and the run's epoch travel in the fence.
pub trait Hand: Send + Sync {
    /// Name of the host, as declared.
    fn host(&self) -> &str;
    /// Looks at what runs; changes nothing.
    fn look(&self) -> Task<'_, HostView>;
    /// Leaves the run's mark; waits for a deed that holds the lock.
    fn claim<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer>;
    /// Takes the run's mark away again, if it is still ours.
    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()>;
    /// Brings the member to a release. Returns when the process was started (or found so), or has
    /// failed; `patience` is the limit of time without progress for the gentle stop.
    fn ensure<'a>(
        &'a self,
        ensure: &'a Ensure,
        fence: &'a Fence,
        patience: Ms,
    ) -> Task<'a, Outcome>;
    /// Takes the lock, compares the fence, and holds it while the returned guard lives: for deeds
    /// that go over the wire and must not pass a newer claim.
    fn hold<'a>(&'a self, fence: &'a Fence) -> Task<'a, Result<Box<dyn Held>, ClaimAnswer>>;
    /// The last lines of the member's log, oldest first.
    fn log<'a>(&'a self, lines: usize) -> Task<'a, Result<Vec<String>, String>>;
    /// Overwrites a foreign mark with ours after a human decided so; refuses while a deed holds the lock.
    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer>;
    /// Version of what the process runs on (the Java of a Kafka broker); none: it runs on nothing, or
    /// that cannot be told. In words, why it could not be looked at.
    fn runtime(&self) -> Task<'_, Result<Option<Version>, String>> {
        Box::pin(async { Ok(None) })
    }
    /// What is declared of its start towards a release; without one its configuration file alone.
    ///
    /// # Errors
    /// In words, where the declaration cannot be filled in.
    fn declared(&self, release: Option<&Version>) -> Result<Declared, String> {
        let _ = release;
        Ok(Declared::default())
    }
    /// Files of the host as they lie there now, in the order asked. In words, why it cannot be looked at.
    fn peek<'a>(&'a self, paths: &'a [String]) -> Task<'a, Result<Vec<Peeked>, String>> {
        let _ = paths;
        Box::pin(async { Err("files of this host are not shown".to_string()) })
    }
    /// Whether the release lies on the host whole and is what it says it is; in words, why not.
    fn release_ready<'a>(&'a self, version: &'a Version) -> Task<'a, Result<(), String>>;
}

/// A held lock; dropped to let go.
pub trait Held: Send {}
