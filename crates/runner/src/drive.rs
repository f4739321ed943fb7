//! The loop of one run, on one screen: drain all that is ready, step and fold each, append all at
//! once, let hands follow what is wanted, wait.
//!
//! Where the append is refused or unknown, the fold is dropped and read again from the journal: the
//! same path as a restart. Answers that came meanwhile are kept and stepped again.
//! Must never know: how anything is decided or done. Stories: `crates/stores/tests/it/runner.rs`.

use crate::hands::{Came, Hands, Looks, earlier};
use crate::ledger::{Ledger, LedgerError};
use crate::ports::store::{AppendError, Lease, StoreError};
use crate::ports::target::{Fence, Hint, Target};
use crate::world::World;
use futures_util::FutureExt;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::{Notify, watch};
use windlass_engine::effect::{Answer, ClaimAnswer, Outcome};
use windlass_engine::names::RunId;
use windlass_engine::run::command::Command;
use windlass_engine::run::event::{End, Event};
use windlass_engine::run::{FRESH_MS, Run};
use windlass_engine::step::{Input, heard, step};
use windlass_engine::time::{Mark, Ms, Now};

/// A full disk is tried again after this long: it comes back when somebody makes room.
const FULL_REST_MS: Ms = Ms::seconds(1);
/// While healthy time is counted, each look says that all was well until now: a turn that begins later than this
/// tells that this process stood still (it was stopped, or its host slept). Else a look may be as old as what is
/// decided on it.
const SOAK_STOOD_MS: Ms = Ms::seconds(2);
/// Commands are looked for at least so often, should a doorbell be lost.
const INBOX_EVERY_MS: Ms = Ms::seconds(1);
/// So many answers at most go into one commit: a run with a fleet in flight does not hold the store's
/// writer for long, and hears a command in between.
const ANSWERS_A_COMMIT: usize = 24;
/// More ticks than this without rest mean that the engine runs in a circle.
const TICKS_MOST: usize = 64;

/// How a carrier's part in a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Driven {
    /// The run itself ended.
    Ended(End),
    /// This carrier was asked to let go: nothing was begun since, what it had in flight is answered.
    LetGo,
    /// Somebody else carries it, or may: a newer epoch stands in the store or on a host, or the lease is gone.
    Superseded,
}

/// Why a carrier could not go on.
#[derive(Debug, Error)]
pub enum DriveError {
    /// The journal could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An append failed for good.
    #[error(transparent)]
    Append(AppendError),
    /// A command in the inbox is none that this windlass knows.
    #[error("command {seq} of run {run} cannot be read: use a newer windlass")]
    Command {
        /// Which run.
        run: RunId,
        /// Its position.
        seq: u64,
        /// What was wrong with it.
        source: serde_json::Error,
    },
}

/// What wakes the loop from outside.
#[derive(Clone, Debug)]
pub struct Bell {
    /// A command may stand in the inbox.
    pub ring: Arc<Notify>,
    /// Turns true when this carrier shall let go.
    pub let_go: watch::Receiver<bool>,
}

/// One carrier's hold on one run.
pub struct Drive {
    world: World,
    ledger: Ledger,
    epoch: u64,
    hands: Hands,
    answers: UnboundedReceiver<Came>,
    kept: Vec<Kept>,
    /// When the inbox was last looked into; none: it is to be looked into now.
    looked: Option<Mark>,
    /// When the next turn is to begin at the latest; none: it is the first.
    due: Option<Mark>,
    /// Looks of hands up to this one were asked for before this process stood still.
    old: u64,
    /// How long this process stood still, until the run was told so durably.
    stood: Ms,
    bell: Bell,
}

/// An answer, until its events are durable.
struct Kept {
    since: u64,
    answer: Answer,
}

impl std::fmt::Debug for Drive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drive")
            .field("run", &self.ledger.id)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

enum Went {
    On,
    Reload,
    Out(Driven),
}

impl Drive {
    /// Takes hold of a run under a lease.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub async fn begin(
        world: World,
        run: &RunId,
        fence: Fence,
        lease: Arc<dyn Lease>,
        target: Arc<dyn Target>,
        bell: Bell,
    ) -> Result<Self, DriveError> {
        let ledger = Ledger::open(world.store.as_ref(), run, None).await?;
        let (sender, answers) = unbounded_channel();
        let (news, id) = (world.news.clone(), run.clone());
        let hints = Arc::new(move |hint: Hint| news(&id, hint));
        let epoch = fence.epoch;
        let hands = Hands::new(target, world.clock.clone(), fence, lease, hints, sender);
        Ok(Self {
            world,
            ledger,
            epoch,
            hands,
            answers,
            kept: Vec::new(),
            looked: None,
            due: None,
            old: 0,
            stood: Ms(0),
            bell,
        })
    }

    /// Drives the run until it ends, or this carrier lets go.
    ///
    /// # Errors
    /// [`DriveError`]: store or journal trouble that does not pass by itself.
    pub async fn to_the_end(mut self) -> Result<Driven, DriveError> {
        loop {
            match self.turn().await? {
                Went::On => {}
                Went::Reload => {
                    self.ledger =
                        Ledger::open(self.world.store.as_ref(), &self.ledger.id, None).await?;
                    self.looked = None;
                }
                Went::Out(driven) => return Ok(driven),
            }
        }
    }

    /// One turn: all that is ready in, all that follows out, then wait.
    async fn turn(&mut self) -> Result<Went, DriveError> {
        if let Some(end) = self.ledger.run.ended() {
            return Ok(Went::Out(Driven::Ended(end.clone())));
        }
        if self.ledger.run.epoch() > self.epoch {
            return Ok(Went::Out(Driven::Superseded));
        }
        let now = self.world.clock.now();
        self.notice(now.mono);
        let words = self.words(now).await?;
        self.drain();
        if self
            .kept
            .iter()
            .any(|kept| is_fenced(&self.ledger.run, &kept.answer))
        {
            self.hands.drop_all();
            return Ok(Went::Out(Driven::Superseded));
        }
        let events = self.fold(words, now);
        if !events.is_empty() {
            let holder = self.world.holder.clone();
            match self
                .ledger
                .append(self.world.store.as_ref(), self.epoch, &holder, &events, now)
                .await
            {
                Ok(()) => {}
                Err(refused) => return self.refused(refused).await,
            }
        }
        self.kept.drain(..self.heard());
        self.stood = Ms(0);
        if self.ledger.run.ended().is_some() {
            self.hands.drop_all();
            return Ok(Went::On);
        }
        if *self.bell.let_go.borrow() && self.is_idle() {
            return Ok(Went::Out(Driven::LetGo));
        }
        Ok(self.wait(now.mono).await)
    }

    /// Where this process stood still, what looks bring that were asked for before says nothing of now.
    fn notice(&mut self, now: Mark) {
        let late = self.due.and_then(|due| now.since(due));
        let most = match self.ledger.run.soak() {
            Some(_) => SOAK_STOOD_MS,
            None => FRESH_MS,
        };
        if let Some(late) = late.filter(|late| *late > most) {
            self.stood = late;
            self.old = self.hands.sent();
            self.kept.retain(|kept| !is_look(&kept.answer));
        }
    }

    /// What is said to the run: that it was taken, and commands. The inbox is looked into when the
    /// bell rang, or from time to time; an append tells (`Unread`) when it should have been.
    async fn words(&mut self, now: Now) -> Result<Vec<Input>, DriveError> {
        let mut inputs = Vec::new();
        if self.ledger.run.epoch() < self.epoch {
            inputs.push(Input::Taken {
                epoch: self.epoch,
                holder: self.world.holder.clone(),
            });
        }
        let rang = self.bell.ring.notified().now_or_never().is_some();
        let age = self.looked.and_then(|at| now.mono.since(at));
        if !rang && age.is_some_and(|age| age < INBOX_EVERY_MS) {
            return Ok(inputs);
        }
        self.looked = Some(now.mono);
        for posted in self
            .world
            .store
            .inbox(&self.ledger.id, self.ledger.run.inbox())
            .await?
        {
            let command: Command =
                serde_json::from_str(&posted.payload).map_err(|source| DriveError::Command {
                    run: self.ledger.id.clone(),
                    seq: posted.seq,
                    source,
                })?;
            inputs.push(Input::Command {
                seq: posted.seq,
                by: posted.by,
                command,
            });
        }
        Ok(inputs)
    }

    /// Takes in all that hands have answered.
    fn drain(&mut self) {
        while let Ok(came) = self.answers.try_recv() {
            self.keep(came);
        }
    }

    fn keep(&mut self, came: Came) {
        self.hands.answered(&came);
        let (since, is_old) = (came.since, came.hand <= self.old);
        let answer = came.answer.filter(|answer| !(is_old && is_look(answer)));
        self.kept
            .extend(answer.map(|answer| Kept { since, answer }));
    }

    /// How many of the kept answers this turn is about.
    fn heard(&self) -> usize {
        self.kept.len().min(ANSWERS_A_COMMIT)
    }

    /// Steps and folds words and answers, then asks what follows until nothing does.
    fn fold(&mut self, words: Vec<Input>, now: Now) -> Vec<Event> {
        let mut all = Vec::new();
        if self.stood > Ms(0) {
            self.follow(Input::Stood(self.stood), now, &mut all);
        }
        for input in words {
            self.follow(input, now, &mut all);
        }
        for at in 0..self.heard() {
            let Kept { since, answer } = &self.kept[at];
            if let Some(answer) = heard(&self.ledger.run, *since, answer.clone()) {
                self.follow(Input::Answer(answer), now, &mut all);
            }
        }
        if *self.bell.let_go.borrow() {
            return all;
        }
        let mut rested = false;
        for _ in 0..TICKS_MOST {
            let before = all.len();
            self.follow(Input::Tick, now, &mut all);
            rested = all.len() == before;
            if rested {
                break;
            }
        }
        assert!(rested, "the engine comes to rest within {TICKS_MOST} ticks");
        all
    }

    fn follow(&mut self, input: Input, now: Now, all: &mut Vec<Event>) {
        for event in step(&self.ledger.run, input, now) {
            self.ledger.run.apply(&event);
            all.push(event);
        }
    }

    async fn refused(&mut self, why: AppendError) -> Result<Went, DriveError> {
        match why {
            AppendError::Unread { .. } | AppendError::Conflict { .. } => Ok(Went::Reload),
            AppendError::Fenced { .. } => {
                self.hands.drop_all();
                Ok(Went::Out(Driven::Superseded))
            }
            AppendError::Full => {
                (self.world.news)(
                    &self.ledger.id,
                    Hint {
                        member: None,
                        says: "the store's disk is full: nothing moves until there is room".into(),
                    },
                );
                self.world.clock.sleep(FULL_REST_MS).await;
                Ok(Went::Reload)
            }
            AppendError::Unknown(_) => {
                self.hands.drop_all();
                Ok(Went::Reload)
            }
            AppendError::Store(_) => Err(DriveError::Append(why)),
        }
    }

    fn is_idle(&self) -> bool {
        self.ledger.run.live_flights() == 0
    }

    /// Until a hand answers, the doorbell rings, the world stirs, or it is time. Where the lease stands no
    /// longer nothing is waited for: no hand is sent any more, and whoever takes it next may be this process.
    async fn wait(&mut self, begun: Mark) -> Went {
        let now = self.world.clock.now();
        let looks = if *self.bell.let_go.borrow() {
            Looks::Rest
        } else {
            Looks::Go
        };
        let next = self.hands.bring_to(&self.ledger.run, looks);
        if !self.hands.may_send() {
            self.hands.drop_all();
            return Went::Out(Driven::Superseded);
        }
        self.due = Some(begun);
        if !self.kept.is_empty() {
            // More is to be said at once; the runtime may see to the others first.
            tokio::task::yield_now().await;
            return Went::On;
        }
        let until = earlier(next, now.mono.plus(INBOX_EVERY_MS))
            .and_then(|at| at.since(now.mono))
            .unwrap_or(INBOX_EVERY_MS);
        self.due = Some(begun.plus(until));
        let mut let_go = self.bell.let_go.clone();
        tokio::select! {
            biased;
            () = self.bell.ring.notified() => self.looked = None,
            Some(came) = self.answers.recv() => self.keep(came),
            Ok(()) = let_go.changed() => {}
            () = self.world.clock.sleep(until) => {}
        }
        Went::On
    }
}

/// Whether an answer says how the world is.
fn is_look(answer: &Answer) -> bool {
    match answer {
        Answer::Seen(_) | Answer::Sample(_) => true,
        Answer::Claim(_) | Answer::Deed(..) => false,
    }
}

/// Somebody with a newer mark acts: nothing that this carrier says is true any more.
/// An attempt that our own next one overtook was refused for that, and says nothing.
fn is_fenced(run: &Run, answer: &Answer) -> bool {
    match answer {
        Answer::Deed(subject, attempt, Outcome::Fenced) => run
            .flights()
            .get(subject)
            .is_some_and(|flight| flight.attempt == *attempt),
        Answer::Claim(answer) => matches!(answer, ClaimAnswer::Fenced { .. }),
        Answer::Deed(_, _, Outcome::Done | Outcome::NotYet { .. } | Outcome::Failed(_))
        | Answer::Seen(_)
        | Answer::Sample(_) => false,
    }
}
