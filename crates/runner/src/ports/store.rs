//! Store: remembers. Journal, inbox, leases, blobs, run rows, registrations.
//!
//! Promises, examined by `conformance` for every store:
//! - an append is all or nothing, and durable before it is answered;
//! - it is refused where the fence is not the newest (`Fenced`), the journal has grown (`Conflict`),
//!   or a command stands in the inbox that the run has not read (`Unread`); others in the same group
//!   commit are unharmed;
//! - a command is acknowledged when its row is durable; the answer lists what has begun, read in the
//!   same transaction;
//! - `Unknown` after a failed COMMIT means: it may have happened; open anew and read.

use super::Task;
use super::target::Blob;
use thiserror::Error;
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, Identity, RunId, Subject};
use windlass_engine::time::Wall;

/// Position in a journal; the first event has 1.
pub type Seq = u64;
/// Position in an inbox; 0: nothing read.
pub type InboxSeq = u64;

/// One event as it lies in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its position.
    pub seq: Seq,
    /// When it was made.
    pub at: Wall,
    /// Who made it: the carrier, or the door.
    pub author: String,
    /// Number of the event format.
    pub format: u32,
    /// Its text (JSON), or the name of the blob that holds it.
    pub payload: String,
    /// Over run, position, payload and the hash before it.
    pub hash: Hash,
}

/// The hash of an event at its place: over the hash before it, and all that the row says.
/// The first event follows [`Hash::default`].
#[must_use]
pub fn link(
    before: Hash,
    run: &RunId,
    seq: Seq,
    format: u32,
    at: Wall,
    author: &str,
    payload: &str,
) -> Hash {
    Hash::of_all(&[
        run.as_str().as_bytes(),
        &seq.to_le_bytes(),
        &format.to_le_bytes(),
        &at.0.to_le_bytes(),
        author.as_bytes(),
        payload.as_bytes(),
        &before.0,
    ])
}

impl Stored {
    /// Whether its hash fits its text and the event before it.
    #[must_use]
    pub fn follows(&self, before: Hash, run: &RunId) -> bool {
        self.hash
            == link(
                before,
                run,
                self.seq,
                self.format,
                self.at,
                &self.author,
                &self.payload,
            )
    }
}

/// One event on its way into the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// When it was made.
    pub at: Wall,
    /// Who made it.
    pub author: String,
    /// Its text (JSON), at most 64 KiB.
    pub payload: String,
}

/// What lists show of a run; written in the commit of the events it follows from, rebuildable.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RunRow {
    /// Which run.
    pub run: RunId,
    /// Under which name its cluster is registered.
    pub cluster: ClusterName,
    /// Who the cluster says it is, once asked.
    pub identity: Option<Identity>,
    /// When it was asked for.
    pub created: Wall,
    /// When it ended.
    pub ended: Option<Wall>,
    /// One line: phase and goal, as JSON made by the runner.
    pub summary: String,
    /// Position of the last event.
    pub seq: Seq,
}

/// A run that shall come into being.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Under which name its cluster is registered.
    pub cluster: ClusterName,
    /// The caller's key: the same key again is the same run.
    pub key: String,
    /// Its first event.
    pub first: Recorded,
    /// What that event names by hash.
    pub blobs: Vec<Blob>,
    /// Its line in lists.
    pub summary: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// A new run.
    New(RunId),
    /// The key was known: that run.
    Known(RunId),
    /// The cluster has a live run already: that one.
    Busy(RunId),
}

/// Events that shall be appended, with all that belongs to the same commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// Which run.
    pub run: RunId,
    /// The epoch under which the writer holds the lease.
    pub epoch: u64,
    /// The position that the writer believes to be the last.
    pub after: Seq,
    /// The inbox position that the run will have read with these events.
    pub read: InboxSeq,
    /// The events.
    pub events: Vec<Recorded>,
    /// What they name by hash.
    pub blobs: Vec<Blob>,
    /// Subjects that begin with these events.
    pub begun: Vec<Subject>,
    /// Subjects that are no longer in flight after them.
    pub settled: Vec<Subject>,
    /// The run's line in lists after them.
    pub summary: String,
    /// Who the cluster says it is, where these events tell it.
    pub identity: Option<Identity>,
    /// The run ends with these events, at this time.
    pub ended: Option<Wall>,
}

/// Why an append was not done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AppendError {
    /// The journal has grown in between.
    #[error("the journal of run {run} stands at {found}, not at {expected}")]
    Conflict {
        /// Which run.
        run: RunId,
        /// Where the writer believed it to be.
        expected: Seq,
        /// Where it is.
        found: Seq,
    },
    /// A newer epoch was taken.
    #[error("run {run} is carried under epoch {found}, ours was {ours}")]
    Fenced {
        /// Which run.
        run: RunId,
        /// Our epoch.
        ours: u64,
        /// The newest.
        found: u64,
    },
    /// A command stands in the inbox that was not read.
    #[error("run {run} has a command at {found} that was not read")]
    Unread {
        /// Which run.
        run: RunId,
        /// Its position.
        found: InboxSeq,
    },
    /// The disk is full: nothing was written; try again later.
    #[error("the store's disk is full")]
    Full,
    /// The commit's fate is not known: read the journal again.
    #[error("the store could not say whether it was written: {0}")]
    Unknown(String),
    /// Anything else; nothing was written.
    #[error("the store refused: {0}")]
    Store(String),
}

/// Trouble with a store apart from appends.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The disk is full.
    #[error("the store's disk is full")]
    Full,
    /// What lies there is damaged: what, where.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// It was written by a newer windlass.
    #[error(
        "the store has format {found}, this windlass knows up to {known}: use a newer windlass"
    )]
    Newer {
        /// Its format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// No such thing.
    #[error("there is no {0}")]
    Missing(String),
    /// Anything else.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A command in an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its position.
    pub seq: InboxSeq,
    /// When it was posted.
    pub at: Wall,
    /// Who posted it.
    pub by: String,
    /// Its text (JSON).
    pub payload: String,
}

/// The acknowledgement of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// Its position.
    pub seq: InboxSeq,
    /// Subjects that have begun and are not yet done, read in the same transaction.
    pub begun: Vec<Subject>,
    /// The run's line in lists at that moment.
    pub summary: String,
    /// The run had ended already: the command was not taken.
    pub ended: bool,
}

/// A registration: the file a user gave, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its name.
    pub name: ClusterName,
    /// Who the cluster says it is, once asked.
    pub identity: Option<Identity>,
    /// The object as JSON.
    pub object: String,
    /// When it was last changed.
    pub changed: Wall,
}

/// The right to carry one run on one cluster; dropped to let go.
pub trait Lease: Send + Sync {
    /// The epoch it was taken under.
    fn epoch(&self) -> u64;
    /// Whether it still stands: asked immediately before a hand sends.
    fn stands(&self) -> bool;
}

/// What came of asking for a lease.
pub enum Leased {
    /// It is ours.
    Ours(Box<dyn Lease>),
    /// Somebody else holds it: who, in words (pid, host, since when).
    Held(String),
}

impl std::fmt::Debug for Leased {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ours(lease) => write!(f, "Ours(epoch {})", lease.epoch()),
            Self::Held(whom) => write!(f, "Held({whom})"),
        }
    }
}

/// What is leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseOn {
    /// A registration, before the identity is known.
    Cluster(ClusterName),
    /// The cluster itself: unique in the store, however often it is registered.
    Identity(Identity),
}

/// Remembers.
pub trait Store: Send + Sync {
    /// The store's own id; minted anew when its file was copied.
    fn id(&self) -> String;
    /// A run comes into being.
    fn create(&self, new: NewRun) -> Task<'_, Result<Created, StoreError>>;
    /// Events are appended; durable when answered.
    fn append(&self, append: Append) -> Task<'_, Result<Seq, AppendError>>;
    /// Events from a position on (inclusive), in order.
    fn read<'a>(&'a self, run: &'a RunId, from: Seq) -> Task<'a, Result<Vec<Stored>, StoreError>>;
    /// One run's line.
    fn run<'a>(&'a self, run: &'a RunId) -> Task<'a, Result<RunRow, StoreError>>;
    /// Live runs.
    fn live(&self) -> Task<'_, Result<Vec<RunRow>, StoreError>>;
    /// Newest runs first, of one cluster or of all, at most so many.
    fn runs<'a>(
        &'a self,
        cluster: Option<&'a ClusterName>,
        most: usize,
    ) -> Task<'a, Result<Vec<RunRow>, StoreError>>;
    /// A command is posted; durable when answered. The same key again is the same command.
    fn post<'a>(
        &'a self,
        run: &'a RunId,
        key: &'a str,
        by: &'a str,
        payload: &'a str,
    ) -> Task<'a, Result<Acknowledged, StoreError>>;
    /// Commands after a position.
    fn inbox<'a>(
        &'a self,
        run: &'a RunId,
        after: InboxSeq,
    ) -> Task<'a, Result<Vec<Posted>, StoreError>>;
    /// Asks for a lease; taking it raises the epoch. Never waits.
    fn lease<'a>(
        &'a self,
        on: &'a LeaseOn,
        holder: &'a str,
    ) -> Task<'a, Result<Leased, StoreError>>;
    /// Who holds a lease now, in words; none: nobody.
    fn holder<'a>(&'a self, on: &'a LeaseOn) -> Task<'a, Result<Option<String>, StoreError>>;
    /// The run is carried under this lease's epoch from now on.
    fn take<'a>(&'a self, run: &'a RunId, epoch: u64) -> Task<'a, Result<(), StoreError>>;
    /// Content by its hash.
    fn blob(&self, hash: Hash) -> Task<'_, Result<Vec<u8>, StoreError>>;
    /// Content is kept.
    fn keep(&self, blob: Blob) -> Task<'_, Result<(), StoreError>>;
    /// Registers or changes a cluster.
    fn register(&self, registration: Registration) -> Task<'_, Result<(), StoreError>>;
    /// One registration.
    fn registered<'a>(
        &'a self,
        name: &'a ClusterName,
    ) -> Task<'a, Result<Option<Registration>, StoreError>>;
    /// All registrations, by name.
    fn registrations(&self) -> Task<'_, Result<Vec<Registration>, StoreError>>;
    /// Forgets a registration; refused (`Failed`) while a run lives.
    fn forget<'a>(&'a self, name: &'a ClusterName) -> Task<'a, Result<(), StoreError>>;
    /// Changes whenever anything was committed by anybody (SQLite's data_version): for readers that
    /// look instead of being told.
    fn pulse(&self) -> Task<'_, Result<u64, StoreError>>;
}
