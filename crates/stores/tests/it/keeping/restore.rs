//! Restore: from the middle of a run whose original went on to its end; and what bars it.

use super::{finished, is_whole, path, word};
use crate::runner::{Bench, open, post, target};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::sync::Arc;
use windlass_engine::names::Subject;
use windlass_engine::run::command::Command;
use windlass_engine::run::event::{End, Event};
use windlass_runner::drive::Driven;
use windlass_runner::keeper;
use windlass_runner::ledger::Ledger;
use windlass_runner::ports::store::{Append, AppendError, Recorded, Store, Stored};
use windlass_stores::sqlite::SqliteStore;
use windlass_stores::sqlite::keeping::{Existing, KeepError, Source, backup, restore};

/// Lets go of a bench's store and opens what stands there now.
fn reopened(bench: Bench) -> Bench {
    let mut bench = bench;
    let spare = bench.folder.path().join("spare.db");
    let spare =
        Arc::new(SqliteStore::open(&spare, windlass_stores::sqlite::Opening::Carry).unwrap());
    bench.store = spare.clone();
    bench.world.store = spare;
    bench
}

fn on(bench: &mut Bench) {
    bench.store = Arc::new(open(bench.folder.path()));
    bench.world.store = bench.store.clone();
}

/// Who began by an event.
fn begun(stored: &Stored) -> Option<Subject> {
    let event: Event = serde_json::from_str(&stored.payload).ok()?;
    let Event::Began(began) = event else {
        return None;
    };
    Some(began.subject)
}

/// Looks that find somebody else's doing, one a member at most.
const GOES_ON_MAX: u32 = 50;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_restored_from_its_middle_finds_what_was_done_and_touches_nothing_twice() {
    for seed in 20..26 {
        let bench = Bench::of(target(seed)).await;
        let store = path(bench.folder.path());
        let to = bench.folder.path().join("copy.db");
        let copying = async {
            bench
                .until_moved(&bench.store, 3 + (seed as usize % 5) * 3)
                .await;
            let (store, to) = (store.clone(), to.clone());
            tokio::task::spawn_blocking(move || {
                backup(&store, &to, Existing::Stays, Source::Whole).unwrap()
            })
            .await
            .unwrap()
        };
        let (driven, made) = tokio::join!(bench.carry(), copying);
        assert_eq!(driven, Driven::Ended(End::Finished));
        assert_eq!(made.report.live, 1, "the copy is of its middle");
        let id = bench.store.id();
        let (starts, before) = (
            bench.target.starts(),
            bench.store.run(&bench.run).await.unwrap(),
        );
        let mut bench = reopened(bench);

        let restored = restore(&to, &store, &word(), Source::Whole).unwrap();
        let live = &restored.live[0];
        assert_eq!(live.went_on_to, Some(before.seq));
        assert!(live.seq < before.seq);
        is_whole(&store);
        on(&mut bench);
        assert_ne!(
            bench.store.id(),
            id,
            "marks of the old store are foreign to it"
        );

        // Its carrier reads the pause before all else: nothing is touched until a human says so.
        let touched = bench.target.touches().len();
        let pausing = async {
            let other = open(bench.folder.path());
            bench.until_phase(&other, "paused").await;
            assert_eq!(bench.target.starts(), starts);
            let told: Vec<_> = bench.target.touches()[touched..].to_vec();
            // It looks first, and stands still as often as a look finds that members went on without it.
            let mut words = 0;
            while bench.until_one_of(&other, &["paused", "finished"]).await == "paused" {
                words += 1;
                assert!(words <= GOES_ON_MAX, "it stands still for ever");
                let (run, go_on) = (&bench.run, post(&Command::Continue));
                let key = format!("go on {words}");
                let told = other.post(run, &key, "anna", &go_on).await.unwrap();
                bench.until_answered(&other, told.seq).await;
            }
            told
        };
        let (driven, told) = tokio::join!(bench.carry(), pausing);
        assert_eq!(driven, Driven::Ended(End::Finished), "seed {seed}");
        assert_eq!(bench.target.starts(), starts, "nobody was moved twice");
        // What had begun in the copy is asked after, and found done: that is what "finishes" means.
        let ledger = Ledger::open(bench.store.as_ref(), &bench.run, None)
            .await
            .unwrap();
        let events = bench.store.read(&bench.run, live.seq).await.unwrap();
        let acted = |event: &&Stored| event.payload.contains("not by this run");
        // Only who had not begun in the copy went on without it: a copy may be made late enough to know all.
        let copied = bench.store.read(&bench.run, 1).await.unwrap();
        let copied = copied.iter().filter(|event| event.seq <= live.seq);
        let begun: BTreeSet<Subject> = copied.filter_map(begun).collect();
        let unknown = usize::from(begun.len() < starts.len());
        assert_eq!(events.iter().filter(acted).count(), unknown);
        assert!(told.len() <= 3, "{told:?}");
        assert!(ledger.run.epoch() > restored.epoch);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_of_the_old_store_that_finds_the_new_file_is_refused_by_it() {
    let bench = Bench::of(target(31)).await;
    let store = path(bench.folder.path());
    let to = bench.folder.path().join("copy.db");
    let held = keeper::take(&bench.world, &bench.run).await.unwrap();
    let stale = held.epoch();
    backup(&store, &to, Existing::Stays, Source::Whole).unwrap();
    drop(held);
    let run = bench.run.clone();
    let bench = reopened(bench);
    restore(&to, &store, &word(), Source::Whole).unwrap();
    let new = open(bench.folder.path());
    let row = new.run(&run).await.unwrap();
    let late = Append {
        run,
        epoch: stale,
        after: row.seq,
        read: 0,
        events: vec![Recorded {
            at: windlass_engine::time::Wall(1),
            author: "who was frozen".into(),
            payload: "\"proven\"".into(),
        }],
        blobs: vec![],
        begun: vec![],
        settled: vec![],
        summary: String::new(),
        identity: None,
        ended: None,
    };
    let why = new.append(late).await.unwrap_err();
    assert!(matches!(why, AppendError::Fenced { .. }), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_somebody_carries_or_has_it_open_nothing_is_replaced() {
    let bench = Bench::of(target(32)).await;
    let store = path(bench.folder.path());
    let to = bench.folder.path().join("copy.db");
    backup(&store, &to, Existing::Stays, Source::Whole).unwrap();
    let held = keeper::take(&bench.world, &bench.run).await.unwrap();
    let why = restore(&to, &store, &word(), Source::Whole).unwrap_err();
    let KeepError::Held(whom) = &why else {
        panic!("{why}");
    };
    assert!(whom.iter().all(|who| who.starts_with("a test")), "{whom:?}");
    drop(held);
    let why = restore(&to, &store, &word(), Source::Whole).unwrap_err();
    assert!(matches!(why, KeepError::Open), "{why}");
    // All is as it was.
    assert_eq!(bench.carry().await, Driven::Ended(End::Finished));
    bench.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_there_is_kept_aside_whole_or_hurt() {
    let bench = finished(33).await;
    let store = path(bench.folder.path());
    let to = bench.folder.path().join("copy.db");
    backup(&store, &to, Existing::Stays, Source::Whole).unwrap();
    let bench = reopened(bench);
    let first = restore(&to, &store, &word(), Source::Whole).unwrap();
    let aside = first.aside.unwrap();
    is_whole(&aside);
    // The second time what stands there is no store at all.
    std::fs::write(&store, "nothing that anybody could read").unwrap();
    let second = restore(&to, &store, &word(), Source::Whole).unwrap();
    let hurt = second.aside.unwrap();
    assert_ne!(hurt, aside);
    assert_eq!(
        std::fs::read(&hurt).unwrap(),
        b"nothing that anybody could read"
    );
    is_whole(&store);
    // And where there is none.
    let fresh = bench.folder.path().join("new/windlass.db");
    let third = restore(&to, &fresh, &word(), Source::Whole).unwrap();
    assert_eq!(third.aside, None);
    is_whole(&fresh);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hurt_copy_or_a_store_in_use_is_put_nowhere() {
    let bench = finished(34).await;
    let store = path(bench.folder.path());
    let new = bench.folder.path().join("new.db");
    let why = restore(&store, &new, &word(), Source::Whole).unwrap_err();
    assert!(matches!(why, KeepError::NoCopy { .. }), "{why}");
    let to = bench.folder.path().join("copy.db");
    backup(&store, &to, Existing::Stays, Source::Whole).unwrap();
    Connection::open(&to)
        .unwrap()
        .execute("DELETE FROM journal WHERE seq = 5", [])
        .unwrap();
    let why = restore(&to, &new, &word(), Source::Whole).unwrap_err();
    assert!(matches!(why, KeepError::Hurt(_)), "{why}");
    assert!(!new.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_copy_does_not_know_is_named() {
    let bench = finished(35).await;
    let store = path(bench.folder.path());
    let to = bench.folder.path().join("copy.db");
    backup(&store, &to, Existing::Stays, Source::Whole).unwrap();
    let desk = windlass_runner::desk::Desk::new(bench.world.clone());
    let later = crate::runner::ask_again(&desk, "later").await;
    drop(desk);
    let bench = reopened(bench);
    let restored = restore(&to, &store, &word(), Source::Whole).unwrap();
    assert_eq!(restored.unknown, vec![(later, "noop".into())]);
    drop(bench);
}
