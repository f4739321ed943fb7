//! The port: each question and effect of the runner, handed to the room that answers it.
//!
//! Must never know: how anything is done. Stories: `xtask/tests/it/target.rs`.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use windlass_engine::effect::{Answer, ClaimAnswer, Effect};
use windlass_engine::names::{Identity, MemberId, Subject};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::target::{Fence, Hint, Hints, Target};

use super::KafkaTarget;
use super::requests;

/// Between two cheap polls for changes: three small requests to one node, so 0.6 a second.
const POLL: Ms = Ms::seconds(5);

/// How long a node may take to say who it is.
const IDENTITY_LIMIT: Ms = Ms::seconds(5);

impl Target for KafkaTarget {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        Box::pin(self.who())
    }

    fn observe<'a>(&'a self, releases: &'a [Version]) -> Task<'a, Snapshot> {
        Box::pin(self.whole(releases))
    }

    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        fence: &'a Fence,
        hints: Hints,
    ) -> Task<'a, Answer> {
        Box::pin(async move {
            match effect {
                Effect::Observe { releases, .. } => {
                    Answer::Seen(Box::new(self.whole(releases).await))
                }
                Effect::Claim => Answer::Claim(self.claim(fence).await),
                Effect::Probe {
                    member, attempt, ..
                } => {
                    let sample = self.sample(member, *attempt).await;
                    let owed = sample.owes.first();
                    hints(Hint {
                        member: Some(member.clone()),
                        says: owed.unwrap_or(&sample.member.state).clone(),
                    });
                    Answer::Sample(Box::new(sample))
                }
                Effect::Ensure(ensure) => {
                    let outcome = self.ensure(ensure, fence, &hints).await;
                    Answer::Deed(
                        Subject::Member(ensure.member.clone()),
                        ensure.attempt,
                        outcome,
                    )
                }
                Effect::Raise(ensure) => {
                    let outcome = self.raise(ensure, fence, &hints).await;
                    Answer::Deed(
                        Subject::Level(ensure.level.clone()),
                        ensure.attempt,
                        outcome,
                    )
                }
                Effect::Act {
                    action, attempt, ..
                } => {
                    let outcome = self.act(action, fence, &hints).await;
                    Answer::Deed(Subject::Action(action.clone()), *attempt, outcome)
                }
            }
        })
    }

    /// Polls one node each [`POLL`] for the broker set, the finalized levels and the active controller.
    fn changed(&self) -> Task<'_, ()> {
        Box::pin(async move {
            loop {
                self.clock.sleep(POLL).await;
                let Some(glimpse) = self.glimpse().await else {
                    // Nobody answers: the next look finds out more.
                    return;
                };
                let before = self.memory().glimpse.replace(glimpse.clone());
                if before.is_some_and(|before| before != glimpse) {
                    return;
                }
            }
        })
    }

    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        Box::pin(async move {
            join_all(self.hands.values().map(|hand| hand.release(fence))).await;
        })
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move {
            for hand in self.hands.values() {
                let answer = hand.adopt(fence).await;
                if answer != ClaimAnswer::Claimed {
                    return answer;
                }
            }
            ClaimAnswer::Claimed
        })
    }

    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        Box::pin(async move {
            let looks = self.hands.iter().map(|(id, hand)| async move {
                let view = hand.look().await;
                (id.clone(), view.claimed_by)
            });
            join_all(looks).await
        })
    }

    fn log<'a>(
        &'a self,
        member: &'a MemberId,
        lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async move {
            match self.hands.get(member) {
                Some(hand) => hand.log(lines).await,
                None => Err(format!("the host of member {member} is not declared")),
            }
        })
    }
}

impl KafkaTarget {
    /// All addresses that are known, the given ones among them.
    fn places(&self) -> BTreeSet<String> {
        let memory = self.memory();
        let brokers = memory.addresses.brokers.values();
        let known = brokers.chain(memory.addresses.controllers.values());
        known.chain(&self.spec.bootstrap).cloned().collect()
    }

    /// Who the cluster says it is: the first of the given addresses that answers.
    pub(super) async fn who(&self) -> Result<Identity, String> {
        let mut asks: FuturesUnordered<_> = self
            .spec
            .bootstrap
            .iter()
            .map(|at| self.who_at(at))
            .collect();
        let mut wrong = Vec::new();
        while let Some(answer) = asks.next().await {
            match answer {
                Ok(identity) => return Ok(identity),
                Err(why) => wrong.push(why),
            }
        }
        wrong.sort();
        Err(wrong.join("; "))
    }

    async fn who_at(&self, address: &str) -> Result<Identity, String> {
        let words = |error| super::answers::chain(&error);
        let mut line = self
            .wires
            .line(address, IDENTITY_LIMIT)
            .await
            .map_err(words)?;
        let open = line.open();
        let view = if requests::is_broker(open) {
            requests::brokers(open, IDENTITY_LIMIT).await
        } else {
            requests::controllers(open, IDENTITY_LIMIT).await
        };
        let cluster = view.map_err(words)?.cluster;
        line.keep();
        cluster
            .map(Identity::from)
            .ok_or_else(|| format!("{address} names no cluster id"))
    }

    /// In words, what a poll compares; none: nobody answered.
    async fn glimpse(&self) -> Option<String> {
        for address in self.places() {
            let Ok(mut line) = self.wires.line(&address, IDENTITY_LIMIT).await else {
                continue;
            };
            let open = line.open();
            if !requests::is_broker(open) {
                line.keep();
                continue;
            }
            let levels = open.hello().finalized.clone();
            let Ok(view) = requests::brokers(open, IDENTITY_LIMIT).await else {
                continue;
            };
            let quorum = requests::quorum(open, IDENTITY_LIMIT).await;
            line.keep();
            let mut ids: Vec<i32> = view.rows.iter().map(|row| row.id).collect();
            ids.sort_unstable();
            let quorum = quorum.map(|quorum| (quorum.leader, quorum.epoch)).ok();
            return Some(format!("{levels:?} {ids:?} {quorum:?}"));
        }
        None
    }
}
