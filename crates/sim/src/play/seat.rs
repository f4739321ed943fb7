//! Who carries: seats, in each of which one process follows another, as the program does. One alone takes the
//! run and is followed when it dies; of several one carries and the others wait, and look who holds it.
//!
//! Must never know: what the run does. Stories: `tests/it/crash.rs`, `tests/it/freeze.rs`.

use super::{Outcome, Play};
use crate::clock::rest;
use crate::dice::Dice;
use crate::human::Human;
use crate::instant::Life;
use crate::store::Door;
use crate::story::Happening;
use futures_util::future::join_all;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use windlass_engine::names::{ClusterName, RunId};
use windlass_runner::drive::{Bell, Driven};
use windlass_runner::keeper::{self, CarryError};
use windlass_runner::ports::store::{LeaseOn, Store};
use windlass_runner::world::World;

/// A carrier that could not go on takes the run again after so long.
const AGAIN_MS: u64 = 2_000;
/// Whoever waits asks so often whether anybody carries, as the program does.
const HOLDER_EVERY_MS: u64 = 700;
/// What the pauses between two processes of a seat are thrown from.
const RELIEF: u64 = 0x7265_6c69;

/// Whether a run stands still, and nobody will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// It goes on, or somebody will.
    Not,
    /// Nobody will.
    ForGood,
}

impl Play<'_> {
    /// The run to its end, or to the end of the play.
    pub(super) async fn carried(&self, run: RunId) -> Outcome {
        let human = Human::new(
            self.store.door(None),
            self.ground.clone(),
            self.time,
            run.clone(),
            self.rings.clone(),
            self.left.clone(),
            self.story,
        );
        let human = tokio::spawn(human.attend());
        let seats = (1..)
            .zip(&self.rings)
            .map(|(seat, _)| self.seat(&run, seat));
        let all = async {
            join_all(seats).await;
        };
        self.with_harm(&run, all).await;
        human.abort();
        self.over(&run).await
    }

    /// One process after another.
    async fn seat(&self, run: &RunId, seat: u32) {
        let mut dice = match seat {
            1 => Dice::apart(self.story.seed, &[RELIEF]),
            other => Dice::apart(self.story.seed, &[RELIEF, u64::from(other)]),
        };
        while self.goes_on() && !self.has_ended(run).await {
            if self.process(run, seat).await == Stands::ForGood {
                break;
            }
            let (least, most) = self.story.relief_ms;
            rest(dice.between(least, most)).await;
        }
    }

    fn goes_on(&self) -> bool {
        let is_full = self.ground.lock().judge.is_full();
        !is_full && self.time.ms() < self.story.limit_ms && !self.instants.are_endless()
    }

    /// When the process that carries is killed next, or the play is over.
    fn ends_by(&self) -> u64 {
        let now = self.time.ms();
        let killed = |(at, what): &(u64, Happening)| {
            (*what == Happening::Killed && *at > now).then_some(*at)
        };
        let killed = self.story.happenings.iter().filter_map(killed);
        killed.min().unwrap_or(u64::MAX).min(self.story.limit_ms)
    }

    async fn has_ended(&self, run: &RunId) -> bool {
        let row = self.store.door(None).run(run).await;
        row.is_ok_and(|row| row.ended.is_some())
    }

    /// One process: as the program carries a run, until it dies, ends, or cannot go on.
    async fn process(&self, run: &RunId, seat: u32) -> Stands {
        let number = self.lives.get() + 1;
        self.lives.set(number);
        let freezes = self.story.carriers.freezes_of(seat, self.time.ms());
        let life = Life::begin(number, self.instants.clone(), self.time, &freezes);
        let (let_go, hears) = watch::channel(false);
        let place = usize::try_from(seat - 1).unwrap_or_default();
        let bell = Bell {
            ring: self.rings.get(place).cloned().unwrap_or_default(),
            let_go: hears,
        };
        let world = self.world(Some((life.clone(), seat)));
        let mut task = if self.story.carriers.are_several() {
            let waits = Waits {
                life: life.clone(),
                looks: self.store.door(None),
                cluster: self.story.cluster.clone(),
            };
            tokio::spawn(waits.then_carries(world, run.clone(), bell))
        } else {
            tokio::spawn(carry(world, run.clone(), bell))
        };
        let mut stands = Stands::Not;
        let came = loop {
            let left = self.ends_by().saturating_sub(self.time.ms());
            tokio::select! {
                biased;
                () = life.death() => break None,
                () = self.full.notified() => {
                    // Whoever else plays hears it too.
                    self.full.notify_one();
                    break None;
                }
                came = &mut task => break Some(came),
                () = rest(left) => if self.is_struck_down(&life) { break None },
                () = self.left.notified() => {
                    self.left.notify_one();
                    stands = Stands::ForGood;
                    break None;
                }
            }
        };
        life.kill();
        match came {
            None => end(task).await,
            Some(Ok(Ok(Driven::Ended(_)))) => {}
            Some(Ok(Ok(Driven::LetGo | Driven::Superseded) | Err(_))) => rest(AGAIN_MS).await,
            Some(Err(broke)) => {
                self.objects("a carrier does not break off", broke.to_string());
                rest(AGAIN_MS).await;
            }
        }
        self.store.died(&life);
        drop(let_go);
        stands
    }

    /// Who carries is killed, whoever waits is not; all end with the play.
    fn is_struck_down(&self, life: &Life) -> bool {
        let on = LeaseOn::Cluster(self.story.cluster.clone());
        self.time.ms() >= self.story.limit_ms
            || !self.story.carriers.are_several()
            || self.store.is_held_by(&on, life)
    }
}

/// A process among several: it waits while another carries, and passes no instants meanwhile.
struct Waits {
    life: Arc<Life>,
    looks: Arc<Door>,
    cluster: ClusterName,
}

impl Waits {
    async fn then_carries(
        self,
        world: World,
        run: RunId,
        bell: Bell,
    ) -> Result<Driven, CarryError> {
        let on = LeaseOn::Cluster(self.cluster.clone());
        loop {
            self.life.goes_on().await;
            let row = self.looks.run(&run).await?;
            if row.ended.is_some() {
                return Ok(Driven::LetGo);
            }
            if self.looks.holder(&on).await?.is_some() {
                rest(HOLDER_EVERY_MS).await;
                continue;
            }
            match carry(world.clone(), run.clone(), bell.clone()).await {
                Ok(Driven::Ended(end)) => return Ok(Driven::Ended(end)),
                Ok(Driven::LetGo | Driven::Superseded) | Err(_) => rest(AGAIN_MS).await,
            }
        }
    }
}

async fn carry(world: World, run: RunId, bell: Bell) -> Result<Driven, CarryError> {
    let held = keeper::take(&world, &run).await?;
    held.carry(world, bell).await
}

/// A process has died: nothing of it runs on.
async fn end(task: JoinHandle<Result<Driven, CarryError>>) {
    task.abort();
    // Aborted is what it shall be.
    let _ = task.await;
}
