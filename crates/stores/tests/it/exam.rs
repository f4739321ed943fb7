//! SQLite sits the runner's exam of any store.

use crate::story::Place;
use std::sync::Arc;
use windlass_runner::conformance::store::{Bench, exams};
use windlass_runner::ports::Task;
use windlass_runner::ports::store::{Store, StoreError};
use windlass_stores::sqlite::{Opening, SqliteStore};

impl Bench for Place {
    fn door(&self) -> Task<'_, Result<Arc<dyn Store>, StoreError>> {
        let store = SqliteStore::open(&self.path, Opening::Carry);
        Box::pin(async move { Ok(Arc::new(store?) as Arc<dyn Store>) })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_passes_every_exam() {
    let mut failed = Vec::new();
    let exams = exams();
    assert!(exams.len() >= 30, "{} exams", exams.len());
    for exam in exams {
        let bench = Place::new();
        if let Err(why) = (exam.sit)(&bench).await {
            failed.push(format!("{}: {why}", exam.name));
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}
