//! Stories of where a run stands: one sentence, its reason, what to type next.

use crate::stage::same;
use crate::world::{Actions, SMALL, World};
use std::fmt::Write as _;
use windlass_engine::effect::ClaimAnswer;
use windlass_engine::names::Subject;
use windlass_engine::policy::{Mode, Ramp};
use windlass_engine::run::command::Command;
use windlass_engine::run::standing::Motion;
use windlass_engine::time::Ms;

fn says(world: &World, expect: &str) {
    let standing = world.run.standing(world.now);
    let brief = world.run.brief(world.now);
    assert_eq!(standing.sentence, brief.sentence);
    let mut text = format!(
        "{:?} {}: {}\n",
        standing.motion, standing.reason, standing.sentence
    );
    for line in &standing.details {
        let _ = writeln!(text, "  {line}");
    }
    for line in &standing.next {
        let _ = writeln!(text, "  $ {line}");
    }
    same(&text, expect);
    // Whoever stands still is told what to type.
    assert!(standing.motion != Motion::Stands || !standing.next.is_empty());
}

/// Found by the false world (seed 189): it read as if what is in flight would finish by itself.
#[test]
fn a_run_without_its_mark_says_so_while_something_is_in_flight() {
    let mut world = World::of(SMALL);
    world.hold("2").taken(1, 1).pass(Ms::seconds(2)).quietly();
    world.claim = ClaimAnswer::Unreachable {
        member: "3".into(),
        why: "no route".into(),
    };
    world.taken(2, 1).go().quietly();
    assert_eq!(world.phase(), "pausing");
    let standing = world.run.standing(world.now);
    assert_eq!(standing.reason, "not-claimed");
    assert!(
        standing.sentence.contains("no route"),
        "{}",
        standing.sentence
    );
}

#[test]
fn before_anything_moves() {
    let mut world = World::of(SMALL).asked();
    says(
        &world,
        "
            Waits carrier: nobody has taken it yet
              $ windlass carry {cluster}
        ",
    );
    world.blind().taken(1, 1);
    says(
        &world,
        "
            Waits observing: looks at the cluster, checks and plans
        ",
    );
    world.sees().pass(Ms::seconds(1));
    says(
        &world,
        "
            Stands approval: plan 9f784b waits for approval
              $ windlass approve {cluster}
              $ windlass cancel {cluster}
        ",
    );
}

#[test]
fn while_members_move() {
    let mut world = World::of("1-9 arm 3.9.1").paced(Ramp::Fixed, 5, Mode::Sliding);
    for id in 1..=5 {
        world.hold(&id.to_string());
    }
    world.taken(1, 1).pass(Ms::seconds(2));
    says(
        &world,
        "
            Moves moving: arm 1, arm 2 and 3 more are in flight
              arm 1 is restarting, 2 s
              arm 2 is restarting, 2 s
              arm 3 is restarting, 2 s
              arm 4 is restarting, 2 s
              arm 5 is restarting, 2 s
        ",
    );
    world.say(Command::Pause);
    says(
        &world,
        "
            Waits pausing: nothing more begins; 5 in flight finish
              arm 1 is restarting, 2 s
              arm 2 is restarting, 2 s
              arm 3 is restarting, 2 s
              arm 4 is restarting, 2 s
              arm 5 is restarting, 2 s
              $ windlass watch {cluster}
        ",
    );
    world.say(Command::Cancel);
    says(
        &world,
        "
            Waits cancelling: what has begun finishes, then it ends
              arm 1 is restarting, 2 s
              arm 2 is restarting, 2 s
              arm 3 is restarting, 2 s
              arm 4 is restarting, 2 s
              arm 5 is restarting, 2 s
              $ windlass watch {cluster}
        ",
    );
}

#[test]
fn after_a_failure() {
    let mut world = World::of(SMALL);
    world
        .breaks("2", "its port is taken")
        .taken(1, 1)
        .pass(Ms::seconds(5));
    says(
        &world,
        "
            Stands failure: arm 2 did not come through
              its port is taken (step: starting; try 1)
              last lines of its log:
                the last line
              $ mend it, then: windlass retry {cluster} 2
              $ or put the old release back: windlass retry {cluster} 2 --old
              $ or leave it as it stands: windlass skip {cluster} 2
        ",
    );
    world.say(Command::Skip {
        subject: Subject::parse("2"),
    });
    says(
        &world,
        "
            Stands failure: arm 2 failed, and is left as it stands
              $ windlass continue {cluster}
              $ windlass cancel {cluster}
        ",
    );
    world.say(Command::Continue).ends();
    says(
        &world,
        "
            Ended finished-without: the goal holds but for arm 2
        ",
    );
}

#[test]
fn while_healthy_time_passes_and_while_a_human_is_asked() {
    let mut world = World::of(SMALL).soaking(60);
    world.taken(1, 1).pass(Ms::seconds(13));
    says(
        &world,
        "
            Waits soak: healthy time after the stage: 12 s of 60 s
        ",
    );
    let mut world = World::with("1 brain+arm 3.9.1", Actions::Once);
    world
        .breaks("action/bless", "lost")
        .taken(1, 1)
        .pass(Ms::seconds(5));
    says(
        &world,
        "
            Stands unclear: whether action bless was done cannot be told
              $ windlass confirm {cluster} action/bless
              $ windlass retry {cluster} action/bless
              $ windlass skip {cluster} action/bless
        ",
    );
}

/// Found by the false world: it was said that nothing was in question.
#[test]
fn what_is_in_question_while_the_run_is_paused_is_named() {
    let mut world = World::with("1 brain+arm 3.9.1", Actions::Once);
    world
        .breaks("action/bless", "lost")
        .taken(1, 1)
        .pass(Ms::seconds(5))
        .say(Command::Pause)
        .quietly();
    let subject = Subject::Action("bless".into());
    world
        .say(Command::Confirm { subject })
        .tells("confirm not now: action bless waits for the run to go on; windlass continue {cluster}, or cancel it");
}
