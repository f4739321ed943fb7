//! The toy as a target: each deed is one line in the cluster's file, written before it is answered.
//!
//! Must never know: runs. A repeat of an attempt that is in the file changes nothing.
//! Tests: the figures that use it.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use windlass_engine::effect::{
    Answer, ClaimAnswer, Effect, Ensure, Failure, FailureCode, Outcome, Sample,
};
use windlass_engine::names::{Identity, MemberId, Subject};
use windlass_engine::snapshot::{Member, Snapshot};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::store::Registration;
use windlass_runner::ports::target::{Fence, Hints, Target};
use windlass_runner::system::SystemClock;
use windlass_runner::world::Targets;

use crate::workspace::Trouble;

/// Makes a toy for each registration, whose file lies in one folder under the registration's name.
#[derive(Debug)]
pub struct Toys {
    /// How each begins.
    pub base: Snapshot,
    /// Where their files lie.
    pub folder: PathBuf,
}

impl Targets for Toys {
    fn target<'a>(&'a self, of: &'a Registration) -> Task<'a, Result<Arc<dyn Target>, String>> {
        let name = of.name.as_str();
        let mut base = self.base.clone();
        base.identity = Some(Identity::from(name));
        let toy = Toy {
            base,
            file: self.folder.join(name),
            clock: SystemClock::new(),
        };
        Box::pin(async move { Ok(Arc::new(toy) as Arc<dyn Target>) })
    }
}

/// One change of a toy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    pub member: MemberId,
    pub attempt: u32,
    pub to: Version,
}

/// All that was ever changed at the toy of this file, in order.
///
/// # Errors
/// When the file cannot be read as such.
pub fn touched(file: &Path) -> Result<Vec<Touch>, Trouble> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(why) => return Err(why.into()),
    };
    let touch = |line: &str| -> Result<Touch, Trouble> {
        let mut words = line.split(' ');
        let mut next = || words.next().unwrap_or_default();
        Ok(Touch {
            member: next().into(),
            attempt: next().parse()?,
            to: Version::parse(next())?,
        })
    };
    text.lines().map(touch).collect()
}

struct Toy {
    base: Snapshot,
    file: PathBuf,
    clock: SystemClock,
}

impl Toy {
    fn snapshot(&self) -> Result<Snapshot, Trouble> {
        let mut now = self.base.clone();
        now.seen = self.wall();
        let mut starts: BTreeMap<MemberId, u32> = BTreeMap::new();
        for touch in touched(&self.file)? {
            let member = now.members.get_mut(&touch.member).map(Arc::make_mut);
            let Some(member) = member else {
                continue;
            };
            let start = starts.entry(touch.member).or_default();
            *start += 1;
            member.incarnation = Some(format!("start {start}"));
            for release in member.components.values_mut() {
                *release = touch.to.clone();
            }
        }
        Ok(now)
    }

    fn wall(&self) -> Wall {
        self.clock.now().wall
    }

    /// A file that cannot be read is a cluster that does not answer.
    fn seen(&self) -> Snapshot {
        self.snapshot()
            .unwrap_or_else(|_| Snapshot::empty(&self.base.system, self.wall()))
    }

    fn ensure(&self, ensure: &Ensure) -> Result<Outcome, Trouble> {
        let all = touched(&self.file)?;
        let ours = |touch: &Touch| touch.member == ensure.member && touch.attempt == ensure.attempt;
        if all.iter().any(ours) {
            return Ok(Outcome::Done);
        }
        let now = self.snapshot()?;
        let runs = now.members.get(&ensure.member);
        let mut runs = runs
            .into_iter()
            .flat_map(|member| member.components.values());
        if !runs.all(|release| ensure.found.contains(release)) {
            return Ok(failed(
                FailureCode::NotAsExpected,
                "it runs another release",
            ));
        }
        let line = format!("{} {} {}\n", ensure.member, ensure.attempt, ensure.wanted);
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.file)?
            .write_all(line.as_bytes())?;
        Ok(Outcome::Done)
    }

    fn answer(&self, effect: &Effect) -> Answer {
        match effect {
            Effect::Observe { .. } => Answer::Seen(Box::new(self.seen())),
            Effect::Claim => Answer::Claim(ClaimAnswer::Claimed),
            Effect::Ensure(ensure) => {
                let outcome = self
                    .ensure(ensure)
                    .unwrap_or_else(|why| failed(FailureCode::NotReady, &why.to_string()));
                Answer::Deed(
                    Subject::Member(ensure.member.clone()),
                    ensure.attempt,
                    outcome,
                )
            }
            Effect::Probe {
                member, attempt, ..
            } => {
                let now = self.seen();
                match now.members.get(member).cloned() {
                    Some(member) => Answer::Sample(Box::new(Sample {
                        attempt: *attempt,
                        member: Member::clone(&member),
                        cluster: Some(now),
                        owes: Vec::new(),
                        budgets: None,
                        gone: None,
                        unseen: None,
                        log: Vec::new(),
                    })),
                    None => Answer::Seen(Box::new(now)),
                }
            }
            Effect::Raise(raise) => Answer::Deed(
                Subject::Level(raise.level.clone()),
                raise.attempt,
                Outcome::Done,
            ),
            Effect::Act {
                action, attempt, ..
            } => Answer::Deed(Subject::Action(action.clone()), *attempt, Outcome::Done),
        }
    }
}

fn failed(code: FailureCode, what: &str) -> Outcome {
    Outcome::Failed(Failure {
        code,
        step: "moving".into(),
        what: what.into(),
        log: Vec::new(),
    })
}

impl Target for Toy {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        let known = self.base.identity.clone();
        Box::pin(async move { known.ok_or_else(|| "it has none".into()) })
    }

    fn observe<'a>(&'a self, _releases: &'a [Version]) -> Task<'a, Snapshot> {
        Box::pin(async { self.seen() })
    }

    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        _fence: &'a Fence,
        _hints: Hints,
    ) -> Task<'a, Answer> {
        Box::pin(async { self.answer(effect) })
    }

    fn changed(&self) -> Task<'_, ()> {
        Box::pin(std::future::pending())
    }

    fn release<'a>(&'a self, _fence: &'a Fence) -> Task<'a, ()> {
        Box::pin(async {})
    }

    fn adopt<'a>(&'a self, _fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async { ClaimAnswer::Claimed })
    }

    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        Box::pin(async { Vec::new() })
    }

    fn log<'a>(
        &'a self,
        _member: &'a MemberId,
        _lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
