//! A full disk: it is said, nothing acknowledged is lost, and it goes on by itself.

use crate::story::{Place, append, run_of};
use std::path::Path;
use std::process::Command;
use windlass_engine::names::RunId;
use windlass_runner::ports::store::{AppendError, Seq, Store, StoreError};
use windlass_stores::sqlite::{Opening, SqliteStore};

fn large() -> String {
    format!("\"{}\"", "x".repeat(20_000))
}

/// Appends until the store says that it is full; where the journal stands then.
async fn fill(store: &SqliteStore, run: &RunId, mut seq: Seq) -> Seq {
    loop {
        match store.append(append(run, seq, &large())).await {
            Ok(now) => seq = now,
            Err(AppendError::Full) => return seq,
            Err(other) => panic!("{other}"),
        }
        assert!(seq < 10_000, "it never was full");
    }
}

async fn stands_at(store: &SqliteStore, run: &RunId, seq: Seq) {
    let events = store.read(run, 1).await.unwrap();
    assert_eq!(events.len() as u64, seq);
    assert_eq!(store.run(run).await.unwrap().seq, seq);
}

#[tokio::test]
async fn at_the_limit_all_answer_full_and_above_it_all_goes_on() {
    let place = Place::new();
    let store = place.open();
    let run = run_of(&store, "orders", 2).await;
    let other = run_of(&store, "payments", 2).await;
    store.limit(100).await.unwrap();
    let seq = fill(&store, &run, 2).await;
    stands_at(&store, &run, seq).await;
    let large = large();
    let posted = store.post(&other, "k", "ops", &large).await;
    assert_eq!(posted, Err(StoreError::Full));
    assert_eq!(store.inbox(&other, 0).await.unwrap(), vec![]);
    store.limit(10_000).await.unwrap();
    assert_eq!(store.append(append(&run, seq, &large)).await, Ok(seq + 1));
    assert_eq!(store.post(&other, "k", "ops", &large).await.unwrap().seq, 1);
    drop(store);
    stands_at(&place.open(), &run, seq + 1).await;
}

/// A file system of a few megabytes; none where this machine does not let us mount one.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
            .arg(at)
            .output()
            .is_ok_and(|done| done.status.success());
        mounted.then_some(Self(at))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0).output());
    }
}

#[tokio::test]
async fn a_disk_that_is_really_full_is_said_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(folder.path()) else {
        println!("no small disk can be mounted here: only the limit was tried");
        return;
    };
    let path = folder.path().join("windlass.db");
    let ballast = folder.path().join("ballast");
    std::fs::write(&ballast, vec![1; 1_000_000]).unwrap();
    let store = SqliteStore::open(&path, Opening::Carry).unwrap();
    let run = run_of(&store, "orders", 2).await;
    let seq = fill(&store, &run, 2).await;
    stands_at(&store, &run, seq).await;
    // Another process can still look, or says that the disk is full.
    match SqliteStore::open(&path, Opening::Look) {
        Ok(other) => stands_at(&other, &run, seq).await,
        Err(why) => assert_eq!(why, StoreError::Full),
    }
    std::fs::remove_file(&ballast).unwrap();
    assert_eq!(store.append(append(&run, seq, &large())).await, Ok(seq + 1));
    drop(store);
    let store = SqliteStore::open(&path, Opening::Carry).unwrap();
    stands_at(&store, &run, seq + 1).await;
}
