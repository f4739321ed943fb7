//! The false store: the whole port in memory, shared by all processes of a play and outliving them.
//!
//! - `tables`: what it remembers; `fault`: which of its calls fail.
//!
//! Must never know: what events mean. Stories: `tests/it/exam.rs` (the runner's own exam).

mod fault;
mod lease;
mod tables;

pub use fault::{Fault, Faults, KINDS, UNTAKEN};

use crate::clock::rest;
use crate::instant::{Life, Point};
use fault::Faulty;
use lease::FalseLease;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tables::Tables;
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, RunId, Subject};
use windlass_runner::ports::Task;
use windlass_runner::ports::store::{
    Acknowledged, Append, AppendError, Created, InboxSeq, LeaseOn, Leased, NewRun, Posted,
    Registration, RunRow, Seq, Store, StoreError, Stored,
};
use windlass_runner::ports::target::Blob;

/// A commit takes so long: commands and answers may come meanwhile.
const COMMIT_MS: u64 = 1;

/// The call by which a word is said.
const POST: &str = "store.post";

/// Hears every event as it becomes durable.
pub type Ear = Arc<dyn Fn(&[Stored]) + Send + Sync>;

/// The store of one play.
pub struct FalseStore {
    tables: Mutex<Tables>,
    /// Of carriers.
    faults: Mutex<Faults>,
    /// Of the words that a human posts.
    posts: Mutex<Faults>,
    ear: Option<Ear>,
}

impl std::fmt::Debug for FalseStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FalseStore")
    }
}

impl FalseStore {
    /// An empty one: which calls of carriers fail, and which posts of a human.
    #[must_use]
    pub fn new(faults: Faults, posts: Faults, ear: Option<Ear>) -> Arc<Self> {
        Arc::new(Self {
            tables: Mutex::default(),
            faults: Mutex::new(faults),
            posts: Mutex::new(posts),
            ear,
        })
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A door to it: of a process that may die, or of a human who does not.
    #[must_use]
    pub fn door(self: &Arc<Self>, life: Option<Arc<Life>>) -> Arc<Door> {
        Arc::new(Door {
            store: self.clone(),
            life,
        })
    }

    /// A process has died: what it held is free.
    pub fn died(&self, life: &Life) {
        self.tables().free_all(life.number);
    }

    /// Whether a process holds what is leased.
    #[must_use]
    pub fn is_held_by(&self, on: &LeaseOn, life: &Life) -> bool {
        self.tables().is_of(on, life.number)
    }

    /// What the list of begun subjects says of a run.
    #[must_use]
    pub fn begun(&self, run: &RunId) -> BTreeSet<Subject> {
        let tables = self.tables();
        tables
            .table(run)
            .map(|table| table.begun.clone())
            .unwrap_or_default()
    }

    /// The journal of a run as it lies there.
    #[must_use]
    pub fn journal(&self, run: &RunId) -> Vec<Stored> {
        let tables = self.tables();
        tables
            .table(run)
            .map(|table| table.events.clone())
            .unwrap_or_default()
    }

    /// Calls that carriers have made so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        held(&self.faults).calls()
    }

    /// Words that a human has posted so far.
    #[must_use]
    pub fn posts(&self) -> u64 {
        held(&self.posts).calls()
    }

    /// Hurts an event where it lies: changes a byte of its text, of its author, or of its hash.
    pub fn hurt(&self, run: &RunId, seq: Seq, at: usize) {
        let mut tables = self.tables();
        if let Some(event) = tables.event(run, seq) {
            tables::turn(event, at);
        }
    }

    /// Puts an event back as it was.
    pub fn put_back(&self, run: &RunId, sound: &Stored) {
        if let Some(event) = self.tables().event(run, sound.seq) {
            event.clone_from(sound);
        }
    }

    /// How a call fails. A human only posts: what else it asks is asked again anyway.
    fn fault(&self, call: &str, life: Option<&Arc<Life>>) -> Option<Fault> {
        match life {
            Some(_) => held(&self.faults).next(),
            None if call == POST => held(&self.posts).next(),
            None => None,
        }
    }
}

fn held(faults: &Mutex<Faults>) -> MutexGuard<'_, Faults> {
    faults.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One opening of the store.
#[derive(Debug)]
pub struct Door {
    store: Arc<FalseStore>,
    life: Option<Arc<Life>>,
}

impl Door {
    /// The store behind it.
    #[must_use]
    pub fn store(&self) -> &Arc<FalseStore> {
        &self.store
    }

    async fn pass(&self, call: &'static str, point: Point) {
        if let Some(life) = &self.life {
            life.pass(call, point).await;
        }
    }

    /// One call, with its instants, and the trouble that is written for it.
    async fn call<T, E: Faulty>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut Tables) -> Result<T, E>,
    ) -> Result<T, E> {
        self.pass(name, Point::Before).await;
        let fault = self.store.fault(name, self.life.as_ref());
        if let Some(Fault::Slow(ms)) = fault {
            rest(ms).await;
        }
        let work = || work(&mut self.store.tables());
        let answer = match fault {
            None | Some(Fault::Slow(_)) => work(),
            Some(Fault::Full) => Err(E::full()),
            Some(Fault::Lost) => Err(E::unknown()),
            Some(Fault::Written) => work().and_then(|_| Err(E::unknown())),
        };
        self.pass(name, Point::Effect).await;
        self.pass(name, Point::Answered).await;
        answer
    }

    async fn appended(&self, append: Append) -> Result<Seq, AppendError> {
        if self.life.is_some() {
            rest(COMMIT_MS).await;
        }
        let store = self.store.clone();
        self.call("store.append", move |tables| {
            let (seq, events) = tables.append(append)?;
            if let Some(ear) = &store.ear {
                ear(&events);
            }
            Ok(seq)
        })
        .await
    }
}

impl Store for Door {
    fn id(&self) -> String {
        "false-store".into()
    }

    fn create(&self, new: NewRun) -> Task<'_, Result<Created, StoreError>> {
        Box::pin(self.call("store.create", move |t| t.create(new)))
    }

    fn append(&self, append: Append) -> Task<'_, Result<Seq, AppendError>> {
        Box::pin(self.appended(append))
    }

    fn read<'a>(&'a self, run: &'a RunId, from: Seq) -> Task<'a, Result<Vec<Stored>, StoreError>> {
        Box::pin(self.call("store.read", move |t| {
            let mut before = Hash::default();
            let mut read = Vec::new();
            for event in &t.known(run)?.events {
                if !event.follows(before, run) {
                    let what = format!("run {run}, event {}", event.seq);
                    return Err(StoreError::Damaged(what));
                }
                before = event.hash;
                if event.seq >= from {
                    read.push(event.clone());
                }
            }
            Ok(read)
        }))
    }

    fn run<'a>(&'a self, run: &'a RunId) -> Task<'a, Result<RunRow, StoreError>> {
        Box::pin(self.call("store.run", move |t| Ok(t.known(run)?.row.clone())))
    }

    fn live(&self) -> Task<'_, Result<Vec<RunRow>, StoreError>> {
        Box::pin(self.call("store.live", |t| Ok(t.live())))
    }

    fn runs<'a>(
        &'a self,
        cluster: Option<&'a ClusterName>,
        most: usize,
    ) -> Task<'a, Result<Vec<RunRow>, StoreError>> {
        Box::pin(self.call("store.runs", move |t| Ok(t.newest(cluster, most))))
    }

    fn post<'a>(
        &'a self,
        run: &'a RunId,
        key: &'a str,
        by: &'a str,
        payload: &'a str,
    ) -> Task<'a, Result<Acknowledged, StoreError>> {
        Box::pin(self.call(POST, move |t| t.post(run, key, by, payload)))
    }

    fn inbox<'a>(
        &'a self,
        run: &'a RunId,
        after: InboxSeq,
    ) -> Task<'a, Result<Vec<Posted>, StoreError>> {
        Box::pin(self.call("store.inbox", move |t| {
            let inbox = t.known(run)?.inbox.iter();
            let posted = inbox.filter(|(_, posted)| posted.seq > after);
            Ok(posted.map(|(_, posted)| posted.clone()).collect())
        }))
    }

    fn lease<'a>(
        &'a self,
        on: &'a LeaseOn,
        holder: &'a str,
    ) -> Task<'a, Result<Leased, StoreError>> {
        let (store, life) = (self.store.clone(), self.life.clone());
        Box::pin(self.call("store.lease", move |t| {
            Ok(match t.lease(on, holder, life.as_ref()) {
                Ok(epoch) => Leased::Ours(Box::new(FalseLease {
                    store,
                    life,
                    on: on.clone(),
                    epoch,
                })),
                Err(holder) => Leased::Held(holder),
            })
        }))
    }

    fn holder<'a>(&'a self, on: &'a LeaseOn) -> Task<'a, Result<Option<String>, StoreError>> {
        Box::pin(self.call("store.holder", move |t| Ok(t.holder(on))))
    }

    fn take<'a>(&'a self, run: &'a RunId, epoch: u64) -> Task<'a, Result<(), StoreError>> {
        Box::pin(self.call("store.take", move |t| t.take(run, epoch)))
    }

    fn blob(&self, hash: Hash) -> Task<'_, Result<Vec<u8>, StoreError>> {
        Box::pin(self.call("store.blob", move |t| t.blob(hash)))
    }

    fn keep(&self, blob: Blob) -> Task<'_, Result<(), StoreError>> {
        Box::pin(self.call("store.keep", move |t| {
            t.keep(blob);
            Ok(())
        }))
    }

    fn register(&self, registration: Registration) -> Task<'_, Result<(), StoreError>> {
        Box::pin(self.call("store.register", move |t| {
            t.register(registration);
            Ok(())
        }))
    }

    fn registered<'a>(
        &'a self,
        name: &'a ClusterName,
    ) -> Task<'a, Result<Option<Registration>, StoreError>> {
        Box::pin(self.call("store.registered", move |t| Ok(t.registered(name))))
    }

    fn registrations(&self) -> Task<'_, Result<Vec<Registration>, StoreError>> {
        Box::pin(self.call("store.registrations", |t| Ok(t.registrations())))
    }

    fn forget<'a>(&'a self, name: &'a ClusterName) -> Task<'a, Result<(), StoreError>> {
        Box::pin(self.call("store.forget", move |t| t.forget(name)))
    }

    fn pulse(&self) -> Task<'_, Result<u64, StoreError>> {
        Box::pin(self.call("store.pulse", |t| Ok(t.pulse())))
    }
}
