//! What a phase asks of who attends: to show, to ask, to wait, or to go.
//!
//! Must never know: keys and signals. Stories: `tests/it/live.rs`.

use super::{Approves, Attend, Leaving, Made, Question, Until};
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::live::account;
use crate::live::picture;
use crate::live::post;
use crate::live::reading::Reading;
use crate::live::status;
use crate::live::terminal::Ask;
use crate::live::wait::{is_asked, of_end};
use crate::live::why;
use crate::live::words::counted;
use crate::render;
use windlass_engine::check::Verdict;
use windlass_engine::hash::Hash;
use windlass_engine::plan::Goal;
use windlass_engine::run::Phase;
use windlass_engine::run::command::Command;
use windlass_engine::run::event::End;

/// Columns of a label below a plan.
const LABEL: usize = 11;

impl Attend<'_> {
    pub(super) async fn decide(&mut self) -> Result<Option<Exit>, Failed> {
        let phase = self.reading.run().phase();
        if let Phase::Ended(end) = &phase {
            return self.ended(end.clone()).await;
        }
        if let Some((Question::Approve(_), _)) = &self.ask
            && !matches!(phase, Phase::AwaitingApproval(_))
        {
            self.ask = None;
            self.screen
                .say(self.context, "\nit needs no answer any more");
            self.listen_to_keys();
        }
        if self.leaving != Leaving::No {
            return Ok(self.left(&phase));
        }
        if self.comes_to.is_some() {
            return Ok(None);
        }
        match phase {
            Phase::AwaitingApproval(plan) => self.approval(plan).await,
            Phase::Barred
                if self.manner.made == Made::Here && self.reading.run().cursor().is_none() =>
            {
                self.barred().await
            }
            Phase::Paused if is_asked(self.reading.run()) => {
                Ok(self.stands(Until::Stands, Exit::NeedsHuman))
            }
            Phase::Paused | Phase::AwaitingHuman(_) => {
                Ok(self.stands(Until::Stuck, Exit::NeedsHuman))
            }
            // In mid roll the checks are asked again and again, and it goes on once they pass: who left
            // now would leave it without a carrier.
            Phase::Barred if self.reading.run().cursor().is_some() => {
                Ok(self.stands(Until::Stands, Exit::Refused))
            }
            Phase::Barred => Ok(self.stands(Until::Stuck, Exit::Refused)),
            Phase::Requested
            | Phase::Observing
            | Phase::Pausing(_)
            | Phase::Cancelling
            | Phase::Stopping
            | Phase::Ended(_) => Ok(None),
            Phase::Rolling | Phase::Soaking | Phase::AwaitingWindow => {
                self.show_plan();
                Ok(None)
            }
        }
    }

    /// Plan and checks, once for each plan, where this command asked for them.
    fn show_plan(&mut self) {
        let run = self.reading.run();
        let Some((name, plan)) = run.plan() else {
            return;
        };
        let is_news = self.shown != Some(*name) && run.cursor().is_none() && !plan.is_empty();
        if !is_news || self.manner.approves == Approves::Elsewhere || self.context.outlet.is_data()
        {
            return;
        }
        let name = *name;
        let mut lines = lines_of(self.context, &self.reading);
        lines.push(String::new());
        self.screen.clear();
        self.context.outlet.lines(lines);
        self.shown = Some(name);
    }

    async fn approval(&mut self, plan: Hash) -> Result<Option<Exit>, Failed> {
        if self.answered == Some(plan) {
            return Ok(None);
        }
        match self.manner.approves {
            Approves::InAdvance => {
                self.show_plan();
                self.answered = Some(plan);
                self.post(&Command::Approve { plan }).await?;
                Ok(None)
            }
            Approves::Asked if self.is_asked_here() => {
                self.show_plan();
                self.answered = Some(plan);
                self.keys = None;
                self.screen.clear();
                self.ask = Some((
                    Question::Approve(plan),
                    Ask::question(&question_of(&self.reading)),
                ));
                Ok(None)
            }
            Approves::Asked | Approves::Elsewhere => {
                self.show_plan();
                Ok(self.stands(Until::Stuck, Exit::NeedsHuman))
            }
        }
    }

    pub(super) fn listen_to_keys(&mut self) {
        if self.keys.is_none() && self.screen.is_moving() {
            self.keys = crate::live::terminal::Keys::listen();
        }
    }

    /// What bars a run that was asked for here: told, and the run taken back, so that it does not
    /// stand in the way of the next try.
    async fn barred(&mut self) -> Result<Option<Exit>, Failed> {
        let run = self.reading.run();
        let unseen = run
            .barring()
            .all(|finding| matches!(finding.verdict, Verdict::Unknown(_)));
        let count = run.barring().count();
        self.comes_to = Some(if unseen {
            Exit::Inconclusive
        } else {
            Exit::Refused
        });
        self.screen.clear();
        if !self.context.outlet.is_data() {
            self.context
                .outlet
                .lines(lines_of(self.context, &self.reading));
        }
        let style = &self.context.outlet.notes;
        let line = format!(
            "{} {} {}: upgrade is barred",
            style.bad(),
            counted(count, "finding"),
            if count == 1 { "bars" } else { "bar" }
        );
        self.context.outlet.told(&line);
        self.post(&Command::Cancel).await?;
        Ok(None)
    }

    /// It stands still: told once; who attends only so far goes.
    fn stands(&mut self, least: Until, exit: Exit) -> Option<Exit> {
        let goes = match (self.manner.until, least) {
            (Until::Ended, _) | (Until::Stuck, Until::Stands) => false,
            (Until::Stands, _) | (Until::Stuck, Until::Stuck | Until::Ended) => true,
        };
        let seq = self.reading.tale.since().0.unsigned_abs();
        if self.stood != Some(seq) {
            self.stood = Some(seq);
            for line in why::lines(self.context, &self.reading) {
                self.screen.say(self.context, &line);
            }
        }
        if !goes {
            return None;
        }
        if self.crew.is_carrying() {
            // It holds nothing in flight: letting go is done at once, by the turns that follow.
            self.comes_to = Some(exit);
            self.leaving = Leaving::LetGo;
            self.crew.let_go();
            return None;
        }
        Some(exit)
    }

    async fn ended(&mut self, end: End) -> Result<Option<Exit>, Failed> {
        if self.crew.is_carrying() {
            // The carrier takes the run's mark away from the members.
            return Ok(None);
        }
        self.screen.clear();
        let outlet = &self.context.outlet;
        let is_told = matches!(self.comes_to, Some(Exit::Refused | Exit::Inconclusive));
        if outlet.is_data() {
            outlet.data(&status::view(self.context, &self.reading, None));
        } else if let (End::Refused, Some(refusal)) = (&end, self.reading.run().refusal()) {
            outlet.lines(render::refusal::lines(
                outlet,
                self.reading.cluster(),
                refusal,
            ));
        } else if !is_told {
            self.account(&end);
        }
        let exit = match (&end, self.comes_to) {
            (_, Some(told)) => told,
            (end, None) => of_end(end),
        };
        Ok(Some(exit))
    }

    fn account(&self, end: &End) {
        let outlet = &self.context.outlet;
        let style = &outlet.style;
        let glyph = match end {
            End::Finished => style.ok(),
            End::FinishedWithout(_) | End::Cancelled | End::Stopped(_) | End::Expired => {
                style.warn()
            }
            End::Refused => style.bad(),
        };
        for (index, line) in account::account(&self.scene("")).iter().enumerate() {
            let line = if index == 0 {
                format!("{glyph} {line}")
            } else {
                line.clone()
            };
            outlet.line(&outlet.wrapped(&line, 2));
        }
    }

    pub(super) async fn post(&mut self, command: &Command) -> Result<(), Failed> {
        post::post(self.context, &self.reading.row, command).await?;
        self.crew.ring(self.context).await;
        Ok(())
    }
}

/// The plan of a run, and what was found.
pub(super) fn lines_of(context: &Context, reading: &Reading) -> Vec<String> {
    let outlet = &context.outlet;
    let run = reading.run();
    let cluster = reading.cluster();
    let mut lines = Vec::new();
    if let (Some((_, plan)), Some(known)) = (run.plan(), run.known())
        && !plan.is_empty()
    {
        lines.extend(render::plan::lines(
            outlet,
            &render::plan::Whose {
                shown: cluster,
                typed: cluster,
                snapshot: known,
                policy: run.policy(),
                catalog: run.catalog(),
                took: run.times(),
            },
            plan,
            render::plan::Mixes::Counted,
        ));
    }
    if let Some((_, plan)) = run.plan().filter(|(_, plan)| !plan.is_empty())
        && let Some(begins) =
            render::hours::begins(&run.policy().hours, context.now().wall, plan.expected)
    {
        lines.extend(render::labelled(outlet, "begins", LABEL, &begins));
    }
    if !run.findings().is_empty() {
        lines.extend(render::findings::lines(
            outlet,
            cluster,
            run.findings(),
            &context.zone,
        ));
    }
    lines
}

/// What is asked before a plan runs.
pub(super) fn question_of(reading: &Reading) -> String {
    let run = reading.run();
    let cluster = reading.cluster();
    let (touched, raises) = run.plan().map_or((0, false), |(_, plan)| {
        (plan.touched(), plan.point_of_no_return().is_some())
    });
    let no_return = if raises {
        " The old release cannot come back afterwards."
    } else {
        ""
    };
    match run.goal() {
        Goal::Version(_) | Goal::Of(_) => format!(
            "Raise {cluster} to {}? This moves {}.{no_return} [y/N]",
            picture::goal_of(run),
            counted(touched, "member")
        ),
        Goal::Back(_) => format!(
            "Put {cluster} back to {}? This moves {}. [y/N]",
            picture::goal_of(run),
            counted(touched, "member")
        ),
        Goal::Finalize => format!("Raise the levels of {cluster}?{no_return} [y/N]"),
    }
}
