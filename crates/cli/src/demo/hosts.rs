//! The false hosts of one cluster: the fleet of the false world, what it is told, and how it is seen.
//!
//! Must never know: files, the clock. Stories: `tests/it/demo.rs`.

use super::book::Head;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use windlass_engine::effect::{Answer, Effect, Sample};
use windlass_engine::names::MemberId;
use windlass_engine::snapshot::{Health, Member, Snapshot};
use windlass_engine::time::Wall;
use windlass_runner::ports::target::Fence;
use windlass_sim::fleet::{Fleet, Said};
use windlass_sim::rehearsal;
use windlass_sim::story::Fate;

/// A slow member takes so many times as long.
const SLOW: u64 = 5;
/// What the false hosts are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A deed is asked for.
    Asked(Effect, Fence),
    /// A run takes its marks away.
    Released(Fence),
    /// A member fails its next move.
    Doomed(MemberId, Doom),
}

/// How a move fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Doom {
    /// The new release cannot be started
    CannotStart,
    /// It starts, and ends by itself
    DoesNotStay,
    /// It does not stop for a gentle word
    DoesNotStop,
    /// It takes five times as long, and comes back
    Slow,
}

/// What they say to it.
#[derive(Clone, Debug)]
pub enum Heard {
    /// This, now.
    Answer(Answer),
    /// A deed is under way: ask again after so many milliseconds; how far it is, in words.
    Later(u64, String),
    /// Nothing is to be said.
    Nothing,
}

/// The false hosts.
#[derive(Debug)]
pub struct Hosts {
    fleet: Fleet,
    system: String,
}

impl Hosts {
    /// As they stood at the beginning.
    #[must_use]
    pub fn of(head: &Head) -> Self {
        let Head {
            cluster,
            snapshot,
            catalog,
            policy,
            goal,
            ..
        } = head;
        let story = rehearsal::of(cluster, snapshot, catalog, policy, goal);
        Self {
            fleet: Fleet::of(&story),
            system: snapshot.system.clone(),
        }
    }

    /// Lets happen what is due.
    pub fn pass(&mut self, now: u64) {
        while self.fleet.happen(now).is_some() {}
    }

    /// They are told something.
    pub fn tell(&mut self, what: &What, now: u64) -> Heard {
        self.pass(now);
        match what {
            What::Asked(effect, fence) => self.asked(effect, fence, now),
            What::Released(fence) => {
                self.fleet.release(fence);
                Heard::Nothing
            }
            What::Doomed(member, doom) => {
                self.fleet.doom(member, fate(*doom));
                Heard::Nothing
            }
        }
    }

    fn asked(&mut self, effect: &Effect, fence: &Fence, now: u64) -> Heard {
        match self.fleet.asked(effect, fence, now).0 {
            Said::Now(answer) => Heard::Answer(answer),
            Said::Later(at) => {
                let step = match effect {
                    Effect::Ensure(ensure) => self.step(&ensure.member),
                    Effect::Raise(_)
                    | Effect::Act { .. }
                    | Effect::Claim
                    | Effect::Observe { .. }
                    | Effect::Probe { .. } => String::new(),
                };
                Heard::Later(at.saturating_sub(now).max(1), step)
            }
            Said::Nothing => Heard::Nothing,
        }
    }

    /// How far a deed on a member is.
    fn step(&self, member: &MemberId) -> String {
        let deed = self.fleet.nodes.get(member);
        match deed.and_then(|node| node.deed.as_ref()) {
            Some(deed) if deed.step == "starting" => format!("starting {}", deed.wanted),
            Some(deed) => deed.step.to_owned(),
            None => String::new(),
        }
    }

    /// Whether a deed is under way on a member: asking once more tells the hosts nothing new.
    #[must_use]
    pub fn busy(&self, effect: &Effect, now: u64) -> Option<Heard> {
        let Effect::Ensure(ensure) = effect else {
            return None;
        };
        let deed = self.fleet.nodes.get(&ensure.member)?.deed.as_ref()?;
        let same = deed.ended.is_none() && deed.attempt == ensure.attempt && !ensure.leave;
        let left = deed.next.saturating_sub(now).max(1);
        same.then(|| Heard::Later(left, self.step(&ensure.member)))
    }

    /// The cluster as it is seen now.
    pub fn seen(&mut self, at: Wall) -> Snapshot {
        let mut seen = self.fleet.seen(&self.system, at);
        for member in seen.members.values_mut() {
            // Not every system has something to be in sync with.
            if matches!(member.health, Health::Settling(_)) {
                Arc::make_mut(member).health = Health::Settling("not yet whole".into());
            }
        }
        seen
    }

    /// One look at a member that came back.
    pub fn sampled(&mut self, member: &MemberId, attempt: u32, at: Wall) -> Answer {
        let cluster = self.seen(at);
        let Some(seen) = cluster.members.get(member).cloned() else {
            return Answer::Seen(Box::new(cluster));
        };
        let whole = seen.health.is_healthy();
        Answer::Sample(Box::new(Sample {
            attempt,
            member: Member::clone(&seen),
            cluster: whole.then_some(cluster),
            owes: Vec::new(),
            budgets: None,
            gone: self.fleet.why_gone(member),
            unseen: None,
            log: Vec::new(),
        }))
    }

    /// Whose marks lie at the members.
    #[must_use]
    pub fn marks(&self) -> Vec<(MemberId, Option<String>)> {
        self.fleet.marks()
    }
}

fn fate(doom: Doom) -> Fate {
    match doom {
        Doom::CannotStart => Fate::CannotStart,
        Doom::DoesNotStay => Fate::DoesNotStay,
        Doom::DoesNotStop => Fate::DoesNotStop,
        Doom::Slow => Fate::Slow(SLOW),
    }
}
