//! A tiny world for stories of runs: its clock is a number, and every fold is compared with its replay.

mod begin;
mod cluster;
mod line;

use crate::gate::Ails;
use crate::stage::same;
use line::line;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::{ClaimAnswer, Effect};
use windlass_engine::hash::Hash;
use windlass_engine::names::Subject;
use windlass_engine::policy::Policy;
use windlass_engine::run::Run;
use windlass_engine::run::command::{Answered, Command};
use windlass_engine::run::event::{Event, Request};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::step::{Input, heard, step};
use windlass_engine::time::{Mark, Ms, Now};

/// A brain and two arms.
pub const SMALL: &str = "1 brain 3.9.1\n2 arm 3.9.1\n3 arm 3.9.1";

pub struct World {
    pub catalog: Arc<Catalog>,
    pub policy: Policy,
    pub now: Now,
    pub cluster: Snapshot,
    pub run: Run,
    request: Request,
    journal: Vec<String>,
    mirror: Run,
    /// Subjects whose deeds are not answered.
    held: BTreeSet<Subject>,
    /// Members whose gate is not passed.
    pub ails: Ails,
    /// Deeds that go wrong, with what.
    failing: BTreeMap<Subject, String>,
    /// The answer to the next claims.
    pub claim: ClaimAnswer,
    due: BTreeMap<String, u64>,
    starts: u64,
    inbox: u64,
    said: String,
    /// Whole looks are not answered.
    blind: bool,
    /// A look that is under way: what it has seen, and when it was asked for.
    slow: Option<(Snapshot, u64)>,
}

/// Whether the catalog knows an action that can be done only once.
pub enum Actions {
    None,
    Once,
}

impl World {
    /// A carrier takes it, on this boot of its host.
    pub fn taken(&mut self, epoch: u64, boot: u64) -> &mut Self {
        self.now.mono = Mark {
            boot,
            ms: self.now.mono.ms,
        };
        self.due.clear();
        let holder = format!("carrier {epoch}");
        self.input(Input::Taken { epoch, holder });
        self
    }

    /// Events since the last time, and what is in the way of the story: one line each.
    pub fn told(&mut self) -> String {
        std::mem::take(&mut self.said)
    }

    /// Compares the events since the last time.
    pub fn tells(&mut self, expect: &str) -> &mut Self {
        let found = self.told();
        same(&found, expect);
        self
    }

    /// Forgets the events since the last time.
    pub fn quietly(&mut self) -> &mut Self {
        self.said.clear();
        self
    }

    pub fn phase(&self) -> &'static str {
        self.run.phase().word()
    }

    pub fn say(&mut self, command: Command) -> &mut Self {
        self.inbox += 1;
        self.input(Input::Command {
            seq: self.inbox,
            by: "bob".into(),
            command,
        });
        self
    }

    /// Says a word and hands its answer over, before anything follows from it.
    pub fn answer(&mut self, command: Command, told: impl FnOnce(&Answered)) {
        self.inbox += 1;
        let input = Input::Command {
            seq: self.inbox,
            by: "bob".into(),
            command,
        };
        let events = step(&self.run, input, self.now);
        let first = events.first().expect("an event");
        let Event::Commanded { answered, .. } = first else {
            panic!("{first:?}");
        };
        told(answered);
        self.fold(&events);
        self.input(Input::Tick);
    }

    pub fn plan(&self) -> Hash {
        *self.run.plan().expect("a plan").0
    }

    /// Steps one input, then whatever follows, and folds it.
    pub fn input(&mut self, input: Input) {
        let mut events = step(&self.run, input, self.now);
        for _ in 0..64 {
            self.fold(&events);
            events = step(&self.run, Input::Tick, self.now);
            if events.is_empty() {
                return;
            }
        }
        panic!("no rest: {}\n{}", self.phase(), self.said);
    }

    fn fold(&mut self, events: &[Event]) {
        for event in events {
            let text = serde_json::to_string(event).expect("an event as text");
            let back: Event = serde_json::from_str(&text).expect("an event from text");
            assert_eq!(&back, event, "{text}");
            self.run.apply(event);
            self.mirror.apply(&back);
            assert!(self.run == self.mirror, "after {text}");
            if let Some(line) = line(event, &self.run) {
                let _ = writeln!(self.said, "{line}");
            }
            self.journal.push(text);
        }
    }

    /// The journal from its beginning gives the same run.
    pub fn replays(&self) {
        let all: Vec<Event> = self
            .journal
            .iter()
            .map(|text| serde_json::from_str(text).expect("an event"))
            .collect();
        let again = Run::replay(
            self.request.clone(),
            self.catalog.clone(),
            self.policy.clone(),
            &all,
        );
        assert!(again == self.run);
    }

    /// Answers what is wanted until nothing more comes without time passing.
    pub fn go(&mut self) -> &mut Self {
        self.input(Input::Tick);
        for _ in 0..10_000 {
            let Some((key, every, effect)) = self.next() else {
                return self;
            };
            let since = self.run.changes();
            let Some(answer) = self.perform(&effect) else {
                self.due.insert(key, u64::MAX);
                continue;
            };
            self.due.insert(key, self.now.mono.ms + every.0);
            if let Some(answer) = heard(&self.run, since, answer) {
                self.input(Input::Answer(answer));
            }
        }
        panic!("the world does not come to rest:\n{}", self.said);
    }

    fn next(&mut self) -> Option<(String, Ms, Effect)> {
        let wanted = self.run.wants(self.now);
        let keys: BTreeSet<String> = wanted.effects.iter().map(|effect| key(effect).0).collect();
        self.due.retain(|key, _| keys.contains(key));
        wanted.effects.into_iter().find_map(|effect| {
            let (key, every) = key(&effect);
            let due = self.due.get(&key).is_none_or(|at| *at <= self.now.mono.ms);
            due.then_some((key, every, effect))
        })
    }

    /// Lets time pass, looking and waking as it is wanted.
    pub fn pass(&mut self, length: Ms) -> &mut Self {
        let until = self.now.mono.ms + length.0;
        loop {
            self.go();
            let soonest = self.due.values().copied().min().unwrap_or(u64::MAX);
            let wake = self.run.wants(self.now).wake.map_or(u64::MAX, |at| at.ms);
            let next = soonest.min(wake).max(self.now.mono.ms + 1).min(until);
            let passed = next - self.now.mono.ms;
            self.now.wall.0 += i64::try_from(passed).expect("a length") * 1_000;
            self.now.mono.ms = next;
            if next == until {
                return self.go();
            }
        }
    }

    /// Until the run has ended, or an hour has passed.
    pub fn ends(&mut self) -> &mut Self {
        for _ in 0..3_600 {
            self.pass(Ms::seconds(1));
            if self.run.ended().is_some() {
                self.replays();
                return self;
            }
        }
        panic!("no end: {}\n{}", self.phase(), self.said);
    }

    /// Names of what is wanted now.
    pub fn wants(&self) -> String {
        let wants = self.run.wants(self.now).effects;
        let names: Vec<String> = wants
            .iter()
            .map(|effect| match effect {
                Effect::Observe { .. } => "look".into(),
                Effect::Claim => "claim".into(),
                Effect::Ensure(e) if e.leave => format!("leave {}", e.member),
                Effect::Ensure(e) => format!("{} at {} ({:?})", e.member, e.wanted, e.manner),
                Effect::Probe { member, .. } => format!("gate {member}"),
                Effect::Raise(e) => format!("{} at {}", e.level, e.to),
                Effect::Act { action, .. } => format!("do {action}"),
            })
            .collect();
        names.join(", ")
    }
}

fn key(effect: &Effect) -> (String, Ms) {
    match effect {
        Effect::Observe { every, .. } => ("look".into(), *every),
        Effect::Claim => ("claim".into(), Ms(500)),
        Effect::Probe {
            member,
            attempt,
            every,
        } => (format!("gate {member} {attempt}"), *every),
        Effect::Ensure(e) => (
            format!("member {} {} {}", e.member, e.attempt, e.leave),
            Ms(500),
        ),
        Effect::Raise(e) => (format!("level {} {}", e.level, e.attempt), Ms(500)),
        Effect::Act {
            action, attempt, ..
        } => (format!("action {action} {attempt}"), Ms(500)),
    }
}
