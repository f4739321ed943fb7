//! A store in one SQLite file, used by several processes at once.
//!
//! WAL with `synchronous=FULL`; one writer thread that commits whatever waits as one group
//! ([`queue`], [`writer`]); two reader threads ([`reader`]); leases by locks of the operating system
//! on files beside it ([`lease`]). [`keeping`] backs it up, restores, prunes and examines it. It must never know what an event means.
//! Stories: `tests/it/`.

mod append;
mod clock;
mod create;
mod file;
mod journal;
pub mod keeping;
mod lease;
mod post;
mod queue;
mod reader;
mod rows;
mod tally;
mod trouble;
mod writer;

pub use file::Opening;

use file::Sync;
use queue::Queue;
use reader::Readers;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tally::Tally;
use trouble::Trouble;
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, RunId};
use windlass_runner::ports::Task;
use windlass_runner::ports::store::{
    Acknowledged, Append, AppendError, Created, InboxSeq, LeaseOn, Leased, NewRun, Posted,
    Registration, RunRow, Seq, Store, StoreError, Stored,
};
use windlass_runner::ports::target::Blob;

/// A store in one SQLite file. Dropping it closes the file once what was asked is answered.
#[derive(Debug)]
pub struct SqliteStore {
    id: String,
    path: PathBuf,
    queue: Arc<Queue>,
    tally: Arc<Tally>,
    readers: Readers,
    writer: Option<std::thread::JoinHandle<()>>,
}

impl SqliteStore {
    /// Opens the store at `path`, and makes it where there is none. Blocks; needs no runtime.
    /// Leases lie beside it in the folder `<path>.d`.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a store of a newer windlass, [`StoreError::Damaged`] where a live
    /// run's journal does not fit together, [`StoreError::Full`], [`StoreError::Failed`].
    pub fn open(path: &Path, opening: Opening) -> Result<Self, StoreError> {
        Self::start(path, opening, Sync::Full)
    }

    /// A store that answers before its disk has: a power cut takes back what was acknowledged. It is
    /// there so that whoever checks durability can see that the check finds this.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_careless(path: &Path) -> Result<Self, StoreError> {
        Self::start(path, Opening::Carry, Sync::Off)
    }

    fn start(path: &Path, opening: Opening, sync: Sync) -> Result<Self, StoreError> {
        let (connection, id) = file::open(path)?;
        journal::check_live(&connection, opening)?;
        let (queue, tally) = (Arc::new(Queue::default()), Arc::new(Tally::default()));
        let (at, waiting, counting) = (path.to_owned(), queue.clone(), tally.clone());
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer::serve(&at, sync, &waiting, &counting))
            .map_err(|why| StoreError::Failed(format!("no thread for the writer: {why}")))?;
        let readers = Readers::start(path, connection)?;
        Ok(Self {
            id,
            path: path.to_owned(),
            queue,
            tally,
            readers,
            writer: Some(writer),
        })
    }

    /// How many commits this door has made.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.tally.commits()
    }

    /// Half of these commits held at most so many requests.
    #[must_use]
    pub fn median_commit(&self) -> usize {
        self.tally.median()
    }

    /// Limits the file to so many pages of 8 KiB, as a full disk would: appends that need more answer
    /// `Full`, until the limit is raised. The limit lasts until the store is dropped.
    ///
    /// # Errors
    /// [`StoreError`], where the limit could not be set.
    pub fn limit(&self, pages: u32) -> Task<'_, Result<(), StoreError>> {
        self.write(move |desk| desk.limit(pages).map(Ok))
    }

    /// Asks the writer; the answer comes after the commit.
    fn write<T, E, F>(&self, write: F) -> Task<'_, Result<T, E>>
    where
        T: Send + 'static,
        E: From<Trouble> + Send + 'static,
        F: FnMut(&writer::Desk<'_>) -> rusqlite::Result<Result<T, E>> + Send + 'static,
    {
        Box::pin(async move {
            let answer = self.queue.ask(write);
            answer
                .await
                .unwrap_or_else(|_| Err(Trouble::gone("writer").into()))
        })
    }

    /// Asks a reader.
    fn look<T, F>(&self, look: F) -> Task<'_, Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        Box::pin(async move {
            let answer = self.readers.ask(look);
            answer
                .await
                .unwrap_or_else(|_| Err(Trouble::gone("reader").into()))
        })
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has nothing left to close.
            drop(writer.join());
        }
    }
}

impl Store for SqliteStore {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn create(&self, new: NewRun) -> Task<'_, Result<Created, StoreError>> {
        self.write(move |desk| create::create(desk, &new))
    }

    fn append(&self, append: Append) -> Task<'_, Result<Seq, AppendError>> {
        self.write(move |desk| append::append(desk, &append))
    }

    fn read<'a>(&'a self, run: &'a RunId, from: Seq) -> Task<'a, Result<Vec<Stored>, StoreError>> {
        let run = run.clone();
        self.look(move |db| journal::read(db, &run, from))
    }

    fn run<'a>(&'a self, run: &'a RunId) -> Task<'a, Result<RunRow, StoreError>> {
        let run = run.clone();
        self.look(move |db| rows::run(db, &run))
    }

    fn live(&self) -> Task<'_, Result<Vec<RunRow>, StoreError>> {
        self.look(rows::live)
    }

    fn runs<'a>(
        &'a self,
        cluster: Option<&'a ClusterName>,
        most: usize,
    ) -> Task<'a, Result<Vec<RunRow>, StoreError>> {
        let cluster = cluster.cloned();
        self.look(move |db| rows::runs(db, cluster.as_ref(), most))
    }

    fn post<'a>(
        &'a self,
        run: &'a RunId,
        key: &'a str,
        by: &'a str,
        payload: &'a str,
    ) -> Task<'a, Result<Acknowledged, StoreError>> {
        let command = post::Command::new(run, key, by, payload);
        self.write(move |desk| post::post(desk, &command))
    }

    fn inbox<'a>(
        &'a self,
        run: &'a RunId,
        after: InboxSeq,
    ) -> Task<'a, Result<Vec<Posted>, StoreError>> {
        let run = run.clone();
        self.look(move |db| rows::inbox(db, &run, after))
    }

    fn lease<'a>(
        &'a self,
        on: &'a LeaseOn,
        holder: &'a str,
    ) -> Task<'a, Result<Leased, StoreError>> {
        Box::pin(async move {
            let (path, on, holder) = (self.path.clone(), on.clone(), holder.to_owned());
            let name = lease::name(&on);
            let words = holder.clone();
            let locked = self.look(move |_| lease::lock(&path, &on, &words)).await?;
            let locked = match locked {
                Ok(locked) => locked,
                Err(whom) => return Ok(Leased::Held(whom)),
            };
            let (epoch, since) = self
                .write(move |desk| lease::raise(desk, &name, &holder).map(Ok::<_, StoreError>))
                .await?;
            Ok(Leased::Ours(Box::new(locked.under(epoch, &since)?)))
        })
    }

    fn holder<'a>(&'a self, on: &'a LeaseOn) -> Task<'a, Result<Option<String>, StoreError>> {
        let (path, on) = (self.path.clone(), on.clone());
        self.look(move |_| lease::holder(&path, &on))
    }

    fn take<'a>(&'a self, run: &'a RunId, epoch: u64) -> Task<'a, Result<(), StoreError>> {
        let run = run.clone();
        self.write(move |desk| append::take(desk, &run, epoch))
    }

    fn blob(&self, hash: Hash) -> Task<'_, Result<Vec<u8>, StoreError>> {
        self.look(move |db| {
            let found: Option<Vec<u8>> = db
                .prepare_cached("SELECT bytes FROM blob WHERE hash = ?1")
                .and_then(|mut ask| ask.query_row([hash.0], |row| row.get(0)).optional())
                .map_err(trouble::failed)?;
            let bytes = found.ok_or_else(|| StoreError::Missing(format!("blob {hash}")))?;
            if Hash::of(&bytes) != hash {
                return Err(StoreError::Damaged(format!(
                    "blob {hash}: its content has another hash"
                )));
            }
            Ok(bytes)
        })
    }

    fn keep(&self, blob: Blob) -> Task<'_, Result<(), StoreError>> {
        self.write(move |desk| create::keep(desk, std::slice::from_ref(&blob)).map(Ok))
    }

    fn register(&self, registration: Registration) -> Task<'_, Result<(), StoreError>> {
        self.write(move |desk| create::register(desk, &registration).map(Ok))
    }

    fn registered<'a>(
        &'a self,
        name: &'a ClusterName,
    ) -> Task<'a, Result<Option<Registration>, StoreError>> {
        let name = name.clone();
        self.look(move |db| {
            db.prepare_cached("SELECT name, identity, object, changed FROM cluster WHERE name = ?1")
                .and_then(|mut ask| {
                    ask.query_row(params![name.as_str()], rows::registration)
                        .optional()
                })
                .map_err(trouble::failed)
        })
    }

    fn registrations(&self) -> Task<'_, Result<Vec<Registration>, StoreError>> {
        self.look(|db| {
            db.prepare_cached("SELECT name, identity, object, changed FROM cluster ORDER BY name")
                .and_then(|mut ask| ask.query_map([], rows::registration)?.collect())
                .map_err(trouble::failed)
        })
    }

    fn forget<'a>(&'a self, name: &'a ClusterName) -> Task<'a, Result<(), StoreError>> {
        let name = name.clone();
        self.write(move |desk| create::forget(desk, &name))
    }

    fn pulse(&self) -> Task<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let answer = self.readers.pulse();
            answer
                .await
                .unwrap_or_else(|_| Err(Trouble::gone("reader").into()))
        })
    }
}
