//! Drift: whether the false world has come away from the real one. A run on a real cluster is told as what
//! windlass saw first and what it did; the same story is played over false brokers and told the same way.
//!
//! What differs by nature (names of hosts, ports, processes, times) is left out of both.
//! Must never know: how either world works. Tests: `tests/it/roll.rs`, on a real cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use windlass_engine::check::Verdict;
use windlass_engine::names::RunId;
use windlass_engine::policy::Policy;
use windlass_engine::run::event::{Event, Request};
use windlass_engine::snapshot::{Fact, Health, Member, Snapshot};
use windlass_runner::journal;
use windlass_runner::ledger::Ledger;
use windlass_runner::ports::store::Store;
use windlass_sim::cluster;
use windlass_sim::kafka::layout::{Layout, Topic};
use windlass_sim::play::rehearse_with;
use windlass_sim::story::Story;
use windlass_stores::sqlite::{Opening, SqliteStore};

use crate::wires;
use crate::workspace::{NotSo, Trouble};

/// A run, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What was seen first: what of it, and what was told.
    pub saw: BTreeMap<String, String>,
    /// What was done, in order.
    pub did: Vec<String>,
}

/// A run with what its story needs.
#[derive(Clone, Debug)]
pub struct Told {
    /// The run, told.
    pub account: Account,
    request: Request,
    policy: Policy,
    first: Snapshot,
}

/// The newest run of a real cluster, out of windlass's store.
///
/// # Errors
/// When there is none, or its journal cannot be read.
pub fn newest(store: &Path) -> Result<Told, Trouble> {
    let store = SqliteStore::open(store, Opening::Look)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let newest = store.runs(None, 1).await?;
        let row = newest
            .first()
            .ok_or_else(|| NotSo("there is no run".into()))?;
        told(&store, &row.run).await
    })
}

/// The same story over false brokers: the same members, levels and will, with these topics.
///
/// # Errors
/// When it cannot be played, or breaks a promise.
pub fn played(real: &Told, topics: Vec<Topic>) -> Result<Told, Trouble> {
    let mut layout = Layout::of(topics);
    let active = real.first.members.values().find(|member| member.active);
    layout.active = active.and_then(|member| member.id.as_str().parse().ok());
    let story = story(real, &layout)?;
    let between = wires::between(&story, &layout);
    let played = rehearse_with(&story, &[], Some(between));
    let played = played.ok_or_else(|| NotSo("it could not be played".into()))?;
    if let Some(first) = played.outcome.violations.first() {
        return Err(NotSo(format!("the false one breaks a promise: {first}")).into());
    }
    let run = played.run.ok_or_else(|| NotSo("it became no run".into()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(told(played.store.as_ref(), &run))
}

fn story(real: &Told, layout: &Layout) -> Result<Story, Trouble> {
    let members = real.first.members.values();
    let cast = members.map(|one| Member::clone(one)).collect();
    let mut story = cluster::story("the same", (*wires::catalog()?).clone(), cast, 1)?;
    story.goal = real.request.goal.clone();
    story.policy = real.policy.clone();
    story.approval = real.request.approval;
    story.identity = real.first.identity.clone().unwrap_or("none".into());
    story.groups = layout.groups(&story.cast);
    let levels = real.first.levels.iter();
    let stands = levels.map(|(name, level)| (name.clone(), level.finalized));
    story.levels = stands.collect();
    Ok(story)
}

async fn told(store: &dyn Store, run: &RunId) -> Result<Told, Trouble> {
    let mut did: Vec<String> = Vec::new();
    let mut first = None;
    for stored in store.read(run, 1).await? {
        let event = journal::recall(store, &stored).await?;
        if first.is_none() && matches!(event, Event::Observed(_)) {
            let upto = Ledger::open(store, run, Some(stored.seq)).await?;
            first = upto.run.known().cloned();
        }
        for line in deed(&event) {
            // What was found at first and found again is one thing found.
            if did.last() != Some(&line) {
                did.push(line);
            }
        }
    }
    let whole = Ledger::open(store, run, None).await?.run;
    let first = first.ok_or_else(|| NotSo("nothing was ever seen".into()))?;
    Ok(Told {
        account: Account {
            saw: saw(&first),
            did,
        },
        request: whole.request().clone(),
        policy: whole.policy().clone(),
        first,
    })
}

fn saw(seen: &Snapshot) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (id, member) in &seen.members {
        let carries: Vec<String> = member
            .components
            .iter()
            .map(|(name, runs)| format!("{name} {runs}"))
            .collect();
        let health = match &member.health {
            Health::Healthy => "healthy".into(),
            Health::Settling(why) | Health::Down(why) | Health::Unknown(why) => why.clone(),
        };
        let told = [
            ("host", member.host.is_some()),
            ("address", member.address.is_some()),
            ("process", member.incarnation.is_some()),
            ("start", member.since.is_some()),
            ("active seat", member.active),
        ];
        let told: Vec<&str> = told
            .iter()
            .filter(|(_, so)| *so)
            .map(|(what, _)| *what)
            .collect();
        out.insert(
            format!("member {id}"),
            format!(
                "{}: {}; untold {:?}; zone {:?}; {health}; {}; leads {}; progress {}; told are {}",
                member.name,
                carries.join(", "),
                member.unversioned,
                member.zone,
                member.state,
                member.load,
                member.progress,
                told.join(", ")
            ),
        );
    }
    for (name, level) in &seen.levels {
        let told = format!("{} of {:?}", level.finalized, level.supported);
        out.insert(format!("level {name}"), told);
    }
    for budget in &seen.budgets {
        let told = format!("{:?}, {} of them", budget.members, budget.need);
        out.insert(format!("budget {}", budget.reason), told);
    }
    for (name, fact) in &seen.facts {
        out.insert(format!("fact {name}"), say(fact));
    }
    out.insert("troubles".into(), seen.troubles.join("; "));
    let gaps: Vec<String> = seen
        .gaps
        .iter()
        .map(|gap| format!("{}: {}", gap.about, gap.what))
        .collect();
    out.insert("gaps".into(), gaps.join("; "));
    out
}

fn say(fact: &Fact) -> String {
    match fact {
        Fact::List(found) => {
            let mut all = String::new();
            for one in found {
                // Writing into a string cannot fail.
                let _ = write!(all, "[{}: {}]", one.object, one.seen);
            }
            format!("{} found {all}", found.len())
        }
        Fact::Truth(_)
        | Fact::Number(_)
        | Fact::Word(_)
        | Fact::Versions(_)
        | Fact::Said(..)
        | Fact::Unknown(_) => format!("{fact:?}"),
    }
}

/// What was decided or done, in words; looks and waits are neither.
fn deed(event: &Event) -> Vec<String> {
    let one = |says: String| vec![says];
    match event {
        Event::Judged { findings, .. } => {
            let odd = findings.iter().filter(|one| one.verdict != Verdict::Pass);
            odd.map(|one| format!("judged: {} {:?}", one.check, one.verdict))
                .collect()
        }
        Event::Planned(plan) => {
            let hops = plan
                .hops
                .iter()
                .map(|hop| format!("to {} in {} stages", hop.to, hop.stages.len()));
            let left = plan.left.iter().map(|left| left.level.to_string());
            one(format!(
                "planned: {}; left are {}; hazards {}",
                hops.collect::<Vec<_>>().join(", "),
                left.collect::<Vec<_>>().join(", "),
                plan.hazards.len()
            ))
        }
        Event::Refused(refusal) => one(format!("refused: {}", refusal.says)),
        Event::Approved { .. } => one("approved".into()),
        Event::Claimed { .. } => one("claimed".into()),
        Event::ClaimRefused { member, why } => one(format!("not claimed at {member}: {why}")),
        Event::StageBegan { hop, stage } => one(format!("stage {hop}.{stage} began")),
        Event::StageDone { hop, stage } => one(format!("stage {hop}.{stage} is done")),
        Event::Began(began) => {
            let to = began
                .to
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let (subject, attempt) = (&began.subject, began.attempt);
            one(format!(
                "{subject} began to {to}, attempt {attempt}, {:?}",
                began.manner
            ))
        }
        Event::Moved { subject, .. } => one(format!("{subject} moved")),
        Event::Failed {
            subject, failure, ..
        } => one(format!("{subject} failed: {}", failure.what)),
        Event::Settled {
            subject, version, ..
        } => one(format!("{subject} settled at {version:?}")),
        Event::SoakBegan { need, why, .. } => one(format!("soak of {} ms {why}", need.0)),
        Event::SoakBroken { why, .. } => one(format!("soak broken: {why}")),
        Event::SoakPassed => one("soak passed".into()),
        Event::Halted { cause, .. } => one(format!("halted: {cause:?}")),
        Event::Proven => one("proven".into()),
        Event::Ended(end) => one(format!("ended: {end:?}")),
        Event::Requested(_)
        | Event::Taken { .. }
        | Event::Observed(_)
        | Event::NotYet { .. }
        | Event::Progressed { .. }
        | Event::SoakSpan { .. }
        | Event::Commanded { .. }
        | Event::Shut { .. }
        | Event::Opened { .. }
        | Event::Replanning { .. }
        | Event::PlanKept
        | Event::Confirmed { .. }
        | Event::Skipped { .. }
        | Event::ExpirySeen { .. } => Vec::new(),
    }
}

/// In what two accounts differ, beside facts that may, by their names: in words, one a line.
#[must_use]
pub fn between(real: &Account, played: &Account, may: &[(&str, &str)]) -> Vec<String> {
    let mut out = Vec::new();
    let names: BTreeSet<&String> = real.saw.keys().chain(played.saw.keys()).collect();
    for name in names {
        let (here, there) = (real.saw.get(name), played.saw.get(name));
        let known = may.iter().any(|(fact, _)| *name == format!("fact {fact}"));
        if here != there && !known {
            out.push(format!("saw {name}: real {here:?}, false {there:?}"));
        }
    }
    // What was judged by such a fact may differ with it; their checks are called as they are.
    let counts = |line: &&String| {
        let judged = |(fact, _): &(&str, &str)| line.starts_with(&format!("judged: {fact} "));
        !may.iter().any(judged)
    };
    let real: Vec<&String> = real.did.iter().filter(counts).collect();
    let played: Vec<&String> = played.did.iter().filter(counts).collect();
    if real != played {
        let first = real
            .iter()
            .zip(&played)
            .position(|(one, other)| one != other);
        let at = first.unwrap_or(real.len().min(played.len()));
        out.push(format!(
            "did, from line {at}: real {:#?}, false {:#?}",
            real.get(at..),
            played.get(at..)
        ));
    }
    out
}
