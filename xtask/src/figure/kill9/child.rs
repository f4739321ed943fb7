//! The process that is killed: the real keeper and drive carry toy runs, one after another, while
//! commands are posted to them without pause.
//!
//! Must never know: when it will be killed.
//! Tests: the figure.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use windlass_engine::names::{ClusterName, RunId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::run::command::Command;
use windlass_engine::run::event::Approval;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::desk::{Asked, Desk};
use windlass_runner::drive::Bell;
use windlass_runner::keeper;
use windlass_runner::ports::store::{Created, Registration, Store};
use windlass_runner::system::SystemClock;
use windlass_runner::world::World;
use windlass_stores::sqlite::{Opening, SqliteStore};

use super::heard::Said;
use super::told::Told;
use crate::figure::dice::Dice;
use crate::toy::{Toys, servers, servers_facts};
use crate::workspace::Trouble;

/// The store's file in the folder.
pub(super) const STORE: &str = "windlass.db";
/// Enough that a run lives through several kills.
const MEMBERS: u32 = 48;
/// Between two commands at most: about half of one commit, so that hardly a moment has nothing outstanding.
const SILENCE_MOST_US: u64 = 500;

/// Carries until it is killed. Words: the folder, and the number of the kill.
pub(in crate::figure) fn run(words: &[&str]) -> Result<(), Trouble> {
    Said::Up.say();
    let [folder, life] = words else {
        return Err("the child wants a folder and a number".into());
    };
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(carry(Path::new(folder), life))
}

async fn carry(folder: &Path, life: &str) -> Result<(), Trouble> {
    let store = SqliteStore::open(&folder.join(STORE), Opening::Carry)?;
    let store: Arc<dyn Store> = Arc::new(Told(store));
    let world = World {
        store: store.clone(),
        clock: Arc::new(SystemClock::new()),
        targets: Arc::new(Toys {
            base: servers(MEMBERS)?,
            folder: folder.to_owned(),
        }),
        news: Arc::new(|_run, _hint| {}),
        holder: format!("life {life}"),
    };
    let desk = Desk::new(world.clone());
    let (current, watched) = watch::channel(None);
    let (_go_on, let_go) = watch::channel(false);
    let ring = Arc::new(Notify::new());
    tokio::spawn(talk(desk.clone(), watched, ring.clone(), life.to_owned()));
    loop {
        let run = match store.live().await?.into_iter().next() {
            Some(row) => row.run,
            None => begin(&desk).await?,
        };
        let held = keeper::take(&world, &run).await?;
        current.send_replace(Some(run));
        Said::Carries.say();
        let bell = Bell {
            ring: ring.clone(),
            let_go: let_go.clone(),
        };
        held.carry(world.clone(), bell).await?;
    }
}

/// A new toy, and a run on it.
async fn begin(desk: &Desk) -> Result<RunId, Trouble> {
    let store = &desk.world().store;
    let last = store.runs(None, 1).await?.into_iter().next();
    let number = last.map_or(Ok(0), |row| row.run.as_str().parse::<u64>())? + 1;
    let cluster = ClusterName::from(format!("toy-{number}"));
    let registration = Registration {
        name: cluster.clone(),
        identity: None,
        object: "{}".into(),
        changed: desk.world().clock.now().wall,
    };
    store.register(registration).await?;
    let asked = Asked {
        key: format!("raise {cluster}"),
        cluster,
        goal: Goal::Version(Version::parse("2.0.0")?),
        policy: Policy {
            pace: pace(8),
            soak: Ms(0),
            ..Policy::default()
        },
        approval: Approval::InAdvance,
        waivers: Vec::new(),
        by: "kill9".into(),
    };
    match desk.request(asked, &servers_facts()?).await? {
        Created::New(run) | Created::Known(run) | Created::Busy(run) => Ok(run),
    }
}

fn pace(most: u32) -> Pace {
    Pace {
        ramp: Ramp::Double,
        cap: Cap::Members(most),
        mode: Mode::Sliding,
    }
}

/// Posts without end; what was paused by it, or by a life before it, goes on.
async fn talk(
    desk: Desk,
    run: watch::Receiver<Option<RunId>>,
    ring: Arc<Notify>,
    life: String,
) -> Result<(), windlass_runner::desk::DeskError> {
    let mut dice = Dice(life.parse().unwrap_or_default());
    let mut word = 0_u64;
    let mut next = Command::Continue;
    loop {
        tokio::time::sleep(Duration::from_micros(dice.below(SILENCE_MOST_US))).await;
        let Some(run) = run.borrow().clone() else {
            continue;
        };
        word += 1;
        let by = format!("life-{life}-word-{word}");
        desk.post(&run, &by, &by, &next).await?;
        ring.notify_one();
        next = match (next, dice.below(4)) {
            (Command::Pause, _) => Command::Continue,
            (_, 0) => Command::Pause,
            (_, sides) => Command::Pace(pace(if sides == 1 { 6 } else { 8 })),
        };
    }
}
