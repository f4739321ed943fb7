//! The stage: where the books of false clusters lie, beside the demo's store, and the targets over them.
//!
//! A store with a stage beside it is a demo's, and no real cluster is ever reached from it.
//! Must never know: terminals. Stories: `tests/it/demo.rs`.

pub use super::book::BookError;
use super::book::{Book, Head};
use super::target::FalseCluster;
use crate::exit::Failed;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use windlass_engine::names::ClusterName;
use windlass_runner::ports::Task;
use windlass_runner::ports::store::Registration;
use windlass_runner::ports::target::Target;
use windlass_runner::world::Targets;

/// The folder of the books, beside the store.
const FOLDER: &str = "false";

/// What is registered of a false cluster: it has no file.
pub const OBJECT: &str = r#"{"kind":"FalseCluster"}"#;

/// Where false clusters are played.
#[derive(Debug)]
pub struct Stage {
    folder: PathBuf,
    open: Mutex<BTreeMap<ClusterName, Arc<Book>>>,
}

impl Stage {
    /// The stage beside a store, given the folder beside it; none: the store is no demo's.
    #[must_use]
    pub fn beside(folder: &Path) -> Option<Arc<Self>> {
        let folder = folder.join(FOLDER);
        folder.is_dir().then(|| {
            Arc::new(Self {
                folder,
                open: Mutex::default(),
            })
        })
    }

    /// Puts one up.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn put_up(folder: &Path) -> Result<(), Failed> {
        let path = folder.join(FOLDER);
        std::fs::create_dir_all(&path).map_err(|source| Failed::File {
            verb: "make the folder",
            path,
            source,
        })
    }

    fn path(&self, cluster: &ClusterName) -> PathBuf {
        self.folder.join(format!("{cluster}.book"))
    }

    /// Whether a cluster is played here.
    #[must_use]
    pub fn plays(&self, cluster: &ClusterName) -> bool {
        self.path(cluster).is_file()
    }

    /// Begins a cluster anew.
    ///
    /// # Errors
    /// Where its book cannot be written.
    pub fn begin(&self, cluster: &ClusterName, head: &Head) -> Result<(), BookError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(cluster);
        Book::begin(&self.path(cluster), head)
    }

    /// The book of a cluster.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn book(&self, cluster: &ClusterName) -> Result<Arc<Book>, BookError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(book) = open.get(cluster) {
            return Ok(book.clone());
        }
        let book = Arc::new(Book::open(&self.path(cluster))?);
        open.insert(cluster.clone(), book.clone());
        Ok(book)
    }

    /// The target of a cluster.
    ///
    /// # Errors
    /// As [`Stage::book`].
    pub fn cluster(&self, cluster: &ClusterName) -> Result<Arc<dyn Target>, BookError> {
        Ok(Arc::new(FalseCluster::of(self.book(cluster)?)))
    }
}

impl Targets for Stage {
    fn target<'a>(&'a self, of: &'a Registration) -> Task<'a, Result<Arc<dyn Target>, String>> {
        Box::pin(async move { self.cluster(&of.name).map_err(|why| why.to_string()) })
    }
}
