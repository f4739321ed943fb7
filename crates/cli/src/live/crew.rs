//! Who carries a run that is attended: this process if nobody else does, and it tries again where that
//! went wrong for reasons that pass.
//!
//! Must never know: terminals. Stories: `tests/it/live.rs`.

use super::span::Since;
use crate::context::Context;
use crate::exit::Failed;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use windlass_engine::names::{ClusterName, RunId};
use windlass_engine::time::Ms;
use windlass_runner::bell::{self, Bell, Told};
use windlass_runner::drive::{self, Driven};
use windlass_runner::keeper::{self, CarryError};
use windlass_runner::ports::store::RunRow;
use windlass_runner::world::World;

/// Whether somebody carries is asked so often.
const HOLDER_EVERY_MS: Ms = Ms(700);
/// After trouble that may pass, a run is taken again after this long.
const AGAIN_MS: Ms = Ms::seconds(2);

/// Who carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// Nobody.
    Nobody,
    /// This process.
    Us,
    /// Another, in words.
    Other(String),
}

/// Whether this process carries where nobody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// It does.
    IfNobody,
    /// It only looks.
    Never,
}

type Task = JoinHandle<Result<Driven, CarryError>>;

/// The carrying of one run by this process.
#[derive(Debug)]
pub struct Crew {
    run: RunId,
    cluster: ClusterName,
    carries: Carries,
    task: Option<Task>,
    bell: Option<Arc<Bell>>,
    let_go: watch::Sender<bool>,
    carrier: Carrier,
    looked: Option<Since>,
    rests: Option<Since>,
    ears: Option<JoinHandle<()>>,
    hints: UnboundedSender<Told>,
    trouble: Option<String>,
}

impl Crew {
    /// Nobody carries yet; hints go to the sender.
    #[must_use]
    pub fn new(row: &RunRow, carries: Carries, hints: UnboundedSender<Told>) -> Self {
        Self {
            run: row.run.clone(),
            cluster: row.cluster.clone(),
            carries,
            task: None,
            bell: None,
            let_go: watch::channel(false).0,
            carrier: Carrier::Nobody,
            looked: None,
            rests: None,
            ears: None,
            hints,
            trouble: None,
        }
    }

    /// Looks who carries, and takes the run where nobody does and we shall.
    ///
    /// # Errors
    /// Trouble that does not pass by itself; what may pass is in [`Crew::trouble`].
    pub async fn see_to_it(&mut self, context: &Context) -> Result<(), Failed> {
        if self.task.as_ref().is_some_and(JoinHandle::is_finished) {
            self.come_back(context).await?;
        }
        if self.task.is_some() {
            return Ok(());
        }
        if self
            .looked
            .is_some_and(|at| at.gone(context) < HOLDER_EVERY_MS)
        {
            return Ok(());
        }
        self.looked = Some(Since::now(context));
        match context.desk.carrier(&self.cluster).await? {
            Some(holder) => {
                self.listen(context);
                self.carrier = Carrier::Other(holder);
            }
            None if self.carries == Carries::IfNobody && !*self.let_go.borrow() => {
                if self
                    .rests
                    .is_none_or(|since| since.gone(context) >= AGAIN_MS)
                {
                    self.take(context);
                }
            }
            None => self.carrier = Carrier::Nobody,
        }
        Ok(())
    }

    fn take(&mut self, context: &Context) {
        let hung = hang(context);
        let ring = hung
            .as_ref()
            .map_or_else(Arc::default, |bell| bell.ring.clone());
        if let (Some(bell), None) = (&hung, &self.bell) {
            self.hear(bell);
        }
        self.bell = hung;
        let bell = drive::Bell {
            ring,
            let_go: self.let_go.subscribe(),
        };
        self.task = Some(tokio::spawn(carry(
            context.world.clone(),
            self.run.clone(),
            bell,
        )));
        self.carrier = Carrier::Us;
    }

    fn hear(&self, bell: &Bell) {
        let (mut ear, hints, run) = (bell.hear(), self.hints.clone(), self.run.clone());
        tokio::spawn(async move {
            loop {
                match ear.recv().await {
                    Ok(told) if told.run == run => {
                        if hints.send(told).is_err() {
                            return;
                        }
                    }
                    Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                }
            }
        });
    }

    /// Hints of another carrier; listened to again whenever the last ear fell deaf.
    fn listen(&mut self, context: &Context) {
        if self.ears.as_ref().is_some_and(|ears| !ears.is_finished()) {
            return;
        }
        let (folder, hints, run) = (bells(context), self.hints.clone(), self.run.clone());
        self.ears = Some(tokio::spawn(async move {
            let each = move |told: Told| {
                if told.run == run {
                    // Whoever listened may be gone: then nobody misses it.
                    let _ = hints.send(told);
                }
            };
            bell::hear_all(&folder, each).await;
        }));
    }

    async fn come_back(&mut self, context: &Context) -> Result<(), Failed> {
        let Some(task) = self.task.take() else {
            return Ok(());
        };
        self.carrier = Carrier::Nobody;
        self.looked = None;
        let went = task
            .await
            .map_err(|why| Failed::says(format!("the carrier broke off: {why}")))?;
        match went {
            Ok(Driven::Ended(_)) => {
                // There is nothing left to carry.
                self.carries = Carries::Never;
                self.trouble = None;
            }
            Ok(Driven::LetGo | Driven::Superseded) => self.trouble = None,
            Err(CarryError::Held { holder, .. }) => {
                self.carrier = Carrier::Other(holder);
                self.rests = Some(Since::now(context));
            }
            Err(
                passing @ (CarryError::Silent(_)
                | CarryError::IdentityHeld { .. }
                | CarryError::Store(_)
                | CarryError::Drive(_)),
            ) => {
                self.trouble = Some(passing.to_string());
                self.rests = Some(Since::now(context));
            }
            Err(
                lasting @ (CarryError::Unregistered { .. }
                | CarryError::Target(_)
                | CarryError::Ledger(_)),
            ) => return Err(lasting.into()),
        }
        Ok(())
    }

    /// Who carries it now.
    #[must_use]
    pub fn carrier(&self) -> &Carrier {
        &self.carrier
    }

    /// Trouble of the last try, taken out; it is tried again by itself.
    pub fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }

    /// Wakes the carrier, wherever it is.
    pub async fn ring(&self, context: &Context) {
        match &self.bell {
            Some(bell) if self.task.is_some() => bell.ring.notify_one(),
            Some(_) | None => {
                bell::ring_all(&bells(context)).await;
            }
        }
    }

    /// Asks the carrying to end: nothing begins, what is in flight finishes.
    pub fn let_go(&self) {
        self.let_go.send_replace(true);
    }

    /// Whether this process still carries.
    #[must_use]
    pub fn is_carrying(&self) -> bool {
        self.task.as_ref().is_some_and(|task| !task.is_finished())
    }

    /// Drops what this process has in flight, for another to go on with: deeds on hosts finish by
    /// themselves, and the next carrier finds them.
    pub async fn drop_all(&mut self) {
        self.let_go();
        if let Some(task) = self.task.take() {
            task.abort();
            // Aborted is what it shall be; the leases are free once it has returned.
            let _ = task.await;
        }
        self.carrier = Carrier::Nobody;
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        if let Some(ears) = &self.ears {
            ears.abort();
        }
    }
}

/// Takes a run and drives it until it ends or is let go.
///
/// # Errors
/// [`CarryError`].
pub async fn carry(world: World, run: RunId, bell: drive::Bell) -> Result<Driven, CarryError> {
    let held = keeper::take(&world, &run).await?;
    held.carry(world, bell).await
}

/// Where bells hang.
#[must_use]
pub fn bells(context: &Context) -> std::path::PathBuf {
    context.folder.join("bells")
}

/// The bell of this process. Without one others wake us a second later: no reason not to carry.
pub fn hang(context: &Context) -> Option<Arc<Bell>> {
    if let Some(hung) = context.news.get() {
        return Some(hung.clone());
    }
    match Bell::hang(&bells(context)) {
        Ok(bell) => {
            let bell = Arc::new(bell);
            // Only this task hangs one.
            let _ = context.news.set(bell.clone());
            Some(bell)
        }
        Err(why) => {
            context.outlet.told(&format!(
                "no bell could be hung, others are heard a second later: {why}"
            ));
            None
        }
    }
}

/// A doorbell for each of several runs, from the one of this process.
pub fn share(bell: Option<&Arc<Bell>>) -> Shared {
    let shared = Shared::default();
    if let Some(bell) = bell {
        let (ring, all) = (bell.ring.clone(), shared.all.clone());
        tokio::spawn(async move {
            loop {
                ring.notified().await;
                if let Ok(all) = all.lock() {
                    all.iter().for_each(|one: &Arc<Notify>| one.notify_one());
                }
            }
        });
    }
    shared
}

/// Doorbells of several runs.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    all: Arc<std::sync::Mutex<Vec<Arc<Notify>>>>,
}

impl Shared {
    /// One more.
    #[must_use]
    pub fn another(&self) -> Arc<Notify> {
        let ring = Arc::new(Notify::new());
        if let Ok(mut all) = self.all.lock() {
            // Those that nobody waits for any more are held by nobody else.
            all.retain(|other| Arc::strong_count(other) > 1);
            all.push(ring.clone());
        }
        ring
    }
}
