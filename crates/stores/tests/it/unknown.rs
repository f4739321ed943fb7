//! A commit whose sync fails may have happened or not: that is said, and after reading anew it goes on.
//!
//! The failure is a real one to the store: a system-call tracer lets one `fsync` of the writer fail.

use crate::story::{Place, append, run_of};
use std::path::PathBuf;
use std::process::Command;
use windlass_runner::ports::store::{AppendError, Store};
use windlass_stores::sqlite::{Opening, SqliteStore};

/// Tells the child where the store is; without it the child's test passes at once.
const STORE: &str = "WINDLASS_TEST_UNKNOWN_STORE";
const EVENTS: u64 = 40;

/// The child: appends, and after an unknown fate reads where the journal stands.
#[tokio::test]
async fn child_whose_disk_fails_once() {
    let Some(path) = std::env::var_os(STORE).map(PathBuf::from) else {
        return;
    };
    let store = SqliteStore::open(&path, Opening::Carry).unwrap();
    let run = store.live().await.unwrap()[0].run.clone();
    let mut seq = 1;
    while seq < EVENTS {
        let text = format!("\"event {}\"", seq + 1);
        match store.append(append(&run, seq, &text)).await {
            Ok(now) => {
                assert_eq!(now, seq + 1);
                seq = now;
            }
            Err(AppendError::Unknown(_)) => {
                let found = store.run(&run).await.unwrap().seq;
                assert!(found == seq || found == seq + 1, "{found} after {seq}");
                seq = found;
                println!("unknown");
            }
            Err(other) => panic!("{other}"),
        }
    }
    println!("done");
}

#[tokio::test]
async fn after_a_failed_sync_the_fate_is_unknown_and_the_journal_whole() {
    let place = Place::new();
    let store = place.open();
    let run = run_of(&store, "orders", 1).await;
    drop(store);
    let child = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync"])
        .args(["-e", "inject=fsync:error=EIO:when=20"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "unknown::child_whose_disk_fails_once"])
        .arg("--nocapture")
        .env(STORE, &place.path)
        .output();
    let said = child.map_or(String::new(), |out| {
        String::from_utf8_lossy(&out.stdout).into_owned()
    });
    if !said.contains("running 1 test") {
        println!("no system-call tracer works here: a failed sync was not tried");
        return;
    }
    assert!(said.contains("unknown\n"), "{said}");
    assert!(said.contains("done\n"), "{said}");
    let store = place.open();
    let events = store.read(&run, 1).await.unwrap();
    assert_eq!(events.len() as u64, EVENTS);
    for event in &events[1..] {
        assert_eq!(event.payload, format!("\"event {}\"", event.seq));
    }
}
