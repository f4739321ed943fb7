//! The false target: the port over the fleet. Deeds travel to their hosts and go on there whoever dies.
//!
//! Must never know: runs, stores. Stories: `tests/it/`.

mod lost;

use crate::clock::{Time, rest};
use crate::fleet::Said;
use crate::ground::{Ground, Shared};
use crate::instant::{Life, Point};
use crate::net::{Net, Trip};
pub use lost::lost;
use lost::unseen;
use std::sync::Arc;
use tokio::sync::oneshot;
use windlass_engine::effect::{Answer, ClaimAnswer, Effect, Sample};
use windlass_engine::names::{Identity, MemberId};
use windlass_engine::snapshot::{Health, Member, Snapshot};
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::store::Registration;
use windlass_runner::ports::target::{Fence, Hints, Target};
use windlass_runner::world::Targets;

/// After so long without an answer a hand has lost sight of its deed.
const SIGHT_MS: u64 = 3_000;
/// How far a deed is that is out of sight.
const OUT_OF_SIGHT: &str = "sight of it was lost";
/// Why marks could not be left.
const NO_ANSWER: &str = "no answer came";
/// The cluster is asked so often whether something has changed.
const STIRS_MS: u64 = 7_000;

/// All that the target of one process needs.
#[derive(Clone, Debug)]
pub struct FalseTarget {
    /// The fleet.
    pub ground: Shared,
    /// False time.
    pub time: Time,
    /// The way there.
    pub net: Arc<Net>,
    /// Whose hands these are; none: of nobody who can die.
    pub life: Option<Arc<Life>>,
    /// By how many milliseconds the wall clock there is off.
    pub off_ms: i64,
    /// The kind of thing.
    pub system: Arc<str>,
}

/// A deed on its way, or on a host: it needs nobody who waits for it.
#[derive(Clone)]
struct Request {
    effect: Effect,
    fence: Fence,
}

impl FalseTarget {
    pub(crate) async fn pass(&self, call: &'static str, point: Point) {
        if let Some(life) = &self.life {
            life.pass(call, point).await;
        }
    }

    pub(crate) fn on<T>(&self, work: impl FnOnce(&mut Ground, u64) -> T) -> T {
        let now = self.time.ms();
        let mut ground = self.ground.lock();
        ground.advance(now);
        work(&mut ground, now)
    }

    fn look(&self) -> Snapshot {
        let system = self.system.clone();
        self.on(|ground, now| {
            let at = self.time.wall(now, ground.offset_ms(now) + self.off_ms);
            ground.fleet.seen(&system, at)
        })
    }

    async fn seen(&self, trip: Trip) -> Snapshot {
        rest(trip.there_ms).await;
        let seen = self.look();
        rest(trip.back_ms + trip.stale_ms).await;
        if trip.lost { unseen(&seen) } else { seen }
    }

    async fn sampled(&self, member: &MemberId, attempt: u32, trip: Trip) -> Answer {
        rest(trip.there_ms).await;
        let told = self.on(|ground, _| {
            let seen = ground.fleet.nodes.get_mut(member)?.seen();
            Some((seen, ground.fleet.why_gone(member)))
        });
        let Some((seen, gone)) = told else {
            return Answer::Seen(Box::new(self.look()));
        };
        // The whole cluster is told with a member that is whole alone.
        let cluster = (seen.health.is_healthy() && !trip.lost).then(|| self.look());
        rest(trip.back_ms).await;
        let mut seen = Member::clone(&seen);
        if trip.lost {
            seen.unversioned.extend(seen.components.into_keys());
            seen.components = std::collections::BTreeMap::new();
            seen.health = Health::Unknown("no answer came".into());
            seen.incarnation = None;
        }
        Answer::Sample(Box::new(Sample {
            attempt,
            member: seen,
            cluster,
            owes: Vec::new(),
            budgets: None,
            gone: gone.filter(|_| !trip.lost),
            unseen: None,
            log: Vec::new(),
        }))
    }

    /// Sends a deed on its way, and once more where the weather doubles it; hears the first answer.
    fn send(&self, request: &Request, trip: Trip) -> oneshot::Receiver<Answer> {
        let (tell, hear) = oneshot::channel();
        let (host, first) = (self.clone(), request.clone());
        tokio::spawn(async move {
            rest(trip.there_ms).await;
            // Whoever asked may be gone: then nobody misses it.
            let _ = tell.send(host.arrived(&first).await);
        });
        // What cannot be repeated travels over a connection that delivers at most once.
        let once = matches!(request.effect, Effect::Act { once: true, .. });
        if let Some(after) = trip.again_ms.filter(|_| !once) {
            let (host, second) = (self.clone(), request.clone());
            tokio::spawn(async move {
                rest(trip.there_ms + after).await;
                host.arrived(&second).await;
            });
        }
        hear
    }

    /// A request has arrived at its host.
    async fn arrived(&self, request: &Request) -> Answer {
        loop {
            match self.on(|ground, now| tried(ground, request, now)) {
                Ok(answer) => return answer,
                Err(at) => rest(at.saturating_sub(self.time.ms()).max(1)).await,
            }
        }
    }

    async fn done(&self, effect: &Effect, fence: &Fence, call: &'static str, trip: Trip) -> Answer {
        let request = Request {
            effect: effect.clone(),
            fence: fence.clone(),
        };
        let answer = self.send(&request, trip);
        self.pass(call, Point::Sent).await;
        if trip.lost {
            rest(SIGHT_MS).await;
            return lost(effect, OUT_OF_SIGHT, NO_ANSWER);
        }
        answer
            .await
            .unwrap_or_else(|_| lost(effect, OUT_OF_SIGHT, NO_ANSWER))
    }
}

/// What a host does with a request, under the judge's eyes; when to try again, where it is not done.
fn tried(ground: &mut Ground, request: &Request, now: u64) -> Result<Answer, u64> {
    let Request { effect, fence } = request;
    let Ground { fleet, judge, .. } = ground;
    let (said, changed) = fleet.asked(effect, fence, now);
    if let (Some((subject, attempt)), true) = (effect.deed(), changed) {
        judge.touched(fleet, &subject, attempt, fence.epoch, now);
    }
    if let (Effect::Raise(raise), true) = (effect, changed) {
        judge.raised(fleet, &raise.level, now);
    }
    if let Said::Now(Answer::Claim(ClaimAnswer::Claimed)) = said {
        judge.claimed(fence.epoch);
    }
    match said {
        Said::Now(answer) => Ok(answer),
        Said::Later(at) => Err(at),
        Said::Nothing => Ok(lost(effect, OUT_OF_SIGHT, NO_ANSWER)),
    }
}

impl Target for FalseTarget {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        Box::pin(async {
            self.pass("target.identity", Point::Before).await;
            let trip = self.net.trip(self.time.ms());
            rest(trip.there_ms + trip.back_ms).await;
            self.pass("target.identity", Point::Answered).await;
            let lost = || String::from("no answer came");
            let identity = self.look().identity.filter(|_| !trip.lost);
            identity.ok_or_else(lost)
        })
    }

    fn observe<'a>(&'a self, _releases: &'a [Version]) -> Task<'a, Snapshot> {
        Box::pin(self.seen(self.net.trip(self.time.ms())))
    }

    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        fence: &'a Fence,
        _hints: Hints,
    ) -> Task<'a, Answer> {
        Box::pin(async move {
            let call = match effect {
                Effect::Observe { .. } => "target.observe",
                Effect::Claim => "target.claim",
                Effect::Ensure(_) => "target.ensure",
                Effect::Probe { .. } => "target.probe",
                Effect::Raise(_) => "target.raise",
                Effect::Act { .. } => "target.act",
            };
            self.pass(call, Point::Before).await;
            let trip = self.net.trip(self.time.ms());
            let (answer, back) = match effect {
                Effect::Observe { .. } => (Answer::Seen(Box::new(self.seen(trip).await)), 0),
                Effect::Probe {
                    member, attempt, ..
                } => (self.sampled(member, *attempt, trip).await, 0),
                Effect::Claim | Effect::Ensure(_) | Effect::Raise(_) | Effect::Act { .. } => {
                    (self.done(effect, fence, call, trip).await, trip.back_ms)
                }
            };
            self.pass(call, Point::Effect).await;
            rest(back).await;
            self.pass(call, Point::Answered).await;
            answer
        })
    }

    fn changed(&self) -> Task<'_, ()> {
        Box::pin(async {
            rest(STIRS_MS).await;
            self.pass("target.changed", Point::Answered).await;
        })
    }

    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        Box::pin(async move {
            self.pass("target.release", Point::Before).await;
            self.on(|ground, _| ground.fleet.release(fence));
            self.pass("target.release", Point::Effect).await;
            self.pass("target.release", Point::Answered).await;
        })
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move {
            let claimed = |ground: &mut Ground| ground.fleet.claim(fence);
            let answer = self.on(|ground, _| claimed(ground));
            answer.unwrap_or(ClaimAnswer::Unreachable {
                member: MemberId::from("1"),
                why: "a deed holds it".into(),
            })
        })
    }

    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        Box::pin(async { self.on(|ground, _| ground.fleet.marks()) })
    }

    fn log<'a>(
        &'a self,
        _member: &'a MemberId,
        _lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl Targets for FalseTarget {
    fn target<'a>(&'a self, _of: &'a Registration) -> Task<'a, Result<Arc<dyn Target>, String>> {
        Box::pin(async { Ok(Arc::new(self.clone()) as Arc<dyn Target>) })
    }
}
