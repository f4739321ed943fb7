//! `windlass rehearse`: an upgrade is played before it is real, on a model of the cluster.
//!
//! - `stage`: what is played; `told`: one play as it is told; `spread`: many seeds; `chart`: how it looks; `sums`: what it
//!   comes to;
//! - `scenario`: a story with its whole expected output; `from_run`: a real run as a story.
//!
//! Must never know: how the false world works. Stories: `tests/it/rehearse.rs`, `scenarios/rehearse/`.

mod chart;
mod from_run;
mod picture;
mod scenario;
mod spread;
mod stage;
mod sums;
mod told;

use crate::args::rehearse::RehearseArgs;
use crate::args::{Form, Global};
use crate::context::{Bare, Context};
use crate::data::look::Room;
use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use crate::render;
use chart::rows;
use spread::{Deaths, Spread};
use stage::{Set, Staged, is_file, over};
use std::collections::BTreeMap;
use std::sync::Arc;
use sums::word;
use told::{Tale, Tight, Told};
use windlass_engine::names::Component;
use windlass_engine::run::event::End;
use windlass_engine::time::Ms;
use windlass_sim::play;
use windlass_stores::sqlite::Opening;
use windlass_wire::read::story::Said;
use windlass_wire::v1::API_VERSION;
use windlass_wire::v1::finding::RefusalView;
use windlass_wire::v1::rehearsal::{
    BrokenView, PacedView, RehearsalView, RehearsedView, SpreadView, TightView, ToldView,
};

/// A pace among several.
#[derive(Debug)]
pub struct Paced {
    /// As it was typed.
    pub name: String,
    /// Its spread.
    pub spread: Spread,
}

/// All that is told.
#[derive(Debug)]
pub struct Played {
    /// What was played.
    pub staged: Arc<Staged>,
    /// The play that is shown.
    pub tale: Tale,
    /// Whether every fact is told.
    pub events: bool,
    /// Most down at once, and when.
    pub peak: (usize, Ms),
    /// Budgets at their tightest.
    pub tight: Vec<Tight>,
    /// Many seeds.
    pub spread: Option<Spread>,
    /// Several paces.
    pub paces: Vec<Paced>,
    /// What must not be in the play that is shown.
    pub found: Vec<String>,
    /// Where windlass was killed in it.
    pub deaths: Vec<u64>,
}

impl Played {
    /// What must not be, and what plays it again.
    #[must_use]
    pub fn wrong(&self) -> Vec<(String, String)> {
        let again = |seed: u64, deaths: &[u64]| {
            let deaths: String = deaths.iter().map(|death| format!(":{death}")).collect();
            format!("{} --replay {seed}{deaths}", self.staged.typed)
        };
        let shown = self.found.iter();
        let seed = self.staged.story.seed;
        let shown = shown.map(|says| (says.clone(), again(seed, &self.deaths)));
        let spread = self
            .spread
            .iter()
            .chain(self.paces.iter().map(|pace| &pace.spread));
        let wrong = spread.flat_map(|spread| &spread.wrong);
        let wrong = wrong.map(|(seed, deaths, says)| (says.clone(), again(*seed, deaths)));
        shown.chain(wrong).collect()
    }

    fn exit(&self) -> Exit {
        if !self.wrong().is_empty() {
            return Exit::Refused;
        }
        match &self.tale.end {
            Some(End::Finished | End::FinishedWithout(_)) => Exit::Done,
            Some(End::Refused) => Exit::Refused,
            Some(End::Cancelled | End::Stopped(_) | End::Expired) => Exit::Ended,
            None => Exit::NeedsHuman,
        }
    }

    fn view(&self) -> RehearsalView {
        let staged = &self.staged;
        RehearsalView {
            api_version: API_VERSION,
            kind: "Rehearsal",
            cluster: staged.shown.clone(),
            plan: windlass_engine::plan::name(&staged.plan).short(),
            seed: staged.story.seed,
            end: self.tale.end.as_ref().map(|end| word(end).to_owned()),
            stands: self.tale.stands.clone(),
            took: self.tale.took.into(),
            moves: rows(&self.tale)
                .into_iter()
                .map(|row| RehearsedView {
                    subject: row.subject.to_string(),
                    began: row.began.into(),
                    whole: row.settled.map(Into::into),
                    failed: row.failed.len(),
                })
                .collect(),
            notes: self.notes(),
            down: self.peak.0,
            budgets: self
                .tight
                .iter()
                .map(|tight| TightView {
                    reason: tight.reason.clone(),
                    left: tight.left,
                    at: tight.at.into(),
                })
                .collect(),
            spread: self.spread.as_ref().map(spread_view),
            paces: self
                .paces
                .iter()
                .map(|pace| PacedView {
                    pace: pace.name.clone(),
                    spread: spread_view(&pace.spread),
                    down: pace.spread.down,
                    left: pace.spread.left,
                })
                .collect(),
            wrong: self
                .wrong()
                .into_iter()
                .map(|(says, again)| BrokenView { says, again })
                .collect(),
        }
    }

    fn notes(&self) -> Vec<ToldView> {
        let note = |told: &Told| match told {
            Told::Note(at, says, _) | Told::Stage(at, says) => Some(ToldView {
                at: (*at).into(),
                says: says.clone(),
            }),
            Told::Row(_) => None,
        };
        self.tale.told.iter().filter_map(note).collect()
    }
}

fn spread_view(spread: &Spread) -> SpreadView {
    let share = |percent| spread.share(percent).map(Into::into);
    SpreadView {
        runs: spread.runs,
        finished: spread.took.len(),
        low: share(10),
        median: share(50),
        high: share(90),
        instants: spread.instants,
    }
}

/// Runs it.
///
/// # Errors
/// Where the cluster does not answer, or the story does not fit.
pub async fn run(global: &Global, bare: Bare, args: &RehearseArgs) -> Result<Exit, Failed> {
    if let Some(of) = &args.from_run {
        let context = Context::open(global, bare, Opening::Look)?;
        return from_run::run(&context, of).await;
    }
    let story = args.of.as_deref().filter(|word| is_file(word));
    if let Some(path) = story {
        let text = std::fs::read_to_string(path).map_err(|source| Failed::File {
            verb: "read",
            path: path.into(),
            source,
        })?;
        if path.ends_with(".txt") {
            return scenario::run(&bare, path, &text, args).await;
        }
        let set = stage::file(&bare, path, &text, args)?;
        return shown(&bare.outlet, set, args).await;
    }
    let (room, past) = match &args.of {
        Some(name) => {
            let context = Context::open(global, bare, Opening::Look)?;
            let past = from_run::past(&context, name).await?;
            (Room::Full(Box::new(context)), past)
        }
        None => (Room::Bare(bare), BTreeMap::new()),
    };
    let set = stage::cluster(&room, args, &past).await?;
    shown(room.outlet(), set, args).await
}

async fn shown(outlet: &Outlet, set: Set, args: &RehearseArgs) -> Result<Exit, Failed> {
    let staged = match set {
        Set::Staged(staged) => staged,
        Set::Refused(shown, no) => {
            if outlet.is_data() {
                outlet.data(&RefusalView::from(no.as_ref()));
            } else {
                outlet.lines(render::refusal::lines(outlet, &shown, &no));
            }
            return Ok(Exit::Refused);
        }
    };
    if staged.plan.is_empty() && !outlet.is_data() && outlet.format != Form::Svg {
        let there = render::plan::starts(&staged.plan, &staged.story.catalog);
        let there: Vec<String> = there.into_iter().map(ToString::to_string).collect();
        let (ok, shown) = (outlet.style.ok(), &staged.shown);
        outlet.line(&format!(
            "{ok} nothing to rehearse: {shown} is at {} already",
            there.join(" and ")
        ));
        return Ok(Exit::Done);
    }
    let played = played(outlet, *staged, args).await?;
    if outlet.format == Form::Svg {
        outlet.text(&picture::svg(&played));
    } else if outlet.is_data() {
        outlet.data(&played.view());
    } else {
        outlet.lines(chart::lines(outlet, &played));
    }
    Ok(played.exit())
}

/// Plays it, once to be shown, and as often as the spread needs.
///
/// # Errors
/// Where it cannot be played.
async fn played(outlet: &Outlet, staged: Staged, args: &RehearseArgs) -> Result<Played, Failed> {
    let staged = Arc::new(staged);
    let dying = if args.kill {
        Deaths::Thrown
    } else {
        Deaths::None
    };
    // A story is what it says; a cluster may go this way and that.
    let is_story = args.of.as_deref().is_some_and(is_file);
    let runs = match (args.runs, &args.replay) {
        (Some(runs), _) => runs,
        (None, Some(_)) => 1,
        (None, None) if is_story => 1,
        (None, None) => spread::runs(&staged),
    };
    let seed = staged.story.seed;
    let one = staged.clone();
    let replay = args.replay.clone();
    let first = move || {
        let deaths = match (&replay, dying) {
            (Some(replay), _) => replay.deaths.clone(),
            (None, Deaths::Thrown) => spread::deaths(&one, seed),
            (None, Deaths::None) => Vec::new(),
        };
        let story = one.of_seed(seed);
        (play::rehearse(&story, &deaths), deaths, story)
    };
    let (play, deaths, story) = apart(first).await?;
    let play = play.ok_or_else(|| Failed::says("no threads to play with"))?;
    let tale = told::tale(&play, &story).await?;
    let progress = crate::rehearse::picture::Progress::of(outlet, runs);
    let spread = if runs > 1 && args.pace.len() < 2 {
        let all = staged.clone();
        let heard = progress.clone();
        Some(apart(move || spread::played(&all, seed, runs, dying, &|done| heard.at(done))).await?)
    } else {
        None
    };
    let mut paces = Vec::new();
    if args.pace.len() > 1 {
        for said in &args.pace {
            let Said::Pace(cap, ramp, mode) = said else {
                continue;
            };
            let pace = over(staged.story.policy.pace, *cap, *ramp, *mode);
            let all = Arc::new(staged.at_pace(pace));
            let heard = progress.clone();
            let spread = apart(move || {
                spread::played(&all, seed, runs.max(2), dying, &|done| heard.at(done))
            });
            paces.push(Paced {
                name: pace_words(pace),
                spread: spread.await?,
            });
        }
    }
    progress.end();
    Ok(Played {
        events: args.events,
        peak: told::peak(&play.history),
        tight: told::tight(&story, &play.history),
        found: play
            .outcome
            .violations
            .iter()
            .map(ToString::to_string)
            .collect(),
        tale,
        spread,
        paces,
        deaths,
        staged,
    })
}

/// `at most 2, fixed`.
fn pace_words(pace: windlass_engine::policy::Pace) -> String {
    let ramp = windlass_wire::value::RAMPS
        .iter()
        .find(|(_, ramp)| *ramp == pace.ramp);
    let mode = windlass_wire::value::MODES
        .iter()
        .find(|(_, mode)| *mode == pace.mode);
    format!(
        "{} {} {}",
        windlass_wire::value::cap_text(pace.cap),
        ramp.map_or("", |(word, _)| word),
        mode.map_or("", |(word, _)| word)
    )
}

/// A play has a runtime of its own: it cannot be played within this one.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failed> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|why| Failed::says(format!("the rehearsal broke off: {why}")))
}

/// Times of past runs, by component.
pub type Past = BTreeMap<Component, Vec<Ms>>;
