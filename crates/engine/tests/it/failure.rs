//! Stories of what goes wrong: a deed that fails, and what a human says to it.

use crate::say::{retry, skip};
use crate::world::{SMALL, World};
use windlass_engine::run::command::{Command, Retry};
use windlass_engine::time::Ms;

#[test]
fn a_failure_pauses_and_retry_goes_on() {
    let mut world = World::of(SMALL);
    world
        .breaks("2", "its port is taken")
        .taken(1, 1)
        .pass(Ms::seconds(5))
        .tells(
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
            member/2 failed: its port is taken
            halted: member/2 failed
        ",
        )
        .mended("2")
        .say(retry(Retry::Again))
        .ends()
        .tells(
            "
            retry: arm 2 is tried again at 4.0.0
            member/2 begins → 4.0.0 (try 2, Gentle), limit 1
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
fn retry_kill_allows_a_kill() {
    let mut world = World::of(SMALL);
    world
        .breaks("2", "it does not stop")
        .taken(1, 1)
        .pass(Ms::seconds(5));
    world.quietly().hold("2").say(retry(Retry::Kill)).go();
    assert_eq!(world.wants(), "2 at 4.0.0 (Kill)");
    world.mended("2").release("2").ends().tells(
        "
            retry: arm 2 is tried again at 4.0.0; what does not end is killed
            member/2 begins → 4.0.0 (try 2, Kill), limit 1
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
fn retry_old_puts_the_old_release_back_and_waits_for_a_human() {
    let mut world = World::of(SMALL);
    world
        .breaks("2", "it refuses the new release")
        .taken(1, 1)
        .pass(Ms::seconds(5))
        .quietly()
        .mended("2")
        .say(retry(Retry::Old))
        .pass(Ms::seconds(5))
        .tells(
            "
            retry: arm 2 goes back to 3.9.1; then the run waits for `continue`
            member/2 begins → 3.9.1 (try 2, Gentle), limit 1
            member/2 moved
            member/2 settled at 3.9.1
        ",
        );
    assert_eq!(world.phase(), "paused");
    world.say(Command::Continue).ends().tells(
        "
            continue: goes on; it looks at the cluster first
            plan kept
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            member/2 begins → 4.0.0, limit 1
            member/2 moved
            member/2 settled at 4.0.0
            stage 0.1 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn skip_leaves_a_failed_member_and_the_end_names_it() {
    let mut world = World::of(SMALL);
    world
        .breaks("2", "its disk is gone")
        .taken(1, 1)
        .pass(Ms::seconds(5))
        .quietly()
        .say(skip("2"))
        .pass(Ms::seconds(5))
        .tells(
            "
            skip: arm 2 is left as it stands; 1 other member is left to move
            member/2 skipped by bob
            plans again: arm 2 is left as it stands
        ",
        );
    world.say(Command::Continue).ends().tells(
        "
            continue: goes on; it looks at the cluster first
            plan kept
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.1 done
            proven
            ended: finished without [Member(\"2\")]
        ",
    );
}

#[test]
fn a_member_that_waits_in_a_later_hop_can_be_skipped_and_a_stranger_cannot() {
    let mut world = World::of("1 brain 3.9.1\n2 arm 3.9.1\n3 arm 3.9.1").to("4.1");
    world.hold("3").taken(1, 1).pass(Ms::seconds(2));
    world
        .say(Command::Pause)
        .release("3")
        .pass(Ms::seconds(2))
        .quietly();
    world.say(skip("9")).say(skip("2")).say(Command::Continue).ends().tells("
            skip not now: member 9 is not before this run, or is done; windlass status {cluster} shows what waits
            skip: arm 2 is left as it stands; 2 other members are left to move
            member/2 skipped by bob
            plans again: arm 2 is left as it stands
            continue: goes on; it looks at the cluster first
            judged: nothing bars
            planned: brain 1 to 4.1.0; arm 3 to 4.1.0
            approved by nobody: the successor asks nothing new
            stage 0.0 begins
            member/1 begins → 4.1.0, limit 1
            member/1 moved
            member/1 settled at 4.1.0
            stage 0.0 done
            stage 0.1 begins
            member/3 begins → 4.1.0, limit 1
            member/3 moved
            member/3 settled at 4.1.0
            stage 0.1 done
            proven
            ended: finished without [Member(\"2\")]
        ");
}

#[test]
fn time_that_nobody_looked_at_is_no_time_without_progress() {
    let mut world = World::of(SMALL);
    world
        .sickens("1")
        .taken(1, 1)
        .pass(Ms::minutes(4))
        .quietly();
    world.now.mono.ms += Ms::minutes(60).0;
    world.taken(2, 1).go().mended("1").ends().tells(
        "
            taken 2
            claimed 2
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
