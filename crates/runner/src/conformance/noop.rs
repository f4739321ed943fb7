//! A target that does nothing: members of one component, each deed answered alone after a short,
//! seeded while. It writes down what was touched and when.
//!
//! Must never know: runs, stores. Stories: `crates/stores/tests/it/runner.rs`, and the figures that use it.

use crate::ports::Task;
use crate::ports::store::Registration;
use crate::ports::target::{Fence, Hints, Target};
use crate::world::Targets;
use rustix::time::{ClockId, clock_gettime};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use windlass_engine::catalog::{Catalog, ComponentFacts, Line, Path, Release};
use windlass_engine::effect::{Answer, ClaimAnswer, Effect, Failure, FailureCode, Outcome, Sample};
use windlass_engine::names::{Component, Identity, MemberId, Subject};
use windlass_engine::snapshot::{Member, Snapshot};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::{Range, Version, VersionError};

/// The only component there is.
const SERVER: &str = "server";
/// What members run at first.
const OLD: &str = "1.0.0";
/// What they can be raised to.
pub const NEW: &str = "2.0.0";
/// Each answer comes after so long at most.
pub const SLOWEST_MS: Ms = Ms(5);

/// One touch of the world: a deed that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// What was touched.
    pub subject: Subject,
    /// In which attempt.
    pub attempt: u32,
    /// When: nanoseconds of this machine's CLOCK_MONOTONIC, which all its processes share.
    pub at_ns: u64,
}

struct State {
    cluster: Snapshot,
    dice: u64,
    touches: Vec<Touch>,
    starts: BTreeMap<MemberId, u32>,
    claimed: u64,
}

/// A target that does nothing.
pub struct NoopTarget {
    identity: Identity,
    slowest: Ms,
    state: Mutex<State>,
}

impl std::fmt::Debug for NoopTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NoopTarget({})", self.identity)
    }
}

/// This machine's CLOCK_MONOTONIC, in nanoseconds.
#[must_use]
pub fn monotonic_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}

/// What its maker says of it: one component, two releases, nothing asked.
///
/// # Errors
/// None: the releases are versions.
pub fn facts() -> Result<Catalog, VersionError> {
    let source = || String::from("a target that does nothing");
    let release = |text: &str| -> Result<Release, VersionError> {
        Ok(Release::of(Version::parse(text)?, source()))
    };
    let line = |text: &str| -> Result<Line, VersionError> {
        let line = Version::parse(text)?.line();
        Ok(Line::of(line, BTreeMap::new(), source()))
    };
    Ok(Catalog {
        system: "noop".into(),
        as_of: "2026-11-20".into(),
        components: vec![ComponentFacts::of(
            SERVER.into(),
            SLOWEST_MS,
            "nobody".into(),
            source(),
        )],
        releases: vec![release(OLD)?, release(NEW)?],
        lines: vec![line(OLD)?, line(NEW)?],
        paths: vec![Path {
            back: Some(source()),
            ..Path::of(Range::parse("1.0")?, Range::parse("2.0")?, source())
        }],
        ..Catalog::default()
    })
}

impl NoopTarget {
    /// So many members at the old release, answering each after 0 to [`SLOWEST_MS`].
    ///
    /// # Errors
    /// None: the release is a version.
    pub fn new(identity: &str, members: u32, seed: u64) -> Result<Self, VersionError> {
        let old = Version::parse(OLD)?;
        let mut cluster = Snapshot::empty("noop", Wall(0));
        cluster.identity = Some(identity.into());
        for id in 1..=members {
            let member = member(id, &old);
            cluster.members.insert(member.id.clone(), member.into());
        }
        Ok(Self {
            identity: identity.into(),
            slowest: SLOWEST_MS,
            state: Mutex::new(State {
                cluster,
                dice: seed,
                touches: Vec::new(),
                starts: BTreeMap::new(),
                claimed: 0,
            }),
        })
    }

    /// The same, answering at once: for tests that do not wait.
    #[must_use]
    pub fn at_once(mut self) -> Self {
        self.slowest = Ms(0);
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that was touched, in order.
    #[must_use]
    pub fn touches(&self) -> Vec<Touch> {
        self.state().touches.clone()
    }

    /// What was touched after a moment of [`monotonic_ns`].
    #[must_use]
    pub fn touched_after(&self, at_ns: u64) -> BTreeSet<Subject> {
        let state = self.state();
        let late = state.touches.iter().filter(|touch| touch.at_ns > at_ns);
        late.map(|touch| touch.subject.clone()).collect()
    }

    /// How often each subject's world was changed: once an attempt, however often it was asked for.
    #[must_use]
    pub fn starts(&self) -> BTreeMap<MemberId, u32> {
        self.state().starts.clone()
    }

    /// The cluster as it is.
    #[must_use]
    pub fn cluster(&self) -> Snapshot {
        self.state().cluster.clone()
    }

    /// How long the next answer takes, uniform.
    fn pause(&self) -> Duration {
        let slowest_us = self.slowest.0 * 1_000;
        if slowest_us == 0 {
            return Duration::ZERO;
        }
        Duration::from_micros(roll(&mut self.state().dice) % (slowest_us + 1))
    }

    fn perform_now(&self, effect: &Effect, fence: &Fence) -> Answer {
        let mut state = self.state();
        match effect {
            Effect::Observe { .. } => Answer::Seen(Box::new(state.cluster.clone())),
            Effect::Claim if fence.epoch < state.claimed => {
                let member = MemberId::from("1");
                Answer::Claim(ClaimAnswer::Fenced { member })
            }
            Effect::Claim => {
                state.claimed = fence.epoch;
                Answer::Claim(ClaimAnswer::Claimed)
            }
            Effect::Ensure(ensure) => {
                let outcome = state.ensure(ensure, fence.epoch);
                let subject = Subject::Member(ensure.member.clone());
                Answer::Deed(subject, ensure.attempt, outcome)
            }
            Effect::Probe {
                member, attempt, ..
            } => {
                let seen = state.cluster.members.get(member);
                match seen {
                    None => Answer::Seen(Box::new(state.cluster.clone())),
                    Some(member) => Answer::Sample(Box::new(Sample {
                        attempt: *attempt,
                        member: Member::clone(member),
                        cluster: None,
                        owes: Vec::new(),
                        budgets: None,
                        gone: None,
                        unseen: None,
                        log: Vec::new(),
                    })),
                }
            }
            Effect::Raise(raise) => Answer::Deed(
                Subject::Level(raise.level.clone()),
                raise.attempt,
                Outcome::Done,
            ),
            Effect::Act {
                action, attempt, ..
            } => Answer::Deed(Subject::Action(action.clone()), *attempt, Outcome::Done),
        }
    }
}

impl State {
    fn ensure(&mut self, ensure: &windlass_engine::effect::Ensure, epoch: u64) -> Outcome {
        if epoch < self.claimed {
            return Outcome::Fenced;
        }
        let member = self.cluster.members.get_mut(&ensure.member);
        let Some(member) = member.map(Arc::make_mut) else {
            return not_expected("there is no such member");
        };
        if member
            .components
            .values()
            .all(|runs| *runs == ensure.wanted)
        {
            return Outcome::Done;
        }
        let known = |runs: &Version| ensure.found.contains(runs);
        if !member.components.values().all(known) {
            return not_expected("it runs another release");
        }
        for runs in member.components.values_mut() {
            *runs = ensure.wanted.clone();
        }
        let starts = self.starts.entry(ensure.member.clone()).or_default();
        *starts += 1;
        member.incarnation = Some(format!("start {starts}"));
        Outcome::Done
    }
}

fn not_expected(what: &str) -> Outcome {
    Outcome::Failed(Failure {
        code: FailureCode::NotAsExpected,
        step: "moving".into(),
        what: what.into(),
        log: Vec::new(),
    })
}

fn member(id: u32, release: &Version) -> Member {
    Member {
        components: BTreeMap::from([(Component::from(SERVER), release.clone())]),
        incarnation: Some("start 0".into()),
        ..Member::named(MemberId::from(id.to_string()), format!("{SERVER} {id}"))
    }
}

/// The next number of a seed (splitmix64).
fn roll(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Target for NoopTarget {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        Box::pin(async { Ok(self.identity.clone()) })
    }

    fn observe<'a>(&'a self, _releases: &'a [Version]) -> Task<'a, Snapshot> {
        Box::pin(async { self.cluster() })
    }

    /// A deed touches the world at once, and is answered later.
    #[allow(
        clippy::disallowed_methods,
        reason = "its answers take so long as they take on a real machine"
    )]
    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        fence: &'a Fence,
        _hints: Hints,
    ) -> Task<'a, Answer> {
        Box::pin(async move {
            if let (Some(subject), Some(attempt)) = (effect.subject(), attempt(effect)) {
                let at_ns = monotonic_ns();
                self.state().touches.push(Touch {
                    subject,
                    attempt,
                    at_ns,
                });
            }
            let answer = self.perform_now(effect, fence);
            let pause = self.pause();
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            answer
        })
    }

    fn changed(&self) -> Task<'_, ()> {
        Box::pin(std::future::pending())
    }

    fn release<'a>(&'a self, _fence: &'a Fence) -> Task<'a, ()> {
        Box::pin(async {})
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move {
            self.state().claimed = fence.epoch;
            ClaimAnswer::Claimed
        })
    }

    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        Box::pin(async { Vec::new() })
    }

    fn log<'a>(
        &'a self,
        _member: &'a MemberId,
        _lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

fn attempt(effect: &Effect) -> Option<u32> {
    match effect {
        Effect::Observe { .. } | Effect::Claim | Effect::Probe { .. } => None,
        Effect::Ensure(ensure) => Some(ensure.attempt),
        Effect::Raise(raise) => Some(raise.attempt),
        Effect::Act { attempt, .. } => Some(*attempt),
    }
}

/// Targets by the name of their registration.
#[derive(Clone, Debug, Default)]
pub struct Noops {
    all: Arc<Mutex<BTreeMap<String, Arc<NoopTarget>>>>,
}

impl Noops {
    /// Adds one under a name.
    pub fn add(&self, name: &str, target: NoopTarget) -> Arc<NoopTarget> {
        let target = Arc::new(target);
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(name.to_owned(), target.clone());
        target
    }
}

impl Targets for Noops {
    fn target<'a>(&'a self, of: &'a Registration) -> Task<'a, Result<Arc<dyn Target>, String>> {
        Box::pin(async move {
            let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
            let found = all.get(of.name.as_str()).cloned();
            found
                .map(|target| target as Arc<dyn Target>)
                .ok_or_else(|| format!("there is no target {}", of.name))
        })
    }
}
