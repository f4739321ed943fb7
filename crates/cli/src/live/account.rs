//! What a run came to, once it has ended: where the cluster is, what it took, what was left.
//!
//! Must never know: how it reaches the terminal. Stories: in this file.

use super::picture::{Scene, goal_of};
use super::words::{counted, moved, named};
use crate::render::whole;
use windlass_engine::plan::Stage;
use windlass_engine::policy::Finalize;
use windlass_engine::run::event::End;
use windlass_engine::run::{Phase, Run};
use windlass_engine::time::{Ms, Now, Wall};
use windlass_wire::duration::short;

/// What a run came to, once it has ended.
#[must_use]
pub fn account(scene: &Scene<'_>) -> Vec<String> {
    let run = scene.run;
    let (id, cluster) = (scene.id, scene.cluster);
    let Phase::Ended(end) = run.phase() else {
        return Vec::new();
    };
    let (moves, retries, pauses, paused) = scene.tale.counts();
    let planned = run.plan().map_or(Ms(0), |(_, plan)| plan.expected);
    let took = scene.tale.length().map_or(String::new(), |length| {
        format!(
            "  {} in {} (planned {}), {}, {}",
            counted(moves, "member"),
            whole(length),
            short(planned),
            if retries == 1 {
                "1 retry".into()
            } else {
                format!("{retries} retries")
            },
            match pauses {
                0 => "no pause".into(),
                some => format!("{} of {}", counted(some, "pause"), short(paused)),
            }
        )
    });
    let mut lines = Vec::new();
    match end {
        End::Finished | End::FinishedWithout(_) => {
            let proven = scene.tale.proven().map_or(String::new(), |at| {
                format!(", proven {}", ago(at, scene.now))
            });
            let nothing = run.plan().is_some_and(|(_, plan)| plan.is_empty());
            if nothing {
                lines.push(format!(
                    "nothing to do: {cluster} is at {}{proven}",
                    reached(run)
                ));
            } else {
                lines.push(format!(
                    "run {id} finished: {cluster} is at {}{proven}",
                    reached(run)
                ));
                lines.extend(Some(took).filter(|took| moves > 0 && !took.is_empty()));
                lines.extend(raised(run));
            }
            if let End::FinishedWithout(left) = &end {
                let names: Vec<String> = left.iter().map(|subject| run.call(subject)).collect();
                lines.push(format!("  left as they stood: {}", names.join(", ")));
            }
            lines.extend(left_levels(run, cluster));
        }
        End::Refused => lines.push(format!("run {id} ended: there is no way")),
        End::Cancelled => {
            lines.push(format!(
                "run {id} is cancelled; {}",
                stays(run, moves, "nothing was done")
            ));
        }
        End::Stopped(left) => {
            lines.push(format!(
                "run {id} is stopped; {}",
                stays(run, moves, "nothing was done")
            ));
            for (subject, step) in &left {
                lines.push(format!("  {}: {step}", run.call(subject)));
            }
        }
        End::Expired => lines.push(format!(
            "run {id} has expired: it was paused for longer than its limit; {}",
            stays(run, moves, "nothing was done")
        )),
    }
    lines
}

fn stays(run: &Run, moves: usize, nothing: &str) -> String {
    if moves == 0 {
        return nothing.into();
    }
    let (done, of) = moved(run);
    format!("what is done stays: {done} of {}", counted(of, "member"))
}

/// Where the cluster is, as last seen: its releases.
fn reached(run: &Run) -> String {
    let mut releases: Vec<String> = run
        .known()
        .into_iter()
        .flat_map(|known| known.members.values())
        .flat_map(|member| member.components.values().map(ToString::to_string))
        .collect();
    releases.sort();
    releases.dedup();
    if releases.is_empty() {
        goal_of(run)
    } else {
        releases.join(" and ")
    }
}

/// What was raised, from where to where.
fn raised(run: &Run) -> Option<String> {
    let (_, plan) = run.plan()?;
    let steps: Vec<String> = plan
        .stages()
        .filter_map(|(_, _, stage)| match stage {
            Stage::Raise(raise) => Some(format!(
                "{} {} → {}",
                raise.level,
                named(&raise.named.0, raise.from),
                named(&raise.named.1, raise.to)
            )),
            Stage::Move(_) | Stage::Act(_) | Stage::Hold(_) => None,
        })
        .collect();
    (!steps.is_empty()).then(|| format!("  raised: {}", steps.join(", ")))
}

fn left_levels(run: &Run, cluster: &str) -> Vec<String> {
    let Some((_, plan)) = run.plan() else {
        return Vec::new();
    };
    let left: Vec<String> = plan
        .left
        .iter()
        .filter(|level| level.could.is_some())
        .map(|level| format!("{} {}", level.level, level.at))
        .collect();
    if left.is_empty() {
        return Vec::new();
    }
    let stays = if left.len() == 1 { "stays" } else { "stay" };
    if let Finalize::After(length) = run.policy().finalize
        && run.ended() == Some(&End::Finished)
    {
        return vec![
            format!(
                "  {} {stays} for {}: then a run of its own raises the levels, and the old release",
                left.join(", "),
                short(length)
            ),
            format!("  cannot come back. So that they stay: windlass cancel {cluster}"),
        ];
    }
    vec![format!(
        "  {} {stays}. When you are sure: windlass finalize {cluster}",
        left.join(", ")
    )]
}

/// How long ago, in words.
#[must_use]
pub fn ago(at: Wall, now: Now) -> String {
    format!("{} ago", short(now.wall.since(at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::hints::Hinted;
    use crate::live::tale::Tale;
    use crate::live::tale::tests::{at, first_facts, requested};
    use windlass_engine::run::event::Event;

    #[test]
    fn the_account_of_an_end_names_what_was_done() {
        let (mut run, mut tale) = (requested(), Tale::default());
        let more = [
            Event::StageBegan { hop: 0, stage: 1 },
            at::began("1", 1),
            at::settled("1", "4.1.2"),
            Event::Ended(End::Cancelled),
        ];
        for fact in first_facts().into_iter().chain(more) {
            run.apply(&fact);
            tale.fold(&run, &fact, Wall(0));
        }
        let scene = Scene {
            id: "12",
            cluster: "orders",
            run: &run,
            tale: &tale,
            hinted: &Hinted::default(),
            foot: "",
            now: Now::default(),
        };
        assert_eq!(
            account(&scene),
            ["run 12 is cancelled; what is done stays: 2 of 3 members"]
        );
    }
}
