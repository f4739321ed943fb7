//! `kind: RunStatus`: where a run stands, as JSON (`status -o json`, `why -o json`).
//!
//! The engine's fold says what, its standing says so in words; here both become one shape.
//! Must never know: terminals, stores. Stories: `tests/it/status.rs`.

use crate::duration::Length;
use crate::stamp;
use crate::v1::API_VERSION;
use crate::v1::finding::{FindingView, RefusalView};
use crate::v1::hours::WaitsView;
use crate::v1::plan::{GoalView, StageView};
use serde::Serialize;
use windlass_engine::forecast::{Forecast, forecast};
use windlass_engine::names::{ClusterName, MemberId, RunId, Subject};
use windlass_engine::plan::{Plan, Stage};
use windlass_engine::run::event::End;
use windlass_engine::run::standing::{Motion, Standing};
use windlass_engine::run::{FRESH_MS, Flying, Run};
use windlass_engine::snapshot::{Health, Snapshot};
use windlass_engine::time::{Ms, Now, Wall};

/// What the store knows of a run besides its journal.
#[derive(Clone, Debug)]
pub struct Around {
    /// Which run.
    pub run: RunId,
    /// The name under which its cluster is registered.
    pub cluster: ClusterName,
    /// When it was asked for.
    pub created: Wall,
    /// When it ended.
    pub ended: Option<Wall>,
    /// Who carries it now, in words; none: nobody.
    pub carrier: Option<String>,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStatus {
    /// Always [`API_VERSION`].
    pub api_version: &'static str,
    /// `RunStatus`
    pub kind: &'static str,
    /// Which run.
    pub run: String,
    /// The name of its cluster.
    pub cluster: String,
    /// Who the cluster says it is, once asked.
    pub identity: Option<String>,
    /// What is wanted.
    pub goal: GoalView,
    /// The stable word for its phase: `rolling`, `paused`, `finished`.
    pub phase: &'static str,
    /// Since when it stands there; where that is not known, when it was asked for.
    pub since: String,
    /// The same in words, with the reason and what to do next.
    pub standing: StandingView,
    /// Who carries it; none: nobody.
    pub carrier: Option<String>,
    /// The hop that is being done.
    pub hop: Option<HopAt>,
    /// The stage that is being done.
    pub stage: Option<StageAt>,
    /// How many members have moved, and who is in flight.
    pub members: MembersView,
    /// How many may be down at once now.
    pub limit: u32,
    /// The plan, by hash.
    pub plan: Option<PlanAt>,
    /// Time that is left while it moves by itself, without waits for humans and windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<LeftView>,
    /// Healthy time that is waited for.
    pub soak: Option<SoakView>,
    /// The window that is waited for before anything more begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WaitsView>,
    /// What it knows of the cluster's health, and when that was seen; none: it has not looked yet.
    pub evidence: Option<EvidenceView>,
    /// Findings that bar it.
    pub barring: Vec<FindingView>,
    /// Why there is no plan.
    pub refusal: Option<RefusalView>,
    /// How it ended.
    pub ended: Option<EndedView>,
}

/// Where it stands, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StandingView {
    /// `moves`, `waits`, `stands` (until a human does something), `ended`
    pub motion: &'static str,
    /// A stable word for the reason.
    pub reason: &'static str,
    /// One sentence.
    pub sentence: String,
    /// Further facts, one a line.
    pub details: Vec<String>,
    /// For how long.
    #[serde(rename = "for")]
    pub lasts: Option<Length>,
    /// What to do next, as it must be typed.
    pub next: Vec<String>,
}

/// A hop of a plan, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HopAt {
    /// Which.
    pub index: usize,
    /// Of how many.
    pub of: usize,
    /// Its release.
    pub to: String,
}

/// A stage of a hop, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageAt {
    /// Which.
    pub index: usize,
    /// Of how many.
    pub of: usize,
    /// What is done in it.
    #[serde(flatten)]
    pub what: StageView,
    /// Members of it that are done.
    pub done: usize,
    /// Members in it.
    pub total: usize,
}

/// Members of the whole plan; one that moves in two hops counts twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MembersView {
    /// Moves that are done.
    pub done: usize,
    /// Moves in all.
    pub total: usize,
    /// What has begun and is not done.
    pub in_flight: Vec<FlightView>,
    /// Members of this stage that have not begun, in order.
    pub waiting: Vec<String>,
    /// Left as they stand by a human's word.
    pub skipped: Vec<String>,
}

/// A subject in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlightView {
    /// `member/3`, `level/metadata.version`, `action/preferred-leaders`
    pub subject: String,
    /// What people call it.
    pub name: String,
    /// `doing`, `gating`, `failed`, `unclear`
    pub state: &'static str,
    /// The last step told.
    pub step: Option<String>,
    /// Where it goes.
    pub to: Option<String>,
    /// Which attempt.
    pub attempt: u32,
    /// Since the attempt began.
    #[serde(rename = "for")]
    pub lasts: Option<Length>,
    /// What went wrong.
    pub failure: Option<String>,
}

/// A plan, by hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanAt {
    /// Its name by content.
    pub hash: String,
    /// The first six digits.
    pub short: String,
    /// Expected time in all.
    pub expected: Length,
}

/// Time that is left of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftView {
    /// As likely longer as shorter.
    pub about: Length,
    /// One in ten is done before.
    pub low: Length,
    /// One in ten takes longer.
    pub high: Length,
    /// Members that still move or are in flight; one that moves in two hops counts twice.
    pub members: usize,
    /// Of them those of which it is known what they took before.
    pub known: usize,
    /// Members of this run that were measured.
    pub settled: u32,
    /// What is still to be learned, in words; nothing where enough is known.
    pub lacks: Option<&'static str>,
}

impl From<Forecast> for LeftView {
    fn from(left: Forecast) -> Self {
        Self {
            about: left.about.into(),
            low: left.low.into(),
            high: left.high.into(),
            members: left.grounds.members,
            known: left.grounds.known,
            settled: left.grounds.settled,
            lacks: left.grounds.lacks(),
        }
    }
}

/// Healthy time that is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SoakView {
    /// So much is needed.
    pub need: Length,
    /// So much has been seen.
    pub have: Length,
    /// Why.
    pub why: String,
    /// What broke it last.
    pub broken: Option<String>,
}

/// What a run knows of its cluster's health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceView {
    /// When it was seen.
    pub as_of: String,
    /// It is older than what the run decides by (10 s): it may be otherwise by now, and is looked at again
    /// before anything begins.
    pub stale: bool,
    /// Members that were seen not to be healthy then, by id.
    pub unwell: Vec<String>,
    /// Members of which nothing was to be seen then, by id.
    pub unseen: Vec<String>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndedView {
    /// `finished`, `finished-without`, `refused`, `cancelled`, `stopped`, `expired`
    pub how: &'static str,
    /// When.
    pub at: Option<String>,
    /// What was left, each with its last step where one is known.
    pub left: Vec<String>,
}

impl RunStatus {
    /// Of a run, now.
    #[must_use]
    pub fn of(run: &Run, around: &Around, now: Now) -> Self {
        let standing = run.standing(now);
        let since = around
            .ended
            .or_else(|| run.halt().map(|halt| halt.wall))
            .or_else(|| standing.lasts.map(|ago| back(now.wall, ago.0)))
            .unwrap_or(around.created);
        let plan = run.plan();
        Self {
            api_version: API_VERSION,
            kind: "RunStatus",
            run: around.run.to_string(),
            cluster: around.cluster.to_string(),
            identity: run.identity().map(ToString::to_string),
            goal: run.goal().into(),
            phase: run.phase().word(),
            since: stamp::rfc3339(since),
            standing: StandingView::of(&standing, &around.cluster),
            carrier: around.carrier.clone(),
            hop: plan.and_then(|(_, plan)| hop(run, plan)),
            stage: plan.and_then(|(_, plan)| stage(run, plan)),
            members: members(run, now),
            limit: run.limit(),
            plan: plan.map(|(hash, plan)| PlanAt {
                hash: hash.to_string(),
                short: hash.short(),
                expected: plan.expected.into(),
            }),
            left: forecast(run, now).map(LeftView::from),
            soak: run.soak().map(|soak| SoakView {
                need: soak.need.into(),
                have: soak.have.into(),
                why: soak.why.clone(),
                broken: soak.broken.clone(),
            }),
            window: WaitsView::of(run),
            evidence: run.known().map(|known| evidence(run, known, now)),
            barring: run.barring().map(FindingView::from).collect(),
            refusal: run.refusal().map(RefusalView::from),
            ended: run.ended().map(|end| ended(end, around.ended)),
        }
    }
}

fn back(from: Wall, ms: u64) -> Wall {
    let micros = i64::try_from(ms.saturating_mul(1_000)).unwrap_or(i64::MAX);
    Wall(from.0.saturating_sub(micros))
}

impl StandingView {
    /// Of a standing, with the cluster's name in its commands.
    #[must_use]
    pub fn of(standing: &Standing, cluster: &ClusterName) -> Self {
        let named = |line: &String| line.replace("{cluster}", cluster.as_str());
        Self {
            motion: match standing.motion {
                Motion::Moves => "moves",
                Motion::Waits => "waits",
                Motion::Stands => "stands",
                Motion::Ended => "ended",
            },
            reason: standing.reason,
            sentence: named(&standing.sentence),
            details: standing.details.iter().map(named).collect(),
            lasts: standing.lasts.map(Length::from),
            next: standing.next.iter().map(named).collect(),
        }
    }
}

fn hop(run: &Run, plan: &Plan) -> Option<HopAt> {
    let at = run.cursor()?;
    plan.hops.get(at.hop).map(|hop| HopAt {
        index: at.hop + 1,
        of: plan.hops.len(),
        to: hop.to.to_string(),
    })
}

fn stage(run: &Run, plan: &Plan) -> Option<StageAt> {
    let at = run.cursor()?;
    let stages = &plan.hops.get(at.hop)?.stages;
    let stage = stages.get(at.stage)?;
    Some(StageAt {
        index: at.stage + 1,
        of: stages.len(),
        what: stage.into(),
        done: done_of(run, stage),
        total: stage.moves(),
    })
}

/// Members of the present stage that are done.
fn done_of(run: &Run, stage: &Stage) -> usize {
    let at_end = run.cursor().is_some_and(|at| at.done);
    if at_end {
        return moved_by(run, stage);
    }
    let Stage::Move(step) = stage else { return 0 };
    let waits = |id| run.queue().any(|other| other == id);
    let flies = |id: &MemberId| run.flights().contains_key(&Subject::Member(id.clone()));
    step.members
        .iter()
        .filter(|id| !waits(*id) && !flies(id) && !is_left(run, id))
        .count()
}

/// Members that a stage has moved by its end.
fn moved_by(run: &Run, stage: &Stage) -> usize {
    let Stage::Move(step) = stage else { return 0 };
    step.members.iter().filter(|id| !is_left(run, id)).count()
}

/// What a human left as it stands has not moved.
fn is_left(run: &Run, id: &MemberId) -> bool {
    run.skipped().contains(&Subject::Member(id.clone()))
}

fn members(run: &Run, now: Now) -> MembersView {
    let (done, total) = run.plan().map_or((0, 0), |(_, plan)| {
        let at = run.cursor();
        let before = plan
            .stages()
            .filter(|(h, s, _)| at.is_some_and(|at| (*h, *s) < (at.hop, at.stage)));
        let before: usize = before.map(|(_, _, stage)| moved_by(run, stage)).sum();
        let here = run.stage().map_or(0, |stage| done_of(run, stage));
        (before + here, plan.moves())
    });
    let flights = run.flights().iter().map(|(subject, flight)| {
        let (state, failure) = match &flight.state {
            Flying::Doing => ("doing", None),
            Flying::Gating => ("gating", None),
            Flying::Failed(failure) => ("failed", Some(failure.what.clone())),
            Flying::Unclear => ("unclear", None),
            Flying::Left => ("left", None),
        };
        FlightView {
            subject: subject.to_string(),
            name: run.call(subject),
            state,
            step: flight.step.clone(),
            to: flight.to.as_ref().map(ToString::to_string),
            attempt: flight.attempt,
            lasts: now.mono.since(flight.began).map(Length::from),
            failure,
        }
    });
    MembersView {
        done,
        total,
        in_flight: flights.collect(),
        waiting: run.queue().map(ToString::to_string).collect(),
        skipped: run.skipped().iter().map(ToString::to_string).collect(),
    }
}

/// A look may be young by the clock of the machine and old by the world's: the older of the two counts.
fn is_stale(run: &Run, known: &Snapshot, now: Now) -> bool {
    now.wall.since(known.seen) > FRESH_MS || !run.is_fresh(now)
}

/// How old what a live run knows of its cluster is, where that is too old to build on; none: it is fresh.
#[must_use]
pub fn stale(run: &Run, now: Now) -> Option<Ms> {
    let known = run.known().filter(|_| run.ended().is_none())?;
    is_stale(run, known, now).then(|| now.wall.since(known.seen))
}

fn evidence(run: &Run, known: &Snapshot, now: Now) -> EvidenceView {
    let (mut unwell, mut unseen) = (Vec::new(), Vec::new());
    for (id, member) in &known.members {
        match member.health {
            Health::Healthy => {}
            Health::Settling(_) | Health::Down(_) => unwell.push(id.to_string()),
            Health::Unknown(_) => unseen.push(id.to_string()),
        }
    }
    EvidenceView {
        as_of: stamp::rfc3339(known.seen),
        stale: is_stale(run, known, now),
        unwell,
        unseen,
    }
}

fn ended(end: &End, at: Option<Wall>) -> EndedView {
    let (how, left) = match end {
        End::Finished => ("finished", Vec::new()),
        End::FinishedWithout(left) => (
            "finished-without",
            left.iter().map(ToString::to_string).collect(),
        ),
        End::Refused => ("refused", Vec::new()),
        End::Cancelled => ("cancelled", Vec::new()),
        End::Stopped(left) => (
            "stopped",
            left.iter()
                .map(|(subject, step)| format!("{subject}: {step}"))
                .collect(),
        ),
        End::Expired => ("expired", Vec::new()),
    };
    EndedView {
        how,
        at: at.map(stamp::rfc3339),
        left,
    }
}
