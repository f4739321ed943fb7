//! Deeds on a host, as the real host's script does them: under the host's mark, one at a time, finished
//! whoever dies; an attempt that was closed there is answered, never done again.
//!
//! Must never know: who asks, or how requests travel. Stories: `tests/it/`.

use super::{Deed, Fate, Fleet, Health, Node, What, times};
use std::collections::BTreeSet;
use windlass_engine::effect::{
    Answer, ClaimAnswer, Effect, Ensure, EnsureLevel, Failure, FailureCode, Manner, Outcome,
};
use windlass_engine::names::{ActionName, Component, MemberId};
use windlass_runner::ports::target::Fence;

/// What a host says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// This, now.
    Now(Outcome),
    /// It has begun just now: ask again then.
    Begun(u64),
    /// A deed holds the host: ask again then.
    Busy(u64),
}

/// What hosts say to a request of whatever kind.
#[derive(Clone, Debug)]
pub enum Said {
    /// This.
    Now(Answer),
    /// A deed holds a host: ask again then.
    Later(u64),
    /// Nothing.
    Nothing,
}

fn failure(code: FailureCode, step: &str, what: &str) -> Failure {
    Failure {
        code,
        step: step.into(),
        what: what.into(),
        log: Vec::new(),
    }
}

pub(super) fn did_not_start() -> Failure {
    failure(FailureCode::DidNotStart, "starting", "it cannot be started")
}

pub(super) fn did_not_stop(step: &str) -> Failure {
    failure(
        FailureCode::DidNotStop,
        step,
        "it was told to stop, and runs on",
    )
}

pub(super) fn did_not_stay() -> Failure {
    failure(
        FailureCode::DidNotStay,
        "started",
        "it ended after it was started",
    )
}

fn not_expected(what: &str) -> Reply {
    let failure = failure(FailureCode::NotAsExpected, "looking", what);
    Reply::Now(Outcome::Failed(failure))
}

/// Store and run of a fence.
pub(super) fn whose(fence: &Fence) -> String {
    format!("run {} of store {}", fence.run, fence.store)
}

impl Fleet {
    /// A request of whatever kind: what is answered now, or when to ask again; and whether it has begun to
    /// change the world. Looks are nothing that a host is asked for: nothing is said to them.
    pub fn asked(&mut self, effect: &Effect, fence: &Fence, now: u64) -> (Said, bool) {
        let (outcome, changed) = match effect {
            Effect::Ensure(ensure) => match self.ensure(ensure, fence, now) {
                Reply::Now(outcome) => (outcome, false),
                Reply::Busy(at) => return (Said::Later(at), false),
                Reply::Begun(at) => return (Said::Later(at), true),
            },
            Effect::Raise(raise) => self.raise(raise, fence),
            Effect::Act {
                action,
                attempt,
                once,
            } => {
                let (outcome, times) = self.act(action, *attempt, fence);
                // One that may be repeated changes nothing the second time.
                (outcome, times == 1 || (*once && times > 1))
            }
            Effect::Claim => {
                let claimed = self.claim(fence);
                let said = claimed.map_or_else(Said::Later, |told| Said::Now(Answer::Claim(told)));
                return (said, false);
            }
            Effect::Observe { .. } | Effect::Probe { .. } => return (Said::Nothing, false),
        };
        let deed = effect.deed();
        let said = deed.map_or(Said::Nothing, |(subject, attempt)| {
            Said::Now(Answer::Deed(subject, attempt, outcome))
        });
        (said, changed)
    }

    /// A request to bring a member to a release.
    pub fn ensure(&mut self, ensure: &Ensure, fence: &Fence, now: u64) -> Reply {
        let Some(node) = self.nodes.get_mut(&ensure.member) else {
            return not_expected("there is no such member");
        };
        match &node.mark {
            Some(mark) if mark.whose == whose(fence) && mark.epoch <= fence.epoch => {}
            Some(_) | None => return Reply::Now(Outcome::Fenced),
        }
        if let Some(deed) = &node.deed {
            if ensure.attempt < deed.attempt {
                return Reply::Now(Outcome::Fenced);
            }
            if deed.ended.is_none() {
                return Reply::Busy(deed.next);
            }
            if ensure.attempt == deed.attempt {
                return Reply::Now(closed(node, deed));
            }
        }
        let along = |part: &&Component| self.catalog.moves_along(&ensure.component, part);
        let parts: BTreeSet<Component> = node.runs.keys().filter(along).cloned().collect();
        let mut runs = parts.iter().filter_map(|part| node.runs.get(part));
        if node.process.is_some() && runs.clone().all(|runs| *runs == ensure.wanted) {
            node.deed = Some(found_done(node, parts, ensure, fence, now));
            return Reply::Now(Outcome::Done);
        }
        if runs.any(|runs| !ensure.found.contains(runs)) {
            return not_expected("it runs another release");
        }
        let runs = node.process.map(incarnation);
        if runs.is_some() && ensure.incarnation.is_some() && runs != ensure.incarnation {
            return not_expected("somebody else restarted it");
        }
        if ensure.leave {
            let step = "not begun".into();
            return Reply::Now(Outcome::NotYet { step });
        }
        self.begin(parts, ensure, fence, now)
    }

    fn begin(
        &mut self,
        parts: BTreeSet<Component>,
        ensure: &Ensure,
        fence: &Fence,
        now: u64,
    ) -> Reply {
        let (lengths, patience) = (self.lengths(&parts), self.patience_ms);
        let id = &ensure.member;
        let Some(node) = self.nodes.get_mut(id) else {
            return not_expected("there is no such member");
        };
        node.touches += 1;
        let touch = node.touches;
        let running = node.process.is_some();
        node.deed = Some(Deed {
            attempt: ensure.attempt,
            epoch: fence.epoch,
            wanted: ensure.wanted.clone(),
            parts,
            step: "stopping",
            next: now,
            started: None,
            ended: None,
        });
        let fate = self.fates.get(&(id.clone(), touch)).copied();
        let stop = &lengths.stop;
        let stop = self.dice(id, touch).length_ms(stop.median_ms, stop.spread) * times(fate);
        let (next, what) = match fate {
            _ if !running => (now + 1, What::Stopped),
            Some(Fate::DoesNotStop) if ensure.manner == Manner::Gentle => {
                (now + patience, What::DeedFails("stopping"))
            }
            Some(Fate::CannotStart | Fate::DoesNotStay | Fate::DoesNotStop | Fate::Slow(_))
            | None => (now + stop, What::Stopped),
        };
        if let Some(deed) = self.nodes.get_mut(id).and_then(|node| node.deed.as_mut()) {
            deed.next = next;
        }
        self.put(next, id, what);
        Reply::Begun(next)
    }

    /// A request to leave a mark at every member, in the order of ids. A deed under way is waited for.
    ///
    /// # Errors
    /// When to ask again, where a deed holds a host.
    pub fn claim(&mut self, fence: &Fence) -> Result<ClaimAnswer, u64> {
        let all: Vec<MemberId> = self.nodes.keys().cloned().collect();
        for id in &all {
            let told = self.claim_at(id, fence)?;
            if told != ClaimAnswer::Claimed {
                return Ok(told);
            }
        }
        Ok(ClaimAnswer::Claimed)
    }

    /// Takes a run's marks away.
    pub fn release(&mut self, fence: &Fence) {
        let all: Vec<MemberId> = self.nodes.keys().cloned().collect();
        for id in &all {
            self.release_at(id, fence);
        }
    }

    /// Whether the first member's mark lets this fence act on the cluster as a whole.
    fn may(&self, fence: &Fence) -> bool {
        let first = self.nodes.values().next();
        let mark = first.and_then(|node| node.mark.as_ref());
        mark.is_some_and(|mark| mark.whose == whose(fence) && mark.epoch <= fence.epoch)
    }

    /// A request to raise a level, and whether it changed anything.
    pub fn raise(&mut self, raise: &EnsureLevel, fence: &Fence) -> (Outcome, bool) {
        if !self.may(fence) {
            return (Outcome::Fenced, false);
        }
        let at = self.levels.entry(raise.level.clone()).or_default();
        if *at >= raise.to {
            return (Outcome::Done, false);
        }
        *at = raise.to;
        (Outcome::Done, true)
    }

    /// A request to do an action, and how often this attempt has now done it.
    pub fn act(&mut self, action: &ActionName, attempt: u32, fence: &Fence) -> (Outcome, u32) {
        if !self.may(fence) {
            return (Outcome::Fenced, 0);
        }
        let times = self.acts.entry((action.clone(), attempt)).or_default();
        *times += 1;
        (Outcome::Done, *times)
    }

    /// Why a member that should come back has ended; none: it has not.
    #[must_use]
    pub fn why_gone(&self, id: &MemberId) -> Option<Failure> {
        let node = self.nodes.get(id)?;
        let gone = node.health == Health::Gone && !node.is_under_way();
        gone.then(did_not_stay)
    }
}

/// The name of a process.
#[must_use]
pub(super) fn incarnation(process: u64) -> String {
    format!("process {process}")
}

fn closed(node: &Node, deed: &Deed) -> Outcome {
    match &deed.ended {
        Some(Err(failure)) => Outcome::Failed(failure.clone()),
        Some(Ok(())) if node.process.is_none() => Outcome::Failed(did_not_stay()),
        Some(Ok(())) | None => Outcome::Done,
    }
}

fn found_done(
    node: &Node,
    parts: BTreeSet<Component>,
    ensure: &Ensure,
    fence: &Fence,
    now: u64,
) -> Deed {
    Deed {
        attempt: ensure.attempt,
        epoch: fence.epoch,
        wanted: ensure.wanted.clone(),
        parts,
        step: "found done",
        next: now,
        started: node.process,
        ended: Some(Ok(())),
    }
}
