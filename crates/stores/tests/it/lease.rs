//! Leases across processes, and what happens to their files.

use crate::story::Place;
use std::process::{Command, Stdio};
use windlass_runner::ports::store::{Lease, LeaseOn, Leased, Store};
use windlass_stores::sqlite::SqliteStore;

async fn get(store: &SqliteStore) -> Result<Box<dyn Lease>, String> {
    let on = LeaseOn::Identity("MkU3OEVBNTcwNTJENDM2Qk".into());
    match store.lease(&on, "pid 17 on anchor").await.unwrap() {
        Leased::Ours(lease) => Ok(lease),
        Leased::Held(whom) => Err(whom),
    }
}

#[tokio::test]
async fn what_we_start_does_not_inherit_a_lease() {
    let place = Place::new();
    let store = place.open();
    let lease = get(&store).await.unwrap();
    let mut broker = Command::new("sleep")
        .arg("600")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    drop(lease);
    let free = get(&store).await.is_ok();
    broker.kill().unwrap();
    broker.wait().unwrap();
    assert!(free);
}

#[tokio::test]
async fn the_holder_is_named_with_since_when() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    let _lease = get(&one).await.unwrap();
    let whom = get(&two).await.err().unwrap();
    let since = whom.strip_prefix("pid 17 on anchor, since ").unwrap();
    assert!(since.ends_with(" UTC") && since.len() == 23, "{since}");
}

#[tokio::test]
async fn a_lease_whose_file_was_taken_away_no_longer_stands() {
    let place = Place::new();
    let store = place.open();
    let lease = get(&store).await.unwrap();
    assert!(lease.stands());
    let mut leases = place.path.clone().into_os_string();
    leases.push(".d/leases");
    std::fs::remove_dir_all(leases).unwrap();
    assert!(!lease.stands());
    let second = get(&store).await.unwrap();
    assert!(second.stands() && !lease.stands());
    assert!(second.epoch() > lease.epoch());
}
