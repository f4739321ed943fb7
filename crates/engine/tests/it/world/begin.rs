//! How a tiny world begins: its facts, its members, what is asked for.

use super::{Actions, World};
use crate::gate::Ails;
use crate::stage::{cluster, v};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::calendar::zone::Zone;
use windlass_engine::calendar::{Stretch, When};
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::ClaimAnswer;
use windlass_engine::hash::Hash;
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::run::Run;
use windlass_engine::run::event::{Approval, Request};
use windlass_engine::snapshot::{Fact, Level};
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
}
