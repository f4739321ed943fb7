//! Readers: two threads with a connection each, so that a long journal does not hold up a short look.
//!
//! Must never know: what is read. Stories: `tests/it/`.

use super::file::{self, Sync};
use super::trouble::{Trouble, failed};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
use windlass_runner::ports::store::StoreError;

type Look = Box<dyn FnOnce(Result<&Connection, StoreError>) + Send>;

/// The threads that read; they end with this value.
#[derive(Debug)]
pub(super) struct Readers {
    looks: Option<Sender<Look>>,
    threads: Vec<std::thread::JoinHandle<()>>,
    path: PathBuf,
    /// A connection that does nothing else: `data_version` compares only within one.
    pulse: Arc<Mutex<Option<Connection>>>,
}

impl Readers {
    /// Starts them; the first uses this connection, the second opens its own when it is needed.
    pub(super) fn start(path: &Path, first: Connection) -> Result<Self, StoreError> {
        let (looks, waiting) = channel::<Look>();
        let waiting = Arc::new(Mutex::new(waiting));
        let mut threads = Vec::new();
        for (name, own) in [("store-reader-1", Some(first)), ("store-reader-2", None)] {
            let (path, waiting) = (path.to_owned(), waiting.clone());
            let thread = std::thread::Builder::new()
                .name(name.into())
                .spawn(move || serve(&path, own, &waiting))
                .map_err(|why| StoreError::Failed(format!("no thread for a reader: {why}")))?;
            threads.push(thread);
        }
        Ok(Self {
            looks: Some(looks),
            threads,
            path: path.to_owned(),
            pulse: Arc::default(),
        })
    }

    /// Looks on one of the threads.
    pub(super) fn ask<T, F>(&self, look: F) -> oneshot::Receiver<Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let look: Look = Box::new(move |connection| {
            // Who asked may have gone.
            drop(answer.send(connection.and_then(look)));
        });
        if let Some(looks) = &self.looks {
            // Where the threads are gone the answer's sender is dropped, and that is the answer.
            drop(looks.send(look));
        }
        answered
    }

    /// Changes with every commit of any connection.
    pub(super) fn pulse(&self) -> oneshot::Receiver<Result<u64, StoreError>> {
        let (path, own) = (self.path.clone(), self.pulse.clone());
        self.ask(move |_| {
            let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = match own.take() {
                Some(connection) => connection,
                None => file::connect(&path, Sync::Full)?,
            };
            let version = connection
                .prepare_cached("PRAGMA data_version")
                .and_then(|mut ask| ask.query_row([], |row| row.get(0)))
                .map_err(failed);
            *own = Some(connection);
            version
        })
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.looks = None;
        for thread in self.threads.drain(..) {
            // A reader that panicked has nothing left to close.
            drop(thread.join());
        }
    }
}

fn serve(path: &Path, mut own: Option<Connection>, waiting: &Mutex<Receiver<Look>>) {
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(look) = next else { return };
        if own.is_none() {
            match file::connect(path, Sync::Full) {
                Ok(connection) => own = Some(connection),
                Err(why) => {
                    look(Err(why));
                    continue;
                }
            }
        }
        match &own {
            Some(connection) => look(Ok(connection)),
            None => look(Err(Trouble::gone("reader").into())),
        }
    }
}
