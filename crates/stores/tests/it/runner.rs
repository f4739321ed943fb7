//! The real loop over the real store, with a target that does nothing: to the end, paused from
//! outside, on a full disk, superseded, and dropped at any await.
//!
//! Must never know: how the store keeps anything.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use windlass_engine::names::{ClusterName, RunId, Subject};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::run::command::Command;
use windlass_engine::run::event::{Approval, End};
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::conformance::noop::{self, NoopTarget, Noops, monotonic_ns};
use windlass_runner::desk::{Asked, Desk};
use windlass_runner::drive::{Bell, Driven};
use windlass_runner::keeper::{self, CarryError};
use windlass_runner::ledger::{Ledger, summary_of};
use windlass_runner::ports::store::{Created, Registration, Store};
use windlass_runner::system::SystemClock;
use windlass_runner::world::World;
use windlass_stores::sqlite::{Opening, SqliteStore};

pub const MEMBERS: u32 = 20;
pub const NAME: &str = "noop";

/// A store with one run on a target that does nothing.
pub struct Bench {
    pub folder: TempDir,
    pub store: Arc<SqliteStore>,
    pub target: Arc<NoopTarget>,
    pub world: World,
    pub run: RunId,
    hints: Arc<Mutex<Vec<String>>>,
    pub let_go: watch::Sender<bool>,
}

pub fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(&folder.join("windlass.db"), Opening::Carry).unwrap()
}

/// How long the next carrier lives, by dice. Later ones may live longer, so that a run ends on a slow
/// machine too.
pub(crate) fn life_of(dice: &mut u64, lives: u64) -> Duration {
    *dice = dice
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    Duration::from_micros((*dice >> 33) % (5_000 + lives * 4_000))
}

/// A run in hand. A carrier that was dropped may have left its lease on the way to the writer, which
/// lets go of it in a moment.
pub(crate) async fn taken(world: &World, run: &RunId) -> keeper::Held {
    loop {
        match keeper::take(world, run).await {
            Err(CarryError::Held { .. } | CarryError::IdentityHeld { .. }) => {
                tokio::task::yield_now().await;
            }
            taken => return taken.unwrap(),
        }
    }
}

impl Bench {
    pub async fn of(target: NoopTarget) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(open(folder.path()));
        let targets = Noops::default();
        let target = targets.add(NAME, target);
        let hints = Arc::new(Mutex::new(Vec::new()));
        let heard = hints.clone();
        let world = World {
            store: store.clone(),
            clock: Arc::new(SystemClock::new()),
            targets: Arc::new(targets),
            news: Arc::new(move |_run, hint| heard.lock().unwrap().push(hint.says)),
            holder: "a test".into(),
        };
        let run = ask(&Desk::new(world.clone())).await;
        Self {
            folder,
            store,
            target,
            world,
            run,
            hints,
            let_go: watch::channel(false).0,
        }
    }

    pub fn bell(&self) -> Bell {
        Bell {
            ring: Arc::new(Notify::new()),
            let_go: self.let_go.subscribe(),
        }
    }

    pub async fn carry(&self) -> Driven {
        let held = taken(&self.world, &self.run).await;
        held.carry(self.world.clone(), self.bell()).await.unwrap()
    }

    /// Everybody was moved once, and the journal says the same.
    pub async fn is_well(&self) {
        let starts = self.target.starts();
        let members = self.target.cluster().members.len();
        assert_eq!(starts.len(), members);
        assert!(starts.values().all(|count| *count == 1), "{starts:?}");
        let ledger = Ledger::open(self.store.as_ref(), &self.run, None)
            .await
            .unwrap();
        assert_eq!(ledger.run.ended(), Some(&End::Finished));
        assert_eq!(ledger.run.moved().len(), members);
        assert!(self.store.live().await.unwrap().is_empty());
    }

    /// Until so many have moved.
    pub async fn until_moved(&self, store: &SqliteStore, count: usize) {
        loop {
            let row = store.run(&self.run).await.unwrap();
            if summary_of(&row).is_some_and(|line| line.moved >= count) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Until its journal holds the answer to the command at this position of its inbox.
    pub async fn until_answered(&self, store: &SqliteStore, seq: u64) {
        loop {
            let ledger = Ledger::open(store, &self.run, None).await.unwrap();
            if ledger.run.inbox() >= seq {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub async fn until_phase(&self, store: &SqliteStore, phase: &str) {
        self.until_one_of(store, &[phase]).await;
    }

    /// Waits until the run is in one of these phases, and names it.
    pub async fn until_one_of<'p>(&self, store: &SqliteStore, phases: &[&'p str]) -> &'p str {
        loop {
            let row = store.run(&self.run).await.unwrap();
            let line = summary_of(&row);
            let met = phases
                .iter()
                .find(|phase| line.as_ref().is_some_and(|line| line.phase == **phase));
            if let Some(phase) = met {
                return phase;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

pub async fn ask(desk: &Desk) -> RunId {
    ask_again(desk, "k").await
}

/// The same under another key: another run, once the last has ended.
pub async fn ask_again(desk: &Desk, key: &str) -> RunId {
    let name = ClusterName::from(NAME);
    let registration = Registration {
        name: name.clone(),
        identity: None,
        object: "{}".into(),
        changed: desk.world().clock.now().wall,
    };
    desk.world().store.register(registration).await.unwrap();
    let asked = Asked {
        cluster: name,
        goal: Goal::Version(Version::parse(noop::NEW).unwrap()),
        policy: Policy {
            pace: Pace {
                ramp: Ramp::Fixed,
                cap: Cap::Members(3),
                mode: Mode::Sliding,
            },
            soak: Ms(0),
            ..Policy::default()
        },
        approval: Approval::InAdvance,
        waivers: Vec::new(),
        by: "a test".into(),
        key: key.into(),
    };
    match desk.request(asked, &noop::facts().unwrap()).await.unwrap() {
        Created::New(run) | Created::Known(run) | Created::Busy(run) => run,
    }
}

pub fn target(seed: u64) -> NoopTarget {
    NoopTarget::new(NAME, MEMBERS, seed).unwrap()
}

pub fn post(command: &Command) -> String {
    serde_json::to_string(command).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_comes_to_its_end() {
    let bench = Bench::of(target(1)).await;
    assert_eq!(bench.carry().await, Driven::Ended(End::Finished));
    bench.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_acknowledged_pause_nothing_is_touched_that_it_did_not_name() {
    let bench = Bench::of(target(2)).await;
    // Another connection, and no bell is rung: only the append tells the carrier.
    let other = open(bench.folder.path());
    let outside = async {
        for round in 1..=5 {
            bench.until_moved(&other, round * 3).await;
            let pause = post(&Command::Pause);
            let key = format!("pause {round}");
            let told = other.post(&bench.run, &key, "bob", &pause).await.unwrap();
            let acknowledged = monotonic_ns();
            bench.until_phase(&other, "paused").await;
            let touched = bench.target.touched_after(acknowledged);
            let unnamed: Vec<&Subject> =
                touched.iter().filter(|s| !told.begun.contains(s)).collect();
            assert!(
                unnamed.is_empty(),
                "touched {unnamed:?}, named {:?}",
                told.begun
            );
            let go_on = post(&Command::Continue);
            let key = format!("continue {round}");
            other.post(&bench.run, &key, "bob", &go_on).await.unwrap();
        }
    };
    let (driven, ()) = tokio::join!(bench.carry(), outside);
    assert_eq!(driven, Driven::Ended(End::Finished));
    bench.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_the_run_goes_on_by_itself_when_there_is_room() {
    // So many that what is left of the last page does not hold all their events.
    const MANY: u32 = 300;
    let bench = Bench::of(NoopTarget::new(NAME, MANY, 3).unwrap()).await;
    let outside = async {
        bench.until_moved(&bench.store, 5).await;
        bench.store.limit(1).await.unwrap();
        while bench.hints.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let moved = bench.target.starts().len();
        assert!(moved < MANY as usize);
        bench.store.limit(u32::MAX / 4).await.unwrap();
    };
    let (driven, ()) = tokio::join!(bench.carry(), outside);
    assert_eq!(driven, Driven::Ended(End::Finished));
    assert!(bench.hints.lock().unwrap()[0].contains("disk is full"));
    bench.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_was_superseded_lets_go() {
    let bench = Bench::of(target(4)).await;
    let other = open(bench.folder.path());
    let held = keeper::take(&bench.world, &bench.run).await.unwrap();
    let newer = held.epoch() + 1;
    let outside = async {
        bench.until_moved(&other, 5).await;
        other.take(&bench.run, newer).await.unwrap();
    };
    let carrying = held.carry(bench.world.clone(), bench.bell());
    let (driven, ()) = tokio::join!(carrying, outside);
    assert_eq!(driven.unwrap(), Driven::Superseded);
}

/// Somebody took the locks away: it sends nothing any more, so it must not go on as if it carried.
#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_whose_lease_is_gone_lets_go_and_the_run_can_be_taken_again() {
    let bench = Bench::of(target(4)).await;
    let outside = async {
        bench.until_moved(&bench.store, 5).await;
        for folder in std::fs::read_dir(bench.folder.path()).unwrap().flatten() {
            drop(std::fs::remove_dir_all(folder.path().join("leases")));
        }
    };
    let (driven, ()) = tokio::join!(bench.carry(), outside);
    assert_eq!(driven, Driven::Superseded);
    assert_eq!(bench.carry().await, Driven::Ended(End::Finished));
    bench.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_is_asked_to_let_go_finishes_what_has_begun() {
    let bench = Bench::of(target(5)).await;
    let outside = async {
        bench.until_moved(&bench.store, 5).await;
        bench.let_go.send_replace(true);
    };
    let (driven, ()) = tokio::join!(bench.carry(), outside);
    assert_eq!(driven, Driven::LetGo);
    let ledger = Ledger::open(bench.store.as_ref(), &bench.run, None)
        .await
        .unwrap();
    assert_eq!(ledger.run.live_flights(), 0);
    assert!(ledger.run.ended().is_none());
    bench.let_go.send_replace(false);
    assert_eq!(bench.carry().await, Driven::Ended(End::Finished));
    bench.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_dropped_at_any_await_is_followed_by_another_that_finishes() {
    const SEEDS: u64 = 30;
    for seed in 0..SEEDS {
        let bench = Bench::of(target(seed)).await;
        let mut dice = seed;
        let mut ended = None;
        let mut lives: u64 = 0;
        while ended.is_none() {
            lives += 1;
            let life = life_of(&mut dice, lives);
            ended = tokio::time::timeout(life, bench.carry()).await.ok();
        }
        assert_eq!(
            ended,
            Some(Driven::Ended(End::Finished)),
            "seed {seed}, {lives} lives"
        );
        bench.is_well().await;
    }
}
