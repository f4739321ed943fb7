//! An event of a run's journal, as JSON and as a sentence (`events`, `replay`).
//!
//! Must never know: terminals, stores. Stories: `tests/it/event.rs`.

use crate::duration::short;
use crate::stamp;
use crate::v1::plan::goal_word;
use serde::Serialize;
use serde_json::Value;
use windlass_engine::calendar::hours::{Bar, Why};
use windlass_engine::check::{Finding, Waiver};
use windlass_engine::names::Subject;
use windlass_engine::run::command::Answered;
use windlass_engine::run::event::{Approval, Approver, Cause, End, Event};
use windlass_engine::run::observation::Observation;
use windlass_engine::time::Wall;

/// An event with its place in the journal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventView {
    /// Which run.
    pub run: String,
    /// Its position, from 1.
    pub seq: u64,
    /// When it was made.
    pub at: String,
    /// Who made it.
    pub author: String,
    /// The stable word for what happened: `began`, `settled`.
    pub event: String,
    /// What it is about, where it is about one thing.
    pub subject: Option<String>,
    /// One sentence.
    pub says: String,
    /// The journal's own form of it.
    pub data: Value,
}

/// Where an event lies in the journal.
#[derive(Clone, Copy, Debug)]
pub struct Filed<'a> {
    /// Which run.
    pub run: &'a str,
    /// Its position, from 1.
    pub seq: u64,
    /// When it was made.
    pub at: Wall,
    /// Who made it.
    pub author: &'a str,
}

impl EventView {
    /// Of an event; `call` says what people call a subject.
    #[must_use]
    pub fn of(event: &Event, filed: Filed<'_>, call: &dyn Fn(&Subject) -> String) -> Self {
        let (word, data) = match serde_json::to_value(event).unwrap_or_default() {
            Value::String(word) => (word, Value::Null),
            Value::Object(fields) => fields.into_iter().next().unwrap_or_default(),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => {
                (String::new(), other)
            }
        };
        Self {
            run: filed.run.to_owned(),
            seq: filed.seq,
            at: stamp::rfc3339(filed.at),
            author: filed.author.to_owned(),
            event: word,
            subject: subject(event).map(ToString::to_string),
            says: says(event, call),
            data,
        }
    }
}

/// What an event is about, where it is about one thing.
#[must_use]
pub fn subject(event: &Event) -> Option<&Subject> {
    match event {
        Event::Began(began) => Some(&began.subject),
        Event::Moved { subject, .. }
        | Event::NotYet { subject, .. }
        | Event::Progressed { subject, .. }
        | Event::Failed { subject, .. }
        | Event::Settled { subject, .. }
        | Event::Confirmed { subject, .. }
        | Event::Skipped { subject, .. } => Some(subject),
        Event::Requested(_)
        | Event::Taken { .. }
        | Event::Observed(_)
        | Event::Judged { .. }
        | Event::Planned(_)
        | Event::Refused(_)
        | Event::Approved { .. }
        | Event::Claimed { .. }
        | Event::ClaimRefused { .. }
        | Event::StageBegan { .. }
        | Event::StageDone { .. }
        | Event::SoakBegan { .. }
        | Event::SoakSpan { .. }
        | Event::SoakBroken { .. }
        | Event::SoakPassed
        | Event::Commanded { .. }
        | Event::Halted { .. }
        | Event::Shut { .. }
        | Event::Opened { .. }
        | Event::Replanning { .. }
        | Event::PlanKept
        | Event::ExpirySeen { .. }
        | Event::Proven
        | Event::Ended(_) => None,
    }
}

/// An event as one sentence; `call` says what people call a subject.
#[must_use]
pub fn says(event: &Event, call: &dyn Fn(&Subject) -> String) -> String {
    match event {
        Event::Requested(request) => {
            let ahead = match request.approval {
                Approval::InAdvance => ", approved in advance",
                Approval::Of(_) => ", its plan approved in advance",
                Approval::Asked => "",
            };
            let goal = goal_word(&request.goal);
            let waived = request.waivers.iter().map(|waiver| {
                let Waiver {
                    check, by, reason, ..
                } = waiver;
                format!("; {check} may pass, by {by}: {reason}")
            });
            format!(
                "{} asked for {goal} on {}{ahead}{}",
                request.by,
                request.cluster,
                waived.collect::<String>()
            )
        }
        Event::Taken { epoch, holder, .. } => format!("{holder} carries it, epoch {epoch}"),
        Event::Observed(seen) => observed(seen),
        Event::Judged { findings, .. } => judged(findings),
        Event::Planned(plan) => format!(
            "planned {}: {}, {}",
            windlass_engine::plan::name(plan).short(),
            counted(plan.hops.len(), "hop"),
            counted(plan.moves(), "restart")
        ),
        Event::Refused(refusal) => format!("refused: {}", refusal.says),
        Event::Approved { plan, by } => match by {
            Approver::Human(who) => format!("{who} approved plan {}", plan.short()),
            Approver::Nobody(why) => format!("plan {} goes on unasked: {why}", plan.short()),
        },
        Event::Claimed { epoch } => format!("left its mark at every member, epoch {epoch}"),
        Event::ClaimRefused { member, why } => {
            let name = call(&Subject::Member(member.clone()));
            format!("could not leave its mark at {name}: {why}")
        }
        Event::StageBegan { hop, stage } => format!("hop {}, stage {} began", hop + 1, stage + 1),
        Event::StageDone { hop, stage } => {
            format!("hop {}, stage {} is done", hop + 1, stage + 1)
        }
        Event::Began(began) => {
            let name = call(&began.subject);
            let does = match &began.to {
                Some(to) => format!("{name} goes to {to}"),
                None => format!("{name} begins"),
            };
            match began.tries {
                0 | 1 => does,
                more => format!("{does}, try {more}"),
            }
        }
        Event::Moved { subject, .. } => format!("{} is coming back", call(subject)),
        Event::NotYet { subject, step, .. } => format!("{} is not done yet: {step}", call(subject)),
        Event::Progressed {
            subject, progress, ..
        } => format!("{} came nearer: {progress}", call(subject)),
        Event::Failed {
            subject, failure, ..
        } => format!(
            "{} failed: {} (step: {})",
            call(subject),
            failure.what,
            failure.step
        ),
        Event::Settled {
            subject, version, ..
        } => match version {
            Some(version) => format!("{} is whole at {version}", call(subject)),
            None => format!("{} is done", call(subject)),
        },
        Event::SoakBegan { need, why, .. } => {
            format!("waits for {} of healthy time: {why}", short(*need))
        }
        Event::SoakSpan { .. } => "all well so far".into(),
        Event::SoakBroken { why, .. } => format!("healthy time begins anew: {why}"),
        Event::SoakPassed => "healthy for long enough".into(),
        Event::Commanded {
            by,
            command,
            answered,
            ..
        } => match answered {
            Answered::Taken(then) => format!("{by}: {}: {then}", command.word()),
            Answered::NotNow { why, .. } => format!("{by}: {}: not now: {why}", command.word()),
        },
        Event::Halted { cause, .. } => format!("stands still: {}", halted(cause, call)),
        Event::Shut { bar, .. } => shut(bar),
        Event::Opened { .. } => "may begin again".into(),
        Event::Replanning { why } => format!("plans again: {why}"),
        Event::PlanKept => "the plan still fits".into(),
        Event::Confirmed { subject, by } => format!("{by} says that {} was done", call(subject)),
        Event::Skipped { subject, by } => format!("{by} leaves {} as it stands", call(subject)),
        Event::ExpirySeen { .. } => "its pause has passed its limit".into(),
        Event::Proven => "the goal holds, seen".into(),
        Event::Ended(end) => ended(end, call),
    }
}

fn observed(seen: &Observation) -> String {
    let mut parts = Vec::new();
    let first = seen.system.is_some();
    match seen.members.as_slice() {
        [] => {}
        all if first => parts.push(counted(all.len(), "member")),
        [one] if one.state.is_empty() => parts.push(one.name.clone()),
        [one] => parts.push(format!("{}: {}", one.name, one.state)),
        more => parts.push(format!("{} members changed", more.len())),
    }
    if !seen.gone.is_empty() {
        parts.push(format!("{} gone", counted(seen.gone.len(), "member")));
    }
    match &seen.troubles {
        Some(troubles) if troubles.is_empty() && !first => {
            parts.push("no trouble any more".into());
        }
        Some(troubles) => parts.extend(troubles.iter().cloned()),
        None => {}
    }
    match &seen.gaps {
        Some(gaps) if !gaps.is_empty() => parts.push(counted(gaps.len(), "gap")),
        Some(_) | None => {}
    }
    if parts.is_empty() {
        "looked at the cluster".into()
    } else {
        format!("saw {}", parts.join(", "))
    }
}

fn judged(findings: &[Finding]) -> String {
    let bar: Vec<String> = findings
        .iter()
        .filter(|finding| finding.bars())
        .map(|finding| finding.check.to_string())
        .collect();
    let asked = counted(findings.len(), "check");
    if bar.is_empty() {
        format!("{asked} asked, nothing bars")
    } else {
        format!("{asked} asked, barred by {}", bar.join(", "))
    }
}

fn halted(cause: &Cause, call: &dyn Fn(&Subject) -> String) -> String {
    match cause {
        Cause::Asked { by } => format!("paused by {by}"),
        Cause::Failure { subject } => format!("{} did not come through", call(subject)),
        Cause::SomeoneElseActs { what } => format!("somebody else acts: {what}"),
        Cause::IdentityChanged { expected, found } => {
            format!("cluster {found} answers where {expected} was expected")
        }
        Cause::NoWayOn(refusal) => format!("there is no way on: {}", refusal.says),
        Cause::NeverOpens { bar } => match &bar.why {
            Why::Late { since } => format!("asked to begin before {}", stamp::rfc3339(*since)),
            Why::TooShort { .. } => "no window is long enough".into(),
            Why::Early { .. } | Why::Closed | Why::Frozen { .. } => {
                "no window opens any more".into()
            }
        },
        Cause::NotClaimed { member, why } => {
            let name = call(&Subject::Member(member.clone()));
            format!("its mark could not be left at {name}: {why}")
        }
        Cause::Unclear { subject } => {
            format!("whether {} was done cannot be told", call(subject))
        }
    }
}

fn shut(bar: &Bar) -> String {
    let why = match &bar.why {
        Why::Early { .. } => "it is too early".into(),
        Why::Late { .. } => "it is too late".into(),
        Why::Closed => "no window is open".into(),
        Why::Frozen { name, .. } => format!("freeze {name} holds"),
        Why::TooShort { takes, .. } => {
            format!(
                "what is next takes {} and would not be done in time",
                short(*takes)
            )
        }
    };
    let window = bar.window.as_ref();
    let window = window
        .map(|name| format!("window {name}, "))
        .unwrap_or_default();
    let opens = bar.opens.map(stamp::rfc3339);
    let opens = opens.map(|at| format!("; waits for {window}{at}"));
    format!("{why}{}", opens.unwrap_or_default())
}

fn ended(end: &End, call: &dyn Fn(&Subject) -> String) -> String {
    let names = |left: &mut dyn Iterator<Item = &Subject>| -> String {
        left.map(call).collect::<Vec<_>>().join(", ")
    };
    match end {
        End::Finished => "finished".into(),
        End::FinishedWithout(left) => format!("finished without {}", names(&mut left.iter())),
        End::Refused => "ended: there was no way".into(),
        End::Cancelled => "cancelled".into(),
        End::Stopped(left) if left.is_empty() => "stopped, nothing was in flight".into(),
        End::Stopped(left) => {
            format!(
                "stopped, left {}",
                names(&mut left.iter().map(|(subject, _)| subject))
            )
        }
        End::Expired => "expired: paused for longer than its limit".into(),
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}
