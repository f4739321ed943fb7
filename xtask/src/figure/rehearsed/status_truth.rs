//! `status-truth`: drawn stories are played, and at random instants of each its run is read as `status -o json`
//! reads it. What that says of our decisions is held against the journal, of the world against the false fleet.
//!
//! Must never know: how a status is made. Tests: none; it is a measure.

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::names::{MemberId, RunId, Subject};
use windlass_engine::run::event::Event;
use windlass_engine::time::{Mark, Now, Wall};
use windlass_runner::ledger::Ledger;
use windlass_runner::ports::store::Stored;
use windlass_sim::clock::FIRST_WALL_US;
use windlass_sim::dice::Dice;
use windlass_sim::fleet::Health;
use windlass_sim::play::{Rehearsed, rehearse};
use windlass_sim::seed::draw;
use windlass_sim::story::Story;
use windlass_wire::stamp;
use windlass_wire::v1::status::{Around, RunStatus};

use crate::figure::release;
use crate::workspace::{NotSo, Trouble};

pub(in crate::figure) const NAME: &str = "status-truth";
/// So many stories are played …
const SEEDS: u64 = 2_000;
/// … and each is read at so many instants.
const INSTANTS: u64 = 5;
/// What is older must be shown as stale: by this the engine decides nothing any more.
const BOUND_MS: u64 = 10_000;
/// What our decisions are is told at most so late.
const BEHIND_MS: u64 = 1_000;
/// Boot time at the beginning of every play.
const FIRST_MS: u64 = 1_000_000;
/// So many breaches are printed.
const SHOWN: usize = 10;

pub(in crate::figure) fn measure() -> Result<f64, Trouble> {
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let all = super::each(SEEDS, |number| {
        of_seed(number + 1).map_err(|why| why.to_string())
    });
    let mut tally = Tally::default();
    for one in all {
        tally.take(one.map_err(NotSo)?);
    }
    tally
        .wrong
        .iter()
        .take(SHOWN)
        .for_each(|line| println!("{line}"));
    println!(
        "{} instants of {SEEDS} plays: {} with evidence, {} of them stale, {} members told as unwell, {} subjects in flight",
        tally.instants, tally.evidence, tally.stale, tally.unwell, tally.flying
    );
    if tally.stale == 0 || tally.unwell == 0 || tally.flying == 0 || tally.stale == tally.evidence {
        return Err(NotSo("one kind of claim was never met: too little was tried".into()).into());
    }
    Ok(f64::from(u32::try_from(tally.wrong.len())?))
}

#[derive(Default)]
struct Tally {
    instants: usize,
    evidence: usize,
    stale: usize,
    unwell: usize,
    flying: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn take(&mut self, other: Self) {
        self.instants += other.instants;
        self.evidence += other.evidence;
        self.stale += other.stale;
        self.unwell += other.unwell;
        self.flying += other.flying;
        self.wrong.extend(other.wrong);
    }
}

fn of_seed(seed: u64) -> Result<Tally, Trouble> {
    let drawn = draw(seed)?;
    let played = rehearse(&drawn.story, &drawn.deaths);
    let Some((played, run)) = played
        .and_then(|played| Some((played.run.clone()?, played)))
        .map(|(run, played)| (played, run))
    else {
        return Err(NotSo(format!("seed {seed} became no run")).into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(read(seed, &drawn.story, &played, &run))
}

async fn read(seed: u64, story: &Story, played: &Rehearsed, run: &RunId) -> Result<Tally, Trouble> {
    use windlass_runner::ports::store::Store as _;
    let mut tally = Tally::default();
    let mut dice = Dice::apart(seed, &[0x7374_6174]);
    let journal = played.store.read(run, 1).await?;
    let row = played.store.run(run).await?;
    for _ in 0..INSTANTS {
        let at = dice.below(played.outcome.took_ms.clamp(1, 120_000));
        let durable = last(&played.heard, at);
        let ledger = Ledger::open(played.store.as_ref(), run, Some(durable)).await?;
        let now = Now {
            wall: wall(story, at),
            mono: Mark {
                boot: 1,
                ms: FIRST_MS + at,
            },
        };
        let around = Around {
            run: run.clone(),
            cluster: row.cluster.clone(),
            created: row.created,
            ended: None,
            carrier: None,
        };
        let status = RunStatus::of(&ledger.run, &around, now);
        tally.instants += 1;
        tally.flying += status.members.in_flight.len();
        let mut found = decisions(&status, &journal, &played.heard, at);
        if let Some(evidence) = &status.evidence {
            tally.evidence += 1;
            tally.stale += usize::from(evidence.stale);
            tally.unwell += evidence.unwell.len();
            let seen = moments(story, &evidence.as_of, at);
            let world = |ms: &u64| evidence.unwell.iter().all(|id| is_unwell(played, id, *ms));
            if !seen.iter().any(world) {
                found.push(format!(
                    "{:?} were well at {}",
                    evidence.unwell, evidence.as_of
                ));
            }
            let late = 2 * story.weather.late_most_ms;
            let old = seen.iter().all(|ms| ms + BOUND_MS + late < at);
            if old && !evidence.stale {
                found.push(format!("what was seen at {seen:?} is not shown as stale"));
            }
        }
        let told = |what| format!("seed {seed} at {at} ms: {what}");
        tally.wrong.extend(found.into_iter().map(told));
    }
    Ok(tally)
}

/// The last position that was durable at a moment; the request itself lies there from the beginning.
fn last(heard: &BTreeMap<u64, u64>, at: u64) -> u64 {
    let there = heard.iter().filter(|(_, ms)| **ms <= at);
    there.map(|(seq, _)| *seq).max().unwrap_or(1)
}

/// Wall time as the false world tells it.
fn wall(story: &Story, at: u64) -> Wall {
    let past = story.happenings.iter().filter(|(when, _)| *when <= at);
    let jumps = past.filter_map(|(_, what)| what.jump());
    let ms = i64::try_from(at).unwrap_or(i64::MAX) + jumps.sum::<i64>();
    Wall(FIRST_WALL_US + ms * 1_000)
}

/// The moments of false time up to one at which a wall clock told this, whichever carrier's it was; each may
/// tell it twice.
fn moments(story: &Story, told: &str, upto: u64) -> Vec<u64> {
    let right = std::iter::once(0);
    let off: BTreeSet<i64> = right.chain(story.carriers.clocks.iter().copied()).collect();
    let tells = |ms: u64, off: i64| {
        let Wall(right) = wall(story, ms);
        stamp::rfc3339(Wall(right + off * 1_000)) == told
    };
    let told = |off: &i64| {
        let off = *off;
        (0..=upto).filter(move |ms| tells(*ms, off))
    };
    off.iter().flat_map(told).collect()
}

/// Whether a member was not well at a moment.
fn is_unwell(played: &Rehearsed, id: &str, at: u64) -> bool {
    let of = |entry: &&(u64, MemberId, Health)| entry.0 <= at && entry.1.as_str() == id;
    let last = played.history.iter().rev().find(of);
    last.is_some_and(|(_, _, health)| *health != Health::Well)
}

/// What is told of our decisions, held against journals as they were within the last second.
fn decisions(
    status: &RunStatus,
    journal: &[Stored],
    heard: &BTreeMap<u64, u64>,
    at: u64,
) -> Vec<String> {
    let told: BTreeSet<String> = status
        .members
        .in_flight
        .iter()
        .map(|f| f.subject.clone())
        .collect();
    let moments: BTreeSet<u64> = heard
        .values()
        .copied()
        .filter(|ms| *ms <= at && ms + BEHIND_MS >= at)
        .chain([at.saturating_sub(BEHIND_MS), at])
        .collect();
    let as_of = |ms: &u64| {
        let durable = last(heard, *ms);
        let there = journal.iter().filter(|stored| stored.seq <= durable);
        begun(there)
    };
    let mut wrong = Vec::new();
    let told = (told, status.ended.is_some());
    if !moments
        .iter()
        .map(as_of)
        .any(|(begun, ended)| ended == told.1 && (ended || begun == told.0))
    {
        wrong.push(format!(
            "in flight are {:?}, ended is {}: the journal says otherwise",
            told.0, told.1
        ));
    }
    wrong
}

/// What has begun and is not done, and whether the run has ended, by the text of its journal alone.
fn begun<'a>(journal: impl Iterator<Item = &'a Stored>) -> (BTreeSet<String>, bool) {
    let (mut begun, mut ended) = (BTreeSet::new(), false);
    for stored in journal {
        let Ok(event) = serde_json::from_str::<Event>(&stored.payload) else {
            continue;
        };
        let done = |subject: &Subject| subject.to_string();
        if let Event::Began(began) = &event {
            begun.insert(done(&began.subject));
        }
        if let Event::Settled { subject, .. }
        | Event::Skipped { subject, .. }
        | Event::Confirmed { subject, .. } = &event
        {
            begun.remove(&done(subject));
        }
        ended |= matches!(event, Event::Ended(_));
    }
    (begun, ended)
}
