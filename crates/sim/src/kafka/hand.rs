//! The hand on the host of one member: deeds are done by the fleet, under its marks, before the judge; looks
//! are what lies and runs there.
//!
//! Must never know: runs, brokers' answers. Stories: `xtask/tests/it/wires.rs` of xtask.

use super::{Cluster, files, layout};
use crate::clock::rest;
use crate::instant::Point;
use crate::target::FalseTarget;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::OwnedMutexGuard;
use windlass_engine::effect::{Answer, ClaimAnswer, Effect, Ensure, Outcome};
use windlass_engine::names::MemberId;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::hand::{Declared, Hand, Held, HostView, Peeked, Running};
use windlass_runner::ports::target::{Fence, Target};

/// What false members run on: old enough for no release to be new, new enough for all.
const JAVA: &str = "17.0.9";
/// Why nothing is known of a host.
const NO_ANSWER: &str = "no answer came";
/// Whoever waits for a host that answers nothing waits so long.
const SIGHT_MS: u64 = 3_000;

/// The hand of one process on one host.
pub(super) struct FalseHand {
    member: MemberId,
    id: i32,
    host: String,
    cluster: Cluster,
    process: Arc<FalseTarget>,
}

/// The lock of a host, held.
struct Lock {
    _held: OwnedMutexGuard<()>,
}

impl Held for Lock {}

impl FalseHand {
    pub(super) fn new(member: MemberId, cluster: Cluster, process: Arc<FalseTarget>) -> Self {
        let id = member.as_str().parse().unwrap_or(-1);
        Self {
            host: layout::host(id),
            id,
            member,
            cluster,
            process,
        }
    }

    /// A question to the host and its answer, through the weather; in words, why there is none.
    async fn asks<T>(&self, work: impl Future<Output = T> + Send) -> Result<T, String> {
        let trip = self.process.net.trip(self.process.time.ms());
        rest(trip.there_ms).await;
        let told = work.await;
        if trip.lost {
            rest(SIGHT_MS).await;
            return Err(NO_ANSWER.into());
        }
        rest(trip.back_ms).await;
        Ok(told)
    }

    fn view(&self) -> HostView {
        let told = self.process.on(|ground, _| {
            let node = ground.fleet.nodes.get(&self.member)?;
            let running = match node.incarnation() {
                None => Running::Nothing,
                Some(incarnation) => Running::Process {
                    release: node.tells().cloned(),
                    incarnation,
                    since: self.process.time.wall(node.started_at, 0).0,
                },
            };
            let claimed_by = node.mark.as_ref().map(|mark| mark.whose.clone());
            Some(HostView {
                running,
                claimed_by,
            })
        });
        told.unwrap_or_else(blind)
    }

    /// The host's lock: one that holds it for a deed over the wire is waited for.
    async fn lock(&self) -> Option<OwnedMutexGuard<()>> {
        let lock = self.cluster.locks.get(&self.member)?;
        Some(lock.clone().lock_owned().await)
    }

    async fn marked(&self, fence: &Fence) -> ClaimAnswer {
        let _held = self.lock().await;
        loop {
            let told = self.process.on(|ground, _| {
                let told = ground.fleet.claim_at(&self.member, fence)?;
                let mut marks = ground.fleet.nodes.values().map(|node| node.mark.as_ref());
                if marks.all(|mark| mark.is_some_and(|mark| mark.epoch == fence.epoch)) {
                    ground.judge.claimed(fence.epoch);
                }
                Ok::<_, u64>(told)
            });
            match told {
                Ok(told) => return told,
                Err(at) => rest(at.saturating_sub(self.process.time.ms()).max(1)).await,
            }
        }
    }

    fn unreachable(&self, why: &str) -> ClaimAnswer {
        ClaimAnswer::Unreachable {
            member: self.member.clone(),
            why: why.to_owned(),
        }
    }
}

fn blind() -> HostView {
    HostView {
        running: Running::Unknown(NO_ANSWER.into()),
        claimed_by: None,
    }
}

impl Hand for FalseHand {
    fn host(&self) -> &str {
        &self.host
    }

    fn look(&self) -> Task<'_, HostView> {
        Box::pin(async {
            let told = self.asks(async { self.view() }).await;
            self.process.pass("hand.look", Point::Answered).await;
            told.unwrap_or_else(|_| blind())
        })
    }

    fn claim<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move {
            self.process.pass("hand.claim", Point::Before).await;
            let told = self.asks(self.marked(fence)).await;
            self.process.pass("hand.claim", Point::Answered).await;
            told.unwrap_or_else(|why| self.unreachable(&why))
        })
    }

    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        Box::pin(async move {
            self.process.pass("hand.release", Point::Before).await;
            self.process
                .on(|ground, _| ground.fleet.release_at(&self.member, fence));
            self.process.pass("hand.release", Point::Effect).await;
        })
    }

    fn ensure<'a>(&'a self, ensure: &'a Ensure, fence: &'a Fence, _: Ms) -> Task<'a, Outcome> {
        Box::pin(async move {
            drop(self.lock().await);
            let effect = Effect::Ensure(ensure.clone());
            // Instants, weather and a request that arrives twice are those of every deed on a false host.
            match self.process.perform(&effect, fence, Arc::new(|_| ())).await {
                Answer::Deed(_, _, outcome) => outcome,
                Answer::Seen(_) | Answer::Claim(_) | Answer::Sample(_) => Outcome::NotYet {
                    step: NO_ANSWER.into(),
                },
            }
        })
    }

    fn hold<'a>(&'a self, fence: &'a Fence) -> Task<'a, Result<Box<dyn Held>, ClaimAnswer>> {
        Box::pin(async move {
            self.process.pass("hand.hold", Point::Before).await;
            let Some(held) = self.lock().await else {
                return Err(self.unreachable("there is no such member"));
            };
            loop {
                let told = self
                    .process
                    .on(|ground, _| ground.fleet.may_hold(&self.member, fence));
                match told {
                    Ok(None) => break,
                    Ok(Some(at)) => rest(at.saturating_sub(self.process.time.ms()).max(1)).await,
                    Err(told) => return Err(told),
                }
            }
            self.process.pass("hand.hold", Point::Answered).await;
            Ok(Box::new(Lock { _held: held }) as Box<dyn Held>)
        })
    }

    fn log<'a>(&'a self, _lines: usize) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(self.asks(async { Vec::new() }))
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        self.claim(fence)
    }

    fn runtime(&self) -> Task<'_, Result<Option<Version>, String>> {
        Box::pin(self.asks(async { Version::parse(JAVA).ok() }))
    }

    fn declared(&self, _: Option<&Version>) -> Result<Declared, String> {
        Ok(Declared {
            config: Some(files::config(self.id)),
            words: Vec::new(),
        })
    }

    fn peek<'a>(&'a self, paths: &'a [String]) -> Task<'a, Result<Vec<Peeked>, String>> {
        Box::pin(self.asks(async { files::peek(&self.cluster.shape, self.id, paths) }))
    }

    fn release_ready<'a>(&'a self, _version: &'a Version) -> Task<'a, Result<(), String>> {
        Box::pin(self.asks(async {}))
    }
}
