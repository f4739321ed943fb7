//! A play as it is told: who moved when, what was said and what went wrong, how it ended.
//!
//! Must never know: terminals. Stories: `tests/it/rehearse.rs`.

use crate::exit::Failed;
use crate::live::reading::Reading;
use crate::live::words::{Weight, stage_words};
use std::collections::BTreeMap;
use windlass_engine::names::{MemberId, Subject};
use windlass_engine::plan::Stage;
use windlass_engine::run::Run;
use windlass_engine::run::event::{End, Event};
use windlass_engine::time::Ms;
use windlass_runner::ports::store::Store;
use windlass_sim::fleet::Health;
use windlass_sim::play::Rehearsed;
use windlass_sim::story::Story;

/// Somebody on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub subject: Subject,
    /// What they are called.
    pub name: String,
    /// When they began.
    pub began: Ms,
    /// When they were whole.
    pub settled: Option<Ms>,
    /// When they failed.
    pub failed: Vec<Ms>,
}

/// A line of what is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A stage begins.
    Stage(Ms, String),
    /// Somebody moves.
    Row(Row),
    /// Something is said, or goes wrong.
    Note(Ms, String, Weight),
}

/// A fact, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Ms,
    /// What.
    pub says: String,
    /// How loud.
    pub weight: Weight,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Tale {
    /// What is told, in its order.
    pub told: Vec<Told>,
    /// Every fact.
    pub lines: Vec<Line>,
    /// How it ended; none: it stands.
    pub end: Option<End>,
    /// Where it stands, where it does.
    pub stands: Option<String>,
    /// How long it took.
    pub took: Ms,
}

/// Reads a play of a story.
///
/// # Errors
/// Where its journal cannot be read.
pub async fn tale(play: &Rehearsed, story: &Story) -> Result<Tale, Failed> {
    let Some(id) = &play.run else {
        let why = play.outcome.violations.first().map(ToString::to_string);
        return Err(Failed::says(
            why.unwrap_or_else(|| "it cannot be played".into()),
        ));
    };
    let store: &dyn Store = play.store.as_ref();
    let row = store.run(id).await?;
    let mut told = Vec::new();
    let (mut lines, mut is_taken) = (Vec::new(), false);
    let reading = Reading::open(store, row, None, |run, fact| {
        let at = Ms(play
            .heard
            .get(&fact.stored.seq)
            .copied()
            .unwrap_or_default());
        let line = Line {
            at,
            says: fact.says.clone(),
            weight: fact.weight,
        };
        if let Event::Taken { holder, .. } = &fact.event {
            // Who carries it first needs no word.
            if is_taken {
                let says = if story.carriers.are_several() {
                    format!("{holder} takes it over")
                } else {
                    "windlass was killed, and is started again".into()
                };
                told.push(Told::Note(at, says, fact.weight));
            }
            is_taken = true;
        }
        tell(&mut told, run, &fact.event, &line);
        lines.push(line);
    })
    .await?;
    let run = reading.run();
    let stands = run.ended().is_none().then(|| {
        let clock = windlass_engine::time::Now {
            wall: reading.tale.last(),
            mono: windlass_engine::time::Mark::default(),
        };
        let cluster = run.request().cluster.as_str();
        run.standing(clock).sentence.replace("{cluster}", cluster)
    });
    Ok(Tale {
        told,
        lines,
        end: run.ended().cloned(),
        stands,
        took: Ms(play.outcome.took_ms),
    })
}

fn tell(told: &mut Vec<Told>, run: &Run, event: &Event, line: &Line) {
    match event {
        Event::StageBegan { hop, stage } => {
            let stages = run.plan().and_then(|(_, plan)| plan.hops.get(*hop));
            let stage = stages.and_then(|hop| hop.stages.get(*stage));
            // A level or an action is told by its subject.
            if let Some(stage @ Stage::Move(_)) = stage {
                told.push(Told::Stage(line.at, stage_words(run, stage)));
            }
        }
        Event::Began(began) => {
            if open_row(told, &began.subject).is_none() {
                told.push(Told::Row(Row {
                    subject: began.subject.clone(),
                    name: run.call(&began.subject),
                    began: line.at,
                    settled: None,
                    failed: Vec::new(),
                }));
            }
        }
        Event::Settled { subject, .. } => {
            if let Some(row) = open_row(told, subject) {
                row.settled = Some(line.at);
            }
        }
        Event::Failed { subject, .. } => {
            if let Some(row) = open_row(told, subject) {
                row.failed.push(line.at);
            }
            told.push(Told::Note(line.at, line.says.clone(), Weight::Loud));
        }
        Event::SoakBegan { .. }
        | Event::SoakBroken { .. }
        | Event::Commanded { .. }
        | Event::Halted { .. }
        | Event::Shut { .. }
        | Event::Opened { .. }
        | Event::Replanning { .. }
        | Event::Confirmed { .. }
        | Event::Skipped { .. }
        | Event::Refused(_)
        | Event::ClaimRefused { .. }
        | Event::ExpirySeen { .. }
        | Event::Ended(_) => told.push(Told::Note(line.at, line.says.clone(), line.weight)),
        Event::Requested(_)
        | Event::Taken { .. }
        | Event::Observed(_)
        | Event::Judged { .. }
        | Event::Planned(_)
        | Event::Approved { .. }
        | Event::Claimed { .. }
        | Event::StageDone { .. }
        | Event::Moved { .. }
        | Event::NotYet { .. }
        | Event::Progressed { .. }
        | Event::SoakSpan { .. }
        | Event::SoakPassed
        | Event::PlanKept
        | Event::Proven => {}
    }
}

fn open_row<'t>(told: &'t mut [Told], subject: &Subject) -> Option<&'t mut Row> {
    told.iter_mut().rev().find_map(|told| match told {
        Told::Row(row) if row.subject == *subject && row.settled.is_none() => Some(row),
        Told::Row(_) | Told::Stage(..) | Told::Note(..) => None,
    })
}

/// A subject as it is typed: a member by its id alone.
#[must_use]
pub fn bare(subject: &Subject) -> String {
    match subject {
        Subject::Member(id) => id.to_string(),
        Subject::Level(_) | Subject::Action(_) => subject.to_string(),
    }
}

/// Most members down at once, and when first.
#[must_use]
pub fn peak(history: &[(u64, MemberId, Health)]) -> (usize, Ms) {
    let mut down: BTreeMap<&MemberId, Health> = BTreeMap::new();
    let mut peak = (0, Ms(0));
    for (at, id, health) in history {
        match health {
            Health::Well => down.remove(id),
            Health::Coming | Health::Gone => down.insert(id, *health),
        };
        if down.len() > peak.0 {
            peak = (down.len(), Ms(*at));
        }
    }
    peak
}

/// A budget at its tightest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tight {
    /// So many more could have gone down then.
    pub left: i64,
    /// When.
    pub at: Ms,
    /// Whose it is.
    pub reason: String,
}

/// Budgets at their tightest, the tightest first; those of which nobody was down are left out.
#[must_use]
pub fn tight(story: &Story, history: &[(u64, MemberId, Health)]) -> Vec<Tight> {
    let mut all: Vec<Tight> = story
        .groups
        .iter()
        .filter_map(|group| {
            let mut well = group.members.clone();
            let mut least: Option<Tight> = None;
            for (at, id, health) in history
                .iter()
                .filter(|(_, id, _)| group.members.contains(id))
            {
                match health {
                    Health::Well => well.insert(id.clone()),
                    Health::Coming | Health::Gone => well.remove(id),
                };
                let left = i64::try_from(well.len()).unwrap_or(0) - i64::from(group.need);
                if least.as_ref().is_none_or(|least| left < least.left) {
                    least = Some(Tight {
                        left,
                        at: Ms(*at),
                        reason: group.reason.clone(),
                    });
                }
            }
            least
        })
        .collect();
    all.sort();
    all
}
