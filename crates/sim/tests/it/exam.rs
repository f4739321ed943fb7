//! The false store sits the runner's exam of any store.

use std::sync::Arc;
use windlass_runner::conformance::store::{Bench, exams};
use windlass_runner::ports::Task;
use windlass_runner::ports::store::{Store, StoreError};
use windlass_sim::store::{FalseStore, Faults};

struct Place(Arc<FalseStore>);

impl Bench for Place {
    fn door(&self) -> Task<'_, Result<Arc<dyn Store>, StoreError>> {
        let door = self.0.door(None);
        Box::pin(async move { Ok(door as Arc<dyn Store>) })
    }
}

#[tokio::test]
async fn the_false_store_passes_every_exam() {
    let mut failed = Vec::new();
    let exams = exams();
    assert!(exams.len() >= 30, "{} exams", exams.len());
    for exam in exams {
        let bench = Place(FalseStore::new(Faults::default(), Faults::default(), None));
        if let Err(why) = (exam.sit)(&bench).await {
            failed.push(format!("{}: {why}", exam.name));
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}
