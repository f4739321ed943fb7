//! The carrier's clock jumps.
//!
//! A stand-in clock: the wall clock of this machine is not ours to move, and windlass reads it without
//! a library that could be put in between. All else is real: cluster, hosts, store, loop.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Notify, watch};
use windlass_engine::names::{ClusterName, MemberId, RunId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::Policy;
use windlass_engine::run::Phase;
use windlass_engine::run::command::Command;
use windlass_engine::run::event::{Approval, End};
use windlass_engine::time::{Ms, Now, Wall};
use windlass_engine::version::Version;
use windlass_runner::desk::{Asked, Desk};
use windlass_runner::drive::{Bell, Driven};
use windlass_runner::keeper;
use windlass_runner::ledger::Ledger;
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::hand::Hand;
use windlass_runner::ports::store::{Created, Registration};
use windlass_runner::ports::target::Target;
use windlass_runner::system::SystemClock;
use windlass_runner::world::{Targets, World};
use windlass_stores::sqlite::{Opening, SqliteStore};
use windlass_targets::dial::TcpDial;
use windlass_targets::host::{
    FileName, HostHand, LocalReach, MemberSpec, ReleaseSource, StopSignal, Supervisor,
};
use windlass_targets::kafka::door::Doors;
use windlass_targets::kafka::{KafkaSpec, KafkaTarget};
use xtask::peers::kafka::{Lab, ROLL, release};
use xtask::roll::{self, NAME};

use super::ground::Ground;

/// Each second of boot time the wall stands so far ahead, or so far behind.
const JUMP: Ms = Ms::days(20);
/// A pause is watched for so long: the wall jumps past its limit several times meanwhile.
const WATCHED: Ms = Ms::seconds(12);

/// The real clock, whose wall jumps to and fro.
struct JumpingClock {
    real: SystemClock,
    /// The wall stays behind: a limit that is set now has passed whenever the wall is ahead.
    behind: AtomicBool,
}

impl Clock for JumpingClock {
    fn now(&self) -> Now {
        let now = self.real.now();
        let jump = i64::try_from(JUMP.0 * 1_000).expect("days in microseconds");
        let ahead = (now.mono.ms / 1_000).is_multiple_of(2);
        let jump = if ahead && !self.behind.load(Ordering::Relaxed) {
            jump
        } else {
            -jump
        };
        Now {
            wall: Wall(now.wall.0 + jump),
            ..now
        }
    }

    fn sleep(&self, length: Ms) -> Task<'static, ()> {
        self.real.sleep(length)
    }
}

struct One(Arc<KafkaTarget>);

impl Targets for One {
    fn target<'a>(&'a self, _of: &'a Registration) -> Task<'a, Result<Arc<dyn Target>, String>> {
        let target: Arc<dyn Target> = self.0.clone();
        Box::pin(async move { Ok(target) })
    }
}

fn hand(lab: &Lab, id: i32) -> HostHand {
    let real = release(ROLL[0]).expect("a release");
    let releases = real.root().parent().expect("a shelf").display().to_string();
    let start = ["{release}/bin/kafka-server-start.sh", "{config}"].map(String::from);
    let heap = ("KAFKA_HEAP_OPTS".to_owned(), "-Xmx128m".to_owned());
    let spec = MemberSpec {
        id: MemberId::from(id.to_string()),
        dir: lab.folder(id).display().to_string(),
        config: "server.properties".into(),
        log: "logs/server.log".into(),
        release: ReleaseSource::Folder(format!("{releases}/{{version}}")),
        release_from: FileName::parse("kafka-clients-{version}.jar").expect("a name"),
        supervisor: Supervisor::Process {
            start: start.to_vec(),
            env: BTreeMap::from([heap]),
            pid_file: format!("run/{id}.pid"),
        },
        prepare: Vec::new(),
        fence: None,
        stop_signal: StopSignal::Term,
    };
    HostHand::new("loopback".into(), spec, Arc::new(LocalReach)).expect("a hand")
}

fn world(ground: &Ground, clock: Arc<dyn Clock>) -> World {
    let store = ground.windlass.folder().join("jumping.db");
    let mut hands: BTreeMap<MemberId, Arc<dyn Hand>> = BTreeMap::new();
    for (id, _) in ground.lab.nodes() {
        hands.insert(
            MemberId::from(id.to_string()),
            Arc::new(hand(&ground.lab, id)),
        );
    }
    let brokers = ground.lab.brokers();
    let bootstrap = brokers.iter().map(|(_, at)| at.to_string());
    let target = KafkaTarget::new(
        KafkaSpec::at(bootstrap.collect()),
        Doors::open(Arc::new(TcpDial)),
        clock.clone(),
        hands,
        Arc::new(catalog()),
    );
    World {
        store: Arc::new(SqliteStore::open(&store, Opening::Carry).expect("a store")),
        clock,
        targets: Arc::new(One(Arc::new(target))),
        news: Arc::new(|_run, _hint| {}),
        holder: "a test".into(),
    }
}

fn catalog() -> windlass_engine::catalog::Catalog {
    let text = include_str!("../../../../catalogs/kafka.yaml");
    windlass_wire::catalog::load("kafka.yaml", text).expect("the built-in catalog")
}

async fn phase(world: &World, run: &RunId) -> Phase {
    let ledger = Ledger::open(world.store.as_ref(), run, None).await;
    ledger.expect("a journal").run.phase()
}

async fn until(world: &World, run: &RunId, what: &str, is: impl Fn(&Phase) -> bool) {
    let begun = world.clock.now().mono;
    loop {
        let seen = phase(world, run).await;
        if is(&seen) {
            return;
        }
        let waited = world.clock.now().mono.since(begun).unwrap_or_default();
        assert!(
            waited < Ms::minutes(2),
            "waited for {what}; last seen {seen:?}"
        );
        world.clock.sleep(Ms(100)).await;
    }
}

async fn post(world: &World, run: &RunId, command: Command, ring: &Notify) {
    let payload = serde_json::to_string(&command).expect("words");
    let key = format!("{} {}", command.word(), world.clock.now().mono.ms);
    let posted = world.store.post(run, &key, "a test", &payload);
    posted.await.expect("posted");
    ring.notify_one();
}

pub fn jumps(ground: &mut Ground) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(rolled(ground));
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

async fn rolled(ground: &Ground) {
    let clock = Arc::new(JumpingClock {
        real: SystemClock::new(),
        behind: AtomicBool::new(false),
    });
    let world = world(ground, clock.clone());
    let cluster = ClusterName::from(NAME);
    let registration = Registration {
        name: cluster.clone(),
        identity: None,
        object: "{}".into(),
        changed: world.clock.now().wall,
    };
    world
        .store
        .register(registration)
        .await
        .expect("registered");
    let asked = Asked {
        key: NAME.into(),
        cluster,
        goal: Goal::Version(Version::parse(ROLL[1]).expect("a release")),
        policy: Policy {
            soak: Ms::seconds(3),
            ..Policy::default()
        },
        approval: Approval::InAdvance,
        waivers: Vec::new(),
        by: "a test".into(),
    };
    let desk = Desk::new(world.clone());
    let run = match desk.request(asked, &catalog()).await.expect("a run") {
        Created::New(run) | Created::Known(run) | Created::Busy(run) => run,
    };
    let (_go_on, let_go) = watch::channel(false);
    let ring = Arc::new(Notify::new());
    let bell = Bell {
        ring: ring.clone(),
        let_go,
    };
    let held = keeper::take(&world, &run).await.expect("it is ours");
    let carried = tokio::spawn(held.carry(world.clone(), bell));
    until(&world, &run, "a roll", |phase| *phase == Phase::Rolling).await;
    clock.behind.store(true, Ordering::Relaxed);
    post(&world, &run, Command::Pause, &ring).await;
    until(&world, &run, "a pause", |phase| *phase == Phase::Paused).await;
    clock.behind.store(false, Ordering::Relaxed);
    world.clock.sleep(WATCHED).await;
    let stands = phase(&world, &run).await;
    assert_eq!(stands, Phase::Paused, "a jump of the wall ends no pause");
    post(&world, &run, Command::Continue, &ring).await;
    until(&world, &run, "its end", |phase| {
        matches!(phase, Phase::Ended(_))
    })
    .await;
    let went = carried.await.expect("it was carried").expect("to its end");
    assert_eq!(went, Driven::Ended(End::Finished));
}
