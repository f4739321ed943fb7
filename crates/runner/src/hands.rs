//! Effects in flight: starts what is wanted and not in flight, drops what is in flight and no longer
//! wanted, and lets those that repeat rest in between.
//!
//! Dropping a hand never undoes what it began on a host; the next one finds it.
//! Must never know: why something is wanted. Stories: `tests/it/drive.rs`.

use crate::ports::clock::Clock;
use crate::ports::store::Lease;
use crate::ports::target::{Fence, Hint, Hints, Target};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;
use windlass_engine::effect::{Answer, Effect};
use windlass_engine::names::{MemberId, Subject};
use windlass_engine::run::wants::Wants;
use windlass_engine::time::{Mark, Ms};

/// What one hand is about: one at a time each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Observe,
    Claim,
    Deed(Subject, u32),
    Probe(MemberId, u32),
}

impl Key {
    pub(crate) fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Observe { .. } => Self::Observe,
            Effect::Claim => Self::Claim,
            Effect::Probe {
                member, attempt, ..
            } => Self::Probe(member.clone(), *attempt),
            Effect::Ensure(ensure) => {
                Self::Deed(Subject::Member(ensure.member.clone()), ensure.attempt)
            }
            Effect::Raise(ensure) => {
                Self::Deed(Subject::Level(ensure.level.clone()), ensure.attempt)
            }
            Effect::Act {
                action, attempt, ..
            } => Self::Deed(Subject::Action(action.clone()), *attempt),
        }
    }
}

/// After a deed that was answered without an end, it is sent again after this long.
const DEED_REST_MS: Ms = Ms(500);

fn rest(effect: &Effect) -> Ms {
    match effect {
        Effect::Observe { every } | Effect::Probe { every, .. } => *every,
        Effect::Claim | Effect::Ensure(_) | Effect::Raise(_) | Effect::Act { .. } => DEED_REST_MS,
    }
}

struct Flying {
    effect: Effect,
    task: AbortHandle,
}

/// All hands of one run.
pub(crate) struct Hands {
    target: Arc<dyn Target>,
    clock: Arc<dyn Clock>,
    fence: Arc<Fence>,
    lease: Arc<dyn Lease>,
    hints: Hints,
    answers: UnboundedSender<(Key, Answer)>,
    flying: BTreeMap<Key, Flying>,
    resting: BTreeMap<Key, Mark>,
    sent_once: std::collections::BTreeSet<Key>,
}

impl Hands {
    pub(crate) fn new(
        target: Arc<dyn Target>,
        clock: Arc<dyn Clock>,
        fence: Fence,
        lease: Arc<dyn Lease>,
        hints: Arc<dyn Fn(Hint) + Send + Sync>,
        answers: UnboundedSender<(Key, Answer)>,
    ) -> Self {
        Self {
            target,
            clock,
            fence: Arc::new(fence),
            lease,
            hints,
            answers,
            flying: BTreeMap::new(),
            resting: BTreeMap::new(),
            sent_once: std::collections::BTreeSet::new(),
        }
    }

    /// Brings what is in flight to what is wanted; returns when the next resting hand wants to go.
    pub(crate) fn bring_to(&mut self, wants: Wants) -> Option<Mark> {
        let now = self.clock.now().mono;
        let wanted: BTreeMap<Key, Effect> = wants
            .effects
            .into_iter()
            .map(|effect| (Key::of(&effect), effect))
            .collect();
        self.flying.retain(|key, flying| {
            let keep = wanted
                .get(key)
                .is_some_and(|effect| same_deed(effect, &flying.effect));
            if !keep {
                flying.task.abort();
            }
            keep
        });
        self.resting.retain(|key, _| wanted.contains_key(key));
        let mut next = wants.wake;
        for (key, effect) in wanted {
            if self.flying.contains_key(&key) {
                continue;
            }
            match self.resting.get(&key) {
                Some(until) if until.since(now).is_some_and(|left| left > Ms(0)) => {
                    next = earlier(next, *until)
                }
                Some(_) | None => self.start(key, effect),
            }
        }
        next
    }

    /// A hand answered: it rests before it goes again.
    pub(crate) fn answered(&mut self, key: &Key) {
        if let Some(flying) = self.flying.remove(key) {
            let until = self.clock.now().mono.plus(rest(&flying.effect));
            self.resting.insert(key.clone(), until);
        }
    }

    fn start(&mut self, key: Key, effect: Effect) {
        if !self.lease.stands() {
            return;
        }
        // What cannot be repeated is sent at most once by this process.
        if matches!(effect, Effect::Act { once: true, .. }) && !self.sent_once.insert(key.clone()) {
            return;
        }
        self.resting.remove(&key);
        let (target, fence, hints, answers) = (
            self.target.clone(),
            self.fence.clone(),
            self.hints.clone(),
            self.answers.clone(),
        );
        let (sent, at) = (effect.clone(), key.clone());
        let task = tokio::spawn(async move {
            let answer = target.perform(&sent, &fence, hints).await;
            // The receiver is gone only when the run is no longer driven: then nobody wants the answer.
            let _ = answers.send((at, answer));
        });
        self.flying.insert(
            key,
            Flying {
                effect,
                task: task.abort_handle(),
            },
        );
    }

    /// Lets go of everything.
    pub(crate) fn drop_all(&mut self) {
        for flying in std::mem::take(&mut self.flying).into_values() {
            flying.task.abort();
        }
        self.resting.clear();
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.drop_all();
    }
}

/// A hand goes on while the same is wanted of it; a changed pause between looks is no change.
fn same_deed(wanted: &Effect, flying: &Effect) -> bool {
    match (wanted, flying) {
        (Effect::Observe { .. }, Effect::Observe { .. })
        | (Effect::Probe { .. }, Effect::Probe { .. }) => true,
        (one, other) => one == other,
    }
}

pub(crate) fn earlier(one: Option<Mark>, other: Mark) -> Option<Mark> {
    match one {
        Some(one) if one.ms <= other.ms => Some(one),
        Some(_) | None => Some(other),
    }
}
