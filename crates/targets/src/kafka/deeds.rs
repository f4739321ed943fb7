//! Deeds: claims, members, levels, leaders.
//!
//! What touches a host goes through its hand. What touches the cluster goes over the wire while the
//! first member's lock is held, so that no newer claim can be passed by an older deed.
//! Must never know: when a deed is due. Stories: `tests/it/kafka_deeds.rs`, `xtask/tests/it/target.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass_engine::effect::{
    ClaimAnswer, Ensure, EnsureLevel, Failure, FailureCode, Manner, Outcome,
};
use windlass_engine::names::{ActionName, MemberId};
use windlass_engine::time::Ms;
use windlass_runner::ports::hand::{Hand, Held};
use windlass_runner::ports::target::{Fence, Hint, Hints};

use super::KafkaTarget;
use super::answers::{Gathered, chain};
use super::connection::CallError;
use super::gather::Depth;
use super::requests::{self, Earnest};
use super::wires::Line;

/// The level that no release before 4.1 raises rightly, and that never comes down (KAFKA-18979,
/// KAFKA-16538): not raised here at all.
const KRAFT_VERSION: &str = "kraft.version";

/// The action that lets preferred replicas lead again.
const PREFERRED_LEADERS: &str = "preferred-leaders";

/// How long the controllers may take over a level: a request that has left cannot be recalled, so it
/// must not linger.
const RAISE_PATIENCE: Ms = Ms::seconds(10);

/// How long the controllers may take over an election: it is one record a partition.
const ELECT_PATIENCE: Ms = Ms::seconds(30);

/// How much longer we listen than the controllers may take.
const LISTEN_LONGER: Ms = Ms::seconds(5);

/// How often, and how many times, nodes are asked whether they have heard of a raised level.
const HEARD_PAUSE: Ms = Ms(200);
const HEARD_TIMES: usize = 25;

/// Who asks for a kill has waited already; this is the last chance to flush what is in memory.
const KILL_PATIENCE: Ms = Ms(20_000);

/// How long a line for a deed may take to open.
const LINE_LIMIT: Ms = Ms::seconds(5);

/// Kafka's codes after which nothing is known of a change: `REQUEST_TIMED_OUT`, `NOT_CONTROLLER`.
const IN_DOUBT: [i16; 2] = [7, 41];

fn failed(code: FailureCode, step: impl Into<String>, what: impl Into<String>) -> Outcome {
    Outcome::Failed(Failure {
        code,
        step: step.into(),
        what: what.into(),
        log: Vec::new(),
    })
}

fn listen(patience: Ms) -> Ms {
    Ms(patience.0 + LISTEN_LONGER.0)
}

impl KafkaTarget {
    /// Leaves the mark of a run at every member, in id order; gives back what it had when one refuses.
    pub(super) async fn claim(&self, fence: &Fence) -> ClaimAnswer {
        let mut had: Vec<&Arc<dyn Hand>> = Vec::new();
        for hand in self.hands.values() {
            let answer = hand.claim(fence).await;
            if answer == ClaimAnswer::Claimed {
                had.push(hand);
                continue;
            }
            for hand in had {
                hand.release(fence).await;
            }
            return answer;
        }
        if self.hands.is_empty() {
            return ClaimAnswer::Unreachable {
                member: MemberId::from("cluster"),
                why: "no host of any member is declared".to_string(),
            };
        }
        ClaimAnswer::Claimed
    }

    /// Brings a member to a release.
    pub(super) async fn ensure(&self, ensure: &Ensure, fence: &Fence, hints: &Hints) -> Outcome {
        let step = format!("to {}", ensure.wanted);
        let Some(hand) = self.hands.get(&ensure.member) else {
            let what = format!("the host of member {} is not declared", ensure.member);
            return failed(FailureCode::NotReady, step, what);
        };
        // A cluster that does not answer may be the one to be mended; another one must not be touched.
        if let Ok(identity) = self.who().await
            && identity != fence.identity
        {
            let what = format!(
                "cluster {identity} answers, the run is about {}",
                fence.identity
            );
            return failed(FailureCode::NotAsExpected, step, what);
        }
        self.memory()
            .wanted
            .insert(ensure.member.clone(), ensure.wanted.clone());
        let _busy = Busy::mark(self, &ensure.member);
        hints(Hint {
            member: Some(ensure.member.clone()),
            says: format!("{} brings it to {}", hand.host(), ensure.wanted),
        });
        let patience = match ensure.manner {
            Manner::Gentle => self.spec.stop_patience,
            Manner::Kill => self.spec.stop_patience.min(KILL_PATIENCE),
        };
        hand.ensure(ensure, fence, patience).await
    }

    /// Raises a level.
    pub(super) async fn raise(
        &self,
        ensure: &EnsureLevel,
        fence: &Fence,
        hints: &Hints,
    ) -> Outcome {
        let name = ensure.level.as_str();
        let step = format!("raising {name} to {}", ensure.to);
        if name == KRAFT_VERSION {
            let what = "kraft.version never comes down again and is not raised by windlass";
            return failed(FailureCode::Refused, step, what);
        }
        let _held = match self.hold(fence, &step).await {
            Ok(held) => held,
            Err(outcome) => return outcome,
        };
        let (_, before) = self.gathered(Depth::Glance).await;
        match finalized(&before, name) {
            None => {
                return failed(
                    FailureCode::NotReady,
                    step,
                    "no node tells the finalized levels",
                );
            }
            Some(level) if level == ensure.to => return Outcome::Done,
            Some(level) if level != ensure.from => {
                let what = format!(
                    "{name} was found at {level}, expected {} or {}",
                    ensure.from, ensure.to
                );
                return failed(FailureCode::NotAsExpected, step, what);
            }
            Some(_) => {}
        }
        let mut line = match self.deed_line(&before).await {
            Ok(line) => line,
            Err(why) => return failed(FailureCode::NotReady, step, why),
        };
        hints(Hint {
            member: None,
            says: format!("trying {name} {}", ensure.to),
        });
        let limit = listen(RAISE_PATIENCE);
        let to = ensure.to;
        let trial =
            requests::raise(line.open(), name, to, Earnest::Trial, RAISE_PATIENCE, limit).await;
        if let Err(error) = trial {
            let code = match &error {
                CallError::Refused { code, .. } if !IN_DOUBT.contains(code) => FailureCode::Refused,
                CallError::Refused { .. }
                | CallError::NotOffered { .. }
                | CallError::Dial { .. }
                | CallError::Tls { .. }
                | CallError::Secret { .. }
                | CallError::Login { .. }
                | CallError::LoginWanted { .. }
                | CallError::Frame { .. }
                | CallError::Silent { .. }
                | CallError::Garbled { .. } => FailureCode::NotReady,
            };
            return failed(code, format!("trying {name} {to}"), chain(&error));
        }
        hints(Hint {
            member: None,
            says: step.clone(),
        });
        let answer =
            requests::raise(line.open(), name, to, Earnest::Real, RAISE_PATIENCE, limit).await;
        line.keep();
        match answer {
            Err(CallError::Refused { code, why, .. }) if !IN_DOUBT.contains(&code) => {
                failed(FailureCode::Refused, step, why)
            }
            Ok(()) => {
                self.heard(name, to).await;
                Outcome::Done
            }
            Err(error) => {
                if self.heard(name, to).await {
                    return Outcome::Done;
                }
                Outcome::NotYet {
                    step: format!("{step}, no answer: {}", chain(&error)),
                }
            }
        }
    }

    /// Waits until every node that answers knows the level as raised, within limits.
    async fn heard(&self, name: &str, to: u16) -> bool {
        for _ in 0..HEARD_TIMES {
            let (_, gathered) = self.gathered(Depth::Glance).await;
            if all_know(&gathered, name, to) {
                return true;
            }
            self.clock.sleep(HEARD_PAUSE).await;
        }
        false
    }

    /// Does something for the cluster.
    pub(super) async fn act(&self, action: &ActionName, fence: &Fence, hints: &Hints) -> Outcome {
        let step = action.to_string();
        if action.as_str() != PREFERRED_LEADERS {
            let what = format!("kafka knows no action `{action}`");
            return failed(FailureCode::NotReady, step, what);
        }
        let _held = match self.hold(fence, &step).await {
            Ok(held) => held,
            Err(outcome) => return outcome,
        };
        let (_, before) = self.gathered(Depth::Glance).await;
        let mut line = match self.deed_line(&before).await {
            Ok(line) => line,
            Err(why) => return failed(FailureCode::NotReady, step, why),
        };
        let answer =
            requests::prefer_leaders(line.open(), ELECT_PATIENCE, listen(ELECT_PATIENCE)).await;
        line.keep();
        match answer {
            Ok((moved, wrong)) => {
                let left = match wrong.first() {
                    None => String::new(),
                    Some(first) => format!(", {} could not, as {first}", wrong.len()),
                };
                hints(Hint {
                    member: None,
                    says: format!("{moved} partitions went back to their preferred leader{left}"),
                });
                if wrong.is_empty() {
                    return Outcome::Done;
                }
                let what = format!(
                    "{} partitions have not their preferred leader: {}",
                    wrong.len(),
                    wrong[0]
                );
                failed(FailureCode::Refused, step, what)
            }
            Err(CallError::Refused { code, why, .. }) if !IN_DOUBT.contains(&code) => {
                failed(FailureCode::Refused, step, why)
            }
            Err(error) => Outcome::NotYet {
                step: format!("{step}, no answer: {}", chain(&error)),
            },
        }
    }

    /// Takes the lock of the first member in id order and compares the fence there.
    async fn hold(&self, fence: &Fence, step: &str) -> Result<Box<dyn Held>, Outcome> {
        let Some((member, hand)) = self.hands.first_key_value() else {
            let what = "no host of any member is declared";
            return Err(failed(FailureCode::NotReady, step, what));
        };
        match hand.hold(fence).await {
            Ok(held) => Ok(held),
            Err(ClaimAnswer::Fenced { .. }) => Err(Outcome::Fenced),
            Err(ClaimAnswer::Foreign { whose, .. }) => {
                let what = format!("the mark of another run lies at member {member}: {whose}");
                Err(failed(FailureCode::NotReady, step, what))
            }
            Err(ClaimAnswer::Unreachable { why, .. }) => {
                Err(failed(FailureCode::NotReady, step, why))
            }
            Err(ClaimAnswer::Claimed) => {
                let what = format!("member {member} gave no lock");
                Err(failed(FailureCode::NotReady, step, what))
            }
        }
    }

    /// A line for a deed: to a broker, which hands it on to the active controller, or to that one.
    async fn deed_line(&self, gathered: &Gathered) -> Result<Line, String> {
        let leader = gathered.quorum.as_ref().map(|quorum| quorum.leader).ok();
        let active = leader.and_then(|id| gathered.controllers.get(&id));
        let brokers: BTreeMap<_, _> = gathered
            .brokers
            .iter()
            .filter(|(_, node)| node.hello.is_ok())
            .collect();
        let teller = gathered.asked.and_then(|id| gathered.brokers.get(&id));
        let mut why = "no broker and no active controller answers".to_string();
        for node in teller
            .into_iter()
            .chain(brokers.into_values())
            .chain(active)
        {
            let Some(address) = &node.address else {
                continue;
            };
            match self.wires.line(address, LINE_LIMIT).await {
                Ok(line) => return Ok(line),
                Err(error) => why = chain(&error),
            }
        }
        Err(why)
    }
}

/// The newest finalized level that any node knows; none: nobody told.
fn finalized(gathered: &Gathered, name: &str) -> Option<u16> {
    let nodes = gathered
        .brokers
        .values()
        .chain(gathered.controllers.values());
    let hellos = nodes.filter_map(|node| node.hello.as_ref().ok());
    let newest = hellos
        .filter(|hello| hello.finalized_epoch >= 0)
        .max_by_key(|hello| hello.finalized_epoch)?;
    Some(newest.finalized.get(name).copied().unwrap_or(0))
}

/// Whether every node that answers knows the level as this.
fn all_know(gathered: &Gathered, name: &str, to: u16) -> bool {
    let nodes = gathered
        .brokers
        .values()
        .chain(gathered.controllers.values());
    let mut hellos = nodes.filter_map(|node| node.hello.as_ref().ok()).peekable();
    hellos.peek().is_some()
        && hellos.all(|hello| hello.finalized.get(name).copied().unwrap_or(0) == to)
}

/// While it lives, what a host said of the member a moment ago is not good enough.
struct Busy<'a> {
    target: &'a KafkaTarget,
    member: &'a MemberId,
}

impl<'a> Busy<'a> {
    fn mark(target: &'a KafkaTarget, member: &'a MemberId) -> Self {
        target.memory().busy.insert(member.clone());
        Self { target, member }
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut memory = self.target.memory();
        memory.busy.remove(self.member);
        memory.forget_host(self.member);
    }
}
