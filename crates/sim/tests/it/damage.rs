//! A journal that was hurt while nobody looked: found by whoever reads it, wherever it was hurt.

use windlass_runner::ledger::{Ledger, LedgerError};
use windlass_runner::ports::store::{Store, StoreError};
use windlass_sim::play::rehearse;
use windlass_sim::scenes;

/// Each region of so many letters is hurt once.
const REGION: usize = 8;

#[test]
fn damage_of_every_region_of_a_journal_is_found() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let (mut tried, mut missed) = (0, Vec::new());
    for (_, story) in scenes::smallest(3).unwrap() {
        let played = rehearse(&story, &[]).unwrap();
        let (run, door) = (played.run.unwrap(), played.store);
        let sound = runtime.block_on(door.read(&run, 1)).unwrap();
        for event in &sound {
            let text = event.payload.chars().count() + event.author.chars().count();
            for at in (0..text + event.hash.0.len()).step_by(REGION) {
                door.store().hurt(&run, event.seq, at);
                tried += 1;
                let read = runtime.block_on(Ledger::open(door.as_ref(), &run, None));
                if !matches!(read, Err(LedgerError::Store(StoreError::Damaged(_)))) {
                    missed.push(format!("{} event {} at {at}", story.name, event.seq));
                }
                door.store().put_back(&run, event);
            }
        }
        let whole = runtime.block_on(Ledger::open(door.as_ref(), &run, None));
        assert!(whole.is_ok(), "{whole:?}");
    }
    eprintln!("{tried} regions");
    assert!(tried > 500, "{tried}");
    assert!(missed.is_empty(), "{missed:?}");
}
