//! What a journal tells beyond the fold: when phases, stages and members began.
//!
//! Must never know: terminals, stores. Stories: `picture`, `words`.

use std::collections::BTreeMap;
use windlass_engine::names::Subject;
use windlass_engine::run::Run;
use windlass_engine::run::event::Event;
use windlass_engine::time::{Ms, Wall};

/// When a stage began, and when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub began: Wall,
    /// When it was done.
    pub done: Option<Wall>,
}

/// Times of one run, folded beside it.
#[derive(Clone, Debug, Default)]
pub struct Tale {
    phase: Option<(&'static str, Wall)>,
    stages: BTreeMap<(usize, usize), Span>,
    begun: BTreeMap<Subject, Wall>,
    first_began: Option<Wall>,
    last_settled: Option<Wall>,
    proven: Option<Wall>,
    moves: usize,
    retries: usize,
    halted: Option<Wall>,
    pauses: usize,
    paused: Ms,
    last: Wall,
}

impl Tale {
    /// One more fact; the run has folded it already.
    pub fn fold(&mut self, run: &Run, fact: &Event, at: Wall) {
        self.last = at;
        match fact {
            Event::Planned(_) => self.stages.clear(),
            Event::StageBegan { hop, stage } => {
                let span = Span {
                    began: at,
                    done: None,
                };
                self.stages.insert((*hop, *stage), span);
            }
            Event::StageDone { hop, stage } => {
                if let Some(span) = self.stages.get_mut(&(*hop, *stage)) {
                    span.done = Some(at);
                }
            }
            Event::Began(began) => {
                self.first_began.get_or_insert(at);
                self.begun.insert(began.subject.clone(), at);
                self.retries += usize::from(began.tries > 1);
            }
            Event::Settled { subject, .. } => self.settled(subject, at),
            Event::Halted { .. } => {
                self.halted = Some(at);
                self.pauses += 1;
            }
            Event::Proven => self.proven = Some(at),
            Event::Requested(_)
            | Event::Taken { .. }
            | Event::Observed(_)
            | Event::Judged { .. }
            | Event::Refused(_)
            | Event::Approved { .. }
            | Event::Claimed { .. }
            | Event::ClaimRefused { .. }
            | Event::Moved { .. }
            | Event::NotYet { .. }
            | Event::Progressed { .. }
            | Event::Failed { .. }
            | Event::SoakBegan { .. }
            | Event::SoakSpan { .. }
            | Event::SoakBroken { .. }
            | Event::SoakPassed
            | Event::Commanded { .. }
            | Event::Shut { .. }
            | Event::Opened { .. }
            | Event::Replanning { .. }
            | Event::PlanKept
            | Event::Confirmed { .. }
            | Event::Skipped { .. }
            | Event::ExpirySeen { .. }
            | Event::Ended(_) => {}
        }
        if run.halt().is_none()
            && let Some(since) = self.halted.take()
        {
            self.paused = Ms(self.paused.0 + at.since(since).0);
        }
        let word = run.phase().word();
        if self.phase.is_none_or(|(known, _)| known != word) {
            self.phase = Some((word, at));
        }
    }

    fn settled(&mut self, subject: &Subject, at: Wall) {
        self.last_settled = Some(at);
        let begun = self.begun.remove(subject).is_some();
        self.moves += usize::from(begun && matches!(subject, Subject::Member(_)));
    }

    /// Since when the present phase stands.
    #[must_use]
    pub fn since(&self) -> Wall {
        self.phase.map_or(self.last, |(_, since)| since)
    }

    /// When the last fact was made.
    #[must_use]
    pub fn last(&self) -> Wall {
        self.last
    }

    /// When a subject in flight began.
    #[must_use]
    pub fn began(&self, subject: &Subject) -> Option<Wall> {
        self.begun.get(subject).copied()
    }

    /// When a stage began and was done.
    #[must_use]
    pub fn stage(&self, hop: usize, stage: usize) -> Option<Span> {
        self.stages.get(&(hop, stage)).copied()
    }

    /// From the first member's beginning to the last one's end.
    #[must_use]
    pub fn length(&self) -> Option<Ms> {
        Some(self.last_settled?.since(self.first_began?))
    }

    /// When the goal was seen to hold.
    #[must_use]
    pub fn proven(&self) -> Option<Wall> {
        self.proven
    }

    /// Member moves done, retries, pauses, and time spent paused.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize, Ms) {
        (self.moves, self.retries, self.pauses, self.paused)
    }
}

#[cfg(test)]
pub mod tests {
    //! A run of three members on its way from 3.9.1 to 4.1.2, controllers done.
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use windlass_engine::catalog::Catalog;
    use windlass_engine::hash::Hash;
    use windlass_engine::names::{Component, MemberId};
    use windlass_engine::plan::{Act, Goal, Hop, Move, Plan, Raise, Stage};
    use windlass_engine::policy::Policy;
    use windlass_engine::run::event::{Approval, Approver, Request};
    use windlass_engine::run::observation::Observation;
    use windlass_engine::snapshot::{Member, Snapshot};
    use windlass_engine::time::Mark;
    use windlass_engine::version::Version;

    /// Facts, at no particular time.
    pub mod at {
        use super::*;
        use windlass_engine::effect::Manner;
        use windlass_engine::run::event::Began;

        pub fn began(id: &str, attempt: u32) -> Event {
            Event::Began(Began {
                subject: Subject::Member(id.into()),
                attempt,
                tries: attempt,
                found: BTreeSet::from([version("3.9.1")]),
                to: Some(version("4.1.2")),
                manner: Manner::Gentle,
                at: Mark::default(),
            })
        }

        /// So many seconds after the boot.
        pub fn mark(second: i64) -> Mark {
            Mark {
                boot: 0,
                ms: u64::try_from(second).unwrap_or_default() * 1_000,
            }
        }

        /// The same fact at a second.
        pub fn stamped(fact: Event, second: i64) -> Event {
            let mut fact = fact;
            if let Event::Began(Began { at, .. }) | Event::Settled { at, .. } = &mut fact {
                *at = mark(second);
            }
            fact
        }

        pub fn settled(id: &str, runs: &str) -> Event {
            Event::Settled {
                subject: Subject::Member(id.into()),
                attempt: 1,
                version: Some(version(runs)),
                incarnation: None,
                at: Mark::default(),
            }
        }
    }

    pub fn version(text: &str) -> Version {
        Version::parse(text).expect("a version")
    }

    fn member(id: &str, component: &str) -> Member {
        Member {
            components: [(Component::from(component), version("3.9.1"))].into(),
            state: "in sync".into(),
            ..Member::named(id.into(), format!("{component} {id}"))
        }
    }

    fn step(component: &str, members: &[&str]) -> Stage {
        Stage::Move(Move {
            component: component.into(),
            from: BTreeSet::from([version("3.9.1")]),
            to: version("4.1.2"),
            members: members.iter().map(|id| MemberId::from(*id)).collect(),
            disturbs: String::new(),
            each: Ms::seconds(10),
        })
    }

    pub fn plan() -> Plan {
        Plan {
            parent: None,
            identity: "abc".into(),
            goal: Goal::Version(version("4.1.2")),
            start: BTreeMap::new(),
            hops: vec![Hop {
                to: version("4.1.2"),
                stages: vec![
                    step("controller", &["101"]),
                    step("broker", &["1", "2"]),
                    Stage::Act(Act {
                        action: "preferred-leaders".into(),
                        what: "moves leaders back".into(),
                        by_hand: None,
                    }),
                    Stage::Raise(Raise {
                        level: "metadata.version".into(),
                        from: 21,
                        to: 27,
                        named: ("3.9-IV0".into(), "4.1-IV1".into()),
                        why: "asked for".into(),
                    }),
                ],
            }],
            mixes: Vec::new(),
            hazards: Vec::new(),
            left: Vec::new(),
            expected: Ms::seconds(30),
            one_by_one: Ms::seconds(30),
        }
    }

    pub fn requested() -> Run {
        let catalog = Catalog {
            system: "kafka".into(),
            as_of: "2026-11-20".into(),
            ..Catalog::default()
        };
        let request = Request {
            cluster: "orders".into(),
            goal: Goal::Version(version("4.1")),
            catalog: Hash::default(),
            policy: Hash::default(),
            approval: Approval::Asked,
            waivers: Vec::new(),
            by: "ana".into(),
            took: BTreeMap::new(),
        };
        let policy = Policy {
            soak: Ms(0),
            ..Policy::default()
        };
        Run::new(request, Arc::new(catalog), policy)
    }

    pub fn first_facts() -> Vec<Event> {
        let mut seen = Snapshot::empty("kafka", Wall(0));
        seen.identity = Some("abc".into());
        for (id, component) in [("101", "controller"), ("1", "broker"), ("2", "broker")] {
            seen.members.insert(id.into(), member(id, component).into());
        }
        let plan = plan();
        let name = windlass_engine::plan::name(&plan);
        vec![
            Event::Taken {
                epoch: 1,
                holder: "pid 7 on k1".into(),
                at: Mark::default(),
            },
            Event::Observed(Observation::between(None, &seen, Mark::default(), |_| None)),
            Event::Planned(Arc::new(plan)),
            Event::Approved {
                plan: name,
                by: Approver::Human("ana".into()),
            },
            Event::Claimed { epoch: 1 },
            Event::StageBegan { hop: 0, stage: 0 },
            at::began("101", 1),
            at::settled("101", "4.1.2"),
            Event::StageDone { hop: 0, stage: 0 },
        ]
    }

    pub fn rolling() -> Run {
        let mut run = requested();
        for fact in first_facts() {
            run.apply(&fact);
        }
        run
    }

    #[test]
    fn phases_and_stages_keep_their_times() {
        let mut run = requested();
        let mut tale = Tale::default();
        for (second, fact) in first_facts().iter().enumerate() {
            run.apply(fact);
            tale.fold(&run, fact, Wall(second as i64 * 1_000_000));
        }
        assert_eq!(run.phase().word(), "rolling");
        assert_eq!(tale.since(), Wall(3_000_000));
        let span = tale.stage(0, 0).expect("it began");
        assert_eq!(
            span.done.map(|done| done.since(span.began)),
            Some(Ms(3_000))
        );
        assert_eq!(tale.counts().0, 1);
    }
}
