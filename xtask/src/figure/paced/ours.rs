//! The product's own pace: the real engine, its fold, its steps and what it wants, over a fleet whose next
//! event is always the next to end.
//!
//! Must never know: what is drawn. Tests: below.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use windlass_engine::catalog::Catalog;
use windlass_engine::effect::{Answer, ClaimAnswer, Effect, Outcome, Sample};
use windlass_engine::hash::Hash;
use windlass_engine::names::{Identity, MemberId, Subject};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::run::Run;
use windlass_engine::run::event::{Approval, End, Event, Request};
use windlass_engine::run::observation::Observation;
use windlass_engine::snapshot::{Budget, Member, Snapshot};
use windlass_engine::step::{Input, step};
use windlass_engine::time::{Mark, Ms, Now, Wall};
use windlass_engine::version::Version;

use super::cluster::{CATALOG_MS, Cluster};
use crate::workspace::{NotSo, Trouble};

const OLD: &str = "1.0.0";
const NEW: &str = "2.0.0";
const COMPONENT: &str = "part";
/// Above so many members a look without news is folded as the event that it would be, not compared first.
const COMPARED_MOST: usize = 300;

/// What the engine knows of its members' times before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::figure) enum Knows {
    All,
    Nothing,
}

/// A run that was played to its end.
pub(in crate::figure) struct Played {
    start: Run,
    journal: Vec<(u64, Event)>,
    /// From the first beginning to the last settling, ms.
    pub(in crate::figure) makespan: u64,
}

impl Played {
    /// The run as it stood at a moment, ms from its beginning.
    pub(in crate::figure) fn at(&self, ms: u64) -> (Run, Now) {
        let mut run = self.start.clone();
        let until = self.journal.iter().take_while(|(at, _)| *at <= ms);
        until.for_each(|(_, event)| run.apply(event));
        (run, now(ms))
    }
}

/// Plays a cluster to its end.
///
/// # Errors
/// Where the run stands still, or does not finish: then there is no pace to speak of.
pub(in crate::figure) fn play(
    cluster: &Cluster,
    mode: Mode,
    knows: Knows,
) -> Result<Played, Trouble> {
    let mut drive = Drive::new(cluster, mode, knows)?;
    drive.go()?;
    Ok(Played {
        makespan: drive.last_settled,
        start: drive.start,
        journal: drive.journal,
    })
}

fn now(ms: u64) -> Now {
    Now {
        wall: Wall(1_000_000_000 + i64::try_from(ms * 1_000).unwrap_or(i64::MAX)),
        mono: Mark { boot: 1, ms },
    }
}

struct Drive<'c> {
    cluster: &'c Cluster,
    start: Run,
    run: Run,
    journal: Vec<(u64, Event)>,
    world: Snapshot,
    ms: u64,
    /// Ends, by time.
    ends: BinaryHeap<Reverse<(u64, usize)>>,
    last_settled: u64,
    new: Version,
}

impl<'c> Drive<'c> {
    fn new(cluster: &'c Cluster, mode: Mode, knows: Knows) -> Result<Self, Trouble> {
        let (old, new) = (Version::parse(OLD)?, Version::parse(NEW)?);
        let policy = Policy {
            pace: Pace {
                ramp: Ramp::Double,
                cap: Cap::Percent(cluster.cap),
                mode,
            },
            soak: Ms(0),
            ..Policy::default()
        };
        let times = cluster.times.iter().enumerate();
        let took: BTreeMap<MemberId, Ms> = match knows {
            Knows::All => times.map(|(member, ms)| (id(member), Ms(*ms))).collect(),
            Knows::Nothing => BTreeMap::new(),
        };
        let request = Request {
            cluster: "paced".into(),
            goal: Goal::Version(new.clone()),
            catalog: Hash::default(),
            policy: Hash::default(),
            approval: Approval::InAdvance,
            waivers: Vec::new(),
            by: "figure".into(),
            took,
        };
        let run = Run::new(request, Arc::new(catalog()?), policy);
        Ok(Self {
            cluster,
            start: run.clone(),
            run,
            journal: Vec::new(),
            world: world(cluster, &old),
            ms: 0,
            ends: BinaryHeap::new(),
            last_settled: 0,
            new,
        })
    }

    fn go(&mut self) -> Result<(), Trouble> {
        self.input(Input::Taken {
            epoch: 1,
            holder: "figure".into(),
        });
        self.attend();
        while let Some(Reverse((ms, member))) = self.ends.pop() {
            self.ms = ms;
            self.settle(member);
            self.attend();
        }
        match self.run.ended() {
            Some(End::Finished) => Ok(()),
            other => Err(NotSo(format!(
                "cluster {}: {other:?}, {}",
                self.cluster.number,
                self.run.standing(now(self.ms)).sentence
            ))
            .into()),
        }
    }

    fn input(&mut self, input: Input) {
        let events = step(&self.run, input, now(self.ms));
        self.fold(events);
    }

    fn fold(&mut self, events: Vec<Event>) {
        for event in events {
            self.run.apply(&event);
            if let Event::Began(began) = &event {
                self.begins(&began.subject);
            }
            self.journal.push((self.ms, event));
        }
    }

    fn begins(&mut self, subject: &Subject) {
        if let Subject::Member(id) = subject
            && let Ok(member) = id.as_str().parse::<usize>()
        {
            let ends = self.ms + self.cluster.times[member];
            self.ends.push(Reverse((ends, member)));
        }
    }

    /// Does what is wanted of the cluster as a whole, and whatever follows, until nothing more does.
    fn attend(&mut self) {
        let mut looks = 0;
        loop {
            let events = step(&self.run, Input::Tick, now(self.ms));
            let deeds: Vec<Event> = events;
            if !deeds.is_empty() {
                self.fold(deeds);
                continue;
            }
            let wants = self.run.wants_at_large(now(self.ms));
            let mut more = false;
            for effect in wants.effects {
                match effect {
                    Effect::Claim => {
                        self.input(Input::Answer(Answer::Claim(ClaimAnswer::Claimed)));
                        more = true;
                    }
                    // A second look at the same moment sees the same.
                    Effect::Observe { .. } if looks < 2 => {
                        looks += 1;
                        self.look();
                        more = true;
                    }
                    Effect::Observe { .. }
                    | Effect::Ensure(_)
                    | Effect::Probe { .. }
                    | Effect::Raise(_)
                    | Effect::Act { .. } => {}
                }
            }
            if !more {
                return;
            }
        }
    }

    fn look(&mut self) {
        self.world.seen = now(self.ms).wall;
        let moving = self.run.cursor().is_some_and(|at| !at.done);
        if self.cluster.members() > COMPARED_MOST && moving {
            let nothing = Observation {
                seen: self.world.seen,
                at: now(self.ms).mono,
                system: None,
                identity: None,
                members: Vec::new(),
                gone: Vec::new(),
                levels: None,
                budgets: None,
                facts: BTreeMap::new(),
                troubles: None,
                gaps: None,
            };
            self.fold(vec![Event::Observed(nothing)]);
        } else {
            self.input(Input::Answer(Answer::Seen(Box::new(self.world.clone()))));
        }
    }

    /// A member's deed was done and its gate is passed, at once: what it takes lies in its time.
    fn settle(&mut self, member: usize) {
        let subject = Subject::Member(id(member));
        let attempt = self.run.flights().get(&subject).map_or(1, |f| f.attempt);
        let done = Answer::Deed(subject, attempt, Outcome::Done);
        self.input(Input::Answer(done));
        if let Some(runs) = self.world.members.get_mut(&id(member)) {
            let runs = Arc::make_mut(runs);
            runs.components.insert(COMPONENT.into(), self.new.clone());
            let sample = Sample {
                attempt,
                member: runs.clone(),
                cluster: None,
                owes: Vec::new(),
                budgets: None,
                gone: None,
                unseen: None,
                log: Vec::new(),
            };
            self.input(Input::Answer(Answer::Sample(Box::new(sample))));
        }
        self.last_settled = self.ms;
    }
}

fn id(member: usize) -> MemberId {
    member.to_string().as_str().into()
}

/// One component, two releases, nothing to be asked.
fn catalog() -> Result<Catalog, Trouble> {
    let facts = serde_json::json!({
        "system": "paced",
        "asOf": "2026-11-20",
        "components": [
            {"name": COMPONENT, "restartMs": CATALOG_MS, "disturbs": "nothing", "source": "figure"},
        ],
        "releases": [
            {"version": OLD, "source": "figure"},
            {"version": NEW, "source": "figure"},
        ],
        "lines": [
            {"line": "1.0", "levels": {}, "source": "figure"},
            {"line": "2.0", "levels": {}, "source": "figure"},
        ],
        "levels": [],
        "paths": [{"from": "1.0", "to": "2.0", "back": "figure", "source": "figure"}],
        "skew": [],
        "checks": [],
        "hazards": [],
        "actions": [],
    });
    Ok(serde_json::from_value(facts)?)
}

fn world(cluster: &Cluster, old: &Version) -> Snapshot {
    let mut world = Snapshot::empty("paced", now(0).wall);
    world.identity = Some(Identity::from("paced"));
    for member in 0..cluster.members() {
        let rack = cluster.racks.as_ref().map(|racks| racks[member]);
        let one = Member {
            components: [(COMPONENT.into(), old.clone())].into(),
            zone: rack.map(|rack| format!("rack-{rack}")),
            ..Member::named(id(member), format!("part {member}"))
        };
        world.members.insert(id(member), one.into());
    }
    let budgets = cluster.shared.iter().map(|shared| Budget {
        members: shared.members.iter().map(|member| id(*member)).collect(),
        need: u32::try_from(shared.members.len() - shared.spare).unwrap_or(u32::MAX),
        reason: "drawn".into(),
    });
    world.budgets = budgets.collect();
    world
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// At no moment are more down than ramp, cap and budgets allow: counted here by itself.
    #[test]
    fn what_is_played_keeps_the_policy() {
        for number in 0..27 {
            let cluster = Cluster::draw(number);
            if cluster.members() > COMPARED_MOST {
                continue;
            }
            let played = play(&cluster, Mode::Sliding, Knows::All).expect("it finishes");
            let (mut down, mut settled) = (BTreeSet::new(), 0);
            for (_, event) in &played.journal {
                if let Event::Began(began) = event {
                    down.insert(began.subject.to_string());
                }
                if let Event::Settled { subject, .. } = event {
                    down.remove(&subject.to_string());
                    settled += 1;
                }
                let limit = super::super::exact::limit(settled, cluster.ceiling());
                assert!(down.len() <= limit, "{number}: {} of {limit}", down.len());
                for shared in &cluster.shared {
                    let of = |member: &&usize| down.contains(&format!("member/{member}"));
                    assert!(shared.members.iter().filter(of).count() <= shared.spare);
                }
            }
            assert_eq!(settled, cluster.members());
        }
    }
}
