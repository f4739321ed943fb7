//! Plays a story: the real engine and runner, in false time, on a false fleet, with deaths where they are
//! written. The same story and the same deaths are the same play, to the byte.
//!
//! Must never know: what a story is about. Stories: `tests/it/`.

mod harm;
mod outcome;
mod seat;

pub use outcome::Outcome;

use crate::clock::{FalseClock, Host, Time};
use crate::fleet::{Fleet, Health};
use crate::ground::Shared;
use crate::instant::{Instants, Life};
use crate::judge::{Judge, Left};
use crate::net::Net;
use crate::store::{Door, Ear, FalseStore, Faults};
use crate::story::{Boots, Remedy, Story};
use crate::target::FalseTarget;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;
use windlass_engine::names::{MemberId, RunId};
use windlass_engine::run::Phase;
use windlass_engine::run::event::End;
use windlass_runner::desk::{Asked, Desk};
use windlass_runner::ledger::Ledger;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::store::{Created, Registration, Store};
use windlass_runner::ports::target::{Hint, Target};
use windlass_runner::world::{Targets, World};

/// Stands between a carrier and its target: a double that does what it should not, for examining the judge.
pub type Between = Arc<dyn Fn(Arc<FalseTarget>) -> Arc<dyn Target> + Send + Sync>;

/// Plays a story, with deaths at these instants.
#[must_use]
pub fn play(story: &Story, deaths: &[u64]) -> Outcome {
    play_with(story, deaths, None)
}

/// The same, with something between carriers and their target.
#[must_use]
pub fn play_with(story: &Story, deaths: &[u64], between: Option<Between>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(async { Play::begin(story, deaths, between).all().await }),
        Err(why) => Outcome::never(&why.to_string()),
    }
}

/// A play, and all that can be told of it.
#[derive(Debug)]
pub struct Rehearsed {
    /// What came of it.
    pub outcome: Outcome,
    /// Which run it was; none: it was refused before it was one.
    pub run: Option<RunId>,
    /// Its store: whoever reads runs reads it there.
    pub store: Arc<Door>,
    /// When each event of the journal became durable, by position, in milliseconds of false time.
    pub heard: BTreeMap<u64, u64>,
    /// How members became otherwise, and when.
    pub history: Vec<(u64, MemberId, Health)>,
}

/// The same, with all that can be told of it; none: there is no runtime to be had.
#[must_use]
pub fn rehearse(story: &Story, deaths: &[u64]) -> Option<Rehearsed> {
    rehearse_with(story, deaths, None)
}

/// The same, with something between carriers and their target.
#[must_use]
pub fn rehearse_with(story: &Story, deaths: &[u64], between: Option<Between>) -> Option<Rehearsed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = runtime.ok()?;
    Some(runtime.block_on(async {
        let play = Play::begin(story, deaths, between);
        let run = play.ask().await;
        let outcome = match &run {
            Ok(run) => play.carried(run.clone()).await,
            Err(why) => Outcome::never(why),
        };
        let ground = play.ground.lock();
        Rehearsed {
            outcome,
            run: run.ok(),
            store: play.store.door(None),
            heard: ground.heard.clone(),
            history: ground.fleet.history().to_vec(),
        }
    }))
}

struct Play<'a> {
    story: &'a Story,
    time: Time,
    ground: Shared,
    store: Arc<FalseStore>,
    net: Arc<Net>,
    instants: Arc<Instants>,
    /// The bell of each seat.
    rings: Vec<Arc<Notify>>,
    /// The judge has told all that it tells.
    full: Arc<Notify>,
    left: Arc<Notify>,
    between: Option<Between>,
    /// Processes that lived so far.
    lives: Cell<u64>,
}

impl<'a> Play<'a> {
    fn begin(story: &'a Story, deaths: &[u64], between: Option<Between>) -> Self {
        let time = Time::begin(story.begins);
        let ground = Shared::new(Fleet::of(story), Judge::of(story), &story.happenings);
        let (heard, at) = (ground.clone(), time);
        let full = Arc::new(Notify::new());
        let enough = full.clone();
        let ear: Ear = Arc::new(move |events| {
            let now = at.ms();
            let mut ground = heard.lock();
            ground.advance(now);
            let ground = &mut *ground;
            ground
                .heard
                .extend(events.iter().map(|event| (event.seq, now)));
            ground.judge.heard(&ground.fleet, events, now);
            if ground.judge.is_full() {
                enough.notify_one();
            }
        });
        Self {
            story,
            time,
            store: FalseStore::new(
                Faults::at(story.faults.clone()),
                Faults::at(story.posts.clone()),
                Some(ear),
            ),
            net: Arc::new(Net::new(story.weather.clone(), story.seed)),
            ground,
            instants: Instants::with(
                deaths,
                &story.carriers.freezes,
                story.cast.len(),
                story.limit_ms,
            ),
            rings: (0..story.carriers.count.max(1))
                .map(|_| Arc::default())
                .collect(),
            full,
            left: Arc::default(),
            between,
            lives: Cell::new(0),
        }
    }

    /// The world of a process that may die, by its seat; or of nobody who can.
    fn world(&self, whose: Option<(Arc<Life>, u32)>) -> World {
        let (life, seat) = whose.unzip();
        let (number, seat) = (
            life.as_ref().map_or(0, |life| life.number),
            seat.unwrap_or(1),
        );
        let boot = match self.story.boots {
            Boots::Same => 1,
            Boots::Anew => number + 1,
        };
        let off_ms = self.story.carriers.clock_of(seat);
        let host = if off_ms == 0 {
            Host::right(boot)
        } else {
            Host::apart(boot, seat, off_ms)
        };
        let clock = FalseClock::new(self.ground.clone(), self.time, host, life.clone());
        let target = FalseTarget {
            ground: self.ground.clone(),
            time: self.time,
            net: self.net.clone(),
            life: life.clone(),
            off_ms,
            system: self.story.catalog.system.as_str().into(),
        };
        let targets: Arc<dyn Targets> = match &self.between {
            None => Arc::new(target),
            Some(between) => Arc::new(Doubled(between(Arc::new(target)))),
        };
        World {
            store: self.store.door(life),
            clock: Arc::new(clock) as Arc<dyn Clock>,
            targets,
            news: Arc::new(|_: &RunId, _: Hint| {}),
            holder: format!("carrier {number}"),
        }
    }

    async fn all(self) -> Outcome {
        match self.ask().await {
            Ok(run) => self.carried(run).await,
            Err(why) => {
                self.objects("a request becomes a run", why);
                self.outcome(None, Vec::new())
            }
        }
    }

    async fn ask(&self) -> Result<RunId, String> {
        let world = self.world(None);
        let registration = Registration {
            name: self.story.cluster.clone(),
            identity: None,
            object: "{}".into(),
            changed: world.clock.now().wall,
        };
        let kept = world.store.register(registration).await;
        kept.map_err(|why| why.to_string())?;
        let asked = Asked {
            cluster: self.story.cluster.clone(),
            goal: self.story.goal.clone(),
            policy: self.story.policy.clone(),
            approval: self.story.approval,
            waivers: Vec::new(),
            by: "ops".into(),
            key: "asked".into(),
        };
        match Desk::new(world).request(asked, &self.story.catalog).await {
            Ok(Created::New(run) | Created::Known(run) | Created::Busy(run)) => Ok(run),
            Err(why) => Err(why.to_string()),
        }
    }

    fn objects(&self, rule: &'static str, says: String) {
        let now = self.time.ms();
        self.ground.lock().judge.objects(now, rule, says);
    }

    async fn over(&self, run: &RunId) -> Outcome {
        let now = self.time.ms();
        let door = self.store.door(None);
        let journal = self.store.journal(run);
        let read = Ledger::open(door.as_ref(), run, None).await;
        let row = door.run(run).await;
        let end = match (read, row) {
            (Ok(ledger), Ok(row)) => {
                let begun = self.store.begun(run);
                let left = Left {
                    journal: &journal,
                    row: &row,
                    begun: &begun,
                    run: &ledger.run,
                };
                let mut ground = self.ground.lock();
                ground.advance(now);
                ground.judge.over(&left, now);
                drop(ground);
                let phase = ledger.run.phase();
                let holds = phase == Phase::Rolling && ledger.run.flights().is_empty();
                let waits = (holds && self.story.lets_nobody_down())
                    || (self.story.remedy == Remedy::Nothing && waits(&phase));
                if ledger.run.ended().is_none() && !waits {
                    let clock = self.world(None).clock.now();
                    let standing = ledger.run.standing(clock);
                    let says = format!("{}: {}", ledger.run.phase().word(), standing.sentence);
                    self.objects("once the weather clears it ends", says);
                }
                ledger.run.ended().cloned()
            }
            (Err(why), _) => {
                self.objects("the journal can be read", why.to_string());
                None
            }
            (_, Err(why)) => {
                self.objects("the row can be read", why.to_string());
                None
            }
        };
        let lines = journal.iter();
        let line = |e: &_| -> Vec<u8> { format!("{e:?}\n").into_bytes() };
        self.outcome(end, lines.flat_map(line).collect())
    }

    fn outcome(&self, end: Option<End>, journal: Vec<u8>) -> Outcome {
        let ground = self.ground.lock();
        Outcome {
            end,
            runs: ground.fleet.runs(),
            journal,
            violations: ground.judge.violations().to_vec(),
            begun: ground.judge.begun_at().to_vec(),
            instants: self.instants.passed(),
            struck: self.instants.struck(),
            calls: self.store.calls(),
            posts: self.store.posts(),
            carriers: self.lives.get(),
            took_ms: ground.heard.values().last().copied().unwrap_or_default(),
        }
    }
}

/// Whether only a human can let it go on, who is named what for.
fn waits(phase: &Phase) -> bool {
    matches!(
        phase,
        Phase::Paused | Phase::AwaitingHuman(_) | Phase::AwaitingApproval(_) | Phase::Barred
    )
}

/// One target for all who ask.
struct Doubled(Arc<dyn Target>);

impl Targets for Doubled {
    fn target<'a>(
        &'a self,
        _of: &'a Registration,
    ) -> windlass_runner::ports::Task<'a, Result<Arc<dyn Target>, String>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}
