//! A run attended from a terminal or a script: carried here if nobody else does, followed, shown, asked
//! about, and left in good order.
//!
//! - `decide`: what a phase asks of who attends;
//! - `leave`: keys and signals, and the three ways to go.
//!
//! Must never know: how anything is decided by the engine. Stories: `tests/it/live.rs`.

mod decide;
mod leave;

use super::crew::{Carrier, Carries, Crew};
use super::hints::Hinted;
use super::picture::{self, Scene};
use super::reading::Reading;
use super::screen::{Screen, Telling};
use super::signals::{Asked, Signals};
use super::terminal::{Ask, Keys, is_somebody_there};
use crate::context::Context;
use crate::exit::{Exit, Failed};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use windlass_engine::hash::Hash;
use windlass_engine::run::Phase;
use windlass_engine::time::Ms;
use windlass_runner::bell::Told;
use windlass_runner::ports::store::RunRow;

/// The journal is looked at this often; a look without news costs a number read from a file.
const LOOK_EVERY_MS: Ms = Ms(100);

/// Until when a run is attended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To its end, through pauses.
    Ended,
    /// Until it stands still for another reason than a human's pause.
    Stuck,
    /// Until it stands still.
    Stands,
}

/// Who approves a plan that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approves {
    /// Whoever is at the keyboard.
    Asked,
    /// Approved already, in the words of the command.
    InAdvance,
    /// Somebody else.
    Elsewhere,
}

/// Whose run it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// This command asked for it: what bars it is told and the run taken back.
    Here,
    /// It was there before.
    Before,
}

/// How a run is attended.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Whether this process carries it where nobody does.
    pub carries: Carries,
    /// Until when.
    pub until: Until,
    /// Who approves.
    pub approves: Approves,
    /// Whose run it is.
    pub made: Made,
    /// Where its lines go.
    pub telling: Telling,
}

/// What is being asked of whoever is at the keyboard.
#[derive(Debug)]
enum Question {
    /// Whether this plan may run.
    Approve(Hash),
    /// How to leave.
    Leave,
}

/// How far the leaving is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    /// Nobody leaves.
    No,
    /// Once the run is paused.
    WhenPaused,
    /// What is in flight finishes.
    LetGo,
}

/// A run that is attended.
#[derive(Debug)]
pub struct Attend<'a> {
    context: &'a Context,
    manner: Manner,
    reading: Reading,
    crew: Crew,
    screen: Screen,
    hinted: Hinted,
    hints: UnboundedReceiver<Told>,
    signals: Signals,
    keys: Option<Keys>,
    ask: Option<(Question, Ask)>,
    pulse: Option<u64>,
    /// The plan that was shown.
    shown: Option<Hash>,
    /// The plan that was asked for, or approved in the words of the command.
    answered: Option<Hash>,
    /// Why it stands was told at this fact.
    stood: Option<u64>,
    /// What the command comes to, once the run has ended as it was told to.
    comes_to: Option<Exit>,
    leaving: Leaving,
    trouble: Option<String>,
}

enum Woken {
    Nothing,
    Hint(Told),
    Key(char),
    Answer(Option<String>),
    Signal(Asked),
}

impl<'a> Attend<'a> {
    /// Attends a run.
    ///
    /// # Errors
    /// Where it cannot be read, or signals cannot be listened to.
    pub async fn begin(context: &'a Context, row: RunRow, manner: Manner) -> Result<Self, Failed> {
        let (sender, hints) = unbounded_channel();
        let signals = Signals::listen()?;
        let crew = Crew::new(&row, manner.carries, sender);
        let screen = Screen::new(context, manner.telling);
        let store = context.world.store.as_ref();
        let reading = Reading::open(store, row, None, |run, fact| {
            // Who comes later sees what happened before as the fold; a program sees all of it.
            if manner.telling == Telling::Data && context.outlet.is_data() {
                screen.fact(context, &run.request().cluster.to_string(), fact);
            }
        })
        .await?;
        let keys = Some(())
            .filter(|()| screen.is_moving())
            .and_then(|()| Keys::listen());
        Ok(Self {
            context,
            manner,
            reading,
            crew,
            screen,
            hinted: Hinted::default(),
            hints,
            signals,
            keys,
            ask: None,
            pulse: None,
            shown: None,
            answered: None,
            stood: None,
            comes_to: None,
            leaving: Leaving::No,
            trouble: None,
        })
    }

    /// Until its end, or whatever else ends the attending.
    ///
    /// # Errors
    /// Trouble that does not pass by itself.
    pub async fn until_done(mut self) -> Result<Exit, Failed> {
        let went = self.turns().await;
        self.screen.clear();
        went
    }

    async fn turns(&mut self) -> Result<Exit, Failed> {
        loop {
            self.catch_up().await?;
            self.crew.see_to_it(self.context).await?;
            self.tell_trouble()?;
            if let Some(exit) = self.decide().await? {
                return Ok(exit);
            }
            self.draw();
            let went = match self.wait().await {
                Woken::Nothing => None,
                Woken::Hint(told) => {
                    self.hinted.hear(told.hint);
                    None
                }
                Woken::Key(key) => self.key(key).await?,
                Woken::Answer(answer) => self.answered(answer).await?,
                Woken::Signal(asked) => self.signalled(asked).await?,
            };
            if let Some(exit) = went {
                return Ok(exit);
            }
        }
    }

    async fn wait(&mut self) -> Woken {
        let Self {
            context,
            hints,
            signals,
            keys,
            ask,
            ..
        } = self;
        let key = async {
            match keys {
                Some(keys) => keys.next().await,
                None => std::future::pending().await,
            }
        };
        let answer = async {
            match ask {
                Some((_, ask)) => ask.answer().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            asked = signals.next() => Woken::Signal(asked),
            key = key => Woken::Key(key),
            answer = answer => Woken::Answer(answer),
            Some(told) = hints.recv() => Woken::Hint(told),
            () = context.world.clock.sleep(LOOK_EVERY_MS) => Woken::Nothing,
        }
    }

    async fn catch_up(&mut self) -> Result<(), Failed> {
        let store = self.context.world.store.as_ref();
        let pulse = store.pulse().await?;
        if self.pulse == Some(pulse) {
            return Ok(());
        }
        self.pulse = Some(pulse);
        let id = self.reading.row.run.to_string();
        for fact in self.reading.catch_up(store).await? {
            self.hinted.fold(&fact.event);
            self.screen.fact(self.context, &id, &fact);
        }
        Ok(())
    }

    /// Trouble of the carrying: told once. A run that was asked for here and never taken is given up.
    fn tell_trouble(&mut self) -> Result<(), Failed> {
        let Some(trouble) = self.crew.trouble() else {
            return Ok(());
        };
        if self.manner.made == Made::Here && self.reading.run().epoch() == 0 {
            return Err(Failed::says(trouble));
        }
        if self.trouble.as_ref() != Some(&trouble) {
            let line = format!("{trouble}; it is tried again by itself");
            self.screen.tell(self.context, &line);
            self.trouble = Some(trouble);
        }
        Ok(())
    }

    fn draw(&mut self) {
        if self.ask.is_some() || !self.screen.is_moving() {
            return;
        }
        let lines = self.picture(&self.foot());
        self.screen.draw(&lines);
    }

    fn picture(&self, foot: &str) -> Vec<String> {
        // One column is left free: a line that fills the last one makes some terminals begin another.
        let width = self.context.outlet.width.saturating_sub(1);
        picture::lines(&self.scene(foot), &self.context.outlet.notes, width)
    }

    fn scene<'s>(&'s self, foot: &'s str) -> Scene<'s> {
        Scene {
            id: self.reading.row.run.as_str(),
            cluster: self.reading.cluster(),
            run: self.reading.run(),
            tale: &self.reading.tale,
            hinted: &self.hinted,
            foot,
            now: self.context.now(),
        }
    }

    /// What stands at the end of the picture: keys, or what keeps the run from moving.
    fn foot(&self) -> String {
        if self.leaving != Leaving::No {
            return "leaves once nothing is in flight".into();
        }
        if *self.crew.carrier() == Carrier::Nobody && self.manner.carries == Carries::Never {
            return "nobody carries it".into();
        }
        if self.keys.is_none() {
            return String::new();
        }
        let background = if self.crew.is_carrying() {
            "   d go on in background"
        } else {
            "   d leave"
        };
        match self.reading.run().phase() {
            Phase::Rolling | Phase::Soaking => format!("p pause   w why{background}"),
            Phase::Paused if super::wait::is_asked(self.reading.run()) => {
                format!("c continue{background}")
            }
            Phase::Paused => format!("r retry   w why{background}"),
            Phase::Requested
            | Phase::Observing
            | Phase::Barred
            | Phase::AwaitingApproval(_)
            | Phase::AwaitingHuman(_)
            | Phase::AwaitingWindow
            | Phase::Pausing(_)
            | Phase::Cancelling
            | Phase::Stopping
            | Phase::Ended(_) => format!("w why{background}"),
        }
    }

    /// Whether there is somebody to ask.
    fn is_asked_here(&self) -> bool {
        self.manner.approves == Approves::Asked && is_somebody_there()
    }
}

/// The plan of a run and what was found, as they are shown before anybody is asked.
#[must_use]
pub fn lines_of(context: &Context, reading: &Reading) -> Vec<String> {
    decide::lines_of(context, reading)
}

/// What is asked before a plan runs.
#[must_use]
pub fn question_of(reading: &Reading) -> String {
    decide::question_of(reading)
}
