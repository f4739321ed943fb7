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
use windlass_runner::desk::{Asked, Desk, DeskError};
use windlass_runner::drive::Bell;
use windlass_runner::keeper;
use windlass_runner::ports::store::{Created, Registration, RunRow};
use windlass_runner::system::SystemClock;
use windlass_runner::world::World;
use windlass_sim::dice::Dice;
use windlass_stores::sqlite::{Opening, SqliteStore};

use super::heard::Said;
use super::told::Told;
use crate::toy::{Toys, servers, servers_facts};
use crate::workspace::Trouble;

/// The store's file in the folder.
pub(super) const STORE: &str = "windlass.db";
/// So many runs are carried at once, so that commits are shared and hardly a moment has nothing
/// outstanding.
pub(super) const LANES: usize = 3;
/// Enough that a run lives through several kills.
const MEMBERS: u32 = 48;
/// Between two commands to a run at most: some ten commits, so that its appends find news in the inbox now
/// and then, and get on in between.
const SILENCE_MOST_US: u64 = 12_000;
/// One command in so many is a pause.
const PAUSE_ONE_IN: u64 = 6;

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
    let world = World {
        store: Arc::new(Told(store)),
        clock: Arc::new(SystemClock::new()),
        targets: Arc::new(Toys {
            base: servers(MEMBERS)?,
            folder: folder.to_owned(),
        }),
        news: Arc::new(|_run, _hint| {}),
        holder: format!("life {life}"),
    };
    let lanes = (1..=LANES).map(|number| lane(world.clone(), number, life));
    futures_util::future::try_join_all(lanes).await?;
    Ok(())
}

/// Carries one run after another.
async fn lane(world: World, number: usize, life: &str) -> Result<(), Trouble> {
    let desk = Desk::new(world.clone());
    let prefix = format!("toy-{number}-");
    let (current, watched) = watch::channel(None);
    let (_go_on, let_go) = watch::channel(false);
    let ring = Arc::new(Notify::new());
    let voice = Voice {
        run: watched,
        ring: ring.clone(),
        name: format!("life-{life}-lane-{number}"),
        dice: Dice::new(life.parse::<u64>()? * 10 + u64::try_from(number)?),
    };
    tokio::spawn(voice.talk(desk.clone()));
    loop {
        let live = world.store.live().await?;
        let ours = |row: &RunRow| row.cluster.as_str().starts_with(&prefix);
        let run = match live.into_iter().find(ours) {
            Some(row) => row.run,
            None => begin(&desk, &prefix).await?,
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
async fn begin(desk: &Desk, prefix: &str) -> Result<RunId, Trouble> {
    let store = &desk.world().store;
    // Each run has a toy of its own, named after the newest run before it.
    let last = store.runs(None, 1).await?.into_iter().next();
    let last = last.map_or("0".into(), |row| row.run.to_string());
    let cluster = ClusterName::from(format!("{prefix}{last}"));
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

/// Somebody who speaks to the run that is carried.
struct Voice {
    run: watch::Receiver<Option<RunId>>,
    ring: Arc<Notify>,
    name: String,
    dice: Dice,
}

impl Voice {
    /// Posts without end; what was paused by it, or by a life before it, goes on.
    async fn talk(mut self, desk: Desk) -> Result<(), DeskError> {
        let mut next = Command::Continue;
        for word in 1_u64.. {
            let silence = Duration::from_micros(self.dice.below(SILENCE_MOST_US));
            tokio::time::sleep(silence).await;
            let Some(run) = self.run.borrow().clone() else {
                continue;
            };
            let by = format!("{}-word-{word}", self.name);
            desk.post(&run, &by, &by, &next).await?;
            self.ring.notify_one();
            next = match (next, self.dice.below(PAUSE_ONE_IN)) {
                (Command::Pause, _) => Command::Continue,
                (_, 0) => Command::Pause,
                (_, side) => Command::Pace(pace(if side == 1 { 6 } else { 8 })),
            };
        }
        Ok(())
    }
}
