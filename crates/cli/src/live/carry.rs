//! `carry`, `serve` and `watch`: runs are carried to their end, as they come, or only looked at.
//!
//! Must never know: what a run does. Stories: `tests/it/live.rs`.

use super::attend::{Approves, Attend, Made, Manner, Until};
use super::crew::{self, Carries};
use super::picture;
use super::reading::Reading;
use super::screen::{Screen, Telling, dated};
use super::signals::{Asked, Signals};
use super::span::{Since, rest};
use super::words::Weight;
use crate::args::runs::{CarryArgs, WatchArgs};
use crate::context::Context;
use crate::exit::{Exit, Failed};
use std::collections::BTreeMap;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use windlass_engine::names::RunId;
use windlass_engine::time::Ms;
use windlass_runner::drive::{self, Driven};
use windlass_runner::keeper::CarryError;
use windlass_runner::ports::store::RunRow;

/// New runs and orphans are looked for this often; a look without news costs a number read from a file.
const LOOK_EVERY_MS: Ms = Ms(200);
/// Orphans appear without a commit, when their carrier dies: they are looked for at least this often.
const ORPHANS_EVERY_MS: Ms = Ms::seconds(2);
/// After trouble a run is taken again after this long.
const AGAIN_MS: Ms = Ms::seconds(5);

/// `windlass watch`
///
/// # Errors
/// Where there is no such run, or it cannot be read.
pub async fn watch(context: &Context, args: &WatchArgs) -> Result<Exit, Failed> {
    let row = context.run_ref(&args.run.of).await?;
    let manner = Manner {
        carries: Carries::Never,
        until: Until::Stands,
        approves: Approves::Elsewhere,
        made: Made::Before,
        telling: Telling::Data,
    };
    Attend::begin(context, row, manner)
        .await?
        .until_done()
        .await
}

/// `windlass carry`
///
/// # Errors
/// Where there is no such run, or it cannot be carried.
pub async fn carry(context: &Context, args: &CarryArgs) -> Result<Exit, Failed> {
    if args.own_session {
        // It fails only where we lead a session already, which is what is wanted.
        let _ = rustix::process::setsid();
    }
    let Some(run) = &args.run else {
        return several(context, Which::Present).await;
    };
    let row = context.run_ref(run.as_str()).await?;
    let manner = Manner {
        carries: Carries::IfNobody,
        until: Until::Ended,
        approves: Approves::Elsewhere,
        made: Made::Before,
        telling: Telling::Notes,
    };
    Attend::begin(context, row, manner)
        .await?
        .until_done()
        .await
}

/// All runs that live, in one picture, to their end.
///
/// # Errors
/// Where the store cannot be read.
pub async fn played(context: &Context) -> Result<Exit, Failed> {
    several(context, Which::Shown).await
}

/// `windlass serve`
///
/// # Errors
/// Where the store cannot be read.
pub async fn serve(context: &Context) -> Result<Exit, Failed> {
    context.outlet.told(&format!(
        "carries all runs of {} until told to end",
        context.store_path.display()
    ));
    several(context, Which::AllThatCome).await
}

/// Which runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// Those that live now, to their end.
    Present,
    /// Those that live now, to their end, each a line of a picture that moves.
    Shown,
    /// Those that live and those that come, until told to end.
    AllThatCome,
}

struct One {
    task: Option<JoinHandle<Result<Driven, CarryError>>>,
    /// Its carrier came to its end.
    ended: bool,
    reading: Reading,
    rests: Option<(Since, Ms)>,
    trouble: Option<String>,
    /// Who else carries it, in words, as it was told last.
    held: Option<String>,
}

/// Several runs, carried at once.
struct Several<'a> {
    context: &'a Context,
    bells: crew::Shared,
    let_go: watch::Sender<bool>,
    ours: BTreeMap<RunId, One>,
    /// A picture that moves; none: one line a fact.
    screen: Option<Screen>,
    /// Lines of runs that have ended.
    over: BTreeMap<RunId, String>,
}

async fn several(context: &Context, which: Which) -> Result<Exit, Failed> {
    let mut signals = Signals::listen()?;
    // A carrier may have died between the end of a run and the run that raises its levels.
    windlass_runner::successor::make_all(&context.world).await?;
    let bell = crew::hang(context);
    let mut several = Several {
        context,
        bells: crew::share(bell.as_ref()),
        let_go: watch::channel(false).0,
        ours: BTreeMap::new(),
        screen: match which {
            Which::Shown => Some(Screen::new(context, Telling::Notes)).filter(Screen::is_moving),
            Which::Present | Which::AllThatCome => None,
        },
        over: BTreeMap::new(),
    };
    let mut pulse = None;
    let mut looked: Option<Since> = None;
    let mut is_leaving = false;
    loop {
        let present = context.world.store.pulse().await?;
        let is_time = looked.is_none_or(|at| at.gone(context) >= ORPHANS_EVERY_MS);
        if pulse != Some(present) || is_time {
            pulse = Some(present);
            looked = Some(Since::now(context));
            if !is_leaving && (which == Which::AllThatCome || several.ours.is_empty()) {
                several.gather().await?;
            }
            several.tell().await?;
        }
        several.reap().await?;
        if !is_leaving {
            several.take().await?;
        }
        let at_work = several.ours.values().any(|one| one.task.is_some());
        if is_leaving && !at_work {
            several.tell_left();
            return Ok(Exit::Signal);
        }
        several.draw();
        if which != Which::AllThatCome && several.ours.is_empty() {
            several.close();
            return Ok(Exit::Done);
        }
        tokio::select! {
            asked = signals.next() => match asked {
                Asked::Lost => {}
                Asked::Interrupt | Asked::Leave if is_leaving => {
                    several.tell_left();
                    return Ok(Exit::Signal);
                }
                Asked::Interrupt | Asked::Leave => {
                    is_leaving = true;
                    several.let_go.send_replace(true);
                    let line = "nothing more begins here; what is in flight finishes first (again: leave at once)";
                    say(context, several.screen.as_ref(), line);
                }
            },
            () = rest(context, LOOK_EVERY_MS) => {}
        }
    }
}

/// A sentence that stays.
fn say(context: &Context, screen: Option<&Screen>, sentence: &str) {
    match screen {
        Some(screen) => screen.tell(context, sentence),
        None => context.outlet.told(sentence),
    }
}

impl Several<'_> {
    async fn gather(&mut self) -> Result<(), Failed> {
        for row in self.context.world.store.live().await? {
            if !self.ours.contains_key(&row.run) {
                let run = row.run.clone();
                let reading = self.read(row).await?;
                self.ours.insert(
                    run,
                    One {
                        task: None,
                        ended: false,
                        reading,
                        rests: None,
                        trouble: None,
                        held: None,
                    },
                );
            }
        }
        Ok(())
    }

    async fn read(&self, row: RunRow) -> Result<Reading, Failed> {
        Reading::open(self.context.world.store.as_ref(), row, None, |_, _| {}).await
    }

    /// Takes what nobody carries and what has rested.
    async fn take(&mut self) -> Result<(), Failed> {
        for (run, one) in &mut self.ours {
            let rests = one
                .rests
                .is_some_and(|(since, rest)| since.gone(self.context) < rest);
            // One that has ended is told and dropped, not taken again.
            if one.task.is_some() || rests || one.ended {
                continue;
            }
            let cluster = &one.reading.row.cluster;
            let held = self.context.desk.carrier(cluster).await?;
            if held != one.held {
                if let Some(holder) = &held {
                    let line = format!("run {run} {cluster}  is carried by {holder}; waits");
                    say(self.context, self.screen.as_ref(), &line);
                }
                one.held.clone_from(&held);
            }
            if held.is_some() {
                one.rests = Some((Since::now(self.context), ORPHANS_EVERY_MS));
                continue;
            }
            let bell = drive::Bell {
                ring: self.bells.another(),
                let_go: self.let_go.subscribe(),
            };
            let world = self.context.world.clone();
            one.task = Some(tokio::spawn(crew::carry(world, run.clone(), bell)));
        }
        Ok(())
    }

    /// Facts as they come, one a line.
    async fn tell(&mut self) -> Result<(), Failed> {
        let store = self.context.world.store.as_ref();
        for one in self.ours.values_mut() {
            for fact in one.reading.catch_up(store).await? {
                let least = match self.screen {
                    Some(_) => Weight::Loud,
                    None => Weight::Told,
                };
                if fact.weight >= least {
                    let text = dated(self.context, &fact);
                    let (run, cluster) = (&one.reading.row.run, one.reading.cluster());
                    say(
                        self.context,
                        self.screen.as_ref(),
                        &format!("run {run} {cluster}  {text}"),
                    );
                }
            }
        }
        Ok(())
    }

    /// What came of those that are carried no more.
    async fn reap(&mut self) -> Result<(), Failed> {
        let mut gone = Vec::new();
        for (run, one) in &mut self.ours {
            if one.reading.run().ended().is_some() && one.task.is_none() {
                gone.push(run.clone());
            }
            if !one.task.as_ref().is_some_and(JoinHandle::is_finished) {
                continue;
            }
            let Some(task) = one.task.take() else {
                continue;
            };
            let trouble = match task.await {
                Ok(Ok(Driven::Ended(_))) => {
                    // Its last facts may not have been told yet; the next turn tells and drops it.
                    one.ended = true;
                    continue;
                }
                Ok(Ok(Driven::LetGo | Driven::Superseded)) => None,
                Ok(Err(CarryError::Held { .. })) => None,
                Ok(Err(why)) => Some(why.to_string()),
                Err(why) => Some(format!("the carrier broke off: {why}")),
            };
            one.rests = Some((Since::now(self.context), AGAIN_MS));
            if trouble.is_some() && one.trouble != trouble {
                let cluster = one.reading.cluster();
                let words = trouble.clone().unwrap_or_default();
                let line = format!("run {run} {cluster}  {words}; it is tried again by itself");
                say(self.context, self.screen.as_ref(), &line);
            }
            one.trouble = trouble;
        }
        for run in gone {
            if let Some(one) = self.ours.remove(&run) {
                self.over.insert(run, self.row(&one));
            }
        }
        Ok(())
    }

    /// One run as a line.
    fn row(&self, one: &One) -> String {
        // One column is left free: a line that fills the last one makes some terminals begin another.
        let width = self.context.outlet.width.saturating_sub(1);
        let (reading, now) = (&one.reading, self.context.now());
        picture::row(
            reading.run(),
            reading.cluster(),
            now,
            &self.context.outlet.notes,
            width,
        )
    }

    fn rows(&self) -> Vec<String> {
        let live = self.ours.iter().map(|(run, one)| (run, self.row(one)));
        let over = self.over.iter().map(|(run, row)| (run, row.clone()));
        let all: BTreeMap<&RunId, String> = live.chain(over).collect();
        all.into_values().collect()
    }

    fn draw(&mut self) {
        let rows = self.rows();
        if let Some(screen) = &mut self.screen {
            screen.draw(&rows);
        }
    }

    /// Nothing is left to carry.
    fn close(&mut self) {
        let rows = self.rows();
        match &mut self.screen {
            Some(screen) => {
                screen.clear();
                rows.iter().for_each(|row| self.context.outlet.note(row));
            }
            None => self.context.outlet.note("no run is live"),
        }
    }

    fn tell_left(&mut self) {
        if let Some(screen) = &mut self.screen {
            screen.clear();
        }
        for one in self.ours.values() {
            if one.reading.run().ended().is_none() {
                let run = &one.reading.row.run;
                self.context.outlet.told(&format!(
                    "run {run} on {} is left: windlass carry {run}",
                    one.reading.cluster()
                ));
            }
        }
    }
}
