//! The carrier: several runs at once, each followed by another, until it is told to stop.
//!
//! Must never know: who posts.
//! Tests: the figure.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use windlass_engine::names::{ClusterName, RunId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::run::event::Approval;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::bell;
use windlass_runner::conformance::noop::{self, NoopTarget, Noops};
use windlass_runner::desk::{Asked, Desk};
use windlass_runner::drive::Bell;
use windlass_runner::keeper;
use windlass_runner::ports::store::{Created, Registration};
use windlass_runner::system::SystemClock;
use windlass_runner::world::World;
use windlass_stores::sqlite::{Opening, SqliteStore};

use super::NAME;
use super::child::{BELLS, STORE};
use crate::figure::counted::{Counted, Inbox};
use crate::workspace::{NotSo, Trouble};

/// Runs at once: one of them waits for its posts while the others move.
const RUNS: usize = 4;
/// Enough that some fifty pauses find some in flight and some not begun.
const MEMBERS: u32 = 300;
/// So many in flight at once.
const IN_FLIGHT: u32 = 4;

type Targets = Arc<Mutex<BTreeMap<RunId, Arc<NoopTarget>>>>;

pub(super) struct Carrier {
    runtime: Runtime,
    carrying: Vec<JoinHandle<Result<(), String>>>,
    go_on: watch::Sender<bool>,
    targets: Targets,
    bell: bell::Bell,
}

impl Carrier {
    pub(super) fn start(folder: &Path, inbox: Inbox) -> Result<Self, Trouble> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let store = SqliteStore::open(&folder.join(STORE), Opening::Carry)?;
        let noops = Noops::default();
        let world = World {
            store: Arc::new(Counted::new(store, inbox)),
            clock: Arc::new(SystemClock::new()),
            targets: Arc::new(noops.clone()),
            news: Arc::new(|_run, _hint| {}),
            holder: NAME.into(),
        };
        let entered = runtime.enter();
        let bell = bell::Bell::hang(&folder.join(BELLS))?;
        let (go_on, let_go) = watch::channel(false);
        let targets = Targets::default();
        let carrying = (0..RUNS)
            .map(|lane| {
                let lane = Lane {
                    lane,
                    world: world.clone(),
                    noops: noops.clone(),
                    targets: targets.clone(),
                    bell: Bell {
                        ring: bell.ring.clone(),
                        let_go: let_go.clone(),
                    },
                };
                tokio::spawn(async move { lane.carry().await.map_err(|why| why.to_string()) })
            })
            .collect();
        drop(entered);
        Ok(Self {
            runtime,
            carrying,
            go_on,
            targets,
            bell,
        })
    }

    /// Lets go, and hands over the targets by run.
    pub(super) fn stop(self) -> Result<BTreeMap<RunId, Arc<NoopTarget>>, Trouble> {
        self.go_on.send_replace(true);
        self.runtime.block_on(async {
            for lane in self.carrying {
                lane.await?.map_err(NotSo)?;
            }
            Ok::<(), Trouble>(())
        })?;
        let _entered = self.runtime.enter();
        drop(self.bell);
        let targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(targets.clone())
    }
}

struct Lane {
    lane: usize,
    world: World,
    noops: Noops,
    targets: Targets,
    bell: Bell,
}

impl Lane {
    async fn carry(self) -> Result<(), Trouble> {
        let mut number = 0_u64;
        while !*self.bell.let_go.borrow() {
            number += 1;
            let name = format!("lane-{}-{number}", self.lane);
            let target = self
                .noops
                .add(&name, NoopTarget::new(&name, MEMBERS, number)?);
            let run = self.begin(&name).await?;
            self.targets
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(run.clone(), target);
            let held = keeper::take(&self.world, &run).await?;
            held.carry(self.world.clone(), self.bell.clone()).await?;
        }
        Ok(())
    }

    async fn begin(&self, name: &str) -> Result<RunId, Trouble> {
        let desk = Desk::new(self.world.clone());
        let cluster = ClusterName::from(name);
        let registration = Registration {
            name: cluster.clone(),
            identity: None,
            object: "{}".into(),
            changed: self.world.clock.now().wall,
        };
        self.world.store.register(registration).await?;
        let asked = Asked {
            key: name.to_owned(),
            cluster,
            goal: Goal::Version(Version::parse(noop::NEW)?),
            policy: Policy {
                pace: Pace {
                    ramp: Ramp::Fixed,
                    cap: Cap::Members(IN_FLIGHT),
                    mode: Mode::Sliding,
                },
                soak: Ms(0),
                ..Policy::default()
            },
            approval: Approval::InAdvance,
            waivers: Vec::new(),
            by: NAME.into(),
        };
        match desk.request(asked, &noop::facts()?).await? {
            Created::New(run) | Created::Known(run) | Created::Busy(run) => Ok(run),
        }
    }
}
