//! What is to be played: a cluster that is looked at, or a story in a file.
//!
//! Must never know: how it is played or shown. Stories: `tests/it/rehearse.rs`.

use crate::args::data::Which;
use crate::args::rehearse::RehearseArgs;
use crate::context::Bare;
use crate::data::look::{Looked, Origin, Room, Want, asked, now};
use crate::exit::Failed;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use windlass_engine::ask::{Ask, meant};
use windlass_engine::catalog::Catalog;
use windlass_engine::check::judge;
use windlass_engine::names::{ClusterName, Component};
use windlass_engine::plan::{Goal, Plan, plan};
use windlass_engine::policy::{Pace, Policy};
use windlass_engine::refusal::Refusal;
use windlass_engine::run::command::Command;
use windlass_engine::run::event::Approval;
use windlass_engine::snapshot::{Health, Member, Snapshot};
use windlass_engine::time::Ms;
use windlass_sim::rehearsal::{self, Sky, Took};
use windlass_sim::story::{Fate, Happening, Remedy, Story, Word};
use windlass_wire::read::snapshot::system;
use windlass_wire::read::story::{self, Asks, Attended, Fails, Said, StoryFile, Weather, What};

/// Weather is thrown within so many times the expected length.
const TROUBLED_TIMES: u64 = 2;
/// The name of a cluster whose file tells none.
const UNNAMED: &str = "cluster";

/// What is played, and what is told of it beforehand.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The story.
    pub story: Story,
    /// What it is called in headings.
    pub shown: String,
    /// How it is typed again, without seed and deaths.
    pub typed: String,
    /// The way.
    pub plan: Plan,
    /// How the weather is.
    pub weather: Weather,
    /// What is said of it before, in sentences.
    pub notes: Vec<String>,
}

/// What came of setting the stage.
#[derive(Debug)]
pub enum Set {
    /// It can be played.
    Staged(Box<Staged>),
    /// There is no way.
    Refused(String, Box<Refusal>),
}

/// A cluster as it is seen now.
///
/// # Errors
/// Where it is not registered, does not answer, or nothing says where it is to go.
pub async fn cluster(
    room: &Room,
    args: &RehearseArgs,
    past: &BTreeMap<Component, Vec<Ms>>,
) -> Result<Set, Failed> {
    let Some(ask) = &args.to else {
        return Err(Failed::hinted(
            "nothing says where the cluster is to go",
            "windlass targets CLUSTER lists where it can; then add --to GOAL",
        ));
    };
    let which = Which {
        cluster: args.of.as_deref().map(ClusterName::from),
        bootstrap: args.bootstrap.clone(),
        file: args.file.clone(),
    };
    let want = Want {
        via: &args.via,
        risks: &args.accept_risk,
    };
    let (looked, goal) = asked(room, &which, &args.reach, ask, &want).await?;
    let mut policy = looked.policy.clone();
    if let Some(finalize) = args.finalize() {
        policy.finalize = finalize;
    }
    if let [Said::Pace(cap, ramp, mode)] = args.pace.as_slice() {
        policy.pace = over(policy.pace, *cap, *ramp, *mode);
    }
    let way = match way(&looked.catalog, &policy, &looked.snapshot, &goal) {
        Ok(way) => way,
        Err(no) => return Ok(Set::Refused(looked.shown, no)),
    };
    let (seen, mut notes) = mended(&looked, &policy, &way);
    let name = looked.cluster.clone();
    let name = name.unwrap_or_else(|| ClusterName::from(UNNAMED));
    let mut story = rehearsal::of(&name, &seen, &looked.catalog, &policy, &goal);
    for (component, took) in past {
        if let Some(took) = Took::measured(took) {
            story.takes(component.clone(), took);
        }
    }
    notes.push(learned(past));
    story.begins = (looked.origin == Origin::Live).then(|| now().wall);
    let to = args.to.as_ref().map(|_| typed_goal(&goal));
    let typed = format!(
        "windlass rehearse {}{}",
        looked.typed,
        to.map_or_else(String::new, |to| format!(" --to {to}"))
    );
    staged(args, story, looked.shown, typed, way, notes).map(Set::Staged)
}

fn learned(past: &BTreeMap<Component, Vec<Ms>>) -> String {
    let times: usize = past.values().map(Vec::len).sum();
    if times == 0 {
        "times are the catalog's: no past run of this cluster is known".into()
    } else {
        format!("times are those of past runs: {times} restarts were measured")
    }
}

/// A release or parts, as `--to` takes them.
fn typed_goal(goal: &Goal) -> String {
    match goal {
        Goal::Version(to) | Goal::Back(to) => to.to_string(),
        Goal::Of(ends) => {
            let ends = ends.iter().map(|(name, to)| format!("{name}={to}"));
            ends.collect::<Vec<_>>().join(",")
        }
        Goal::Finalize => "finalize".into(),
    }
}

fn way(
    catalog: &Catalog,
    policy: &Policy,
    seen: &Snapshot,
    goal: &Goal,
) -> Result<Plan, Box<Refusal>> {
    plan(catalog, policy, seen, goal, &BTreeSet::new(), None).map_err(Box::new)
}

/// The cluster as if all were mended that bars, and what that is.
fn mended(looked: &Looked, policy: &Policy, way: &Plan) -> (Snapshot, Vec<String>) {
    let mut seen = looked.snapshot.clone();
    let found = judge(
        &looked.catalog,
        &[],
        &seen,
        Some(way),
        &looked.waivers,
        now().wall,
    );
    let bars: Vec<_> = found.iter().filter(|found| found.bars()).collect();
    let mut notes = Vec::new();
    if !bars.is_empty() {
        let ids: Vec<&str> = bars.iter().map(|found| found.check.as_str()).collect();
        let are = if ids.len() == 1 { "bars" } else { "bar" };
        notes.push(format!(
            "{} {are} the real one (windlass check {}); rehearsed as if mended",
            some(&ids),
            looked.typed
        ));
    }
    let checks = looked.catalog.checks.iter();
    let barred = checks.filter(|check| bars.iter().any(|found| found.check == check.id));
    for check in barred {
        seen.facts.remove(&check.fact);
    }
    let ill = |member: &&Arc<Member>| !member.health.is_healthy();
    let ill: Vec<String> = seen
        .members
        .values()
        .filter(ill)
        .map(|m| m.name.clone())
        .collect();
    if !ill.is_empty() {
        let names: Vec<&str> = ill.iter().map(String::as_str).collect();
        notes.push(format!(
            "not healthy: {}; rehearsed as if they were",
            some(&names)
        ));
    }
    for member in seen.members.values_mut().map(Arc::make_mut) {
        member.health = Health::Healthy;
    }
    seen.gaps.clear();
    seen.troubles.clear();
    let own = policy.checks.len();
    if own > 0 {
        notes.push(format!(
            "checks of your own, {own} of them, are not asked here"
        ));
    }
    (seen, notes)
}

/// So many names are told before it is only said how many more there are.
const NAMES_MOST: usize = 3;

fn some(names: &[&str]) -> String {
    let told: Vec<&str> = names.iter().take(NAMES_MOST).copied().collect();
    let more = names.len() - told.len();
    match more {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

/// A pace with what is given instead.
#[must_use]
pub fn over(
    stood: Pace,
    cap: Option<windlass_engine::policy::Cap>,
    ramp: Option<windlass_engine::policy::Ramp>,
    mode: Option<windlass_engine::policy::Mode>,
) -> Pace {
    Pace {
        cap: cap.unwrap_or(stood.cap),
        ramp: ramp.unwrap_or(stood.ramp),
        mode: mode.unwrap_or(stood.mode),
    }
}

/// A story in a file, already read as text.
///
/// # Errors
/// Where it does not fit.
pub fn file(bare: &Bare, shown: &str, text: &str, args: &RehearseArgs) -> Result<Set, Failed> {
    let systems = bare.catalogs.systems()?;
    let named = system(text).filter(|named| systems.contains(&named.as_str()));
    let catalog = named.map(|named| bare.catalogs.of(&named)).transpose()?;
    let read = story::story(shown, text, &systems, catalog.as_deref());
    let read = read.map_err(Failed::Files)?;
    let Some(catalog) = catalog else {
        return Err(Failed::says(format!("{shown} names no system")));
    };
    if args.to.is_some() || !args.via.is_empty() || args.finalize {
        return Err(Failed::hinted(
            format!("{shown} says itself where its cluster goes"),
            "take --to, --via and --finalize out, or change `to` and `policy` in the story",
        ));
    }
    let cluster = read.begins.cluster.clone();
    let name = cluster.unwrap_or_else(|| UNNAMED.to_owned());
    let seen = &read.begins.snapshot;
    let mut policy = read.policy.clone();
    if let [Said::Pace(cap, ramp, mode)] = args.pace.as_slice() {
        policy.pace = over(policy.pace, *cap, *ramp, *mode);
    }
    let goal = match &read.to {
        Ask::Goal(goal) => Some(goal.clone()),
        ask @ (Ask::Newest | Ask::NewestPatch | Ask::Parts(_)) => {
            meant(ask, &catalog, &policy, seen)
        }
    };
    let goal = goal.ok_or_else(|| Failed::says("what the newest is cannot be told"))?;
    let way = match way(&catalog, &policy, seen, &goal) {
        Ok(way) => way,
        Err(no) => return Ok(Set::Refused(name, no)),
    };
    let mut story = rehearsal::of(&name.as_str().into(), seen, &catalog, &policy, &goal);
    written(&mut story, &read);
    let typed = format!("windlass rehearse {shown}");
    let weather = args.weather.unwrap_or(read.weather);
    let args = RehearseArgs {
        weather: Some(weather),
        attended: args.attended.or(read.attended),
        seed: args.seed.or(read.seed),
        ..args.clone()
    };
    staged(&args, story, name, typed, way, Vec::new()).map(Set::Staged)
}

/// What the file says besides.
fn written(story: &mut Story, read: &StoryFile) {
    story.begins = read.at;
    story.approval = match read.asks {
        Asks::Nobody => Approval::InAdvance,
        Asks::First => Approval::Asked,
    };
    if let Some(until) = read.until {
        story.stands_ms = until.0;
    }
    for (component, took) in &read.takes {
        story.takes(component.clone(), Took::said(*took));
    }
    for then in &read.then {
        let at = then.at.map_or(0, |at| at.0);
        match &then.what {
            What::Say(said) => {
                let word = word(said, story.policy.pace);
                story.words.push((at, word));
            }
            What::Fail(id, which, how) => {
                story.fates.insert((id.clone(), *which), fate(*how));
            }
            What::Down(id, long) => {
                let what = Happening::Flaps(id.clone(), long.0);
                story.happenings.push((at, what));
            }
            What::Restart(id) => story
                .happenings
                .push((at, Happening::Restarted(id.clone()))),
            What::Clock(by) => story.happenings.push((at, Happening::WallJumps(*by))),
            What::Kill => story.happenings.push((at, Happening::Killed)),
            What::Freeze(long) => story.carriers.freezes_first(at, long.0),
        }
    }
}

fn fate(how: Fails) -> Fate {
    match how {
        Fails::Start => Fate::CannotStart,
        Fails::Stay => Fate::DoesNotStay,
        Fails::Stop => Fate::DoesNotStop,
        Fails::Slow(times) => Fate::Slow(times),
    }
}

fn word(said: &Said, stood: Pace) -> Word {
    match said {
        Said::Pause => Word::Pause,
        Said::Continue => Word::Continue,
        Said::Cancel => Word::Cancel,
        Said::Stop => Word::Stop,
        Said::Begin => Word::Begin,
        Said::Approve => Word::Approve,
        Said::Pace(cap, ramp, mode) => Word::Pace(over(stood, *cap, *ramp, *mode)),
        Said::Retry(subject, how) => Word::Says(Command::Retry {
            subject: subject.clone(),
            how: *how,
        }),
        Said::Skip(subject) => Word::Says(Command::Skip {
            subject: subject.clone(),
        }),
        Said::Confirm(subject) => Word::Says(Command::Confirm {
            subject: subject.clone(),
        }),
        Said::Retarget(to) => Word::Says(Command::Retarget(Goal::Version(to.clone()))),
    }
}

/// What the command line says besides.
fn staged(
    args: &RehearseArgs,
    mut story: Story,
    shown: String,
    typed: String,
    plan: Plan,
    notes: Vec<String>,
) -> Result<Box<Staged>, Failed> {
    let mut typed = typed;
    for broken in &args.fail {
        if !story.cast.iter().any(|cast| cast.id == broken.member) {
            let ids = story.cast.iter().map(|cast| cast.id.as_str());
            let near = windlass_engine::nearest::nearest(broken.member.as_str(), ids);
            let says = format!("{shown} has no member {}", broken.member);
            return Err(match near {
                Some(near) => Failed::hinted(says, format!("did you mean {near}?")),
                None => Failed::says(says),
            });
        }
        story
            .fates
            .insert((broken.member.clone(), 1), fate(broken.how));
        let how = match broken.how {
            Fails::Start => "start",
            Fails::Stay => "stay",
            Fails::Stop => "stop",
            Fails::Slow(_) => "slow",
        };
        typed.push_str(&format!(" --fail {}:{how}", broken.member));
    }
    match args.attended {
        None => {}
        Some(Attended::Never) => story.remedy = Remedy::Nothing,
        Some(Attended::Within(within)) => story.attends_ms = within.0,
    }
    let weather = args.weather.unwrap_or_default();
    if let Some(word) = match weather {
        Weather::Fair => None,
        Weather::Rough => Some("rough"),
        Weather::Storm => Some("storm"),
    } {
        typed.push_str(&format!(" --weather {word}"));
    }
    story.seed = args
        .replay
        .as_ref()
        .map_or(args.seed, |replay| Some(replay.seed))
        .unwrap_or(1);
    Ok(Box::new(Staged {
        story,
        shown,
        typed,
        plan,
        weather,
        notes,
    }))
}

impl Staged {
    /// The story of a seed.
    #[must_use]
    pub fn of_seed(&self, seed: u64) -> Story {
        let mut story = self.story.clone();
        story.seed = seed;
        let sky = match self.weather {
            Weather::Fair => Sky::Fair,
            Weather::Rough => Sky::Rough,
            Weather::Storm => Sky::Storm,
        };
        story.under(sky, TROUBLED_TIMES * self.plan.expected.0);
        story
    }

    /// The same at another pace.
    #[must_use]
    pub fn at_pace(&self, pace: Pace) -> Self {
        let mut other = self.clone();
        other.story.policy.pace = pace;
        other
    }
}

/// Whether a word names a story's file, and not a cluster.
#[must_use]
pub fn is_file(word: &str) -> bool {
    let path = Path::new(word);
    let ends = path.extension().is_some_and(|end| {
        ["yaml", "yml", "json", "txt"]
            .iter()
            .any(|known| end == *known)
    });
    ends || word.contains('/')
}
