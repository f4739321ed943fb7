//! Stories of a run whose goal changes, and of the releases that a goal needs.

use crate::stage::v;
use crate::world::{SMALL, World};
use windlass_engine::plan::Goal;
use windlass_engine::run::command::Command;
use windlass_engine::time::Ms;

#[test]
fn another_goal_is_another_plan_that_waits_for_approval() {
    let mut world = World::of(SMALL);
    world
        .hold("2")
        .taken(1, 1)
        .pass(Ms::seconds(2))
        .say(Command::Pause)
        .release("2");
    world.pass(Ms::seconds(2)).quietly();
    world
        .say(Command::Retarget(Goal::Version(v("4.1"))))
        .pass(Ms::seconds(2))
        .tells(
            "
            retarget: it plans anew from where the cluster stands; the new plan waits for approval
            judged: nothing bars
            planned: arm 3 to 4.0.0; brain 1 to 4.1.0; arm 2 3 to 4.1.0
        ",
        );
    let plan = world.plan();
    world.say(Command::Approve { plan }).ends().tells(
        "
            approve: plan 3a64e9 may run
            approved by bob
            stage 0.0 begins
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.0 done
            stage 1.0 begins
            member/1 begins → 4.1.0, limit 1
            member/1 moved
            member/1 settled at 4.1.0
            stage 1.0 done
            stage 1.1 begins
            member/2 begins → 4.1.0, limit 1
            member/2 moved
            member/2 settled at 4.1.0
            member/3 begins → 4.1.0, limit 1
            member/3 moved
            member/3 settled at 4.1.0
            stage 1.1 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn another_goal_without_a_way_stands_still_and_another_one_helps() {
    let mut world = World::of(SMALL);
    world
        .hold("2")
        .taken(1, 1)
        .pass(Ms::seconds(2))
        .say(Command::Pause)
        .release("2");
    world.pass(Ms::seconds(2)).quietly();
    world
        .say(Command::Retarget(Goal::Version(v("5.0"))))
        .pass(Ms::seconds(2))
        .tells(
            "
            retarget: it plans anew from where the cluster stands; the new plan waits for approval
            halted: no way on: no-such-release
        ",
        );
    world
        .say(Command::Retarget(Goal::Version(v("4.0"))))
        .pass(Ms::seconds(2))
        .tells(
            "
            retarget: it plans anew from where the cluster stands; the new plan waits for approval
            plan kept
        ",
        );
}

/// The releases that the present look asks hosts for.
fn needed(world: &World) -> Vec<String> {
    world
        .run
        .releases()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn hosts_are_asked_for_the_releases_that_are_still_ahead() {
    let mut world = World::of("1 brain+arm 3.9.1\n2 brain+arm 3.9.1").to("4.1");
    world.taken(1, 1);
    // Before there is a plan, what was asked for is all that is known.
    assert_eq!(needed(&world), ["4.1.0"]);
    world.hold("1").pass(Ms::seconds(2));
    assert_eq!(needed(&world), ["4.0.0", "4.1.0"]);
    world.release("1").ends();
    assert_eq!(needed(&world), ["4.1.0"]);
}

#[test]
fn with_another_goal_hosts_are_asked_for_its_releases() {
    let mut world = World::of(SMALL);
    world
        .hold("2")
        .taken(1, 1)
        .pass(Ms::seconds(2))
        .say(Command::Pause)
        .release("2");
    world.pass(Ms::seconds(2)).quietly();
    assert_eq!(needed(&world), ["4.0.0"]);
    world.say(Command::Retarget(Goal::Version(v("4.1"))));
    assert_eq!(needed(&world), ["4.1.0"]);
    world.pass(Ms::seconds(2));
    assert_eq!(needed(&world), ["4.0.0", "4.1.0"]);
}
