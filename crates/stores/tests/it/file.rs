//! The file itself: who may read it, its format, its id.

use crate::story::{Place, run_of};
use rusqlite::Connection;
use std::os::unix::fs::PermissionsExt;
use windlass_runner::ports::store::{Store, StoreError};
use windlass_stores::sqlite::{Opening, SqliteStore};

#[test]
fn a_newer_format_is_refused_in_words() {
    let place = Place::new();
    drop(place.open());
    Connection::open(&place.path)
        .unwrap()
        .execute("UPDATE meta SET value = '2' WHERE name = 'format'", [])
        .unwrap();
    let why = SqliteStore::open(&place.path, Opening::Look).unwrap_err();
    assert_eq!(why, StoreError::Newer { found: 2, known: 1 });
    insta::assert_snapshot!(why, @"the store has format 2, this windlass knows up to 1: use a newer windlass");
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let place = Place::new();
    Connection::open(&place.path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x)")
        .unwrap();
    let why = SqliteStore::open(&place.path, Opening::Look).unwrap_err();
    insta::assert_snapshot!(why, @"the store failed: its file is a database of another program");
}

#[tokio::test]
async fn a_copied_store_gets_an_id_of_its_own_and_the_first_keeps_its() {
    let place = Place::new();
    let store = place.open();
    let id = store.id();
    run_of(&store, "orders", 3).await;
    drop(store);
    let copy = place.folder.path().join("copy.db");
    std::fs::copy(&place.path, &copy).unwrap();
    let copied = SqliteStore::open(&copy, Opening::Carry).unwrap();
    assert_ne!(copied.id(), id);
    assert_eq!(copied.live().await.unwrap().len(), 1);
    let again = copied.id();
    drop(copied);
    assert_eq!(SqliteStore::open(&copy, Opening::Look).unwrap().id(), again);
    assert_eq!(place.open().id(), id);
}

#[test]
fn a_store_that_is_renamed_where_it_lies_keeps_its_id() {
    let place = Place::new();
    let id = place.open().id();
    let renamed = place.folder.path().join("renamed.db");
    std::fs::rename(&place.path, &renamed).unwrap();
    let store = SqliteStore::open(&renamed, Opening::Look).unwrap();
    assert_eq!(store.id(), id);
}

#[tokio::test]
async fn nobody_but_its_owner_may_read_it() {
    let mut place = Place::new();
    place.path = place.folder.path().join("state/windlass/store.db");
    let store = place.open();
    run_of(&store, "orders", 2).await;
    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        let about = std::fs::metadata(place.path.with_file_name(file)).unwrap();
        assert_eq!(about.permissions().mode() & 0o077, 0, "{file}");
    }
}

#[test]
fn of_many_who_make_a_store_at_once_all_find_the_same() {
    let place = Place::new();
    let ids: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| place.open().id())).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}
