//! Keys and signals, and the three ways to go: pause and go, go on in the background, leave.
//!
//! SIGTERM and leaving begin nothing more, finish what is in flight and hand over; a lost terminal goes
//! on in the background. None of them is a pause, unless a human asked for one.
//! Must never know: phases beyond what can be said in one. Stories: `tests/it/live.rs`.

use super::{Attend, Leaving, Made, Question};
use crate::exit::{Exit, Failed};
use crate::live::background;
use crate::live::crew::Carrier;
use crate::live::signals::Asked;
use crate::live::terminal::{Ask, is_somebody_there, is_yes};
use crate::live::wait::is_asked;
use crate::live::why;
use windlass_engine::run::Phase;
use windlass_engine::run::command::{Command, Retry};

/// What is asked at Ctrl-C.
const LEAVE: &str =
    "\nCtrl-C: p pause and leave, b go on in background, l leave, enter goes on here:";

impl Attend<'_> {
    pub(super) async fn key(&mut self, key: char) -> Result<Option<Exit>, Failed> {
        match key.to_ascii_lowercase() {
            'p' => self.post(&Command::Pause).await?,
            'c' if is_asked(self.reading.run()) => self.post(&Command::Continue).await?,
            'r' if self.reading.run().halt().is_some() => {
                let retry = Command::Retry {
                    subject: None,
                    how: Retry::Again,
                };
                self.post(&retry).await?;
            }
            'w' => {
                for line in why::lines(self.context, &self.reading) {
                    self.screen.say(self.context, &line);
                }
            }
            'd' => return self.background(Exit::Done).await,
            _other => {}
        }
        Ok(None)
    }

    pub(super) async fn answered(
        &mut self,
        answer: Option<String>,
    ) -> Result<Option<Exit>, Failed> {
        let Some((question, _)) = self.ask.take() else {
            return Ok(None);
        };
        let went = match question {
            Question::Approve(plan) if is_yes(answer.as_deref()) => {
                self.post(&Command::Approve { plan }).await?;
                None
            }
            Question::Approve(_) if self.manner.made == Made::Here => {
                self.take_back(Exit::Ended).await?;
                None
            }
            Question::Approve(_) => {
                self.crew.drop_all().await;
                self.tell_left();
                Some(Exit::NeedsHuman)
            }
            Question::Leave => match answer.as_deref().map(str::to_lowercase).as_deref() {
                Some("p") => {
                    self.post(&Command::Pause).await?;
                    self.leaving = Leaving::WhenPaused;
                    None
                }
                Some("b" | "d") => return self.background(Exit::Signal).await,
                Some("l") | None => {
                    self.let_go();
                    None
                }
                Some(_other) => None,
            },
        };
        self.listen_to_keys();
        Ok(went)
    }

    pub(super) async fn signalled(&mut self, asked: Asked) -> Result<Option<Exit>, Failed> {
        match asked {
            Asked::Lost => return self.background(Exit::Signal).await,
            Asked::Interrupt | Asked::Leave if self.leaving == Leaving::LetGo => {
                self.crew.drop_all().await;
                self.tell_left();
                return Ok(Some(Exit::Signal));
            }
            Asked::Leave => self.let_go(),
            Asked::Interrupt => match self.ask.take() {
                Some((Question::Approve(_), _)) if self.manner.made == Made::Here => {
                    self.context.outlet.note("");
                    self.take_back(Exit::Signal).await?;
                }
                Some((Question::Approve(_), _)) => {
                    self.crew.drop_all().await;
                    self.tell_left();
                    return Ok(Some(Exit::Signal));
                }
                Some((Question::Leave, _)) => self.let_go(),
                None if self.crew.is_carrying() && is_somebody_there() => {
                    self.keys = None;
                    self.screen.clear();
                    self.ask = Some((Question::Leave, Ask::question(LEAVE)));
                }
                None => self.let_go(),
            },
        }
        Ok(None)
    }

    /// The run that was asked for here is not wanted after all.
    async fn take_back(&mut self, exit: Exit) -> Result<(), Failed> {
        self.comes_to = Some(exit);
        self.post(&Command::Cancel).await
    }

    fn let_go(&mut self) {
        self.leaving = Leaving::LetGo;
        self.comes_to = Some(Exit::Signal);
        self.crew.let_go();
        let run = self.reading.run();
        let names: Vec<String> = run
            .flights()
            .iter()
            .filter(|(_, flight)| flight.is_live())
            .map(|(subject, _)| run.call(subject))
            .collect();
        if self.crew.is_carrying() && !names.is_empty() {
            let line = format!(
                "nothing more begins here; what is in flight finishes first: {} (again: leave at once)",
                names.join(", ")
            );
            self.screen.tell(self.context, &line);
        }
    }

    /// Whether the leaving is done.
    pub(super) fn left(&mut self, phase: &Phase) -> Option<Exit> {
        match self.leaving {
            Leaving::No => None,
            Leaving::WhenPaused => {
                let is_paused = match phase {
                    Phase::Rolling | Phase::Soaking | Phase::Pausing(_) => false,
                    Phase::Requested
                    | Phase::Observing
                    | Phase::Barred
                    | Phase::AwaitingApproval(_)
                    | Phase::AwaitingHuman(_)
                    | Phase::AwaitingWindow
                    | Phase::Paused
                    | Phase::Cancelling
                    | Phase::Stopping
                    | Phase::Ended(_) => true,
                };
                if is_paused {
                    self.let_go();
                }
                None
            }
            Leaving::LetGo if self.crew.is_carrying() => None,
            Leaving::LetGo => {
                self.screen.clear();
                self.tell_left();
                Some(self.comes_to.unwrap_or(Exit::Signal))
            }
        }
    }

    /// How the run goes on without us.
    fn tell_left(&self) {
        let id = &self.reading.row.run;
        let cluster = self.reading.cluster();
        let outlet = &self.context.outlet;
        if let Carrier::Other(holder) = self.crew.carrier() {
            outlet.note(&outlet.wrapped(&format!("run {id} goes on, carried by {holder}"), 2));
            outlet.note(&format!("  watch    windlass watch {cluster}"));
            return;
        }
        if self.reading.run().ended().is_some() {
            return;
        }
        outlet.note(&format!(
            "run {id} is left as it stands, and nobody carries it now"
        ));
        outlet.note(&format!("  go on    windlass carry {id}"));
        if is_asked(self.reading.run()) {
            outlet.note(&format!("  then     windlass continue {cluster}"));
        }
    }

    /// Another process goes on with it, at once: what this one had in flight is found by the next.
    async fn background(&mut self, exit: Exit) -> Result<Option<Exit>, Failed> {
        self.keys = None;
        self.ask = None;
        self.screen.clear();
        if !self.crew.is_carrying() {
            self.tell_left();
            return Ok(Some(exit));
        }
        self.crew.drop_all().await;
        let started = background::start(self.context, &self.reading.row).await?;
        background::tell(self.context, &self.reading.row, &started);
        Ok(Some(exit))
    }
}
