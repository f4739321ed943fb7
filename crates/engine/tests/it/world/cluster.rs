//! The cluster of a tiny world: what happens to it, and what it answers.

use super::World;
use crate::stage::v;
use std::sync::Arc;
use windlass_engine::effect::{Answer, Effect, Failure, FailureCode, Outcome, Sample};
use windlass_engine::names::Subject;
use windlass_engine::snapshot::{Gap, Health, Member, Weight};
use windlass_engine::step::{Input, heard};

impl World {
    /// Holds back the answers of deeds about a subject.
    pub fn hold(&mut self, subject: &str) -> &mut Self {
        self.held.insert(Subject::parse(subject));
        self
    }

    pub fn release(&mut self, subject: &str) -> &mut Self {
        self.held.remove(&Subject::parse(subject));
        self.due.clear();
        self
    }

    /// The deeds about a subject go wrong from now on.
    pub fn breaks(&mut self, subject: &str, what: &str) -> &mut Self {
        self.failing.insert(Subject::parse(subject), what.into());
        self
    }

    pub fn mended(&mut self, subject: &str) -> &mut Self {
        self.failing.remove(&Subject::parse(subject));
        self.ails.mended(subject);
        self.due.clear();
        self
    }

    pub fn health(&mut self, member: &str, health: Health) -> &mut Self {
        if let Some(member) = self.cluster.members.get_mut(&member.into()) {
            Arc::make_mut(member).health = health;
        }
        self
    }

    /// Somebody else restarts a member, at a release.
    pub fn restart(&mut self, member: &str, version: &str) -> &mut Self {
        self.starts += 1;
        let process = format!("foreign {}", self.starts);
        self.runs(member, version, &process);
        self
    }

    fn runs(&mut self, member: &str, version: &str, process: &str) {
        let member = self.cluster.members.get_mut(&member.into());
        let member = Arc::make_mut(member.expect("a member"));
        for runs in member.components.values_mut() {
            *runs = v(version);
        }
        member.incarnation = Some(process.into());
    }

    /// A member cannot be looked at any more: a gap, and nothing else of it.
    pub fn lose(&mut self, member: &str) -> Arc<Member> {
        let gone = self.cluster.members.remove(&member.into());
        self.cluster.gaps.push(Gap {
            about: member.into(),
            member: Some(member.into()),
            what: "its host does not answer".into(),
            mend: "see to it".into(),
            weight: Weight::Informs,
        });
        gone.expect("a member")
    }

    pub(super) fn perform(&mut self, effect: &Effect) -> Option<Answer> {
        let held = |subject: &Subject| self.held.contains(subject);
        match effect {
            Effect::Observe { .. } if self.blind => None,
            Effect::Observe { .. } => {
                self.cluster.seen = self.now.wall;
                Some(Answer::Seen(Box::new(self.cluster.clone())))
            }
            Effect::Claim => Some(Answer::Claim(self.claim.clone())),
            Effect::Ensure(ensure) => {
                let subject = Subject::Member(ensure.member.clone());
                if ensure.leave {
                    let step = "told to stop".into();
                    return Some(Answer::Deed(
                        subject,
                        ensure.attempt,
                        Outcome::NotYet { step },
                    ));
                }
                if held(&subject) {
                    return None;
                }
                if let Some(failed) = self.failed(&subject, ensure.attempt) {
                    return Some(failed);
                }
                self.starts += 1;
                let process = format!("ours {}", self.starts);
                let member = self.cluster.members.get(&ensure.member).expect("a member");
                let at: Vec<_> = member.components.values().collect();
                assert!(
                    at.iter().all(|at| ensure.found.contains(at)),
                    "{subject} found at {at:?}, expected {:?}",
                    ensure.found
                );
                let wanted = ensure.wanted.clone();
                self.runs(ensure.member.as_str(), wanted.as_str(), &process);
                Some(Answer::Deed(subject, ensure.attempt, Outcome::Done))
            }
            Effect::Raise(raise) => {
                let subject = Subject::Level(raise.level.clone());
                if held(&subject) {
                    return None;
                }
                if let Some(failed) = self.failed(&subject, raise.attempt) {
                    return Some(failed);
                }
                let level = self.cluster.levels.get_mut(&raise.level).expect("a level");
                level.finalized = raise.to;
                Some(Answer::Deed(subject, raise.attempt, Outcome::Done))
            }
            Effect::Act {
                action, attempt, ..
            } => {
                let subject = Subject::Action(action.clone());
                if held(&subject) {
                    return None;
                }
                let failed = self.failed(&subject, *attempt);
                Some(failed.unwrap_or(Answer::Deed(subject, *attempt, Outcome::Done)))
            }
            Effect::Probe {
                member, attempt, ..
            } => {
                let mut seen = Member::clone(self.cluster.members.get(member)?);
                let unseen = self.ails.shown(&mut seen);
                Some(Answer::Sample(Box::new(Sample {
                    attempt: *attempt,
                    member: seen,
                    cluster: Some(self.cluster.clone()),
                    owes: Vec::new(),
                    budgets: None,
                    gone: None,
                    unseen,
                    log: Vec::new(),
                })))
            }
        }
    }

    fn failed(&self, subject: &Subject, attempt: u32) -> Option<Answer> {
        let what = self.failing.get(subject)?.clone();
        let outcome = if what == "lost" {
            let step = "sent".into();
            Outcome::NotYet { step }
        } else {
            Outcome::Failed(Failure {
                code: FailureCode::DidNotStay,
                step: "starting".into(),
                what,
                log: vec!["the last line".into()],
            })
        };
        Some(Answer::Deed(subject.clone(), attempt, outcome))
    }

    /// Whole looks are not answered until `sees`.
    pub fn blind(&mut self) -> &mut Self {
        self.blind = true;
        self
    }

    pub fn sees(&mut self) -> &mut Self {
        self.blind = false;
        self.due.clear();
        self
    }

    /// A look begins: it sees what is now, and is slow to tell.
    pub fn look_begins(&mut self) -> &mut Self {
        self.slow = Some((self.cluster.clone(), self.run.changes()));
        self
    }

    /// It tells.
    pub fn look_ends(&mut self) -> &mut Self {
        let (snapshot, since) = self.slow.take().expect("a look");
        if let Some(answer) = heard(&self.run, since, Answer::Seen(Box::new(snapshot))) {
            self.input(Input::Answer(answer));
        }
        self
    }
}
