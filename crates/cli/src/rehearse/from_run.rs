//! What past runs tell: how long members took, and a whole run as a story.
//!
//! Must never know: how a story is played. Stories: `tests/it/rehearse.rs`.

use super::Past;
use super::told::bare;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::live::reading::Reading;
use std::collections::BTreeMap;
use std::fmt::Write;
use windlass_engine::names::{Component, Subject};
use windlass_engine::plan::Goal;
use windlass_engine::policy::Policy;
use windlass_engine::run::Run;
use windlass_engine::run::command::{Command, Retry};
use windlass_engine::run::event::{Approval, Event};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::{Ms, Wall};
use windlass_wire::duration::short;
use windlass_wire::value::{FINALIZES, MODES, RAMPS, cap_text};

/// So many of the newest runs are read: older ones tell of another cluster …
const RUNS_READ: usize = 5;
/// … among so many, of which some may still live.
const RUNS_LISTED: usize = 10;

/// Times of the newest runs of a cluster, by component.
///
/// # Errors
/// Where the store cannot be read.
pub async fn past(context: &Context, cluster: &str) -> Result<Past, Failed> {
    let store = context.world.store.as_ref();
    let mut rows = store.runs(Some(&cluster.into()), RUNS_LISTED).await?;
    rows.retain(|row| row.ended.is_some());
    rows.sort_by_key(|row| std::cmp::Reverse(row.created));
    let mut past = Past::new();
    for row in rows.into_iter().take(RUNS_READ) {
        let reading = Reading::open(store, row, None, |_, _| {}).await?;
        for (name, took) in taken(reading.run()) {
            past.entry(name).or_default().extend(took);
        }
    }
    Ok(past)
}

/// How long members took when they were last moved, by what they carry.
fn taken(run: &Run) -> Past {
    let mut taken = Past::new();
    for (id, took) in run.times() {
        let member = run.known().and_then(|known| known.members.get(id));
        for name in member
            .into_iter()
            .flat_map(|member| member.components.keys())
        {
            taken.entry(name.clone()).or_default().push(*took);
        }
    }
    taken
}

/// A run, as it is gathered.
#[derive(Default)]
struct Gathered {
    first: Option<Wall>,
    seen: Option<Snapshot>,
    goal: Option<Goal>,
    then: Vec<(Option<Ms>, String)>,
    moves: BTreeMap<Subject, u32>,
    is_taken: bool,
}

/// `windlass rehearse --from-run RUN`
///
/// # Errors
/// Where there is no such run, or its journal cannot be read.
pub async fn run(context: &Context, of: &str) -> Result<Exit, Failed> {
    let row = context.run_ref(of).await?;
    let store = context.world.store.as_ref();
    let mut gathered = Gathered::default();
    let reading = Reading::open(store, row, None, |run, fact| {
        gathered.hear(run, &fact.event, fact.stored.at);
    })
    .await?;
    let Some(seen) = gathered.seen.take() else {
        return Err(Failed::says(
            "the run ended before it saw its cluster: there is no story in it",
        ));
    };
    context
        .outlet
        .text(written(&reading, &gathered, &seen).trim_end());
    Ok(Exit::Done)
}

impl Gathered {
    fn hear(&mut self, run: &Run, event: &Event, at: Wall) {
        let first = *self.first.get_or_insert(at);
        let since = Ms(at.since(first).0 / 1_000 * 1_000);
        if self.seen.is_none() {
            self.seen = run.known().cloned();
        }
        if self.goal.is_none() {
            self.goal = Some(run.goal().clone());
        }
        match event {
            Event::Began(began) => {
                *self.moves.entry(began.subject.clone()).or_default() += 1;
            }
            Event::Failed {
                subject: subject @ Subject::Member(id),
                failure,
                ..
            } => {
                use windlass_engine::effect::FailureCode as Code;
                let which = self.moves.get(subject).copied().unwrap_or(1);
                let how = match failure.code {
                    Code::DidNotStop => "fail: {}, on: stop",
                    Code::DidNotStay => "fail: {}, on: stay",
                    Code::NoProgress => "slow: {}, times: 100",
                    Code::DidNotStart | Code::NotAsExpected | Code::NotReady | Code::Refused => {
                        "fail: {}, on: start"
                    }
                };
                let text = how.replace("{}", id.as_str());
                self.then.push((None, format!("{text}, move: {which}")));
            }
            Event::Commanded { command, .. } => {
                if let Some(said) = said(command) {
                    self.then.push((Some(since), format!("say: {said}")));
                }
            }
            // Whoever takes it after the first takes it from one that died.
            Event::Taken { .. } => {
                if self.is_taken {
                    self.then.push((Some(since), "kill: windlass".into()));
                }
                self.is_taken = true;
            }
            Event::Requested(_)
            | Event::Observed(_)
            | Event::Judged { .. }
            | Event::Planned(_)
            | Event::Refused(_)
            | Event::Approved { .. }
            | Event::Claimed { .. }
            | Event::ClaimRefused { .. }
            | Event::StageBegan { .. }
            | Event::StageDone { .. }
            | Event::Moved { .. }
            | Event::NotYet { .. }
            | Event::Progressed { .. }
            | Event::Settled { .. }
            | Event::Failed { .. }
            | Event::SoakBegan { .. }
            | Event::SoakSpan { .. }
            | Event::SoakBroken { .. }
            | Event::SoakPassed
            | Event::Halted { .. }
            | Event::Shut { .. }
            | Event::Opened { .. }
            | Event::Replanning { .. }
            | Event::PlanKept
            | Event::Confirmed { .. }
            | Event::Skipped { .. }
            | Event::ExpirySeen { .. }
            | Event::Proven
            | Event::Ended(_) => {}
        }
    }
}

/// A command as a story says it; none: it has no word for it.
fn said(command: &Command) -> Option<String> {
    Some(match command {
        Command::Approve { .. } => "approve".into(),
        Command::Pause => "pause".into(),
        Command::Continue => "continue".into(),
        Command::Cancel => "cancel".into(),
        Command::Stop => "stop".into(),
        Command::Begin => "begin".into(),
        Command::Retry { subject, how } => {
            let of = subject.as_ref().map(|of| format!(" {}", bare(of)));
            let how = match how {
                Retry::Again => "",
                Retry::Old => " --old",
                Retry::Kill => " --kill",
            };
            format!("retry{}{how}", of.unwrap_or_default())
        }
        Command::Confirm { subject } => format!("confirm {}", bare(subject)),
        Command::Skip { subject } => format!("skip {}", bare(subject)),
        Command::Pace(pace) => {
            let ramp = RAMPS.iter().find(|(_, ramp)| *ramp == pace.ramp)?;
            let mode = MODES.iter().find(|(_, mode)| *mode == pace.mode)?;
            format!("pace {} {} {}", cap_text(pace.cap), ramp.0, mode.0)
        }
        Command::Retarget(Goal::Version(to)) => format!("retarget {to}"),
        Command::Retarget(_) | Command::Waive(_) => return None,
    })
}

fn written(reading: &Reading, gathered: &Gathered, seen: &Snapshot) -> String {
    let run = reading.run();
    let mut text = String::new();
    let mut line = |words: std::fmt::Arguments<'_>| {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{words}");
    };
    line(format_args!(
        "# Run {} of {}, as it went",
        reading.row.run,
        reading.cluster()
    ));
    line(format_args!("apiVersion: windlass.dev/v1"));
    line(format_args!("kind: Story"));
    line(format_args!("system: {}", seen.system));
    line(format_args!("cluster: {}", reading.cluster()));
    line(format_args!("members:"));
    for member in seen.members.values() {
        let parts = member
            .components
            .iter()
            .map(|(name, runs)| format!("{name}: {runs}"));
        let parts: Vec<String> = parts.collect();
        let zone = member.zone.as_ref().map(|zone| format!(", zone: {zone}"));
        line(format_args!(
            "  - {{id: \"{}\", components: {{{}}}{}}}",
            member.id,
            parts.join(", "),
            zone.unwrap_or_default()
        ));
    }
    if !seen.levels.is_empty() {
        line(format_args!("levels:"));
    }
    for (name, level) in &seen.levels {
        line(format_args!("  {name}: {}", level.finalized));
    }
    if !seen.budgets.is_empty() {
        line(format_args!("budgets:"));
    }
    for budget in &seen.budgets {
        let members: Vec<String> = budget
            .members
            .iter()
            .map(|id| format!("\"{id}\""))
            .collect();
        line(format_args!(
            "  - {{members: [{}], need: {}, reason: {:?}}}",
            members.join(", "),
            budget.need,
            budget.reason
        ));
    }
    match gathered.goal.as_ref().unwrap_or(run.goal()) {
        Goal::Version(to) | Goal::Back(to) => line(format_args!("to: {to}")),
        Goal::Of(ends) => {
            let ends = ends.iter().map(|(name, to)| format!("{name}={to}"));
            line(format_args!("to: {}", ends.collect::<Vec<_>>().join(",")));
        }
        Goal::Finalize => line(format_args!("to: newest-patch")),
    }
    let policy = run.policy();
    let word = |words: &[(&'static str, _)], of| {
        let found = words.iter().find(|(_, value)| *value == of);
        found.map_or("", |(word, _)| *word)
    };
    let ramp = word(RAMPS, policy.pace.ramp);
    let mode = MODES.iter().find(|(_, mode)| *mode == policy.pace.mode);
    line(format_args!("policy:"));
    line(format_args!(
        "  pace: {{cap: {}, ramp: {ramp}, mode: {}}}",
        cap_text(policy.pace.cap),
        mode.map_or("sliding", |(word, _)| word)
    ));
    line(format_args!("  soak: {}", short(policy.soak)));
    line(format_args!("  patience: {}", short(policy.patience)));
    if !policy.via.is_empty() {
        let via = policy.via.iter().map(|via| format!("\"{via}\""));
        line(format_args!(
            "  via: [{}]",
            via.collect::<Vec<_>>().join(", ")
        ));
    }
    if policy.finalize != Policy::default().finalize {
        let finalize = FINALIZES
            .iter()
            .find(|(_, value)| *value == policy.finalize);
        line(format_args!(
            "  finalize: {}",
            finalize.map_or("", |(word, _)| word)
        ));
    }
    if run.request().approval == Approval::Asked {
        line(format_args!("approve: asked"));
    }
    line(format_args!("attended: never"));
    let mut takes: BTreeMap<Component, Ms> = BTreeMap::new();
    for (component, mut took) in taken(run) {
        took.sort_unstable();
        if let Some(median) = took.get(took.len() / 2) {
            takes.insert(component, *median);
        }
    }
    if !takes.is_empty() {
        line(format_args!("takes:"));
    }
    for (component, took) in takes {
        line(format_args!("  {component}: {}ms", took.0.max(1)));
    }
    if !gathered.then.is_empty() {
        line(format_args!("then:"));
    }
    for (at, what) in &gathered.then {
        let at = at.map(|at| format!("at: {}, ", short(at)));
        line(format_args!("  - {{{}{what}}}", at.unwrap_or_default()));
    }
    text
}
