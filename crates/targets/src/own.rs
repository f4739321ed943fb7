//! Checks of the user's own, asked with each look: commands before it, expressions of what it saw.
//!
//! [`Asking`] stands before a target and adds their answers to its looks, as facts; all else passes
//! through it unchanged.
//! Must never know: what an answer bars. Stories: `tests/it/own.rs`.

mod command;

use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use windlass_engine::check::{Asks, OwnCheck};
use windlass_engine::effect::{Answer, ClaimAnswer, Effect};
use windlass_engine::names::{Identity, MemberId};
use windlass_engine::snapshot::{Fact, Snapshot};
use windlass_engine::time::{Mark, Ms};
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::target::{Fence, Hints, Target};
use windlass_wire::{expression, own};

/// How long the answer of a command is taken as known: as long as a look is.
const ANSWER_MAX_AGE: Ms = Ms::seconds(10);

/// What commands are told of the cluster, in their environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// `WINDLASS_CLUSTER`: the name it is registered under.
    pub cluster: String,
    /// `WINDLASS_BOOTSTRAP`: where clients first connect, with commas between.
    pub bootstrap: String,
}

/// A target whose looks answer the user's own checks too.
pub struct Asking {
    inner: Arc<dyn Target>,
    clock: Arc<dyn Clock>,
    about: About,
    checks: Vec<OwnCheck>,
    answers: Mutex<BTreeMap<String, Known>>,
}

/// What a command answered.
struct Known {
    at: Mark,
    /// The release wanted then.
    to: String,
    answer: Fact,
}

impl Asking {
    /// Before a target.
    #[must_use]
    pub fn new(
        inner: Arc<dyn Target>,
        clock: Arc<dyn Clock>,
        about: About,
        checks: Vec<OwnCheck>,
    ) -> Self {
        Self {
            inner,
            clock,
            about,
            checks,
            answers: Mutex::default(),
        }
    }

    fn answers(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a command answered not long ago, for the same release.
    fn known(&self, fact: &str, to: &str) -> Option<Fact> {
        let now = self.clock.now().mono;
        let answers = self.answers();
        let known = answers.get(fact).filter(|known| known.to == to)?;
        let young = now.since(known.at).is_some_and(|age| age < ANSWER_MAX_AGE);
        young.then(|| known.answer.clone())
    }

    /// The answers of all commands, those that are no longer young asked anew, at once.
    async fn commands(&self, to: &str) -> Vec<(String, Fact)> {
        let asks = self.checks.iter().filter_map(|check| match &check.asks {
            Asks::Command { list, timeout } => Some(self.command(check, list, *timeout, to)),
            Asks::Cel(_) => None,
        });
        join_all(asks).await
    }

    async fn command(
        &self,
        check: &OwnCheck,
        list: &[String],
        timeout: Ms,
        to: &str,
    ) -> (String, Fact) {
        let name = check.fact();
        if let Some(known) = self.known(&name, to) {
            return (name, known);
        }
        let told = command::Told {
            about: &self.about,
            to,
        };
        let answer = match command::run(list, told, timeout, &*self.clock).await {
            Ok(ended) => own::answer(&check.name, ended.code, &ended.output),
            Err(why) => Fact::Unknown(why.to_string()),
        };
        let known = Known {
            at: self.clock.now().mono,
            to: to.to_owned(),
            answer: answer.clone(),
        };
        self.answers().insert(name.clone(), known);
        (name, answer)
    }

    /// Commands first, so that the look is not old when they have ended.
    async fn look(&self, releases: &[Version]) -> Snapshot {
        let to = releases.iter().max().map(ToString::to_string);
        let commands = self.commands(&to.unwrap_or_default()).await;
        let mut snapshot = self.inner.observe(releases).await;
        let expressions: Vec<(String, Fact)> = self
            .checks
            .iter()
            .filter_map(|check| match &check.asks {
                Asks::Cel(text) => {
                    let cluster = Some(self.about.cluster.as_str());
                    Some((check.fact(), expression::evaluate(text, &snapshot, cluster)))
                }
                Asks::Command { .. } => None,
            })
            .collect();
        snapshot.facts.extend(commands);
        snapshot.facts.extend(expressions);
        snapshot
    }
}

impl Target for Asking {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        self.inner.identity()
    }

    fn observe<'a>(&'a self, releases: &'a [Version]) -> Task<'a, Snapshot> {
        Box::pin(self.look(releases))
    }

    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        fence: &'a Fence,
        hints: Hints,
    ) -> Task<'a, Answer> {
        match effect {
            Effect::Observe { releases, .. } => {
                Box::pin(async { Answer::Seen(Box::new(self.look(releases).await)) })
            }
            Effect::Claim
            | Effect::Ensure(_)
            | Effect::Probe { .. }
            | Effect::Raise(_)
            | Effect::Act { .. } => self.inner.perform(effect, fence, hints),
        }
    }

    fn changed(&self) -> Task<'_, ()> {
        self.inner.changed()
    }

    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        self.inner.release(fence)
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        self.inner.adopt(fence)
    }

    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        self.inner.claims()
    }

    fn log<'a>(
        &'a self,
        member: &'a MemberId,
        lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>> {
        self.inner.log(member, lines)
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self
            .checks
            .iter()
            .map(|check| check.name.as_str())
            .collect();
        f.debug_struct("Asking")
            .field("about", &self.about)
            .field("checks", &names)
            .finish_non_exhaustive()
    }
}
