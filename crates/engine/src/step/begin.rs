//! What begins next: the next stage, a soak, or members under pace and budgets.
//!
//! Must never know: deeds. Stories: `tests/it/pace.rs`.

use super::think;
use crate::budget;
use crate::check::Verdict;
use crate::effect::Manner;
use crate::names::{MemberId, Subject};
use crate::plan::{Move, Plan, Stage};
use crate::policy::Mode;
use crate::run::event::{Began, Event};
use crate::run::{Cursor, FINDINGS_FRESH_MS, Run};
use crate::snapshot::{Budget, Health, Snapshot};
use crate::time::{Ms, Now};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn next(run: &Run, now: Now) -> Vec<Event> {
    let Some(known) = run
        .known()
        .filter(|_| run.is_claimed() && run.is_fresh(now) && !run.doubts())
    else {
        return Vec::new();
    };
    if run.flights().is_empty() {
        let judged = think::again(run, known, now);
        if !judged.is_empty() {
            return judged;
        }
    } else if expired(run, now) {
        // What is in flight settles first: then the checks are asked again, without the waiver.
        return Vec::new();
    }
    let Some(at) = run.cursor().filter(|at| !at.done) else {
        return stage(run, known, now);
    };
    let Some(stage) = run.stage() else {
        return Vec::new();
    };
    match stage {
        Stage::Move(step) => moving(run, step, known, at, now),
        Stage::Raise(raise) => once(run, Subject::Level(raise.level.clone()), known, at, now),
        // No run takes a plan with such a stage: see `think`.
        Stage::Hold(_) => Vec::new(),
        Stage::Act(act) => once(run, Subject::Action(act.action.clone()), known, at, now),
    }
}

/// A waiver that something was let pass by has ended since.
fn expired(run: &Run, now: Now) -> bool {
    run.findings().iter().any(|finding| match &finding.verdict {
        Verdict::Waived { until, .. } => *until <= now.wall,
        Verdict::Pass | Verdict::Warn | Verdict::Fail | Verdict::Unknown(_) => false,
    })
}

/// The next stage, after healthy time has passed since the last.
fn stage(run: &Run, known: &Snapshot, now: Now) -> Vec<Event> {
    let Some((_, plan)) = run.plan() else {
        return Vec::new();
    };
    let (hop, stage) = next_stage(run, plan);
    if run.cursor().is_none() && judged_long_ago(run, now) {
        let findings = think::findings(run, known, Some(plan), now);
        return vec![Event::Judged {
            findings,
            at: now.mono,
        }];
    }
    vec![Event::StageBegan { hop, stage }]
}

/// Indexes of the stage that begins next.
pub(super) fn next_stage(run: &Run, plan: &Plan) -> (usize, usize) {
    match run.cursor() {
        None => (0, 0),
        Some(Cursor { hop, stage, .. })
            if plan
                .hops
                .get(hop)
                .is_some_and(|h| stage + 1 < h.stages.len()) =>
        {
            (hop, stage + 1)
        }
        Some(Cursor { hop, .. }) => (hop + 1, 0),
    }
}

fn judged_long_ago(run: &Run, now: Now) -> bool {
    run.judged_at()
        .and_then(|at| now.mono.since(at))
        .is_none_or(|age| age > FINDINGS_FRESH_MS)
}

fn moving(run: &Run, step: &Move, known: &Snapshot, at: Cursor, now: Now) -> Vec<Event> {
    if run.flights().is_empty() {
        if run.queue().next().is_none() {
            return done(run, at, now);
        }
        if let Some(soak) = canary(run, step, now) {
            return vec![soak];
        }
    }
    chosen(run, known)
        .into_iter()
        .map(|id| began(run, step, id, known, now))
        .collect()
}

/// After the last of a stage: healthy time first, where the policy asks for it, then the next.
fn done(run: &Run, at: Cursor, now: Now) -> Vec<Event> {
    let finished = Event::StageDone {
        hop: at.hop,
        stage: at.stage,
    };
    let soak = run.policy().soak;
    let moved = run
        .plan()
        .is_some_and(|(_, plan)| plan.hops[at.hop].stages[at.stage].moves() > 0);
    if soak == Ms(0) || !moved {
        return vec![finished];
    }
    vec![
        finished,
        Event::SoakBegan {
            need: soak,
            why: "after the stage".into(),
            at: now.mono,
        },
    ]
}

/// After the first member on a new release.
fn canary(run: &Run, step: &Move, now: Now) -> Option<Event> {
    let soak = run.policy().soak;
    (soak > Ms(0) && run.owes_soak(&step.to)).then(|| Event::SoakBegan {
        need: soak,
        why: alloc::format!("after the first member on {}", step.to),
        at: now.mono,
    })
}

/// Members that may begin now, in order: under the limit, no budget passed, no trouble standing. One
/// that a budget holds is passed by others, but a zone that was begun is begun to its last member
/// before another one: never are two weakened where one need be.
fn chosen(run: &Run, known: &Snapshot) -> Vec<MemberId> {
    let mut room = run.room();
    if room == 0 || !known.troubles.is_empty() {
        return Vec::new();
    }
    // One that ails and waits is down already: it takes nothing more from its budgets.
    let ailing: BTreeSet<&MemberId> = run.ailing().collect();
    let flying = run.flights().keys().filter_map(member);
    let down = flying.chain(ailing.iter().copied().filter(|id| !run.flies(id)));
    let mut left = run.budgets().left(down);
    let zone = |id: &MemberId| known.members.get(id).and_then(|m| m.zone.as_deref());
    let mut chosen = Vec::new();
    let mut held = None;
    for id in run.queue() {
        if room == 0 {
            break;
        }
        // Whoever comes after another zone's goes after it.
        if held.is_some_and(|held| held != zone(id)) {
            break;
        }
        let passes = match ailing.contains(id) {
            _ if unknown(known, id).is_some() => false,
            true => left.lets_again(id),
            false => left.lets(id),
        };
        if passes {
            if !ailing.contains(id) {
                left.goes_down(id);
            }
            chosen.push(id.clone());
            room -= 1;
        } else {
            held = held.or(zone(id).map(Some));
        }
    }
    chosen
}

/// Why it cannot be told whether a member does its work: it may well do, and budgets may rest on it.
fn unknown<'k>(known: &'k Snapshot, id: &MemberId) -> Option<&'k str> {
    match &known.members.get(id)?.health {
        Health::Unknown(why) => Some(why),
        Health::Healthy | Health::Settling(_) | Health::Down(_) => None,
    }
}

fn member(subject: &Subject) -> Option<&MemberId> {
    match subject {
        Subject::Member(id) => Some(id),
        Subject::Level(_) | Subject::Action(_) => None,
    }
}

fn began(run: &Run, step: &Move, id: MemberId, known: &Snapshot, now: Now) -> Event {
    let runs = known
        .members
        .get(&id)
        .into_iter()
        .flat_map(|member| &member.components)
        .filter(|(name, _)| run.catalog().moves_along(&step.component, name))
        .map(|(_, runs)| runs.clone());
    let found = step
        .from
        .iter()
        .cloned()
        .chain(runs)
        .chain([step.to.clone()])
        .collect();
    let subject = Subject::Member(id);
    Event::Began(Began {
        attempt: run.next_attempt(&subject),
        tries: 1,
        subject,
        found,
        to: Some(step.to.clone()),
        manner: Manner::Gentle,
        at: now.mono,
    })
}

/// A level or an action: begins when nothing else is in flight and the cluster is well.
fn once(run: &Run, subject: Subject, known: &Snapshot, at: Cursor, now: Now) -> Vec<Event> {
    if !run.flights().is_empty() {
        return Vec::new();
    }
    if at.begun || run.skipped().contains(&subject) {
        return done(run, at, now);
    }
    if !known.troubles.is_empty() {
        return Vec::new();
    }
    let attempt = run.next_attempt(&subject);
    let began = Began {
        subject,
        attempt,
        tries: 1,
        found: BTreeSet::new(),
        to: None,
        manner: Manner::Gentle,
        at: now.mono,
    };
    vec![Event::Began(began)]
}

/// Why the next member does not begin, in words; none: it may, or there is none.
#[must_use]
pub(crate) fn held(run: &Run) -> Option<Held> {
    let known = run.known()?;
    let next = run.queue().next()?;
    if let Some(trouble) = known.troubles.first() {
        return Some(Held::Trouble(trouble.clone()));
    }
    let mut down: BTreeSet<&MemberId> = run.ailing().collect();
    down.extend(run.flights().keys().filter_map(member));
    if let Some(why) = unknown(known, next) {
        return Some(Held::Unknown(next.clone(), why.into()));
    }
    if run.room() > 0 {
        return budget::first_passed(&known.budgets, &down, next).map(|b| Held::Budget(b.clone()));
    }
    let in_flight = run.flights().len();
    let others: Vec<MemberId> = run
        .ailing()
        .filter(|id| !run.flights().contains_key(&Subject::Member((*id).clone())))
        .cloned()
        .collect();
    if others.is_empty() {
        return Some(Held::Pace {
            limit: run.limit(),
            in_flight,
            barrier: run.policy().pace.mode == Mode::Barrier,
        });
    }
    Some(Held::Ailing(others))
}

/// What holds the next member back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// The cluster is not whole, in words.
    Trouble(String),
    /// Nobody can tell whether this one does its work, and why not.
    Unknown(MemberId, String),
    /// One more down would pass this budget.
    Budget(Budget),
    /// Members that are down for other reasons count.
    Ailing(Vec<MemberId>),
    /// So many are in flight under the limit.
    Pace {
        /// The limit.
        limit: u32,
        /// In flight.
        in_flight: usize,
        /// The whole batch is waited for.
        barrier: bool,
    },
}
