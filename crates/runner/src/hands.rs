//! Effects in flight: starts what is wanted and not in flight, drops what is in flight and no longer
//! wanted, and lets those that repeat rest in between.
//!
//! Dropping a hand never undoes what it began on a host; the next one finds it.
//! Must never know: why something is wanted. Stories: `crates/stores/tests/it/runner.rs`.

use crate::ports::clock::Clock;
use crate::ports::store::Lease;
use crate::ports::target::{Fence, Hint, Hints, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;
use windlass_engine::effect::{Answer, Effect, Outcome};
use windlass_engine::names::Subject;
use windlass_engine::run::Run;
use windlass_engine::run::wants::Aim;
use windlass_engine::time::{Mark, Ms};

/// After a deed that was answered without an end, it is sent again after this long.
const DEED_REST_MS: Ms = Ms(500);
/// Where looks are further apart than this, the target is also asked to tell of changes.
const WATCH_ABOVE_MS: Ms = Ms::seconds(1);

/// What one hand is about: one at a time each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Look,
    Claim,
    Subject(Subject),
}

/// What came back from a hand.
#[derive(Debug)]
pub(crate) struct Came {
    about: About,
    pub(crate) hand: u64,
    /// How many subjects had settled when it was sent.
    pub(crate) since: u64,
    /// None: something may have changed, a look will tell what.
    pub(crate) answer: Option<Answer>,
}

/// How the looks go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    Go,
    /// The carrier lets go: what is in flight is finished, nothing is looked at any more.
    Rest,
}

enum State {
    Flying { hand: u64, task: AbortHandle },
    Resting { until: Mark },
}

impl State {
    fn abort(&self) {
        match self {
            Self::Flying { task, .. } => task.abort(),
            Self::Resting { .. } => {}
        }
    }
}

struct Deed {
    aim: Aim,
    rest: Ms,
    state: State,
}

/// A hand that is about the cluster as a whole.
struct Around {
    rest: Ms,
    state: State,
}

/// All hands of one run.
pub(crate) struct Hands {
    target: Arc<dyn Target>,
    clock: Arc<dyn Clock>,
    fence: Arc<Fence>,
    lease: Arc<dyn Lease>,
    hints: Hints,
    came: UnboundedSender<Came>,
    deeds: BTreeMap<Subject, Deed>,
    look: Option<Around>,
    claim: Option<Around>,
    watch: Option<AbortHandle>,
    sent_once: BTreeSet<(Subject, u32)>,
    last: u64,
    /// Whether the lease stood when this turn's hands began to be sent: asked once for all of them.
    stands: bool,
}

impl Hands {
    pub(crate) fn new(
        target: Arc<dyn Target>,
        clock: Arc<dyn Clock>,
        fence: Fence,
        lease: Arc<dyn Lease>,
        hints: Arc<dyn Fn(Hint) + Send + Sync>,
        came: UnboundedSender<Came>,
    ) -> Self {
        Self {
            target,
            clock,
            fence: Arc::new(fence),
            lease,
            hints,
            came,
            deeds: BTreeMap::new(),
            look: None,
            claim: None,
            watch: None,
            sent_once: BTreeSet::new(),
            last: 0,
            stands: false,
        }
    }

    /// Brings what is in flight to what is wanted; returns when the next resting hand wants to go.
    pub(crate) fn bring_to(&mut self, run: &Run, looks: Looks) -> Option<Mark> {
        let now = self.clock.now();
        self.stands = self.lease.stands();
        let wants = run.wants_at_large(now);
        let (mut look, mut claim) = (None, None);
        for effect in wants.effects {
            match effect {
                Effect::Observe { every, .. } if looks == Looks::Go => look = Some(every),
                Effect::Claim => claim = Some(DEED_REST_MS),
                Effect::Observe { .. }
                | Effect::Ensure(_)
                | Effect::Probe { .. }
                | Effect::Raise(_)
                | Effect::Act { .. } => {}
            }
        }
        let mut next = wants.wake;
        self.around(About::Claim, claim, run, now.mono, &mut next);
        self.around(About::Look, look, run, now.mono, &mut next);
        self.watch(look);
        self.bring_deeds(run, now.mono, &mut next);
        next
    }

    /// Both sides come in the order of subjects: one walk, and nothing is built where nothing changes.
    fn bring_deeds(&mut self, run: &Run, now: Mark, next: &mut Option<Mark>) {
        let (mut gone, mut starts) = (Vec::new(), Vec::new());
        let mut ours = self.deeds.iter().peekable();
        for (subject, aim) in run.aims() {
            pass(&mut ours, subject, &mut gone);
            let Some((_, deed)) = ours.next_if(|(at, _)| *at == subject) else {
                starts.push((subject.clone(), aim));
                continue;
            };
            if deed.aim != aim {
                gone.push(subject.clone());
                starts.push((subject.clone(), aim));
                continue;
            }
            match &deed.state {
                State::Flying { .. } => {}
                State::Resting { until } if is_later(*until, now) => *next = earlier(*next, *until),
                State::Resting { .. } => starts.push((subject.clone(), aim)),
            }
        }
        gone.extend(ours.map(|(subject, _)| subject.clone()));
        for subject in gone {
            if let Some(deed) = self.deeds.remove(&subject) {
                deed.state.abort();
            }
        }
        for (subject, aim) in starts {
            if let Some(effect) = run.wanted_of(&subject) {
                self.start_deed(subject, aim, effect, run);
            }
        }
    }

    fn start_deed(&mut self, subject: Subject, aim: Aim, effect: Effect, run: &Run) {
        let rest = match effect {
            Effect::Observe { every, .. } | Effect::Probe { every, .. } => every,
            Effect::Claim | Effect::Ensure(_) | Effect::Raise(_) | Effect::Act { .. } => {
                DEED_REST_MS
            }
        };
        let once = matches!(effect, Effect::Act { once: true, .. });
        // What cannot be repeated is sent at most once by this process. Wanted again means that its
        // answer was lost: that is an answer too.
        if once && !self.sent_once.insert((subject.clone(), aim.attempt)) {
            let step = "sent once; what came of it was not heard".into();
            let outcome = Outcome::NotYet { step };
            self.tell(Answer::Deed(subject, aim.attempt, outcome), run.changes());
            return;
        }
        let about = About::Subject(subject.clone());
        if let Some(state) = self.send(about, effect, run.changes()) {
            self.deeds.insert(subject, Deed { aim, rest, state });
        } else if once {
            self.sent_once.remove(&(subject, aim.attempt));
        }
    }

    /// An answer that no hand brings.
    fn tell(&self, answer: Answer, since: u64) {
        let came = Came {
            about: About::Claim,
            hand: 0,
            since,
            answer: Some(answer),
        };
        // The receiver is gone only when the run is no longer driven.
        let _ = self.came.send(came);
    }

    fn around(
        &mut self,
        about: About,
        wanted: Option<Ms>,
        run: &Run,
        now: Mark,
        next: &mut Option<Mark>,
    ) {
        let slot = if about == About::Look {
            &mut self.look
        } else {
            &mut self.claim
        };
        let Some(rest) = wanted else {
            if let Some(gone) = slot.take() {
                gone.state.abort();
            }
            return;
        };
        if let Some(here) = slot {
            here.rest = rest;
            match here.state {
                State::Flying { .. } => return,
                State::Resting { until } if is_later(until, now) => {
                    // Looks that are wanted more often than before do not wait for the old time.
                    let until = sooner(until, now.plus(rest));
                    here.state = State::Resting { until };
                    *next = earlier(*next, until);
                    return;
                }
                State::Resting { .. } => {}
            }
        }
        let effect = match about {
            About::Look => Effect::Observe {
                every: rest,
                releases: run.releases(),
            },
            About::Claim | About::Subject(_) => Effect::Claim,
        };
        let state = self.send(about.clone(), effect, run.changes());
        let here = state.map(|state| Around { rest, state });
        if about == About::Look {
            self.look = here;
        } else {
            self.claim = here;
        }
    }

    /// Whether the lease stood when hands were last brought to what is wanted.
    pub(crate) fn may_send(&self) -> bool {
        self.stands
    }

    /// How many hands were sent so far: the number of the last.
    pub(crate) fn sent(&self) -> u64 {
        self.last
    }

    /// Sends a hand, if the lease stands.
    fn send(&mut self, about: About, effect: Effect, since: u64) -> Option<State> {
        if !self.stands {
            return None;
        }
        self.last += 1;
        let hand = self.last;
        let (target, fence, hints, came) = (
            self.target.clone(),
            self.fence.clone(),
            self.hints.clone(),
            self.came.clone(),
        );
        let task = tokio::spawn(async move {
            let answer = target.perform(&effect, &fence, hints).await;
            // The receiver is gone only when the run is no longer driven: then nobody wants the answer.
            let _ = came.send(Came {
                about,
                hand,
                since,
                answer: Some(answer),
            });
        });
        let task = task.abort_handle();
        Some(State::Flying { hand, task })
    }

    /// While looks are far apart, the target tells when one is worth it.
    fn watch(&mut self, look: Option<Ms>) {
        let wanted = look.is_some_and(|every| every > WATCH_ABOVE_MS);
        if !wanted {
            self.watch.iter().for_each(AbortHandle::abort);
            self.watch = None;
        } else if self.watch.is_none() {
            let (target, came) = (self.target.clone(), self.came.clone());
            let task = tokio::spawn(async move {
                target.changed().await;
                let _ = came.send(Came {
                    about: About::Look,
                    hand: 0,
                    since: 0,
                    answer: None,
                });
            });
            self.watch = Some(task.abort_handle());
        }
    }

    /// A hand answered: it rests before it goes again.
    pub(crate) fn answered(&mut self, came: &Came) {
        let now = self.clock.now().mono;
        if came.answer.is_none() {
            self.watch = None;
            if let Some(look) = &mut self.look
                && let State::Resting { until } = &mut look.state
            {
                *until = now;
            }
            return;
        }
        let (state, rest) = match &came.about {
            About::Subject(subject) => match self.deeds.get_mut(subject) {
                Some(deed) => (&mut deed.state, deed.rest),
                None => return,
            },
            About::Look | About::Claim => {
                let slot = if came.about == About::Look {
                    &mut self.look
                } else {
                    &mut self.claim
                };
                match slot {
                    Some(here) => (&mut here.state, here.rest),
                    None => return,
                }
            }
        };
        // An older hand of the same kind may answer after it was dropped: the newer one flies on.
        if matches!(state, State::Flying { hand, .. } if *hand == came.hand) {
            *state = State::Resting {
                until: now.plus(rest),
            };
        }
    }

    /// Lets go of everything.
    pub(crate) fn drop_all(&mut self) {
        for deed in std::mem::take(&mut self.deeds).into_values() {
            deed.state.abort();
        }
        for around in [self.look.take(), self.claim.take()].into_iter().flatten() {
            around.state.abort();
        }
        self.watch.take().iter().for_each(AbortHandle::abort);
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.drop_all();
    }
}

/// Hands before a subject have nothing more to do.
fn pass<'a>(
    ours: &mut Peekable<impl Iterator<Item = (&'a Subject, &'a Deed)>>,
    subject: &Subject,
    gone: &mut Vec<Subject>,
) {
    while let Some((past, _)) = ours.next_if(|(at, _)| *at < subject) {
        gone.push(past.clone());
    }
}

fn is_later(until: Mark, now: Mark) -> bool {
    until.since(now).is_some_and(|left| left > Ms(0))
}

fn sooner(one: Mark, other: Mark) -> Mark {
    if one.ms <= other.ms { one } else { other }
}

pub(crate) fn earlier(one: Option<Mark>, other: Mark) -> Option<Mark> {
    Some(one.map_or(other, |one| sooner(one, other)))
}
