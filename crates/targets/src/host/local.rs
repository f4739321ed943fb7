//! The hand for members on this host.
//!
//! Must never know: a run's phase, a system's protocol. Stories: `tests/it/host.rs`.

use super::call::{self, Said, Unsaid, Verb};
use super::deed::{Places, Words};
use super::look::Looker;
use super::mark::Mark;
use super::peek::peek;
use super::release;
use super::runtime;
use super::spec::{MemberSpec, SpecError, Supervisor};
use super::tail::tail;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use windlass_engine::effect::{ClaimAnswer, Ensure, Failure, FailureCode, Outcome};
use windlass_engine::time::Ms;
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::hand::{Declared, Hand, Held, HostView, Peeked, Running};
use windlass_runner::ports::target::Fence;

/// How much of a member's log goes with a failure: what fits on a screen beside the cause.
const FAILURE_LOG_LINES: usize = 10;

/// Deeds for one member on this host.
#[derive(Clone, Debug)]
pub struct LocalHand {
    member: Arc<Member>,
}

#[derive(Debug)]
struct Member {
    host: String,
    spec: MemberSpec,
    places: Places,
    looker: Looker,
}

impl LocalHand {
    /// For a member as declared, on the host of that name.
    ///
    /// # Errors
    /// [`SpecError`] where the declaration cannot be used.
    pub fn new(host: String, spec: MemberSpec) -> Result<Self, SpecError> {
        let places = spec.places()?;
        let member = Member {
            host,
            spec,
            places,
            looker: Looker::default(),
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

    /// Runs what reads files or waits for other programs where it may block.
    async fn blocking<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Member) -> T + Send + 'static,
    ) -> Result<T, String> {
        let member = Arc::clone(&self.member);
        tokio::task::spawn_blocking(move || what(&member))
            .await
            .map_err(|why| format!("looking at the host was cut off: {why}"))
    }

    async fn call(&self, verb: Verb<'_>, fence: &Fence) -> Result<Said, Unsaid> {
        let member = &self.member;
        call::run(verb, &member.places, member.spec.id.as_str(), fence).await
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
        let read = self
            .blocking(|member| tail(Path::new(&member.places.log), FAILURE_LOG_LINES))
            .await;
        match read {
            Ok(Ok(lines)) => lines,
            Ok(Err(_)) | Err(_) => Vec::new(),
        }
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
            Err(Unsaid::NotRun(why)) => self.failed(FailureCode::NotReady, "looking", why).await,
            Err(Unsaid::Ended(_)) => Outcome::NotYet {
                step: self.last_step().await,
            },
        }
    }

    async fn last_step(&self) -> String {
        let mark = self
            .blocking(|member| Mark::read(Path::new(&member.places.fence)))
            .await;
        match mark {
            Ok(Ok(Some(mark))) => mark.step_in_words(),
            Ok(Ok(None) | Err(_)) | Err(_) => "unknown".into(),
        }
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

impl Member {
    fn look(&self) -> HostView {
        let mark = Mark::read(Path::new(&self.places.fence));
        let known = mark.as_ref().ok().and_then(Option::as_ref);
        let running = self
            .looker
            .look(&self.places, &self.spec.release_from, known, &|| {
                self.status()
            });
        let claimed_by = match &mark {
            Ok(mark) => mark.as_ref().and_then(Mark::whose),
            Err(why) => Some(format!("a mark that cannot be read: {why}")),
        };
        HostView {
            running,
            claimed_by,
        }
    }

    /// The pid that the declared supervisor tells; none where there is none, or it does not know.
    fn status(&self) -> Option<u32> {
        let Supervisor::Commands { status, .. } = &self.spec.supervisor else {
            return None;
        };
        let words = Words {
            id: self.spec.id.as_str(),
            dir: &self.places.dir,
            config: Some(&self.places.config),
            ..Words::default()
        };
        status.iter().find_map(|list| {
            let list = list.iter().map(|text| words.expand(text));
            let list: Vec<String> = list.collect::<Result<_, _>>().ok()?;
            let output = Command::new("timeout")
                .arg(STATUS_LIMIT_S)
                .args(list)
                .output()
                .ok()?;
            let text = String::from_utf8_lossy(&output.stdout);
            let pid = text.lines().find_map(|line| line.parse::<u32>().ok())?;
            (pid != 0).then_some(pid)
        })
    }
}

/// A supervisor that cannot say so soon whether a process runs does not answer at all.
const STATUS_LIMIT_S: &str = "10";

impl Hand for LocalHand {
    fn host(&self) -> &str {
        &self.member.host
    }

    fn look(&self) -> Task<'_, HostView> {
        Box::pin(async {
            let view = self.blocking(Member::look).await;
            view.unwrap_or_else(|why| HostView {
                running: Running::Unknown(why),
                claimed_by: None,
            })
        })
    }

    fn runtime(&self) -> Task<'_, Result<Option<Version>, String>> {
        Box::pin(async {
            match self.look().await.running {
                Running::Process { incarnation, .. } => {
                    let pid = incarnation
                        .split(':')
                        .nth(1)
                        .and_then(|pid| pid.parse().ok());
                    let pid = pid.ok_or_else(|| format!("no pid in `{incarnation}`"))?;
                    self.blocking(move |_| runtime::of(pid)).await?
                }
                Running::Nothing => Err("no process runs".to_string()),
                Running::Unknown(why) => Err(why),
            }
        })
    }

    fn claim<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move { self.claim_answer(self.call(Verb::Claim, fence).await) })
    }

    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        Box::pin(async move {
            // What could not be taken away is found by the next claim, which is newer or says whose.
            let _ = self.call(Verb::Release, fence).await;
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
                spec: &member.spec,
                deed: &deed,
                ensure,
                patience,
            };
            let said = self.call(verb, fence).await;
            self.outcome(said).await
        })
    }

    fn hold<'a>(&'a self, fence: &'a Fence) -> Task<'a, Result<Box<dyn Held>, ClaimAnswer>> {
        Box::pin(async move {
            let member = &self.member;
            match call::hold(&member.places, member.spec.id.as_str(), fence).await {
                Ok(Ok(holding)) => Ok(Box::new(holding) as Box<dyn Held>),
                Ok(Err(said)) => Err(self.claim_answer(Ok(said))),
                Err(why) => Err(self.unreachable(why)),
            }
        })
    }

    fn log<'a>(&'a self, lines: usize) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async move {
            let read = move |member: &Member| {
                let path = &member.places.log;
                tail(Path::new(path), lines).map_err(|why| format!("{path}: {why}"))
            };
            self.blocking(read).await.and_then(|read| read)
        })
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move { self.claim_answer(self.call(Verb::Adopt, fence).await) })
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
            declared
                .words
                .extend(starts.flat_map(|(_, words)| words.iter().cloned()));
            declared.words.extend(deed.env);
        }
        Ok(declared)
    }

    fn peek<'a>(&'a self, paths: &'a [String]) -> Task<'a, Result<Vec<Peeked>, String>> {
        let paths = paths.to_vec();
        Box::pin(async move {
            self.blocking(move |_| paths.iter().map(|path| peek(path)).collect())
                .await
        })
    }

    fn release_ready<'a>(&'a self, version: &'a Version) -> Task<'a, Result<(), String>> {
        let version = version.clone();
        Box::pin(async move {
            self.blocking(move |member| release::ready(&member.spec, &member.places, &version))
                .await
                .and_then(|ready| ready)
        })
    }
}

impl Held for call::Holding {}
