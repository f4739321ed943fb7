//! Runs that go back: from a roll that was left half way, and from a paused one that is given the way
//! back as its goal.

use crate::stage::v;
use crate::world::World;
use windlass_engine::plan::Goal;
use windlass_engine::run::command::Command;
use windlass_engine::time::Ms;

const HALF: &str = "
    1 brain 4.0.0 since=1
    2 arm 4.0.0 since=2
    3 arm 4.0.0 since=3
    4 arm 3.9.1 since=0";

fn back(members: &str) -> World {
    World::of(members).asking(|request, _| request.goal = Goal::Back(v("3.9")))
}

#[test]
fn a_roll_that_was_left_goes_back_last_moved_first() {
    back(HALF).taken(1, 1).ends().tells(
        "
        taken 1
        seen 1 2 3 4 budgets troubles 0 levels gaps 0 spare
        judged: nothing bars
        planned: arm 3 2 to 3.9.1; brain 1 to 3.9.1
        approved by ada
        claimed 1
        stage 0.0 begins
        member/3 begins → 3.9.1, limit 1
        member/3 moved
        member/3 settled at 3.9.1
        member/2 begins → 3.9.1, limit 1
        member/2 moved
        member/2 settled at 3.9.1
        stage 0.0 done
        stage 0.1 begins
        member/1 begins → 3.9.1, limit 1
        member/1 moved
        member/1 settled at 3.9.1
        stage 0.1 done
        proven
        ended: finished",
    );
}

#[test]
fn after_a_level_was_raised_the_run_is_refused() {
    let mut world = back(HALF);
    let level = world
        .cluster
        .levels
        .get_mut(&"format".into())
        .expect("a level");
    level.finalized = 4;
    world.taken(1, 1).ends().tells(
        "
        taken 1
        seen 1 2 3 4 budgets troubles 0 levels gaps 0 spare
        judged: nothing bars
        refused: finalized
        ended: refused",
    );
}

#[test]
fn a_paused_roll_is_given_the_way_back_and_waits_for_a_word() {
    let mut world = World::of("1 brain 3.9.1\n2 arm 3.9.1\n3 arm 3.9.1");
    world
        .hold("2")
        .taken(1, 1)
        .pass(Ms::seconds(2))
        .say(Command::Pause)
        .release("2");
    world.pass(Ms::seconds(2)).quietly();
    world
        .say(Command::Retarget(Goal::Back(v("3.9"))))
        .pass(Ms::seconds(2))
        .tells(
            "
            retarget: it plans anew from where the cluster stands; the new plan waits for approval
            judged: nothing bars
            planned: arm 2 to 3.9.1; brain 1 to 3.9.1
        ",
        );
    let plan = world.plan();
    world.say(Command::Approve { plan });
    world.quietly();
    world.ends().tells(
        "
            member/2 moved
            member/2 settled at 3.9.1
            stage 0.0 done
            stage 0.1 begins
            member/1 begins → 3.9.1, limit 1
            member/1 moved
            member/1 settled at 3.9.1
            stage 0.1 done
            proven
            ended: finished
        ",
    );
    world.replays();
}

#[test]
fn a_member_that_does_not_bear_the_old_release_pauses_the_way_back() {
    let mut world = back(HALF);
    world
        .breaks("2", "it does not start")
        .taken(1, 1)
        .pass(Ms::seconds(5));
    assert_eq!(world.phase(), "paused");
    world.mended("2").quietly();
    world
        .say(Command::Retry {
            subject: None,
            how: windlass_engine::run::command::Retry::Again,
        })
        .ends();
    assert_eq!(world.phase(), "finished");
}

#[test]
fn a_member_that_cannot_bear_the_new_release_is_put_back_first_then_all_go_back() {
    use windlass_engine::run::command::Retry;
    let mut world = World::of("1 brain 3.9.1\n2 arm 3.9.1\n3 arm 3.9.1");
    world
        .breaks("2", "it does not start")
        .taken(1, 1)
        .pass(Ms::seconds(5));
    assert_eq!(world.phase(), "paused");
    world
        .mended("2")
        .say(Command::Retry {
            subject: None,
            how: Retry::Old,
        })
        .pass(Ms::seconds(5));
    assert_eq!(world.phase(), "paused");
    world
        .say(Command::Retarget(Goal::Back(v("3.9.1"))))
        .pass(Ms::seconds(2));
    let plan = world.plan();
    world.quietly().say(Command::Approve { plan });
    world.quietly().ends().tells(
        "
        member/1 moved
        member/1 settled at 3.9.1
        stage 0.0 done
        proven
        ended: finished",
    );
    world.replays();
}
