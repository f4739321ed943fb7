//! The false hosts of one cluster: the fleet of the false world, what it is told, and how it is seen.
//!
//! Must never know: files, the clock. Stories: `tests/it/demo.rs`.

use super::book::Head;
use serde::{Deserialize, Serialize};
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::{Answer, Effect, Sample};
use windlass_engine::names::{MemberId, Subject};
use windlass_engine::snapshot::{Budget, Health, Level, Member, Snapshot};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::VersionError;
use windlass_runner::ports::target::Fence;
use windlass_sim::cluster;
use windlass_sim::fleet::{Fleet, Reply};
use windlass_sim::story::{Cast, Fate, Length, Lengths};

/// Of the time that a member takes, so many hundredths are its stop and its start; the rest it takes to be
/// whole again, as a broker's replicas do to catch up.
const STOP_HUNDREDTHS: u64 = 20;
const START_HUNDREDTHS: u64 = 30;
/// Members differ a little, in hundredths of the logarithm.
const SPREAD: u64 = 15;
/// A slow member takes so many times as long.
const SLOW: u64 = 5;
/// A member that does not stop is given up after so many times what a member usually takes, and at least
/// after the second.
const PATIENCE_TIMES: u64 = 2;
const PATIENCE_LEAST: Ms = Ms::seconds(4);

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
    first: Snapshot,
}

impl Hosts {
    /// As they stood at the beginning.
    ///
    /// # Errors
    /// None: the false world's own releases are versions.
    pub fn of(head: &Head) -> Result<Self, VersionError> {
        Ok(Self {
            fleet: fleet(head)?,
            first: head.snapshot.clone(),
        })
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
        let deed =
            |subject, attempt, outcome| Heard::Answer(Answer::Deed(subject, attempt, outcome));
        match effect {
            Effect::Ensure(ensure) => match self.fleet.ensure(ensure, fence, now) {
                Reply::Now(outcome) => {
                    deed(Subject::Member(ensure.member.clone()), ensure.attempt, outcome)
                }
                Reply::Busy(at) | Reply::Begun(at) => {
                    let step = self.step(&ensure.member);
                    Heard::Later(at.saturating_sub(now).max(1), step)
                }
            },
            Effect::Raise(raise) => {
                let (outcome, _) = self.fleet.raise(raise, fence);
                deed(Subject::Level(raise.level.clone()), raise.attempt, outcome)
            }
            Effect::Act {
                action, attempt, ..
            } => {
                let (outcome, _) = self.fleet.act(action, *attempt, fence);
                deed(Subject::Action(action.clone()), *attempt, outcome)
            }
            Effect::Claim => match self.fleet.claim(fence) {
                Ok(answer) => Heard::Answer(Answer::Claim(answer)),
                Err(at) => Heard::Later(at.saturating_sub(now).max(1), String::new()),
            },
            Effect::Observe { .. } | Effect::Probe { .. } => Heard::Nothing,
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
    #[must_use]
    pub fn seen(&self, at: Wall) -> Snapshot {
        let now = self.fleet.seen(&self.first.system, at);
        let mut seen = self.first.clone();
        seen.seen = at;
        for (id, member) in &mut seen.members {
            if let Some(now) = now.members.get(id) {
                fill(member, now);
            }
        }
        for (name, level) in now.levels {
            let supported = seen.levels.get(&name).and_then(|level| level.supported);
            let finalized = level.finalized;
            seen.levels.insert(name, Level { finalized, supported });
        }
        let members = &seen.members;
        let well = |id: &MemberId| members.get(id).is_some_and(|m| m.health.is_healthy());
        for Budget { members, .. } in &mut seen.budgets {
            members.retain(well);
        }
        seen
    }

    /// One look at a member that came back.
    #[must_use]
    pub fn sampled(&self, member: &MemberId, attempt: u32, at: Wall) -> Answer {
        let cluster = self.seen(at);
        let Some(seen) = cluster.members.get(member).cloned() else {
            return Answer::Seen(Box::new(cluster));
        };
        let whole = seen.health.is_healthy();
        Answer::Sample(Box::new(Sample {
            attempt,
            member: seen,
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

fn fill(member: &mut Member, now: &Member) {
    let carried = std::mem::take(&mut member.components);
    match now.components.values().next() {
        Some(release) => {
            let all = carried.into_keys().map(|part| (part, release.clone()));
            member.components = all.collect();
        }
        None => member.unversioned.extend(carried.into_keys()),
    }
    member.health = match &now.health {
        Health::Settling(_) => Health::Settling("not yet whole".into()),
        other => other.clone(),
    };
    member.incarnation.clone_from(&now.incarnation);
}

fn fate(doom: Doom) -> Fate {
    match doom {
        Doom::CannotStart => Fate::CannotStart,
        Doom::DoesNotStay => Fate::DoesNotStay,
        Doom::DoesNotStop => Fate::DoesNotStop,
        Doom::Slow => Fate::Slow(SLOW),
    }
}

fn fleet(head: &Head) -> Result<Fleet, VersionError> {
    let cast = head.snapshot.members.values();
    let one = |member: &Member| {
        let (component, release) = member.components.first_key_value()?;
        Some(Cast {
            id: member.id.clone(),
            component: component.clone(),
            zone: member.zone.clone(),
            release: release.clone(),
        })
    };
    let length = |hundredths: u64| Length {
        median_ms: (head.member_ms * hundredths / 100).max(1),
        spread: SPREAD,
    };
    let cast = cast.filter_map(one).collect();
    let mut story = cluster::story("demo", Catalog::default(), cast, 0)?;
    story.policy.patience = patience(head.member_ms);
    story.levels = head
        .snapshot
        .levels
        .iter()
        .map(|(name, level)| (name.clone(), level.finalized))
        .collect();
    story.lengths = Lengths {
        stop: length(STOP_HUNDREDTHS),
        start: length(START_HUNDREDTHS),
        well: length(100 - STOP_HUNDREDTHS - START_HUNDREDTHS),
    };
    Ok(Fleet::of(&story))
}

/// How long a member may stand without progress, where one usually takes so long.
#[must_use]
pub fn patience(member_ms: u64) -> Ms {
    Ms((member_ms * PATIENCE_TIMES).max(PATIENCE_LEAST.0))
}
