//! A store that counts what it commits, and that can leave out its look into the inbox.
//!
//! Must never know: what is appended. All else goes through unchanged.
//! Tests: the figures.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, RunId};
use windlass_runner::ports::Task;
use windlass_runner::ports::store::{
    Acknowledged, Append, AppendError, Created, InboxSeq, LeaseOn, Leased, NewRun, Posted,
    Registration, RunRow, Seq, Store, StoreError, Stored,
};
use windlass_runner::ports::target::Blob;
use windlass_stores::sqlite::SqliteStore;

/// Whether an append is refused where a command was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inbox {
    Checked,
    /// Each append claims to have read all that will ever be posted: a windlass without the check.
    Ignored,
}

/// The store behind it.
pub(super) struct Counted {
    pub(super) store: SqliteStore,
    pub(super) inbox: Inbox,
    /// Appends that were done.
    appends: AtomicU64,
    /// So long they took together.
    waited_us: AtomicU64,
}

impl Counted {
    pub(super) fn new(store: SqliteStore, inbox: Inbox) -> Self {
        Self {
            store,
            inbox,
            appends: AtomicU64::new(0),
            waited_us: AtomicU64::new(0),
        }
    }

    pub(super) fn appends(&self) -> u64 {
        self.appends.load(Ordering::Relaxed)
    }

    pub(super) fn waited_us(&self) -> u64 {
        self.waited_us.load(Ordering::Relaxed)
    }
}

/// The highest position that a store can write down.
const ALL: InboxSeq = i64::MAX as u64;

impl Store for Counted {
    fn append(&self, mut append: Append) -> Task<'_, Result<Seq, AppendError>> {
        if self.inbox == Inbox::Ignored {
            append.read = ALL;
        }
        Box::pin(async move {
            let began = Instant::now();
            let appended = self.store.append(append).await;
            let waited = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.waited_us.fetch_add(waited, Ordering::Relaxed);
            if appended.is_ok() {
                self.appends.fetch_add(1, Ordering::Relaxed);
            }
            appended
        })
    }

    fn create(&self, new: NewRun) -> Task<'_, Result<Created, StoreError>> {
        self.store.create(new)
    }
    fn post<'a>(
        &'a self,
        run: &'a RunId,
        key: &'a str,
        by: &'a str,
        payload: &'a str,
    ) -> Task<'a, Result<Acknowledged, StoreError>> {
        self.store.post(run, key, by, payload)
    }
    fn id(&self) -> String {
        self.store.id()
    }
    fn read<'a>(&'a self, run: &'a RunId, from: Seq) -> Task<'a, Result<Vec<Stored>, StoreError>> {
        self.store.read(run, from)
    }
    fn run<'a>(&'a self, run: &'a RunId) -> Task<'a, Result<RunRow, StoreError>> {
        self.store.run(run)
    }
    fn live(&self) -> Task<'_, Result<Vec<RunRow>, StoreError>> {
        self.store.live()
    }
    fn runs<'a>(
        &'a self,
        cluster: Option<&'a ClusterName>,
        most: usize,
    ) -> Task<'a, Result<Vec<RunRow>, StoreError>> {
        self.store.runs(cluster, most)
    }
    fn inbox<'a>(
        &'a self,
        run: &'a RunId,
        after: InboxSeq,
    ) -> Task<'a, Result<Vec<Posted>, StoreError>> {
        self.store.inbox(run, after)
    }
    fn lease<'a>(
        &'a self,
        on: &'a LeaseOn,
        holder: &'a str,
    ) -> Task<'a, Result<Leased, StoreError>> {
        self.store.lease(on, holder)
    }
    fn holder<'a>(&'a self, on: &'a LeaseOn) -> Task<'a, Result<Option<String>, StoreError>> {
        self.store.holder(on)
    }
    fn take<'a>(&'a self, run: &'a RunId, epoch: u64) -> Task<'a, Result<(), StoreError>> {
        self.store.take(run, epoch)
    }
    fn blob(&self, hash: Hash) -> Task<'_, Result<Vec<u8>, StoreError>> {
        self.store.blob(hash)
    }
    fn keep(&self, blob: Blob) -> Task<'_, Result<(), StoreError>> {
        self.store.keep(blob)
    }
    fn register(&self, registration: Registration) -> Task<'_, Result<(), StoreError>> {
        self.store.register(registration)
    }
    fn registered<'a>(
        &'a self,
        name: &'a ClusterName,
    ) -> Task<'a, Result<Option<Registration>, StoreError>> {
        self.store.registered(name)
    }
    fn registrations(&self) -> Task<'_, Result<Vec<Registration>, StoreError>> {
        self.store.registrations()
    }
    fn forget<'a>(&'a self, name: &'a ClusterName) -> Task<'a, Result<(), StoreError>> {
        self.store.forget(name)
    }
    fn pulse(&self) -> Task<'_, Result<u64, StoreError>> {
        self.store.pulse()
    }
}
