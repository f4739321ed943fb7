//! Stories of a run, from the request to its end.

use crate::say::skip;
use crate::world::{SMALL, World};
use windlass_engine::policy::Finalize;
use windlass_engine::run::command::Command;
use windlass_engine::time::Ms;

#[test]
fn a_calm_run_of_two_stages() {
    World::of(SMALL).taken(1, 1).ends().tells(
        "
            taken 1
            seen 1 2 3 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            planned: brain 1 to 4.0.0; arm 2 3 to 4.0.0
            approved by ada
            claimed 1
            stage 0.0 begins
            member/1 begins → 4.0.0, limit 1
            member/1 moved
            member/1 settled at 4.0.0
            stage 0.0 done
            stage 0.1 begins
            member/2 begins → 4.0.0, limit 1
            member/2 moved
            member/2 settled at 4.0.0
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.1 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn two_hops_wait_for_healthy_time_after_the_first_member_of_each_and_after_each_stage() {
    World::of("1 brain+arm 3.9.1\n2 brain+arm 3.9.1")
        .to("4.1")
        .soaking(10)
        .taken(1, 1)
        .ends()
        .tells(
            "
            taken 1
            seen 1 2 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            planned: brain 1 2 to 4.0.0; brain 1 2 to 4.1.0
            approved by ada
            claimed 1
            stage 0.0 begins
            member/1 begins → 4.0.0, limit 1
            member/1 moved
            member/1 settled at 4.0.0
            soak of 10 s after the first member on 4.0.0
            soaked 1000 ms
            soaked 2000 ms
            soaked 3000 ms
            soaked 4000 ms
            soaked 5000 ms
            soaked 6000 ms
            soaked 7000 ms
            soaked 8000 ms
            soaked 9000 ms
            soaked 10000 ms
            soak passed
            member/2 begins → 4.0.0, limit 1
            member/2 moved
            member/2 settled at 4.0.0
            stage 0.0 done
            soak of 10 s after the stage
            soaked 1000 ms
            soaked 2000 ms
            soaked 3000 ms
            soaked 4000 ms
            soaked 5000 ms
            soaked 6000 ms
            soaked 7000 ms
            soaked 8000 ms
            soaked 9000 ms
            soaked 10000 ms
            soak passed
            stage 1.0 begins
            member/1 begins → 4.1.0, limit 1
            member/1 moved
            member/1 settled at 4.1.0
            soak of 10 s after the first member on 4.1.0
            soaked 1000 ms
            soaked 2000 ms
            soaked 3000 ms
            soaked 4000 ms
            soaked 5000 ms
            soaked 6000 ms
            soaked 7000 ms
            soaked 8000 ms
            soaked 9000 ms
            soaked 10000 ms
            soak passed
            member/2 begins → 4.1.0, limit 1
            member/2 moved
            member/2 settled at 4.1.0
            stage 1.0 done
            soak of 10 s after the stage
            soaked 1000 ms
            soaked 2000 ms
            soaked 3000 ms
            soaked 4000 ms
            soaked 5000 ms
            soaked 6000 ms
            soaked 7000 ms
            soaked 8000 ms
            soaked 9000 ms
            soaked 10000 ms
            soak passed
            proven
            ended: finished
        ",
        );
}

#[test]
fn a_half_rolled_cluster_is_an_ordinary_start() {
    World::of("1 brain 4.0.0\n2 arm 4.0.0\n3 arm 3.9.1")
        .taken(1, 1)
        .ends()
        .tells(
            "
            taken 1
            seen 1 2 3 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            planned: arm 3 to 4.0.0
            approved by ada
            claimed 1
            stage 0.0 begins
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.0 done
            proven
            ended: finished
        ",
        );
}

#[test]
fn where_nothing_is_to_be_done_that_is_proven_and_nobody_is_asked() {
    World::of("1 brain 4.0.0\n2 arm 4.0.0")
        .asked()
        .taken(1, 1)
        .ends()
        .tells(
            "
            taken 1
            seen 1 2 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            planned: nothing to do
            approved by nobody: there is nothing to do
            proven
            ended: finished
        ",
        );
}

#[test]
fn what_has_no_way_is_refused() {
    World::of(SMALL).to("5.0").taken(1, 1).ends().tells(
        "
            taken 1
            seen 1 2 3 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            refused: no-such-release
            ended: refused
        ",
    );
}

#[test]
fn a_level_is_raised_last_and_skipping_it_leaves_it() {
    let soon = || World::of(SMALL).asking(|_, policy| policy.finalize = Finalize::Soon);
    soon().taken(1, 1).ends().tells(
        "
            taken 1
            seen 1 2 3 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            planned: brain 1 to 4.0.0; arm 2 3 to 4.0.0; raise format to 4
            approved by ada
            claimed 1
            stage 0.0 begins
            member/1 begins → 4.0.0, limit 1
            member/1 moved
            member/1 settled at 4.0.0
            stage 0.0 done
            stage 0.1 begins
            member/2 begins → 4.0.0, limit 1
            member/2 moved
            member/2 settled at 4.0.0
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.1 done
            stage 0.2 begins
            level/format begins, limit 1
            level/format settled
            stage 0.2 done
            seen levels
            proven
            ended: finished
        ",
    );
    let mut world = soon();
    world
        .hold("3")
        .taken(1, 1)
        .pass(Ms::seconds(2))
        .say(Command::Pause)
        .release("3");
    world.pass(Ms::seconds(2)).quietly();
    world
        .say(skip("level/format"))
        .say(Command::Continue)
        .ends()
        .tells(
            "
            skip: level format is left out
            level/format skipped by bob
            plans again: level format is left as it stands
            continue: goes on; it looks at the cluster first
            plan kept
            stage 0.1 done
            stage 0.2 begins
            stage 0.2 done
            proven
            ended: finished without [Level(\"format\")]
        ",
        );
}

#[test]
fn the_end_is_proven_on_a_look_that_began_after_the_last_change() {
    let mut world = World::of("1 brain+arm 3.9.1");
    world.hold("1").taken(1, 1).pass(Ms::seconds(2)).quietly();
    world.blind();
    // A look begins; the member moves and settles; then the slow look tells of the old release.
    world
        .look_begins()
        .release("1")
        .pass(Ms::seconds(1))
        .look_ends()
        .tells(
            "
            member/1 moved
            member/1 settled at 4.0.0
            stage 0.0 done
        ",
        );
    world.sees().ends().tells(
        "
            proven
            ended: finished
        ",
    );
}
