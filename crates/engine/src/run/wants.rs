//! What ought to be in flight now, and when to wake: derived from the fold, at any moment.
//!
//! After a crash the fold is made again and asked again, so nothing can be lost. A paused run wants
//! nothing new.
//! Must never know: what is in flight really. Stories: `tests/it/run.rs`.

use super::{Ending, Flight, Flying, Phase, Run};
use crate::catalog::Repeat;
use crate::effect::{Effect, Ensure, EnsureLevel};
use crate::names::Subject;
use crate::plan::Stage;
use crate::run::event::Cause;
use crate::time::{Mark, Ms, Now};
use alloc::vec::Vec;

/// A member that comes back is looked at so often: its answer decides when the next may begin.
const GATE_EVERY_MS: Ms = Ms(100);
/// While something holds the next member back, the cluster is looked at so often.
const HELD_EVERY_MS: Ms = Ms(500);
/// While the run looks and plans, or seeks its proof.
const OBSERVE_EVERY_MS: Ms = Ms::seconds(1);
/// While findings bar: a human mends them, the run goes on by itself.
const BARRED_EVERY_MS: Ms = Ms::seconds(3);
/// While a human reads the plan: what was planned on must still be so.
const APPROVAL_EVERY_MS: Ms = Ms::seconds(30);
/// A soak is looked at ten times, within these bounds.
const SOAK_EVERY_MS: (Ms, Ms) = (Ms(250), Ms::seconds(30));
/// Between two sightings of a passed deadline: one jump of the wall clock must not end a pause.
pub(crate) const EXPIRY_APART_MS: Ms = Ms::minutes(60);

/// A window opens by the wall clock, and that may be set: it is looked at so often while waiting.
const WALL_LOOKED_AT_EVERY_MS: Ms = Ms::minutes(1);

/// Effects and wake time.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Wants {
    /// What ought to be in flight.
    pub effects: Vec<Effect>,
    /// When to ask again if nothing happens.
    pub wake: Option<Mark>,
}

/// What is wanted of a subject: the same aim is the same effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    /// Which attempt.
    pub attempt: u32,
    /// What of it.
    pub part: Part,
}

/// The parts of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its deed.
    Deed,
    /// Its deed, to be left at the next safe point.
    Leaving,
    /// Its gate.
    Gate,
}

impl Run {
    /// What ought to be in flight now, and when to wake.
    #[must_use]
    pub fn wants(&self, now: Now) -> Wants {
        let mut wants = self.wants_at_large(now);
        let deeds = self
            .aims()
            .filter_map(|(subject, _)| self.wanted_of(subject));
        wants.effects.extend(deeds);
        wants
    }

    /// What is wanted of the cluster as a whole, and when to wake. With [`Run::aims`] it is all that
    /// [`Run::wants`] says, at a cost that a fleet in flight can bear.
    #[must_use]
    pub fn wants_at_large(&self, now: Now) -> Wants {
        let mut wants = Wants::default();
        if self.ended.is_some() || self.epoch == 0 {
            return wants;
        }
        if self.wants_claim() {
            wants.effects.push(Effect::Claim);
        }
        if let Some(every) = self.look_every() {
            wants.effects.push(Effect::Observe {
                every,
                releases: self.releases(),
            });
        }
        wants.wake = self.wake(now);
        wants
    }

    /// What is wanted of each subject in flight, by subject, without the words of it.
    pub fn aims(&self) -> impl Iterator<Item = (&Subject, Aim)> {
        let may = self.ended.is_none() && self.epoch > 0 && self.claimed == Some(self.epoch);
        let leaves = self.ending == Some(Ending::Stopping);
        let flights = may.then_some(&self.flights).into_iter().flatten();
        flights.filter_map(move |(subject, flight)| {
            let part = match (&flight.state, subject) {
                (Flying::Failed(_) | Flying::Unclear | Flying::Left, _) => return None,
                (Flying::Gating, Subject::Level(_) | Subject::Action(_)) => return None,
                (Flying::Gating, Subject::Member(_)) => Part::Gate,
                (Flying::Doing, _) if leaves => Part::Leaving,
                (Flying::Doing, _) => Part::Deed,
            };
            let attempt = flight.attempt;
            Some((subject, Aim { attempt, part }))
        })
    }

    /// The effect that is wanted of a subject in flight.
    #[must_use]
    pub fn wanted_of(&self, subject: &Subject) -> Option<Effect> {
        self.deed(subject, self.flights.get(subject)?)
    }

    /// Marks are left before the first deed, and at each take-over before anything else is done.
    fn wants_claim(&self) -> bool {
        let barred_way = self.halt.as_ref().is_some_and(|halt| match halt.cause {
            Cause::NotClaimed { .. } | Cause::IdentityChanged { .. } => true,
            Cause::Asked { .. }
            | Cause::Failure { .. }
            | Cause::SomeoneElseActs { .. }
            | Cause::NoWayOn(_)
            | Cause::NeverOpens { .. }
            | Cause::Unclear { .. } => false,
        });
        let wanted =
            self.approved.is_some() && self.plan.as_ref().is_some_and(|(_, plan)| !plan.is_empty());
        // Where nothing may begin for days, nothing is touched either.
        let waits = self.shut.is_some() && self.flights.is_empty();
        wanted && self.claimed != Some(self.epoch) && !barred_way && !waits
    }

    fn deed(&self, subject: &Subject, flight: &Flight) -> Option<Effect> {
        match (&flight.state, subject) {
            (Flying::Failed(_) | Flying::Unclear | Flying::Left, _) => None,
            (Flying::Gating, Subject::Member(id)) => Some(Effect::Probe {
                member: id.clone(),
                attempt: flight.attempt,
                every: GATE_EVERY_MS,
            }),
            (Flying::Gating, Subject::Level(_) | Subject::Action(_)) => None,
            (Flying::Doing, Subject::Member(id)) => Some(Effect::Ensure(Ensure {
                member: id.clone(),
                component: self.moving()?.component.clone(),
                attempt: flight.attempt,
                found: flight.found.clone(),
                wanted: flight.to.clone()?,
                incarnation: flight.incarnation.clone(),
                manner: flight.manner,
                leave: self.ending == Some(Ending::Stopping),
            })),
            (Flying::Doing, Subject::Level(_)) => match self.stage()? {
                Stage::Raise(raise) => Some(Effect::Raise(EnsureLevel {
                    level: raise.level.clone(),
                    attempt: flight.attempt,
                    from: raise.from,
                    to: raise.to,
                })),
                Stage::Move(_) | Stage::Act(_) | Stage::Hold(_) => None,
            },
            (Flying::Doing, Subject::Action(name)) => Some(Effect::Act {
                action: name.clone(),
                attempt: flight.attempt,
                once: self.repeat(name) == Repeat::Once,
            }),
        }
    }

    /// How often the whole cluster is looked at now; none: not at all.
    fn look_every(&self) -> Option<Ms> {
        match self.phase() {
            Phase::Requested
            | Phase::Paused
            | Phase::Pausing(_)
            | Phase::Ended(_)
            | Phase::AwaitingHuman(_)
            | Phase::AwaitingWindow => None,
            Phase::Cancelling | Phase::Stopping => None,
            Phase::Observing => Some(OBSERVE_EVERY_MS),
            Phase::Barred => Some(BARRED_EVERY_MS),
            Phase::AwaitingApproval(_) => Some(APPROVAL_EVERY_MS),
            Phase::Soaking => self.soak().map(|soak| soak_every(soak.need)),
            Phase::Rolling => {
                let room = self.room() > 0 && !self.queue.is_empty();
                let idle = self.flights.is_empty();
                (room && self.shut.is_none() || idle).then_some(HELD_EVERY_MS)
            }
        }
    }

    /// How many more members the pace lets begin now, budgets apart.
    pub(crate) fn room(&self) -> usize {
        let members = self
            .flights
            .keys()
            .filter(|subject| matches!(subject, Subject::Member(_)))
            .count();
        let ailing = self
            .ailing
            .iter()
            .filter(|id| !self.flights.contains_key(&Subject::Member((*id).clone())));
        let held = self.policy.pace.mode == crate::policy::Mode::Barrier && members > 0;
        // The next in line may itself be the one that ails: it does not hold itself back.
        let ailing = ailing.filter(|id| self.queue.front() != Some(id)).count();
        if held {
            0
        } else {
            (self.limit() as usize).saturating_sub(members + ailing)
        }
    }

    pub(crate) fn all_stages_done(&self) -> bool {
        let Some((_, plan)) = &self.plan else {
            return false;
        };
        match (plan.stages().last(), self.cursor) {
            (None, _) => true,
            (Some((hop, stage, _)), Some(at)) => at.done && (at.hop, at.stage) == (hop, stage),
            (Some(_), None) => false,
        }
    }

    fn wake(&self, now: Now) -> Option<Mark> {
        if self.phase() == Phase::AwaitingWindow {
            let opens = self.shut.as_ref().and_then(|shut| shut.bar.opens)?;
            let left = Ms(opens.since(now.wall).0.saturating_add(1));
            return Some(now.mono.plus(left.min(WALL_LOOKED_AT_EVERY_MS)));
        }
        let halt = self.halt.as_ref()?;
        // A second sighting that found the deadline not passed after all waits for it anew.
        let seen = halt
            .expiry_seen
            .map(|at| at.plus(EXPIRY_APART_MS))
            .filter(|at| at.ms > now.mono.ms);
        let paused = now.wall.since(halt.wall);
        let left = Ms(self.policy.pause_limit.0.saturating_sub(paused.0))
            .min(EXPIRY_APART_MS)
            .max(OBSERVE_EVERY_MS);
        Some(seen.unwrap_or_else(|| now.mono.plus(left)))
    }
}

/// How often a soak is looked at.
pub(crate) fn soak_every(need: Ms) -> Ms {
    Ms(need.0 / 10).clamp(SOAK_EVERY_MS.0, SOAK_EVERY_MS.1)
}
