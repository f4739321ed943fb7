//! The human of a play: says what the story has them say, and does about each named reason what a careful
//! operator would. Dies with nobody.
//!
//! Must never know: what the fleet is really like; only the journal is read. Stories: `tests/it/`.

use crate::clock::{Time, rest};
use crate::ground::Shared;
use crate::judge::Bars;
use crate::store::Door;
use crate::story::{Remedy, Story, Word};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::Notify;
use windlass_engine::effect::FailureCode;
use windlass_engine::names::{RunId, Subject};
use windlass_engine::run::command::{Command, Retry};
use windlass_engine::run::event::Cause;
use windlass_engine::run::{Flying, Phase, Run};
use windlass_runner::ledger::{Ledger, summary_of};
use windlass_runner::ports::store::Store;

/// What the store failed to take is said again after so long.
const REPEAT_MS: u64 = 500;
/// The same trouble, unmoved, is met again after so long.
const AGAIN_MS: u64 = 30_000;
/// The phase in which members move, or wait for a budget.
const ROLLING: &str = "rolling";
/// The phases in which a run may wait for a human.
const MET: [&str; 4] = ["paused", "pausing", "awaiting-human", "awaiting-approval"];
/// The phases that nothing but a human's word ends, or a limit.
const STANDING: [&str; 4] = ["paused", "barred", "awaiting-human", "awaiting-approval"];
/// A run that moves nothing for longer than a member may take, and this, waits for what will not come: a budget that
/// can never be met.
const MOVES_NOTHING_MS: u64 = 3_600_000;
/// So often the same is tried before something else is.
const TRIES_MOST: u32 = 8;

/// By what a run has come further.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// So much was written.
    Wrote(u64),
    /// So many have moved: who waits for a budget goes on looking at it.
    Moved(usize),
}

/// Who attends.
pub(crate) struct Human {
    pub(crate) store: Arc<Door>,
    pub(crate) ground: Shared,
    pub(crate) time: Time,
    pub(crate) run: RunId,
    /// The bell of each who may carry.
    pub(crate) rings: Vec<Arc<Notify>>,
    left: Arc<Notify>,
    pub(crate) remedy: Remedy,
    looks_ms: u64,
    stands_ms: u64,
    holds_ms: u64,
    words: VecDeque<(u64, Word)>,
    said: u64,
    tried: BTreeMap<String, u32>,
    met: Option<(u64, u64)>,
    stood: Option<(At, u64)>,
}

impl Human {
    pub(crate) fn new(
        store: Arc<Door>,
        ground: Shared,
        time: Time,
        run: RunId,
        rings: Vec<Arc<Notify>>,
        left: Arc<Notify>,
        story: &Story,
    ) -> Self {
        let mut words: Vec<_> = story.words.clone();
        words.sort_by_key(|(at, _)| *at);
        Self {
            store,
            ground,
            time,
            run,
            rings,
            left,
            remedy: story.remedy,
            looks_ms: story.attends_ms,
            stands_ms: story.stands_ms,
            holds_ms: story.stands_ms + story.policy.patience.0 + MOVES_NOTHING_MS,
            words: words.into(),
            said: 0,
            tried: BTreeMap::new(),
            met: None,
            stood: None,
        }
    }

    /// Attends the run until it has ended.
    pub(crate) async fn attend(mut self) {
        loop {
            let now = self.time.ms();
            let next = self.words.front().map_or(u64::MAX, |(at, _)| *at);
            rest(self.looks_ms.min(next.saturating_sub(now)).max(1)).await;
            let now = self.time.ms();
            if let Some((_, word)) = self.words.pop_front_if(|(at, _)| *at <= now) {
                if let Some(command) = self.said(word).await {
                    self.say(&command).await;
                }
                continue;
            }
            let Ok(row) = self.store.run(&self.run).await else {
                continue;
            };
            if row.ended.is_some() {
                return;
            }
            let met = self
                .met
                .filter(|(seq, at)| *seq == row.seq && now - at < AGAIN_MS);
            if met.is_some() {
                continue;
            }
            let line = summary_of(&row);
            let (phase, moved) =
                line.map_or_else(Default::default, |line| (line.phase, line.moved));
            let at = if phase == ROLLING {
                At::Moved(moved)
            } else {
                At::Wrote(row.seq)
            };
            if self.words.is_empty() && self.stands_for_good(at, &phase, now) {
                self.left.notify_one();
                return;
            }
            if self.remedy != Remedy::Nothing && MET.contains(&phase.as_str()) {
                self.met = Some((row.seq, now));
                self.mend().await;
            }
        }
    }

    /// Whether it has stood for as long as anybody looks on.
    fn stands_for_good(&mut self, at: At, phase: &str, now: u64) -> bool {
        let long = match phase {
            ROLLING => self.holds_ms,
            _ if self.remedy == Remedy::Nothing && STANDING.contains(&phase) => self.stands_ms,
            _ => return false,
        };
        let since = match self.stood {
            Some((known, since)) if known == at => since,
            Some(_) | None => now,
        };
        self.stood = Some((at, since));
        now - since > long
    }

    /// A word as a command; none: there is no plan that could be meant.
    async fn said(&self, word: Word) -> Option<Command> {
        Some(match word {
            Word::Pause => Command::Pause,
            Word::Continue => Command::Continue,
            Word::Cancel => Command::Cancel,
            Word::Stop => Command::Stop,
            Word::Pace(pace) => Command::Pace(pace),
            Word::Begin => Command::Begin,
            Word::Says(command) => command,
            Word::Approve => {
                let ledger = Ledger::open(self.store.as_ref(), &self.run, None).await;
                let plan = ledger.ok()?.run.plan().map(|(name, _)| *name)?;
                Command::Approve { plan }
            }
        })
    }

    /// Does what the named reason asks for.
    async fn mend(&mut self) {
        let Ok(ledger) = Ledger::open(self.store.as_ref(), &self.run, None).await else {
            return;
        };
        if let Some(command) = self.remedy(&ledger.run) {
            self.say(&command).await;
        }
    }

    fn remedy(&mut self, run: &Run) -> Option<Command> {
        let stuck = run
            .flights()
            .iter()
            .find_map(|(subject, flight)| match &flight.state {
                Flying::Failed(failure) => Some((subject.clone(), Some(failure.code))),
                Flying::Unclear => Some((subject.clone(), None)),
                Flying::Doing | Flying::Gating | Flying::Left => None,
            });
        if let Some(Cause::NotClaimed { .. }) = run.halt().map(|halt| &halt.cause) {
            return Some(Command::Continue);
        }
        // What has begun finishes first.
        if matches!(run.phase(), Phase::Pausing(_)) {
            return None;
        }
        match stuck {
            // While it is paused nobody is asked whether it was done: it goes on first.
            Some((_, None)) if run.halt().is_some() => return Some(Command::Continue),
            Some((subject, None)) => return Some(Command::Confirm { subject }),
            Some((subject, Some(code))) => return Some(self.failed(subject, code)),
            None => {}
        }
        let Some(halt) = run.halt() else {
            let plan = run.plan().map(|(name, _)| *name)?;
            return Some(Command::Approve { plan });
        };
        let ends = |word: &Word| matches!(word, Word::Continue | Word::Cancel | Word::Stop);
        match &halt.cause {
            // Whoever paused has more to say.
            Cause::Asked { .. } if self.words.iter().any(|(_, word)| ends(word)) => None,
            Cause::NeverOpens { .. } => Some(Command::Begin),
            Cause::IdentityChanged { .. } => Some(Command::Cancel),
            Cause::NoWayOn(_) if self.tries("no way on") > TRIES_MOST => Some(Command::Cancel),
            Cause::Asked { .. }
            | Cause::Failure { .. }
            | Cause::SomeoneElseActs { .. }
            | Cause::NoWayOn(_)
            | Cause::NotClaimed { .. }
            | Cause::Unclear { .. } => Some(Command::Continue),
        }
    }

    fn failed(&mut self, subject: Subject, code: FailureCode) -> Command {
        let tries = self.tries(&subject.to_string());
        let how = if code == FailureCode::DidNotStop {
            Retry::Kill
        } else {
            Retry::Again
        };
        let retry = Command::Retry {
            subject: Some(subject.clone()),
            how,
        };
        match self.remedy {
            _ if tries > 2 * TRIES_MOST => Command::Stop,
            Remedy::Cancel => Command::Cancel,
            _ if tries > TRIES_MOST => Command::Skip { subject },
            Remedy::RetryThenSkip if tries > 1 => Command::Skip { subject },
            Remedy::Retry | Remedy::RetryThenSkip | Remedy::Nothing => retry,
        }
    }

    fn tries(&mut self, what: &str) -> u32 {
        let tries = self.tried.entry(what.to_owned()).or_default();
        *tries += 1;
        *tries
    }

    /// Until it is acknowledged, each time under a key of its own, as the program does that is started again.
    async fn say(&mut self, command: &Command) {
        let Ok(payload) = serde_json::to_string(command) else {
            return;
        };
        if lets_begin(command) {
            self.ground.lock().judge.allows();
        }
        let taken = loop {
            self.said += 1;
            let key = format!("word {}", self.said);
            match self.store.post(&self.run, &key, "ops", &payload).await {
                Ok(taken) => break taken,
                Err(_) => rest(REPEAT_MS).await,
            }
        };
        if !taken.ended {
            let mut ground = self.ground.lock();
            if let Command::Skip {
                subject: Subject::Member(id),
            } = command
            {
                ground.fleet.mended(id, self.time.ms());
            }
            let bars = match command {
                Command::Pause | Command::Stop => Bars::AllElse,
                Command::Approve { .. }
                | Command::Waive(_)
                | Command::Continue
                | Command::Cancel
                | Command::Retry { .. } => Bars::Nothing,
                Command::Confirm { .. }
                | Command::Skip { .. }
                | Command::Pace(_)
                | Command::Retarget(_)
                | Command::Begin => Bars::Nothing,
            };
            let now = self.time.ms();
            ground
                .judge
                .acknowledged(taken.seq, &taken.begun, bars, now);
        }
        self.rings.iter().for_each(|ring| ring.notify_one());
    }
}

/// Whether something may begin because of a command.
fn lets_begin(command: &Command) -> bool {
    match command {
        Command::Continue | Command::Retry { .. } | Command::Begin | Command::Retarget(_) => true,
        Command::Approve { .. }
        | Command::Waive(_)
        | Command::Pause
        | Command::Cancel
        | Command::Stop
        | Command::Confirm { .. }
        | Command::Skip { .. }
        | Command::Pace(_) => false,
    }
}
