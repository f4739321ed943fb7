//! A store with a history, written through the public ways: one toy run with Kafka's catalog carried to
//! its end, its events written again for each ended run, and one more carried half way.
//!
//! Must never know: what is measured on it.
//! Tests: the figure.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use windlass_engine::names::{ClusterName, RunId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::run::event::Approval;
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::Version;
use windlass_runner::desk::{Asked, Desk};
use windlass_runner::drive::Bell;
use windlass_runner::keeper;
use windlass_runner::ports::store::{
    Append, Created, NewRun, Recorded, Registration, RunRow, Store,
};
use windlass_runner::system::SystemClock;
use windlass_runner::world::World;
use windlass_stores::sqlite::{Opening, SqliteStore};

use crate::toy::{Toys, kafka, kafka_facts};
use crate::workspace::{NotSo, Trouble};

/// The name of the cluster whose run is live.
pub(super) const LIVE: &str = "orders";
/// The one whose finished run is the pattern of the ended ones.
const PATTERN: &str = "pattern";
/// The issue asks for so many …
const ENDED: usize = 1_000;
/// … of so many events each …
const EVENTS: usize = 200;
/// … and the live one has about so many when its carrier goes.
const LIVE_EVENTS: u64 = 100;
/// Enough that two hops take more events than that.
const CONTROLLERS: u32 = 3;
const BROKERS: u32 = 15;
/// Runs written at once, so that they share commits.
const AT_ONCE: usize = 32;
/// Far above the second that a toy needs.
const CARRY_LIMIT: Duration = Duration::from_secs(60);
/// How often the live run's length is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Writes it, and says what is there; the toys' files lie in the folder.
pub(super) fn write(path: &Path, folder: &Path) -> Result<String, Trouble> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(history(path, folder))
}

async fn history(path: &Path, folder: &Path) -> Result<String, Trouble> {
    let store: Arc<SqliteStore> = Arc::new(SqliteStore::open(path, Opening::Carry)?);
    let catalog = kafka_facts()?;
    let world = World {
        store: store.clone(),
        clock: Arc::new(SystemClock::new()),
        targets: Arc::new(Toys {
            base: kafka(&catalog, CONTROLLERS, BROKERS)?,
            folder: folder.to_owned(),
        }),
        news: Arc::new(|_run, _hint| {}),
        holder: "windlass on a desk, pid 4711".into(),
    };
    let desk = Desk::new(world.clone());
    let pattern = asked(&desk, PATTERN).await?;
    carry(&world, &pattern, u64::MAX).await?;
    let row = store.run(&pattern).await?;
    if row.ended.is_none() {
        return Err(NotSo(format!("the pattern did not end: {}", row.summary)).into());
    }
    let events: Vec<Recorded> = store
        .read(&pattern, 1)
        .await?
        .into_iter()
        .map(|stored| Recorded {
            at: stored.at,
            author: stored.author,
            payload: stored.payload,
        })
        .collect();
    let pattern = Arc::new(Pattern { row, events });
    let numbers: Vec<usize> = (1..ENDED).collect();
    for some in numbers.chunks(AT_ONCE) {
        let tasks = some
            .iter()
            .map(|number| tokio::spawn(again(store.clone(), pattern.clone(), *number)));
        for task in tasks.collect::<Vec<_>>() {
            task.await??;
        }
    }
    let live = asked(&desk, LIVE).await?;
    carry(&world, &live, LIVE_EVENTS).await?;
    let row = store.run(&live).await?;
    Ok(format!(
        "{ENDED} ended runs of {EVENTS} events ({} of their own), a live one of {}",
        pattern.events.len(),
        row.seq
    ))
}

/// A cluster of that name, and a run on it over two hops.
async fn asked(desk: &Desk, name: &str) -> Result<RunId, Trouble> {
    let cluster = ClusterName::from(name);
    let registration = Registration {
        name: cluster.clone(),
        identity: None,
        object: "{}".into(),
        changed: desk.world().clock.now().wall,
    };
    desk.world().store.register(registration).await?;
    let asked = Asked {
        key: name.into(),
        cluster,
        goal: Goal::Version(Version::parse("4.1")?),
        policy: Policy {
            pace: Pace {
                ramp: Ramp::Fixed,
                cap: Cap::Members(2),
                mode: Mode::Sliding,
            },
            soak: Ms(0),
            via: vec![Version::parse("4.0")?],
            ..Policy::default()
        },
        approval: Approval::InAdvance,
        waivers: Vec::new(),
        by: "anna@desk".into(),
    };
    match desk.request(asked, &kafka_facts()?).await? {
        Created::New(run) | Created::Known(run) | Created::Busy(run) => Ok(run),
    }
}

/// Carries it to its end, or drops it as a crash would once it has so many events.
async fn carry(world: &World, run: &RunId, most: u64) -> Result<(), Trouble> {
    let (_go_on, let_go) = watch::channel(false);
    let bell = Bell {
        ring: Arc::new(Notify::new()),
        let_go,
    };
    let long_enough = async {
        while world.store.run(run).await?.seq < most {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok::<(), Trouble>(())
    };
    let held = keeper::take(world, run).await?;
    tokio::select! {
        driven = held.carry(world.clone(), bell) => driven.map(drop).map_err(Into::into),
        done = long_enough => done,
        () = tokio::time::sleep(CARRY_LIMIT) => {
            let row = world.store.run(run).await?;
            Err(NotSo(format!("the toy stands still: {}", row.summary)).into())
        }
    }
}

struct Pattern {
    row: RunRow,
    events: Vec<Recorded>,
}

/// An ended run of its own name with the pattern's events, those in the middle as often as it takes.
async fn again(
    store: Arc<SqliteStore>,
    pattern: Arc<Pattern>,
    number: usize,
) -> Result<(), String> {
    let Pattern { row, events } = pattern.as_ref();
    let [first, middle @ .., last] = events.as_slice() else {
        return Err("the pattern has no events".into());
    };
    let new = NewRun {
        cluster: ClusterName::from(format!("cluster-{number}")),
        key: format!("ended {number}"),
        first: first.clone(),
        blobs: Vec::new(),
        summary: row.summary.clone(),
    };
    let Created::New(run) = store.create(new).await.map_err(|why| why.to_string())? else {
        return Err(format!("run {number} was there already"));
    };
    let middle = middle.iter().cycle().take(EVENTS - 2);
    let append = Append {
        run,
        epoch: 0,
        after: 1,
        read: 0,
        events: middle.chain([last]).cloned().collect(),
        blobs: Vec::new(),
        begun: Vec::new(),
        settled: Vec::new(),
        summary: row.summary.clone(),
        identity: Some(format!("identity {number}").as_str().into()),
        ended: Some(Wall(last.at.0)),
    };
    let done = store.append(append).await;
    done.map(drop).map_err(|why| why.to_string())
}
