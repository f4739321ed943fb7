//! Backup: of one moment, under load, never over a file that was not named for it.

use super::{finished, is_whole, path};
use crate::runner::{Bench, target};
use crate::story::{Place, append, run_of};
use rusqlite::Connection;
use std::os::unix::fs::PermissionsExt;
use windlass_engine::names::RunId;
use windlass_engine::run::event::End;
use windlass_runner::drive::Driven;
use windlass_runner::ports::store::Store;
use windlass_stores::sqlite::keeping::{Existing, KeepError, Source, backup};

#[tokio::test(flavor = "multi_thread")]
async fn under_load_each_copy_is_one_moment_and_writers_go_on() {
    let bench = Bench::of(target(11)).await;
    let (store, folder) = (path(bench.folder.path()), bench.folder.path().to_owned());
    let copying = tokio::task::spawn_blocking(move || {
        let mut last = 0;
        for turn in 0..12 {
            let to = folder.join(format!("copy-{turn}.db"));
            let made = backup(&store, &to, Existing::Stays, Source::Whole).unwrap();
            assert!(made.report.events >= last, "the past does not grow back");
            last = made.report.events;
            is_whole(&to);
        }
    });
    let driven = bench.carry().await;
    copying.await.unwrap();
    assert_eq!(driven, Driven::Ended(End::Finished));
    bench.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_another_store_that_only_its_owner_reads() {
    let bench = finished(1).await;
    let store = path(bench.folder.path());
    let to = bench.folder.path().join("copy.db");
    let made = backup(&store, &to, Existing::Stays, Source::Whole).unwrap();
    assert_eq!((made.report.runs, made.report.live), (1, 0));
    assert!(made.report.taken.is_some());
    let mode = std::fs::metadata(&to).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again =
        windlass_stores::sqlite::SqliteStore::open(&to, windlass_stores::sqlite::Opening::Look)
            .unwrap();
    assert_ne!(again.id(), bench.store.id());
    let (ours, theirs) = (
        bench.store.read(&bench.run, 1).await.unwrap(),
        again.read(&bench.run, 1).await.unwrap(),
    );
    assert_eq!(ours, theirs);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_there_stays_unless_it_is_told_otherwise() {
    let bench = finished(2).await;
    let store = path(bench.folder.path());
    let to = bench.folder.path().join("copy.db");
    std::fs::write(&to, "mine").unwrap();
    let why = backup(&store, &to, Existing::Stays, Source::Whole).unwrap_err();
    assert!(matches!(why, KeepError::Exists(_)), "{why}");
    assert_eq!(std::fs::read(&to).unwrap(), b"mine");
    backup(&store, &to, Existing::Replaced, Source::Whole).unwrap();
    is_whole(&to);
    // The store itself is never what is replaced, whatever it is called.
    let second = bench.folder.path().join("second-name.db");
    std::fs::hard_link(&store, &second).unwrap();
    for same in [&store, &second] {
        let why = backup(&store, same, Existing::Replaced, Source::Whole).unwrap_err();
        assert!(matches!(why, KeepError::NoCopy { .. }), "{why}");
    }
    let left: Vec<_> = std::fs::read_dir(bench.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hurt_store_is_copied_only_where_that_is_asked_for() {
    let bench = finished(3).await;
    let store = path(bench.folder.path());
    Connection::open(&store)
        .unwrap()
        .execute("UPDATE journal SET author = 'me' WHERE seq = 3", [])
        .unwrap();
    let to = bench.folder.path().join("copy.db");
    let why = backup(&store, &to, Existing::Stays, Source::Whole).unwrap_err();
    let KeepError::Hurt(hurt) = &why else {
        panic!("{why}");
    };
    assert!(hurt[0].says.contains("its hash does not fit"), "{why}");
    assert!(!to.exists());
    backup(&store, &to, Existing::Stays, Source::EvenHurt).unwrap();
    assert!(to.exists());
}

/// A disk of a few megabytes; none where this machine does not let us mount one.
#[tokio::test]
async fn a_full_disk_leaves_no_half_of_a_copy() {
    let place = Place::new();
    let store = place.open();
    let run = run_of(&store, "orders", 2).await;
    let large = format!("\"{}\"", "x".repeat(60_000));
    for seq in 2..60 {
        store.append(append(&run, seq, &large)).await.unwrap();
    }
    let small = place.folder.path().join("small");
    std::fs::create_dir(&small).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(&small)
        .output()
        .is_ok_and(|done| done.status.success());
    if !mounted {
        println!("no small disk can be mounted here: a full one was not tried");
        return;
    }
    let to = small.join("copy.db");
    let why = backup(&place.path, &to, Existing::Stays, Source::EvenHurt);
    let left = std::fs::read_dir(&small).unwrap().count();
    std::process::Command::new("umount")
        .arg("-l")
        .arg(&small)
        .output()
        .unwrap();
    let why = why.unwrap_err();
    assert!(why.to_string().contains("disk is full"), "{why}");
    assert_eq!(left, 0);
    assert_eq!(store.read(&RunId::from("1"), 1).await.unwrap().len(), 60);
}
