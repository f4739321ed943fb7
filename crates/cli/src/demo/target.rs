//! The target of one false cluster: the port over its book, by the real clock.
//!
//! Must never know: runs, stores. Stories: `tests/it/demo.rs`.

use super::book::{Book, BookError};
use super::hosts::{Heard, What};
use std::sync::Arc;
use windlass_engine::effect::{Answer, ClaimAnswer, Effect};
use windlass_engine::names::{Identity, MemberId};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::target::{Fence, Hint, Hints, Target};
use windlass_runner::system::SystemClock;
use windlass_sim::target::lost;

/// Nothing happens to a false cluster that its run does not do; a poll now and then is enough.
const STIRS_MS: Ms = Ms::seconds(7);
/// After trouble with the book's file the hosts are asked again so much later.
const AGAIN_MS: Ms = Ms::seconds(1);

/// A false cluster, reached through its book.
#[derive(Clone, Debug)]
pub struct FalseCluster {
    book: Arc<Book>,
    clock: SystemClock,
}

impl FalseCluster {
    /// The cluster of a book.
    #[must_use]
    pub fn of(book: Arc<Book>) -> Self {
        let clock = SystemClock::new();
        Self { book, clock }
    }

    fn wall(&self) -> Wall {
        self.clock.now().wall
    }

    fn look(&self) -> Result<Snapshot, BookError> {
        let at = self.wall();
        self.book.with(|pen| pen.hosts().seen(at))
    }

    /// A look; where the book cannot be read, one that saw nothing and says why.
    fn seen(&self) -> Snapshot {
        self.look().unwrap_or_else(|why| {
            let mut unseen = Snapshot::empty(&self.book.head.snapshot.system, self.wall());
            unseen.troubles.push(why.to_string());
            unseen
        })
    }

    async fn done(&self, effect: &Effect, fence: &Fence, hints: &Hints) -> Answer {
        let mut told = String::new();
        loop {
            match self.book.with(|pen| pen.ask(effect, fence)) {
                Ok(Heard::Answer(answer)) => return answer,
                Ok(Heard::Later(left, step)) => {
                    if let (Effect::Ensure(ensure), true) = (effect, step != told) {
                        hints(Hint {
                            member: Some(ensure.member.clone()),
                            says: step.clone(),
                        });
                        told = step;
                    }
                    self.clock.sleep(Ms(left)).await;
                }
                Ok(Heard::Nothing) => return silent(effect, "the false hosts said nothing"),
                Err(why) => {
                    self.clock.sleep(AGAIN_MS).await;
                    return silent(effect, &why.to_string());
                }
            }
        }
    }
}

/// What is said where the hosts cannot be asked.
fn silent(effect: &Effect, why: &str) -> Answer {
    lost(effect, why, why)
}

impl Target for FalseCluster {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        Box::pin(async {
            let seen = self.look().map_err(|why| why.to_string())?;
            seen.identity.ok_or_else(|| "it has no identity".into())
        })
    }

    fn observe<'a>(&'a self, _releases: &'a [Version]) -> Task<'a, Snapshot> {
        Box::pin(async { self.seen() })
    }

    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        fence: &'a Fence,
        hints: Hints,
    ) -> Task<'a, Answer> {
        Box::pin(async move {
            match effect {
                Effect::Observe { .. } => Answer::Seen(Box::new(self.seen())),
                Effect::Probe {
                    member, attempt, ..
                } => {
                    let at = self.wall();
                    let sampled =
                        |pen: &mut super::book::Pen<'_>| pen.hosts().sampled(member, *attempt, at);
                    let sampled = self.book.with(sampled);
                    sampled.unwrap_or_else(|_| Answer::Seen(Box::new(self.seen())))
                }
                Effect::Claim | Effect::Ensure(_) | Effect::Raise(_) | Effect::Act { .. } => {
                    self.done(effect, fence, &hints).await
                }
            }
        })
    }

    fn changed(&self) -> Task<'_, ()> {
        Box::pin(self.clock.sleep(STIRS_MS))
    }

    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        Box::pin(async move {
            let told = self
                .book
                .with(|pen| pen.tell(What::Released(fence.clone())));
            // Marks that stay do no harm: the next run of this store overwrites them, or says why not.
            drop(told);
        })
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async move {
            let unreachable = |why: &str| ClaimAnswer::Unreachable {
                member: MemberId::from("1"),
                why: why.into(),
            };
            match self.book.with(|pen| pen.ask(&Effect::Claim, fence)) {
                Ok(Heard::Answer(Answer::Claim(answer))) => answer,
                Ok(Heard::Answer(_) | Heard::Later(..) | Heard::Nothing) => {
                    unreachable("a deed holds it")
                }
                Err(why) => unreachable(&why.to_string()),
            }
        })
    }

    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        Box::pin(async {
            let marks = self.book.with(|pen| pen.hosts().marks());
            marks.unwrap_or_default()
        })
    }

    fn log<'a>(
        &'a self,
        _member: &'a MemberId,
        _lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async { Err("it is a member of a false cluster, and has no log".into()) })
    }
}
