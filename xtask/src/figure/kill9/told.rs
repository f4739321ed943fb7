//! A store that says on the pipe what is asked of it, and what it acknowledged.
//!
//! Must never know: what is appended. All else goes through unchanged.
//! Tests: the figure.

use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, RunId};
use windlass_runner::ports::Task;
use windlass_runner::ports::store::{
    Acknowledged, Append, AppendError, Created, InboxSeq, LeaseOn, Leased, NewRun, Posted,
    Registration, RunRow, Seq, Store, StoreError, Stored,
};
use windlass_runner::ports::target::Blob;
use windlass_stores::sqlite::SqliteStore;

use super::heard::Said;

/// The store behind it.
pub(super) struct Told(pub(super) SqliteStore);

fn hash(payload: &str) -> Hash {
    Hash::of(payload.as_bytes())
}

impl Store for Told {
    fn create(&self, new: NewRun) -> Task<'_, Result<Created, StoreError>> {
        Box::pin(async move {
            let first = hash(&new.first.payload);
            Said::Asks.say();
            let created = self.0.create(new).await;
            match &created {
                Ok(Created::New(run)) => Said::Events(run.clone(), 1, vec![first]).say(),
                Ok(Created::Known(_) | Created::Busy(_)) | Err(_) => Said::Refused.say(),
            }
            created
        })
    }

    fn append(&self, append: Append) -> Task<'_, Result<Seq, AppendError>> {
        Box::pin(async move {
            let run = append.run.clone();
            let hashes = append
                .events
                .iter()
                .map(|event| hash(&event.payload))
                .collect();
            Said::Asks.say();
            let appended = self.0.append(append).await;
            match &appended {
                Ok(seq) => Said::Events(run, *seq, hashes).say(),
                Err(_) => Said::Refused.say(),
            }
            appended
        })
    }

    fn post<'a>(
        &'a self,
        run: &'a RunId,
        key: &'a str,
        by: &'a str,
        payload: &'a str,
    ) -> Task<'a, Result<Acknowledged, StoreError>> {
        Box::pin(async move {
            Said::Asks.say();
            let posted = self.0.post(run, key, by, payload).await;
            match &posted {
                Ok(done) if !done.ended => Said::Command(run.clone(), done.seq, by.into()).say(),
                Ok(_) | Err(_) => Said::Refused.say(),
            }
            posted
        })
    }

    fn id(&self) -> String {
        self.0.id()
    }
    fn read<'a>(&'a self, run: &'a RunId, from: Seq) -> Task<'a, Result<Vec<Stored>, StoreError>> {
        self.0.read(run, from)
    }
    fn run<'a>(&'a self, run: &'a RunId) -> Task<'a, Result<RunRow, StoreError>> {
        self.0.run(run)
    }
    fn live(&self) -> Task<'_, Result<Vec<RunRow>, StoreError>> {
        self.0.live()
    }
    fn runs<'a>(
        &'a self,
        cluster: Option<&'a ClusterName>,
        most: usize,
    ) -> Task<'a, Result<Vec<RunRow>, StoreError>> {
        self.0.runs(cluster, most)
    }
    fn inbox<'a>(
        &'a self,
        run: &'a RunId,
        after: InboxSeq,
    ) -> Task<'a, Result<Vec<Posted>, StoreError>> {
        self.0.inbox(run, after)
    }
    fn lease<'a>(
        &'a self,
        on: &'a LeaseOn,
        holder: &'a str,
    ) -> Task<'a, Result<Leased, StoreError>> {
        self.0.lease(on, holder)
    }
    fn holder<'a>(&'a self, on: &'a LeaseOn) -> Task<'a, Result<Option<String>, StoreError>> {
        self.0.holder(on)
    }
    fn take<'a>(&'a self, run: &'a RunId, epoch: u64) -> Task<'a, Result<(), StoreError>> {
        self.0.take(run, epoch)
    }
    fn blob(&self, hash: Hash) -> Task<'_, Result<Vec<u8>, StoreError>> {
        self.0.blob(hash)
    }
    fn keep(&self, blob: Blob) -> Task<'_, Result<(), StoreError>> {
        self.0.keep(blob)
    }
    fn register(&self, registration: Registration) -> Task<'_, Result<(), StoreError>> {
        self.0.register(registration)
    }
    fn registered<'a>(
        &'a self,
        name: &'a ClusterName,
    ) -> Task<'a, Result<Option<Registration>, StoreError>> {
        self.0.registered(name)
    }
    fn registrations(&self) -> Task<'_, Result<Vec<Registration>, StoreError>> {
        self.0.registrations()
    }
    fn forget<'a>(&'a self, name: &'a ClusterName) -> Task<'a, Result<(), StoreError>> {
        self.0.forget(name)
    }
    fn pulse(&self) -> Task<'_, Result<u64, StoreError>> {
        self.0.pulse()
    }
}
