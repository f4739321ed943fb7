//! State is only the fold of events: one arm an event, and nothing else changes a run.
//!
//! Must never know: why an event was made. Stories: `tests/it/run.rs` (replay equals fold).

use super::{Cursor, Ending, Flight, Flying, Halt, Run, Shut, Soak};
use crate::budget::Index;
use crate::calendar::hours::Keep;
use crate::catalog::Repeat;
use crate::names::Subject;
use crate::plan;
use crate::run::command::{Answered, Command, Retry};
use crate::run::event::{Approver, Began, Cause, Event};
use crate::run::observation::Observation;
use crate::snapshot::{Health, Member, Snapshot};
use crate::time::{Mark, Ms, Wall};
use crate::version::Version;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;

impl Run {
    /// Folds one event.
    pub fn apply(&mut self, event: &Event) {
        self.events += 1;
        match event {
            Event::Requested(_) => {}
            Event::Taken { epoch, holder, at } => self.taken(*epoch, holder, *at),
            Event::Observed(observation) => self.observed(observation),
            Event::Judged { findings, at } => {
                self.findings.clone_from(findings);
                self.judged = Some(*at);
            }
            Event::Planned(made) => {
                self.plan = Some((plan::name(made), made.clone()));
                self.touched = made.touched();
                self.doubt = None;
                self.cursor = None;
                self.queue.clear();
                self.soak = None;
            }
            Event::PlanKept => self.doubt = None,
            Event::Refused(refusal) => self.refusal = Some(refusal.clone()),
            Event::Approved { plan, by } => {
                self.approved = Some(*plan);
                self.silent = match by {
                    Approver::Human(_) => 0,
                    Approver::Nobody(_) => self.silent + 1,
                };
                if let Some(pace) = self.pace_asked.take() {
                    self.policy.pace = pace;
                    self.pace_approved = pace;
                }
            }
            Event::Claimed { epoch } => self.claimed = Some(*epoch),
            Event::ClaimRefused { .. } => self.claimed = None,
            Event::StageBegan { hop, stage } => self.stage_began(*hop, *stage),
            Event::StageDone { hop, stage } => {
                self.cursor = Some(Cursor {
                    hop: *hop,
                    stage: *stage,
                    begun: true,
                    done: true,
                })
            }
            Event::Began(began) => self.began(began),
            Event::Moved { subject, at, .. } => self.in_flight(subject, |flight| {
                flight.state = Flying::Gating;
                flight.step = None;
                flight.progressed = *at;
            }),
            Event::NotYet { subject, step, .. } => self.not_yet(subject, step),
            Event::Progressed {
                subject,
                progress,
                at,
            } => self.in_flight(subject, |flight| {
                flight.progress = *progress;
                flight.step = None;
                flight.progressed = *at;
            }),
            Event::Failed {
                subject, failure, ..
            } => {
                self.limit.reset();
                self.line_up_anew();
                self.in_flight(subject, |flight| {
                    flight.state = Flying::Failed(failure.clone())
                });
            }
            Event::Settled {
                subject,
                version,
                incarnation,
                at,
                ..
            } => {
                let took = self.flights.get(subject).and_then(|f| at.since(f.began));
                if matches!(subject, Subject::Member(_)) {
                    self.slowest = self.slowest.max(took.unwrap_or_default());
                }
                if let (Subject::Member(id), Some(took)) = (subject, took) {
                    self.learn(id, took);
                }
                self.settled(subject, version.as_ref(), incarnation.as_ref());
            }
            Event::SoakBegan { need, why, at } => {
                self.soak = Some(Soak {
                    need: *need,
                    have: Ms(0),
                    looked: *at,
                    why: why.clone(),
                    broken: None,
                });
            }
            Event::SoakSpan { at } => self.soaking(|soak| {
                soak.have = Ms(soak.have.0 + at.since(soak.looked).unwrap_or_default().0);
                soak.looked = *at;
            }),
            Event::SoakBroken { why, at } => self.soaking(|soak| {
                soak.have = Ms(0);
                soak.looked = *at;
                soak.broken = Some(why.clone());
            }),
            Event::SoakPassed => self.soak_passed(),
            Event::Commanded {
                seq,
                command,
                answered,
                at,
                ..
            } => {
                self.inbox = *seq;
                if matches!(answered, Answered::Taken(_)) {
                    let stood_still = self.halt.is_some();
                    self.commanded(command);
                    if stood_still && self.halt.is_none() {
                        // Nobody looked while it stood still: that time is no healthy time.
                        self.soaking(|soak| soak.looked = *at);
                    }
                }
            }
            Event::Halted { cause, at, wall } => {
                self.limit.reset();
                self.line_up_anew();
                // Whoever goes on after a pause goes on within the hours.
                self.keep = Keep::All;
                self.shut = None;
                // What was seen healthy before counts no more; that healthy time is owed stays.
                self.soaking(|soak| soak.have = Ms(0));
                self.halt = Some(Halt {
                    cause: cause.clone(),
                    at: *at,
                    wall: *wall,
                    expiry_seen: None,
                });
            }
            Event::Shut { bar, wall } => {
                self.shut = Some(Shut {
                    bar: bar.clone(),
                    wall: *wall,
                });
            }
            // The pace ramps from one again, and what was seen before the wait decides nothing.
            Event::Opened { .. } => {
                self.limit.reset();
                self.line_up_anew();
                self.shut = None;
                self.observed = None;
            }
            Event::Replanning { why } => self.doubt = Some(why.clone()),
            Event::Confirmed { subject, .. } => {
                self.flights.remove(subject);
            }
            Event::Skipped { subject, .. } => {
                self.flights.remove(subject);
                if let Subject::Member(skipped) = subject {
                    self.queue.retain(|id| id != skipped);
                    // Whatever a human left it at is not what we last told.
                    self.told.remove(skipped);
                }
                self.skipped.insert(subject.clone());
            }
            Event::ExpirySeen { at } => {
                if let Some(halt) = &mut self.halt {
                    halt.expiry_seen = Some(*at);
                }
            }
            Event::Proven => self.proven = true,
            Event::Ended(end) => self.ended = Some(end.clone()),
        }
    }

    /// Timers of another carrier's boot mean nothing here: they begin anew. What cannot be repeated
    /// and was in flight is unclear from now on.
    fn taken(&mut self, epoch: u64, holder: &str, at: Mark) {
        self.epoch = epoch;
        self.holder = holder.into();
        self.claimed = None;
        self.observed = None;
        let anew = |mark: &mut Mark| {
            if mark.boot != at.boot {
                *mark = at;
            }
        };
        if let Some(soak) = &mut self.soak {
            soak.taken(at);
        }
        if let Some(halt) = &mut self.halt {
            anew(&mut halt.at);
            halt.expiry_seen.iter_mut().for_each(anew);
        }
        self.judged.iter_mut().for_each(anew);
        let catalog = self.catalog.clone();
        for (subject, flight) in &mut self.flights {
            anew(&mut flight.began);
            // Nobody looked in between: that time is no time without progress.
            flight.progressed = at;
            let once = match subject {
                Subject::Action(name) => catalog
                    .actions
                    .iter()
                    .any(|a| a.name == *name && a.repeat == Repeat::Once),
                Subject::Member(_) | Subject::Level(_) => false,
            };
            if once && flight.state == Flying::Doing {
                flight.state = Flying::Unclear;
            }
        }
    }

    fn observed(&mut self, observation: &Observation) {
        let known = self
            .known
            .get_or_insert_with(|| Snapshot::empty("", Wall(0)));
        observation.lay_onto(known);
        if observation.budgets.is_some() {
            self.budgets = Arc::new(Index::of(&known.budgets));
        }
        self.observed = Some(observation.at);
        self.settled_since_look = 0;
        if self.identity.is_none() {
            self.identity.clone_from(&known.identity);
        }
        for member in &observation.members {
            self.tell(member);
            if member.health == Health::Healthy {
                self.ailing.remove(&member.id);
            } else {
                self.ailing.insert(member.id.clone());
            }
        }
        for id in &observation.gone {
            self.ailing.remove(id);
            self.told.remove(id);
        }
        let others = observation.budgets.is_some() || !observation.gone.is_empty();
        if others || observation.members.iter().any(|m| self.orders(m)) {
            self.line_up();
        }
    }

    /// What a look tells of a member; what it could not see stays as told before. While the run
    /// stands still nothing is taken as told: what others do meanwhile is met when it goes on.
    fn tell(&mut self, seen: &Arc<Member>) {
        let Some(told) = self.told.get_mut(&seen.id) else {
            self.told.insert(seen.id.clone(), seen.clone());
            return;
        };
        if self.halt.is_some() {
            return;
        }
        let sure = seen.unversioned.is_empty() && !seen.components.is_empty();
        if sure && seen.incarnation.is_some() {
            told.clone_from(seen);
            return;
        }
        let mut components = if sure {
            BTreeMap::new()
        } else {
            told.components.clone()
        };
        components.extend(seen.components.clone());
        let unversioned = seen.unversioned.iter();
        *told = Arc::new(Member {
            unversioned: unversioned
                .filter(|component| !components.contains_key(*component))
                .cloned()
                .collect(),
            components,
            incarnation: seen.incarnation.clone().or(told.incarnation.clone()),
            ..Member::clone(seen)
        });
    }

    fn began(&mut self, began: &Began) {
        let incarnation = match &began.subject {
            Subject::Member(id) if !self.flights.contains_key(&began.subject) => self
                .known
                .as_ref()
                .and_then(|known| known.members.get(id))
                .and_then(|member| member.incarnation.clone()),
            Subject::Member(_) | Subject::Level(_) | Subject::Action(_) => None,
        };
        match &began.subject {
            Subject::Member(id) if self.queue.front() == Some(id) => {
                self.queue.pop_front();
            }
            Subject::Member(id) => self.queue.retain(|other| other != id),
            Subject::Level(_) | Subject::Action(_) => self.stage_has_begun(),
        }
        self.attempts.insert(began.subject.clone(), began.attempt);
        self.flights.insert(
            began.subject.clone(),
            Flight {
                attempt: began.attempt,
                tries: began.tries,
                found: began.found.clone(),
                to: began.to.clone(),
                incarnation,
                manner: began.manner,
                state: Flying::Doing,
                began: began.at,
                step: None,
                progress: 0,
                progressed: began.at,
            },
        );
    }

    fn stage_has_begun(&mut self) {
        if let Some(at) = &mut self.cursor {
            at.begun = true;
        }
    }

    fn not_yet(&mut self, subject: &Subject, step: &str) {
        let once = match subject {
            Subject::Action(name) => self.repeat(name) == Repeat::Once,
            Subject::Member(_) | Subject::Level(_) => false,
        };
        let stopping = self.ending == Some(Ending::Stopping);
        self.in_flight(subject, |flight| {
            flight.step = Some(step.into());
            if once {
                flight.state = Flying::Unclear;
            } else if stopping {
                flight.state = Flying::Left;
            }
        });
    }

    fn settled(
        &mut self,
        subject: &Subject,
        version: Option<&Version>,
        incarnation: Option<&String>,
    ) {
        self.flights.remove(subject);
        self.settled_since_look += 1;
        self.changes += 1;
        let Subject::Member(id) = subject else { return };
        self.settled_at.insert(id.clone(), self.changes);
        let ceiling = self.ceiling();
        self.limit.settled(ceiling);
        self.ailing.remove(id);
        self.moved.insert(id.clone());
        let Some(version) = version else { return };
        let moved = self.moving().map(|step| step.component.clone());
        let catalog = self.catalog.clone();
        self.landed.insert(version.clone());
        self.line_up_anew();
        let known = self
            .known
            .as_mut()
            .and_then(|known| known.members.get_mut(id));
        for member in known.into_iter().chain(self.told.get_mut(id)) {
            let mut settled = Member::clone(member);
            for (name, runs) in &mut settled.components {
                let along = |stage| catalog.moves_along(stage, name);
                if moved.as_ref().is_none_or(along) {
                    *runs = version.clone();
                }
            }
            settled.incarnation = incarnation.cloned();
            settled.health = Health::Healthy;
            // Mostly the look before it told so already: what is shared stays shared.
            if **member != settled {
                *member = Arc::new(settled);
            }
        }
        // The old release was put back: the member still has its move before it.
        if self
            .moving()
            .is_some_and(|step| step.to != *version && step.members.contains(id))
        {
            self.queue.push_back(id.clone());
            self.moved.remove(id);
        }
    }

    fn soak_passed(&mut self) {
        self.soak = None;
        if let Some(to) = self.moving().map(|step| step.to.clone()) {
            self.soaked.insert(to);
            self.line_up_anew();
        }
    }

    /// A command that was taken; what has an event of its own is not repeated here.
    fn commanded(&mut self, command: &Command) {
        match command {
            Command::Approve { .. }
            | Command::Pause
            | Command::Confirm { .. }
            | Command::Skip { .. } => {}
            Command::Retry { subject, how } => self.retried(subject.as_ref(), *how),
            Command::Waive(waiver) => {
                self.waivers.push(waiver.clone());
                // The next look is told even if it brings no news: the checks are asked on it.
                self.observed = None;
            }
            Command::Continue => {
                self.halt = None;
                self.limit.reset();
                self.line_up_anew();
                self.observed = None;
                self.claimed = self.claimed.filter(|epoch| *epoch == self.epoch);
                if self.plan.is_some() {
                    self.doubt = Some("the run was continued after a pause".into());
                }
            }
            Command::Cancel => self.ending = Some(Ending::Cancelling),
            Command::Stop => self.ending = Some(Ending::Stopping),
            Command::Pace(pace) => {
                if self.raises_pace(*pace) {
                    self.pace_asked = Some(*pace);
                } else {
                    self.policy.pace = *pace;
                    self.pace_asked = None;
                    self.limit.reset();
                    self.line_up_anew();
                }
            }
            Command::Begin => {
                self.keep = Keep::Freezes;
                self.shut = None;
                self.observed = None;
                if self.halt.take().is_some() {
                    self.doubt = Some("the run was told to begin".into());
                }
            }
            Command::Retarget(goal) => {
                self.request.goal = goal.clone();
                self.request.approval = super::event::Approval::Asked;
                self.approved = None;
                for subject in core::mem::take(&mut self.flights).into_keys() {
                    if let Subject::Member(id) = subject {
                        self.told.remove(&id);
                    }
                }
                self.halt = None;
                self.observed = None;
                self.doubt = Some("another goal was asked for".into());
            }
        }
    }

    /// A retry goes on with the run, unless something else stands in its way, or the old release is
    /// put back: then a human says `continue` when all is well again.
    fn retried(&mut self, subject: Option<&Subject>, how: Retry) {
        let other_failed = self
            .flights
            .iter()
            .any(|(other, f)| Some(other) != subject && matches!(f.state, Flying::Failed(_)));
        let by_failure = self
            .halt
            .as_ref()
            .is_some_and(|halt| matches!(halt.cause, Cause::Failure { .. }));
        if how != Retry::Old && by_failure && !other_failed {
            self.halt = None;
            // What others did while it stood still was not judged: nothing else begins before a look.
            self.observed = None;
        }
    }

    fn in_flight(&mut self, subject: &Subject, change: impl FnOnce(&mut Flight)) {
        if let Some(flight) = self.flights.get_mut(subject) {
            change(flight);
        }
    }

    fn soaking(&mut self, change: impl FnOnce(&mut Soak)) {
        if let Some(soak) = &mut self.soak {
            change(soak);
        }
    }
}
