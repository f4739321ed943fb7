//! Prune: ended runs go while others are carried; what stays is whole, what nobody names is gone.

use super::{is_whole, path};
use crate::runner::{Bench, ask_again, target};
use rusqlite::Connection;
use windlass_engine::names::RunId;
use windlass_engine::run::event::End;
use windlass_runner::desk::Desk;
use windlass_runner::drive::Driven;
use windlass_runner::keeper;
use windlass_runner::keeping::{Retention, choose};
use windlass_runner::ports::store::{LeaseOn, Store, StoreError};
use windlass_stores::sqlite::keeping::{Reclaimed, prune, runs};

/// So many runs, each to its end; they share catalog and policy, and have each a plan of their own.
async fn many(count: usize) -> Bench {
    let mut bench = Bench::of(target(50)).await;
    assert_eq!(bench.carry().await, Driven::Ended(End::Finished));
    for turn in 1..count {
        let desk = Desk::new(bench.world.clone());
        bench.run = ask_again(&desk, &format!("turn {turn}")).await;
        assert!(matches!(bench.carry().await, Driven::Ended(_)));
    }
    bench
}

fn count(bench: &Bench, table: &str) -> u64 {
    Connection::open(path(bench.folder.path()))
        .unwrap()
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_is_whole_and_room_is_given_back() {
    let bench = many(4).await;
    let store = path(bench.folder.path());
    let keep = Retention {
        keep: Some(1),
        ..Retention::default()
    };
    let choice = choose(
        &runs(&store).unwrap(),
        &keep,
        windlass_engine::time::Wall(0),
    );
    let go: Vec<RunId> = choice.go.into_iter().map(|row| row.run).collect();
    assert_eq!(go, ["1".into(), "2".into(), "3".into()]);
    let pruned = prune(&store, &go).unwrap();
    assert_eq!(pruned.runs, go);
    assert_eq!(pruned.reclaimed, Reclaimed::GivenBack);
    assert!(pruned.bytes_after < pruned.bytes_before, "{pruned:?}");
    assert!(pruned.contents > 0);
    is_whole(&store);
    let stays = bench.store.read(&bench.run, 1).await.unwrap();
    assert_eq!(count(&bench, "journal"), stays.len() as u64);
    let gone = bench.store.run(&RunId::from("1")).await.unwrap_err();
    assert!(matches!(gone, StoreError::Missing(_)), "{gone}");
    // A number is never given twice.
    let desk = Desk::new(bench.world.clone());
    assert_eq!(ask_again(&desk, "after").await, "5".into());
    is_whole(&store);
    // With the last run that named them go catalog, policy and plan.
    let last = prune(&store, &["4".into(), "5".into()]).unwrap();
    assert_eq!(last.runs, ["4".into()], "run 5 lives: it stays");
    let left = count(&bench, "blob");
    assert_eq!(left, 2, "catalog and policy of run 5");
    is_whole(&store);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_the_carried_run_is_unharmed() {
    for seed in 60..63 {
        let mut bench = many(3).await;
        let fresh = windlass_runner::conformance::noop::Noops::default();
        bench.target = fresh.add(crate::runner::NAME, target(seed));
        bench.world.targets = std::sync::Arc::new(fresh);
        let desk = Desk::new(bench.world.clone());
        bench.run = ask_again(&desk, "under load").await;
        let store = path(bench.folder.path());
        let pruning = async {
            bench.until_moved(&bench.store, 2).await;
            let (store, live) = (store.clone(), bench.run.clone());
            let go = ["1".into(), "2".into(), live, "3".into(), "99".into()];
            tokio::task::spawn_blocking(move || prune(&store, &go).unwrap())
                .await
                .unwrap()
        };
        let (driven, pruned) = tokio::join!(bench.carry(), pruning);
        assert_eq!(driven, Driven::Ended(End::Finished));
        assert_eq!(pruned.runs, ["1".into(), "2".into(), "3".into()]);
        bench.is_well().await;
        is_whole(&store);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_somebody_carries_the_file_keeps_its_room() {
    let bench = many(2).await;
    let on = LeaseOn::Cluster("noop".into());
    let lease = bench.store.lease(&on, "a carrier").await.unwrap();
    let pruned = prune(&path(bench.folder.path()), &["1".into()]).unwrap();
    assert_eq!(pruned.reclaimed, Reclaimed::KeptInFile);
    assert!(pruned.unused_bytes > 0);
    drop(lease);
    drop(keeper::take(&bench.world, &bench.run).await);
}
