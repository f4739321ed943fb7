//! Events as lines of a story.

use std::string::ToString;
use windlass_engine::calendar::hours::Why;
use windlass_engine::names::{MemberId, Subject};
use windlass_engine::plan::Stage;
use windlass_engine::run::Run;
use windlass_engine::run::command::Answered;
use windlass_engine::run::event::{Approver, Cause, End, Event};

/// An event as a line of a story; looks without news are left out.
pub(super) fn line(event: &Event, run: &Run) -> Option<String> {
    Some(match event {
        Event::Requested(_) => "requested".into(),
        Event::Taken { epoch, .. } => format!("taken {epoch}"),
        Event::Observed(seen) => {
            let names = |ids: Vec<&MemberId>| -> Vec<String> {
                ids.into_iter().map(ToString::to_string).collect()
            };
            // What is said of a member in flight is told by its gate.
            let ours = |id: &MemberId| run.flights().contains_key(&Subject::Member(id.clone()));
            let told = seen.members.iter().map(|m| &m.id).filter(|id| !ours(id));
            let mut words = names(told.collect());
            words.extend(seen.gone.iter().map(|id| format!("{id} gone")));
            words.extend(seen.budgets.iter().map(|_| "budgets".to_string()));
            words.extend(
                seen.troubles
                    .iter()
                    .map(|all| format!("troubles {}", all.len())),
            );
            words.extend(seen.levels.iter().map(|_| "levels".to_string()));
            words.extend(seen.gaps.iter().map(|all| format!("gaps {}", all.len())));
            words.extend(seen.facts.keys().cloned());
            if words.is_empty() {
                return None;
            }
            format!("seen {}", words.join(" "))
        }
        Event::Judged { findings, .. } => {
            let bars: Vec<_> = findings.iter().filter(|f| f.bars()).collect();
            if bars.is_empty() {
                "judged: nothing bars".into()
            } else {
                let names: Vec<String> = bars.iter().map(|f| f.check.to_string()).collect();
                format!("judged: {} bars", names.join(" "))
            }
        }
        Event::Planned(plan) => {
            let stages: Vec<String> = plan
                .stages()
                .map(|(_, _, stage)| match stage {
                    Stage::Move(step) => {
                        let who: Vec<&str> = step.members.iter().map(MemberId::as_str).collect();
                        format!("{} {} to {}", step.component, who.join(" "), step.to)
                    }
                    Stage::Raise(raise) => format!("raise {} to {}", raise.level, raise.to),
                    Stage::Act(act) => format!("do {}", act.action),
                    Stage::Hold(hold) => format!("by hand {}", hold.title),
                })
                .collect();
            if stages.is_empty() {
                "planned: nothing to do".into()
            } else {
                format!("planned: {}", stages.join("; "))
            }
        }
        Event::Refused(refusal) => format!("refused: {}", refusal.code.name()),
        Event::Approved { by, .. } => match by {
            Approver::Human(who) => format!("approved by {who}"),
            Approver::Nobody(why) => format!("approved by nobody: {why}"),
        },
        Event::Claimed { epoch } => format!("claimed {epoch}"),
        Event::ClaimRefused { member, why } => format!("claim refused at {member}: {why}"),
        Event::StageBegan { hop, stage } => format!("stage {hop}.{stage} begins"),
        Event::StageDone { hop, stage } => format!("stage {hop}.{stage} done"),
        Event::Began(began) => {
            let to = began
                .to
                .as_ref()
                .map(|to| format!(" → {to}"))
                .unwrap_or_default();
            let attempt = if began.tries > 1 {
                format!(" (try {}, {:?})", began.tries, began.manner)
            } else {
                String::new()
            };
            format!(
                "{} begins{to}{attempt}, limit {}",
                began.subject,
                run.limit()
            )
        }
        Event::Moved { subject, .. } => format!("{subject} moved"),
        Event::NotYet { subject, step, .. } => format!("{subject} not yet: {step}"),
        Event::Progressed { subject, .. } => format!("{subject} comes nearer"),
        Event::Failed {
            subject, failure, ..
        } => format!("{subject} failed: {}", failure.what),
        Event::Settled {
            subject, version, ..
        } => match version {
            Some(version) => format!("{subject} settled at {version}"),
            None => format!("{subject} settled"),
        },
        Event::SoakBegan { need, why, .. } => format!("soak of {} s {why}", need.0 / 1_000),
        Event::SoakSpan { .. } => {
            let have = run.soak().map_or(0, |soak| soak.have.0);
            format!("soaked {have} ms")
        }
        Event::SoakBroken { why, .. } => format!("soak broken: {why}"),
        Event::SoakPassed => "soak passed".into(),
        Event::Commanded {
            command, answered, ..
        } => match answered {
            Answered::Taken(says) => format!("{}: {says}", command.word()),
            Answered::NotNow { why, instead } => {
                format!("{} not now: {why}; {instead}", command.word())
            }
        },
        Event::Halted { cause, .. } => format!("halted: {}", cause_line(cause)),
        Event::Shut { bar, .. } => {
            let opens = bar
                .opens
                .map_or("never".into(), |at| (at.0 / 1_000_000).to_string());
            let window = bar.window.clone().unwrap_or_default();
            let why = match &bar.why {
                Why::Early { .. } => "early".into(),
                Why::Late { .. } => "late".into(),
                Why::Closed => "closed".into(),
                Why::Frozen { name, .. } => format!("freeze {name}"),
                Why::TooShort { takes, .. } => format!("takes {} s", takes.0 / 1_000),
            };
            format!("shut: {why}; {window} opens {opens}")
        }
        Event::Opened { wall } => format!("opened {}", wall.0 / 1_000_000),
        Event::Replanning { why } => format!("plans again: {why}"),
        Event::PlanKept => "plan kept".into(),
        Event::Confirmed { subject, by } => format!("{subject} confirmed by {by}"),
        Event::Skipped { subject, by } => format!("{subject} skipped by {by}"),
        Event::ExpirySeen { .. } => "deadline seen passed".into(),
        Event::Proven => "proven".into(),
        Event::Ended(end) => match end {
            End::Finished => "ended: finished".into(),
            End::FinishedWithout(left) => format!("ended: finished without {left:?}"),
            End::Refused => "ended: refused".into(),
            End::Cancelled => "ended: cancelled".into(),
            End::Stopped(left) => format!("ended: stopped {left:?}"),
            End::Expired => "ended: expired".into(),
        },
    })
}

fn cause_line(cause: &Cause) -> String {
    match cause {
        Cause::Asked { by } => format!("asked by {by}"),
        Cause::Failure { subject } => format!("{subject} failed"),
        Cause::SomeoneElseActs { what } => format!("someone else acts: {what}"),
        Cause::IdentityChanged { found, .. } => format!("identity changed to {found}"),
        Cause::NoWayOn(refusal) => format!("no way on: {}", refusal.code.name()),
        Cause::NeverOpens { .. } => "never opens".into(),
        Cause::NotClaimed { member, .. } => format!("not claimed at {member}"),
        Cause::Unclear { subject } => format!("{subject} unclear"),
    }
}
