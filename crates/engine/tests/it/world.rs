//! A tiny world for stories of runs: its clock is a number, and every fold is compared with its replay.

mod line;

use crate::gate::Ails;
use crate::stage::{cluster, same, v};
use line::line;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use windlass_engine::calendar::zone::Zone;
use windlass_engine::calendar::{Stretch, When};
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::{Answer, ClaimAnswer, Effect, Failure, FailureCode, Outcome, Sample};
use windlass_engine::hash::Hash;
use windlass_engine::names::Subject;
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::run::Run;
use windlass_engine::run::command::{Answered, Command};
use windlass_engine::run::event::{Approval, Event, Request};
use windlass_engine::snapshot::{Fact, Gap, Health, Level, Member, Snapshot, Weight};
use windlass_engine::step::{Input, heard, step};
use windlass_engine::time::{Mark, Ms, Now, Wall};

/// Two components, three releases, one level, two actions of which one can be done only once.
const FACTS: &str = "
system: toy
asOf: '2026-11-20'
components:
  - {name: brain, restartMs: 1000, disturbs: nothing, source: t}
  - {name: arm, restartMs: 1000, disturbs: a pause, source: t}
releases:
  - {version: 3.9.1, source: t}
  - {version: 4.0.0, source: t}
  - {version: 4.1.0, source: t}
lines:
  - {line: '3.9', levels: {format: [1, 3]}, source: t}
  - {line: '4.0', levels: {format: [1, 4]}, source: t}
  - {line: '4.1', levels: {format: [1, 5]}, source: t}
levels:
  - {name: format, raise: on-finalize, source: t}
paths:
  - {from: '3.9', to: '4.0', back: t, source: t}
  - {from: '4.0', to: '4.1', back: t, source: t}
skew:
  - {id: arm-not-newer, of: arm, from: brain, allow: not-newer, why: so, source: t}
checks:
  - id: spare
    title: nothing lacks a spare
    fact: spare
    must: be-empty
    severity: fail
    binds: now
    mend: give it one
    source: t
hazards: []
";
const ONCE: &str = "
actions:
  - {name: bless, after: arm, what: it is blessed, repeat: once, source: t}
";

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
    /// A cluster as in `stage::cluster`, whose arms and brains are all well.
    pub fn of(members: &str) -> Self {
        Self::with(members, Actions::None)
    }

    pub fn with(members: &str, actions: Actions) -> Self {
        let facts = match actions {
            Actions::None => format!("{FACTS}actions: []\n"),
            Actions::Once => format!("{FACTS}{ONCE}"),
        };
        let catalog: Arc<Catalog> = Arc::new(serde_saphyr::from_str(&facts).expect("facts"));
        let mut seen = cluster(members);
        seen.system = "toy".into();
        for member in seen.members.values_mut().map(Arc::make_mut) {
            member.incarnation = Some("0".into());
        }
        seen.facts.insert("spare".into(), Fact::List(Vec::new()));
        let (finalized, supported) = (3, Some((1, 5)));
        let level = Level {
            finalized,
            supported,
        };
        seen.levels.insert("format".into(), level);
        let policy = Policy {
            soak: Ms(0),
            pace: Pace {
                ramp: Ramp::Fixed,
                cap: Cap::Members(1),
                mode: Mode::Sliding,
            },
            ..Policy::default()
        };
        let request = Request {
            cluster: "toys".into(),
            goal: Goal::Version(v("4.0")),
            catalog: Hash::default(),
            policy: Hash::default(),
            approval: Approval::InAdvance,
            waivers: Vec::new(),
            by: "ada".into(),
            took: BTreeMap::new(),
        };
        let run = Run::new(request.clone(), catalog.clone(), policy.clone());
        Self {
            mirror: run.clone(),
            run,
            catalog,
            policy,
            now: Now {
                wall: Wall(1_000_000_000),
                mono: Mark { boot: 1, ms: 1_000 },
            },
            cluster: seen,
            request,
            journal: Vec::new(),
            held: BTreeSet::new(),
            ails: Ails::default(),
            failing: BTreeMap::new(),
            claim: ClaimAnswer::Claimed,
            due: BTreeMap::new(),
            starts: 0,
            inbox: 0,
            said: String::new(),
            slow: None,
            blind: false,
        }
    }

    /// Changes what is asked for, before the first step.
    pub fn asking(mut self, change: impl FnOnce(&mut Request, &mut Policy)) -> Self {
        change(&mut self.request, &mut self.policy);
        self.run = Run::new(
            self.request.clone(),
            self.catalog.clone(),
            self.policy.clone(),
        );
        self.mirror = self.run.clone();
        self
    }

    pub fn to(self, goal: &str) -> Self {
        self.asking(|request, _| request.goal = Goal::Version(v(goal)))
    }

    pub fn asked(self) -> Self {
        self.asking(|request, _| request.approval = Approval::Asked)
    }

    pub fn paced(self, ramp: Ramp, cap: u32, mode: Mode) -> Self {
        let cap = Cap::Members(cap);
        self.asking(|_, policy| policy.pace = Pace { ramp, cap, mode })
    }

    pub fn soaking(self, seconds: u64) -> Self {
        self.asking(|_, policy| policy.soak = Ms::seconds(seconds))
    }

    /// Windows and freezes by their first and last second of the epoch, each once.
    pub fn open(self, windows: &[(i64, i64)], freezes: &[(i64, i64)]) -> Self {
        let stretches = |all: &[(i64, i64)], what: &str| -> Vec<Stretch> {
            let one = |(at, (from, to)): (usize, &(i64, i64))| Stretch {
                name: format!("{what}{}", at + 1),
                when: When::Once {
                    from: *from,
                    to: *to,
                    zone: Zone::utc(),
                },
            };
            all.iter().enumerate().map(one).collect()
        };
        self.asking(|_, policy| {
            policy.hours.windows = stretches(windows, "w");
            policy.hours.freezes = stretches(freezes, "f");
        })
    }

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

    fn perform(&mut self, effect: &Effect) -> Option<Answer> {
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
