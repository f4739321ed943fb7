//! The run that raises levels later: made once, when the upgrade has finished, and never twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use windlass_engine::calendar::hours::Why;
use windlass_engine::catalog::{LevelFacts, Raising};
use windlass_engine::names::RunId;
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Finalize, Mode, Pace, Policy, Ramp};
use windlass_engine::run::command::Command;
use windlass_engine::run::event::{Approval, End};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::Version;
use windlass_runner::conformance::noop::{self, NoopTarget, Noops};
use windlass_runner::desk::{Asked, Desk};
use windlass_runner::drive::{Bell, Driven};
use windlass_runner::ledger::{Ledger, summary_of};
use windlass_runner::ports::store::{Created, Registration, RunRow, Store};
use windlass_runner::successor;
use windlass_runner::system::SystemClock;
use windlass_runner::world::World;
use windlass_stores::sqlite::{Opening, SqliteStore};

const NAME: &str = "noop";
const LATER: Ms = Ms::minutes(60);

struct Bench {
    _folder: tempfile::TempDir,
    store: Arc<SqliteStore>,
    world: World,
    run: RunId,
}

/// A run on a target with a level that its goal leaves as it is.
async fn bench(seed: u64, finalize: Finalize) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("windlass.db");
    let store = Arc::new(SqliteStore::open(&file, Opening::Carry).unwrap());
    let targets = Noops::default();
    targets.add(NAME, NoopTarget::new(NAME, 3, seed).unwrap());
    let world = World {
        store: store.clone(),
        clock: Arc::new(SystemClock::new()),
        targets: Arc::new(targets),
        news: Arc::new(|_run, _hint| {}),
        holder: "a test".into(),
    };
    let registration = Registration {
        name: NAME.into(),
        identity: None,
        object: "{}".into(),
        changed: world.clock.now().wall,
    };
    store.register(registration).await.unwrap();
    let mut catalog = noop::facts().unwrap();
    let format = LevelFacts::of("format".into(), Raising::OnFinalize, "a test".into());
    catalog.levels.push(format);
    for line in &mut catalog.lines {
        line.levels.insert("format".into(), (0, 3));
    }
    let asked = Asked {
        cluster: NAME.into(),
        goal: Goal::Version(Version::parse(noop::NEW).unwrap()),
        policy: Policy {
            pace: Pace {
                ramp: Ramp::Fixed,
                cap: Cap::Members(3),
                mode: Mode::Sliding,
            },
            soak: Ms(0),
            finalize,
            ..Policy::default()
        },
        approval: Approval::InAdvance,
        waivers: Vec::new(),
        by: "anna".into(),
        key: "k".into(),
    };
    let desk = Desk::new(world.clone());
    let Created::New(run) = desk.request(asked, &catalog).await.unwrap() else {
        panic!("a new run");
    };
    Bench {
        _folder: folder,
        store,
        world,
        run,
    }
}

impl Bench {
    async fn carry(&self, run: &RunId, let_go: &watch::Sender<bool>) -> Driven {
        let bell = Bell {
            ring: Arc::new(Notify::new()),
            let_go: let_go.subscribe(),
        };
        let held = crate::runner::taken(&self.world, run).await;
        held.carry(self.world.clone(), bell).await.unwrap()
    }

    async fn runs(&self) -> Vec<RunRow> {
        self.store.runs(None, 10).await.unwrap()
    }

    async fn until_phase(&self, run: &RunId, phase: &str) {
        loop {
            let row = self.store.run(run).await.unwrap();
            if summary_of(&row).is_some_and(|line| line.phase == phase) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_finished_is_followed_by_the_run_that_raises_levels_at_its_time() {
    let bench = bench(1, Finalize::After(LATER)).await;
    let let_go = watch::channel(false).0;
    let driven = bench.carry(&bench.run, &let_go).await;
    assert_eq!(driven, Driven::Ended(End::Finished));
    let [next] = bench.store.live().await.unwrap().try_into().unwrap();
    let upgrade = bench.store.run(&bench.run).await.unwrap();

    // It plans, touches nothing, and waits until its time.
    let outside = async {
        bench.until_phase(&next.run, "awaiting-window").await;
        let_go.send_replace(true);
    };
    let (driven, ()) = tokio::join!(bench.carry(&next.run, &let_go), outside);
    assert_eq!(driven, Driven::LetGo);
    let ledger = Ledger::open(bench.store.as_ref(), &next.run, None)
        .await
        .unwrap();
    assert_eq!(ledger.run.goal(), &Goal::Finalize);
    let time = Wall(upgrade.ended.unwrap().0 + 3_600_000_000);
    assert_eq!(
        ledger.run.shut().unwrap().bar.why,
        Why::Early { until: time }
    );
    let standing = ledger.run.standing(bench.world.clock.now());
    let raises = "it will raise levels: the old release cannot come back then";
    assert!(
        standing.details.iter().any(|line| line == raises),
        "{standing:?}"
    );
    assert!(
        standing
            .next
            .iter()
            .any(|line| line == "windlass cancel {cluster}")
    );

    // Cancelled, it is not made again.
    let cancel = serde_json::to_string(&Command::Cancel).unwrap();
    bench
        .store
        .post(&next.run, "c", "bob", &cancel)
        .await
        .unwrap();
    let_go.send_replace(false);
    let driven = bench.carry(&next.run, &let_go).await;
    assert_eq!(driven, Driven::Ended(End::Cancelled));
    assert_eq!(
        successor::make(&bench.world, &bench.run).await.unwrap(),
        None
    );
    assert!(successor::make_all(&bench.world).await.unwrap().is_empty());
    assert_eq!(bench.runs().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_dies_anywhere_leaves_one_successor_to_be_made_by_the_next() {
    for seed in 0..10 {
        let bench = bench(seed, Finalize::After(LATER)).await;
        let let_go = watch::channel(false).0;
        let mut dice = seed;
        for lives in 1.. {
            let life = crate::runner::life_of(&mut dice, lives);
            let _ = tokio::time::timeout(life, bench.carry(&bench.run, &let_go)).await;
            if bench.store.run(&bench.run).await.unwrap().ended.is_some() {
                break;
            }
        }
        successor::make_all(&bench.world).await.unwrap();
        successor::make_all(&bench.world).await.unwrap();
        assert_eq!(bench.runs().await.len(), 2, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_words_after_there_is_none() {
    let bench = bench(1, Finalize::Never).await;
    let let_go = watch::channel(false).0;
    bench.carry(&bench.run, &let_go).await;
    assert_eq!(bench.runs().await.len(), 1);
}
