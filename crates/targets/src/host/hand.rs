//! The hand for the members of a host, however it is reached.
//!
//! Must never know: a run's phase, a system's protocol, by which way the host is reached. Stories:
//! `tests/it/host.rs`, and the same over a real sshd in `tests/it/ssh.rs`.

use super::call::{Ask, Holding, Said, Unsaid, Verb};
use super::deed::Places;
use super::deliver;
use super::peek;
use super::reach::{Reach, Unreached};
use super::spec::{MemberSpec, SpecError};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use windlass_engine::effect::{ClaimAnswer, Ensure, Failure, FailureCode, Outcome};
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::hand::{Declared, Hand, Held, HostView, Peeked, Running};
use windlass_runner::ports::target::Fence;

/// How much of a member's log goes with a failure: what fits on a screen beside the cause.
const FAILURE_LOG_LINES: usize = 10;
/// Start times in /proc count these; the kernel's unit for user space on every Linux we run on.
const TICKS_PER_SECOND: i64 = 100;

/// Deeds for one member on its host.
#[derive(Clone, Debug)]
pub struct HostHand {
    member: Arc<Member>,
}

#[derive(Debug)]
struct Member {
    host: String,
    reach: Arc<dyn Reach>,
    spec: MemberSpec,
    places: Places,
    /// The process of the last look: most looks find the same again.
    last: Mutex<Option<Known>>,
}

/// What a process was found to be; that does not change while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    /// `PID:START`.
    process: String,
    release: Option<Version>,
    runtime: Result<Option<Version>, String>,
}

/// A look, with what only this room asks of it.
struct Seen {
    view: HostView,
    runtime: Result<Option<Version>, String>,
    step: String,
}

impl HostHand {
    /// For a member as declared, on the host of that name.
    ///
    /// # Errors
    /// [`SpecError`] where the declaration cannot be used.
    pub fn new(host: String, spec: MemberSpec, reach: Arc<dyn Reach>) -> Result<Self, SpecError> {
        let places = spec.places()?;
        let member = Member {
            host,
            reach,
            spec,
            places,
            last: Mutex::new(None),
        };
        Ok(Self {
            member: Arc::new(member),
        })
    }

    /// Where the mark lies.
    #[must_use]
    pub fn mark_path(&self) -> &Path {
        Path::new(&self.member.places.fence)
    }

    fn ask(&self) -> Ask<'_> {
        Ask {
            reach: self.member.reach.as_ref(),
            spec: &self.member.spec,
            places: &self.member.places,
        }
    }

    async fn call(&self, verb: Verb<'_>) -> Result<Said, Unsaid> {
        self.ask().run(verb, None).await
    }

    fn last(&self) -> Option<Known> {
        let last = self.member.last.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn seen(&self) -> Result<Seen, String> {
        let last = self.last();
        let process = last.as_ref().map(|known| known.process.as_str());
        let verb = Verb::Look { seen: process };
        let said = self.call(verb).await.map_err(Unsaid::words)?;
        let (known, seen) = understood(&said, last.as_ref())?;
        // One whose release could not be told yet is read anew; so is one that no file tells of.
        let known = known.filter(|known| known.release.is_some());
        *self
            .member
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = known;
        Ok(seen)
    }

    fn unreachable(&self, why: String) -> ClaimAnswer {
        ClaimAnswer::Unreachable {
            member: self.member.spec.id.clone(),
            why,
        }
    }

    fn claim_answer(&self, said: Result<Said, Unsaid>) -> ClaimAnswer {
        let member = self.member.spec.id.clone();
        match said {
            Ok(said) => match said.word.as_str() {
                "claimed" => ClaimAnswer::Claimed,
                "foreign" => ClaimAnswer::Foreign {
                    member,
                    whose: said.part(0).into(),
                },
                "fenced" => ClaimAnswer::Fenced { member },
                _ => self.unreachable(said.part(0).into()),
            },
            Err(unsaid) => self.unreachable(unsaid.words()),
        }
    }

    async fn last_words(&self) -> Vec<String> {
        self.log(FAILURE_LOG_LINES).await.unwrap_or_default()
    }

    async fn failed(&self, code: FailureCode, step: &str, what: String) -> Outcome {
        Outcome::Failed(Failure {
            code,
            step: step.into(),
            what,
            log: self.last_words().await,
        })
    }

    async fn outcome(&self, said: Result<Said, Unsaid>) -> Outcome {
        match said {
            Ok(said) => match said.word.as_str() {
                "done" => Outcome::Done,
                "fenced" | "foreign" => Outcome::Fenced,
                "notyet" => Outcome::NotYet {
                    step: said.part(0).into(),
                },
                "failed" => {
                    self.failed(code(said.part(0)), said.part(1), said.part(2).into())
                        .await
                }
                _ => {
                    let what = said.part(0).to_string();
                    self.failed(FailureCode::NotReady, "looking", what).await
                }
            },
            // Nothing was touched, and nothing is wrong with the member: asked again until it answers.
            Err(Unsaid::NotRun(Unreached::Away(why))) => Outcome::NotYet {
                step: format!("waiting for its host: {why}"),
            },
            Err(Unsaid::NotRun(Unreached::Refused(why))) => {
                self.failed(FailureCode::NotReady, "looking", why).await
            }
            // It goes on there under its lock, or ended: the mark tells, and asking again finds it.
            Err(Unsaid::Ended(_)) => Outcome::NotYet {
                step: match self.seen().await {
                    Ok(seen) => seen.step,
                    Err(_) => "begun; its host does not answer".into(),
                },
            },
        }
    }
}

/// What a look said: the process it found, and all that is told of it.
fn understood(said: &Said, last: Option<&Known>) -> Result<(Option<Known>, Seen), String> {
    if said.word != "look" {
        return Err(said.part(0).into());
    }
    let (boot, pid, start) = (said.part(0), said.part(2), said.part(3));
    let process = format!("{pid}:{start}");
    let known = match (pid, said.part(4)) {
        ("", _) => None,
        (_, "=") => last.filter(|known| known.process == process).cloned(),
        (_, release) => Some(Known {
            process: process.clone(),
            release: Version::parse(release).ok(),
            runtime: match said.part(6) {
                "" => Ok(Version::parse(said.part(5)).ok()),
                why => Err(why.into()),
            },
        }),
    };
    let running = match &known {
        Some(known) => Running::Process {
            release: known.release.clone(),
            incarnation: format!("{boot}:{process}"),
            since: since(said.part(1), start).ok_or("the host tells no times")?,
        },
        None => Running::Nothing,
    };
    let runtime = match &known {
        Some(known) => known.runtime.clone(),
        None => Err("no process runs".into()),
    };
    let claimed_by = Some(said.part(9).to_string()).filter(|whose| !whose.is_empty());
    let step = step_in_words(said.part(7), said.part(8));
    let view = HostView {
        running,
        claimed_by,
    };
    Ok((
        known,
        Seen {
            view,
            runtime,
            step,
        },
    ))
}

/// Microseconds since the Unix epoch, of a boot (in seconds) and ticks since then.
fn since(booted: &str, start: &str) -> Option<i64> {
    let (booted, start) = (booted.parse::<i64>().ok()?, start.parse::<i64>().ok()?);
    booted
        .checked_mul(1_000_000)?
        .checked_add(start.checked_mul(1_000_000 / TICKS_PER_SECOND)?)
}

/// The last step known to have been taken, in words.
fn step_in_words(step: &str, wanted: &str) -> String {
    match step {
        "stopping" => "told to stop".into(),
        "starting" => format!("starting {wanted}"),
        "none" | "" => "not begun".into(),
        other => other.into(),
    }
}

/// A failure's kind as the script writes it.
fn code(word: &str) -> FailureCode {
    match word {
        "did-not-stay" => FailureCode::DidNotStay,
        "did-not-start" => FailureCode::DidNotStart,
        "did-not-stop" => FailureCode::DidNotStop,
        "not-as-expected" => FailureCode::NotAsExpected,
        _ => FailureCode::NotReady,
    }
}

impl Hand for HostHand {
    fn host(&self) -> &str {
        &self.member.host
    }

    fn look(&self) -> Task<'_, HostView> {
        Box::pin(async {
            let unknown = |why| HostView {
                running: Running::Unknown(why),
                claimed_by: None,
            };
            self.seen().await.map_or_else(unknown, |seen| seen.view)
        })
    }

    fn runtime(&self) -> Task<'_, Result<Option<Version>, String>> {
        Box::pin(async { self.seen().await?.runtime })
    }

    fn claim<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move { self.claim_answer(self.call(Verb::Claim(fence)).await) })
    }

    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        Box::pin(async move {
            // What could not be taken away is found by the next claim, which is newer or says whose.
            let _ = self.call(Verb::Release(fence)).await;
        })
    }

    fn ensure<'a>(
        &'a self,
        ensure: &'a Ensure,
        fence: &'a Fence,
        patience: Ms,
    ) -> Task<'a, Outcome> {
        Box::pin(async move {
            let member = &self.member;
            let deed = match member.spec.deed(&member.places, &ensure.wanted) {
                Ok(deed) => deed,
                Err(why) => {
                    let what = why.to_string();
                    return self.failed(FailureCode::NotReady, "preparing", what).await;
                }
            };
            let verb = Verb::Deed {
                fence,
                deed: &deed,
                ensure,
                patience,
            };
            let said = self.call(verb).await;
            self.outcome(said).await
        })
    }

    fn hold<'a>(&'a self, fence: &'a Fence) -> Task<'a, Result<Box<dyn Held>, ClaimAnswer>> {
        Box::pin(async move {
            match self.ask().hold(fence).await {
                Ok(Ok(holding)) => Ok(Box::new(holding) as Box<dyn Held>),
                Ok(Err(said)) => Err(self.claim_answer(Ok(said))),
                Err(why) => Err(self.unreachable(why.words())),
            }
        })
    }

    fn log<'a>(&'a self, lines: usize) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async move {
            let said = self
                .call(Verb::Log { lines })
                .await
                .map_err(Unsaid::words)?;
            match said.word.as_str() {
                "logged" => Ok(said.before),
                _ => Err(said.part(0).into()),
            }
        })
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move { self.claim_answer(self.call(Verb::Adopt(fence)).await) })
    }

    fn declared(&self, release: Option<&Version>) -> Result<Declared, String> {
        let member = &self.member;
        let mut declared = Declared {
            config: Some(member.places.config.clone()),
            words: Vec::new(),
        };
        if let Some(release) = release {
            let deed = member.spec.deed(&member.places, release);
            let deed = deed.map_err(|why| why.to_string())?;
            let starts = deed.lists.iter().filter(|(kind, _)| *kind == "start");
            let words = starts.flat_map(|(_, words)| words.iter().cloned());
            declared.words.extend(words.chain(deed.env.iter().cloned()));
        }
        Ok(declared)
    }

    fn peek<'a>(&'a self, paths: &'a [String]) -> Task<'a, Result<Vec<Peeked>, String>> {
        Box::pin(async move {
            let said = self
                .call(Verb::Peek { paths })
                .await
                .map_err(Unsaid::words)?;
            let shown = peek::read(paths, &said.before);
            shown.ok_or_else(|| format!("the host did not show files: {}", said.part(0)))
        })
    }

    fn release_ready<'a>(&'a self, version: &'a Version) -> Task<'a, Result<(), String>> {
        Box::pin(deliver::ready(self.ask(), version))
    }
}

impl Held for Holding {}
