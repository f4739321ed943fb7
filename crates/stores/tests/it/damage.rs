//! A damaged store is named, with its place, and never guessed at.

use crate::story::{Place, append, run_of};
use rusqlite::Connection;
use windlass_engine::names::RunId;
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{Store, StoreError};
use windlass_stores::sqlite::{Opening, SqliteStore};

/// A store with an ended run of 3 events (run 1) and a live one of 100 (run 2), damaged by this SQL.
async fn damaged(sql: &str) -> Place {
    let place = Place::new();
    let store = place.open();
    let ended = run_of(&store, "payments", 2).await;
    let mut last = append(&ended, 2, "\"ended\"");
    last.ended = Some(Wall(18));
    store.append(last).await.unwrap();
    run_of(&store, "orders", 100).await;
    drop(store);
    let connection = Connection::open(&place.path).unwrap();
    assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
    place
}

async fn told_on_opening(sql: &str) -> String {
    let place = damaged(sql).await;
    let told = [Opening::Carry, Opening::Look]
        .map(|opening| SqliteStore::open(&place.path, opening).unwrap_err());
    assert_eq!(told[0], told[1]);
    let StoreError::Damaged(what) = &told[0] else {
        panic!("{:?}", told[0]);
    };
    what.clone()
}

#[tokio::test]
async fn each_kind_of_damage_of_a_live_run_is_named_on_opening() {
    let mut told = String::new();
    for sql in [
        "UPDATE journal SET payload = '\"event 89\"' WHERE run = 2 AND seq = 88",
        "UPDATE journal SET at = at + 1 WHERE run = 2 AND seq = 1",
        "UPDATE journal SET author = 'me' WHERE run = 2 AND seq = 100",
        "UPDATE journal SET hash = zeroblob(32) WHERE run = 2 AND seq = 50",
        "UPDATE journal SET hash = x'00' WHERE run = 2 AND seq = 50",
        "DELETE FROM journal WHERE run = 2 AND seq = 12",
        "UPDATE run SET last = (SELECT id FROM journal WHERE run = 2 AND seq = 99) WHERE id = 2",
        "UPDATE run SET seq = 101 WHERE id = 2",
        "UPDATE run SET seq = 0 WHERE id = 2",
        "UPDATE run SET last = 1 WHERE id = 2",
        "UPDATE meta SET value = 'one' WHERE name = 'format'",
    ] {
        told.push_str(&told_on_opening(sql).await);
        told.push('\n');
    }
    insta::assert_snapshot!(told, @r#"
    run 2, event 88: its hash does not fit it and the event before it
    run 2, event 1: its hash does not fit it and the event before it
    run 2, event 100: its hash does not fit it and the event before it
    run 2, event 51: its hash does not fit it and the event before it
    run 2, event 50: its row cannot be read: Conversion error from type Blob at index: 7, Cannot read 32 byte value out of 1 byte blob
    run 2, event 12: it is missing
    run 2, event 100: event 99 of run 2 stands in its place
    run 2, event 101: event 100 of run 2 stands in its place
    run 2, event 1: it is missing
    run 2, event 100: event 1 of run 1 stands in its place
    its format number is "one"
    "#);
}

#[tokio::test]
async fn damage_of_an_ended_run_is_named_when_it_is_read_and_bars_nothing_else() {
    let place = damaged("UPDATE journal SET payload = '\"x\"' WHERE run = 1 AND seq = 2").await;
    let store = place.open();
    let why = store.read(&RunId::from("1"), 1).await.unwrap_err();
    insta::assert_snapshot!(why, @"the store is damaged: run 1, event 2: its hash does not fit it and the event before it");
    assert_eq!(store.read(&RunId::from("2"), 1).await.unwrap().len(), 100);
}

#[tokio::test]
async fn a_damaged_content_is_named() {
    let place = Place::new();
    let store = place.open();
    let bytes = b"plan".to_vec();
    let hash = windlass_engine::hash::Hash::of(&bytes);
    let blob = windlass_runner::ports::target::Blob { hash, bytes };
    store.keep(blob).await.unwrap();
    Connection::open(&place.path)
        .unwrap()
        .execute("UPDATE blob SET bytes = x'00'", [])
        .unwrap();
    let why = store.blob(hash).await.unwrap_err();
    assert!(matches!(why, StoreError::Damaged(_)), "{why}");
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let place = Place::new();
    std::fs::write(&place.path, "kind: Cluster\n".repeat(400)).unwrap();
    let why = SqliteStore::open(&place.path, Opening::Look).unwrap_err();
    insta::assert_snapshot!(why, @"the store is damaged: file is not a database");
}
