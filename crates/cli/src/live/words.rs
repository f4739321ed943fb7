//! Facts as sentences: what the journal holds, in the names of the system, and how loud each is told.
//!
//! The words of single events are wire's; here those are bettered that a fold says more about: which
//! stage, from which release, how many of how many.
//! Must never know: terminals, stores. Stories: in this file.

use crate::render;
use windlass_engine::names::{Component, MemberId, Subject};
use windlass_engine::plan::{Move, Plan, Stage};
use windlass_engine::run::Run;
use windlass_engine::run::event::{Began, Cause, Event};
use windlass_wire::v1::event;

/// How loud a fact is told to somebody who watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Only in the journal.
    Quiet,
    /// A line where lines are written; a moving picture shows it anyway.
    Told,
    /// A line of its own everywhere: somebody has spoken, or something went wrong.
    Loud,
}

/// A fact as one sentence; the run has folded it already.
#[must_use]
pub fn says(run: &Run, fact: &Event) -> String {
    match fact {
        Event::Began(began) => begins(run, began),
        Event::StageBegan { hop, stage } => match stage_at(run, *hop, *stage) {
            Some(stage) => format!("{} begin{}", stage_words(run, stage), ending(stage)),
            None => wired(run, fact),
        },
        Event::StageDone { hop, stage } => match stage_at(run, *hop, *stage) {
            Some(stage) => format!("{}: done", stage_words(run, stage)),
            None => wired(run, fact),
        },
        Event::Settled {
            subject,
            version: Some(version),
            ..
        } => {
            let (moved, of) = moved(run);
            format!(
                "{} is whole at {version}, {moved} of {of}",
                run.call(subject)
            )
        }
        Event::Settled { version: None, .. }
        | Event::Requested(_)
        | Event::Taken { .. }
        | Event::Observed(_)
        | Event::Judged { .. }
        | Event::Planned(_)
        | Event::Refused(_)
        | Event::Approved { .. }
        | Event::Claimed { .. }
        | Event::ClaimRefused { .. }
        | Event::Moved { .. }
        | Event::NotYet { .. }
        | Event::Progressed { .. }
        | Event::Failed { .. }
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
        | Event::Confirmed { .. }
        | Event::Skipped { .. }
        | Event::ExpirySeen { .. }
        | Event::Proven
        | Event::Ended(_) => wired(run, fact),
    }
}

fn wired(run: &Run, fact: &Event) -> String {
    let cluster = run.request().cluster.as_str();
    event::says(fact, &|subject| run.call(subject)).replace("{cluster}", cluster)
}

/// How loud a fact is told; the run has folded it already.
#[must_use]
pub fn weight(run: &Run, fact: &Event) -> Weight {
    match fact {
        // A stage of one subject is told by its subject.
        Event::StageBegan { hop, stage } | Event::StageDone { hop, stage }
            if stage_at(run, *hop, *stage).is_some_and(|stage| stage.moves() == 0) =>
        {
            Weight::Quiet
        }
        // The word that asked for it is loud already.
        Event::Halted {
            cause: Cause::Asked { .. },
            ..
        } => Weight::Told,
        Event::ClaimRefused { .. }
        | Event::Failed { .. }
        | Event::SoakBroken { .. }
        | Event::Commanded { .. }
        | Event::Halted { .. }
        | Event::Shut { .. }
        | Event::Replanning { .. }
        | Event::Confirmed { .. }
        | Event::Skipped { .. }
        | Event::ExpirySeen { .. } => Weight::Loud,
        Event::Requested(_)
        | Event::Taken { .. }
        | Event::Planned(_)
        | Event::Refused(_)
        | Event::Approved { .. }
        | Event::StageBegan { .. }
        | Event::StageDone { .. }
        | Event::Began(_)
        | Event::Moved { .. }
        | Event::Settled { .. }
        | Event::SoakBegan { .. }
        | Event::SoakPassed
        | Event::Opened { .. }
        | Event::Proven
        | Event::Ended(_) => Weight::Told,
        Event::Observed(_)
        | Event::Judged { .. }
        | Event::Claimed { .. }
        | Event::NotYet { .. }
        | Event::Progressed { .. }
        | Event::SoakSpan { .. }
        | Event::PlanKept => Weight::Quiet,
    }
}

fn begins(run: &Run, began: &Began) -> String {
    let name = run.call(&began.subject);
    let again = match began.tries {
        0 | 1 => String::new(),
        more => format!(", try {more}"),
    };
    let Some(to) = &began.to else {
        return format!("{name} begins{again}");
    };
    let runs = run
        .known()
        .and_then(|known| known.members.values().find(|m| m.name == name))
        .and_then(|member| member.components.values().next());
    match runs {
        Some(from) if from != to => format!("{name} begins: {from} → {to}{again}"),
        Some(_) | None => format!("{name} begins: to {to}{again}"),
    }
}

fn stage_at(run: &Run, hop: usize, stage: usize) -> Option<&Stage> {
    let (_, plan) = run.plan()?;
    plan.hops.get(hop)?.stages.get(stage)
}

fn ending(stage: &Stage) -> &'static str {
    match stage {
        Stage::Move(_) => "",
        Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => "s",
    }
}

/// What a stage is called: `brokers → 4.1.2`.
#[must_use]
pub fn stage_words(run: &Run, stage: &Stage) -> String {
    match stage {
        Stage::Move(step) => format!("{} → {}", many(run, step), step.to),
        Stage::Raise(raise) => format!("{} → {}", raise.level, named(&raise.named.1, raise.to)),
        Stage::Act(act) => act.action.as_str().replace('-', " "),
        Stage::Hold(hold) => hold.title.clone(),
    }
}

/// A level's number by its name, where it has one.
#[must_use]
pub fn named(name: &str, number: u16) -> String {
    if name.is_empty() {
        number.to_string()
    } else {
        name.to_owned()
    }
}

/// `brokers`, `controllers+brokers` where members carry both.
#[must_use]
pub fn many(run: &Run, step: &Move) -> String {
    let Some(known) = run.known() else {
        return render::plan::plural(step.component.as_str());
    };
    let members = step.members.iter().filter_map(|id| known.members.get(id));
    // What keeps a version of its own is carried along and does not move.
    let moves = |part: &&Component| {
        **part != step.component && run.catalog().moves_along(&step.component, part)
    };
    let carried = members.flat_map(|member| member.carries());
    let mut others: Vec<&Component> = carried.filter(moves).collect();
    let order = |component: &&Component| {
        let facts = &run.catalog().components;
        facts.iter().position(|facts| facts.name == **component)
    };
    others.sort_by_key(order);
    others.dedup();
    let named = std::iter::once(&step.component).chain(others);
    let named: Vec<String> = named
        .map(|part| render::plan::plural(part.as_str()))
        .collect();
    render::plan::in_a_row(&named)
}

/// Moves done and in all; a member that moves in two hops counts twice.
#[must_use]
pub fn moved(run: &Run) -> (usize, usize) {
    let Some((_, plan)) = run.plan() else {
        return (0, 0);
    };
    let done = plan
        .stages()
        .map(|(hop, stage, _)| stage_done(run, plan, hop, stage))
        .sum();
    (done, plan.moves())
}

/// Members of a stage that are done.
#[must_use]
pub fn stage_done(run: &Run, plan: &Plan, hop: usize, stage: usize) -> usize {
    let Some(Stage::Move(step)) = plan.hops.get(hop).and_then(|h| h.stages.get(stage)) else {
        return 0;
    };
    let Some(at) = run.cursor() else { return 0 };
    // What a human left as it stands has not moved.
    let left = |id: &MemberId| run.skipped().contains(&Subject::Member(id.clone()));
    if (hop, stage) < (at.hop, at.stage) || ((hop, stage) == (at.hop, at.stage) && at.done) {
        return step.members.iter().filter(|id| !left(id)).count();
    }
    if (hop, stage) > (at.hop, at.stage) {
        return 0;
    }
    let waits = |id: &MemberId| run.queue().any(|other| other == id);
    let flies = |id: &MemberId| run.flights().contains_key(&Subject::Member(id.clone()));
    step.members
        .iter()
        .filter(|id| !waits(id) && !flies(id) && !left(id))
        .count()
}

/// `1 member`, `6 members`.
#[must_use]
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tale::tests::{at, rolling};
    use windlass_engine::run::command::{Answered, Command};
    use windlass_engine::time::{Mark, Wall};

    #[test]
    fn facts_are_told_in_the_names_of_the_system() {
        let mut run = rolling();
        let mut told = Vec::new();
        let facts = [
            Event::StageBegan { hop: 0, stage: 1 },
            at::began("1", 1),
            at::settled("1", "4.1.2"),
            at::began("2", 2),
            Event::Halted {
                cause: Cause::Failure {
                    subject: Subject::Member("2".into()),
                },
                at: Mark::default(),
                wall: Wall(0),
            },
            Event::Commanded {
                seq: 1,
                by: "ana".into(),
                command: Command::Continue,
                answered: Answered::NotNow {
                    why: "broker 2 has failed and is not settled".into(),
                    instead: "windlass retry {cluster} 2".into(),
                },
                at: Mark::default(),
                wall: Wall(0),
            },
        ];
        for fact in facts {
            run.apply(&fact);
            told.push(says(&run, &fact));
        }
        assert_eq!(
            told,
            [
                "brokers → 4.1.2 begin",
                "broker 1 begins: 3.9.1 → 4.1.2",
                "broker 1 is whole at 4.1.2, 2 of 3",
                "broker 2 begins: 3.9.1 → 4.1.2, try 2",
                "stands still: broker 2 did not come through",
                "ana: continue: not now: broker 2 has failed and is not settled",
            ]
        );
    }

    #[test]
    fn what_was_left_as_it_stands_is_not_counted_as_moved() {
        let mut run = rolling();
        let facts = [
            Event::StageBegan { hop: 0, stage: 1 },
            at::began("1", 1),
            at::settled("1", "4.1.2"),
        ];
        facts.iter().for_each(|fact| run.apply(fact));
        let before = moved(&run);
        run.apply(&Event::Skipped {
            subject: Subject::Member("2".into()),
            by: "ana".into(),
        });
        assert_eq!(moved(&run), before);
    }

    #[test]
    fn a_pause_is_loud_and_a_look_is_quiet() {
        let run = rolling();
        assert_eq!(weight(&run, &Event::Proven), Weight::Told);
        assert_eq!(weight(&run, &Event::PlanKept), Weight::Quiet);
        let done = |stage| Event::StageDone { hop: 0, stage };
        assert_eq!(weight(&run, &done(1)), Weight::Told);
        assert_eq!(weight(&run, &done(2)), Weight::Quiet);
        let skipped = Event::Skipped {
            subject: Subject::Member("2".into()),
            by: "ana".into(),
        };
        assert_eq!(weight(&run, &skipped), Weight::Loud);
    }
}
