//! Stories of a run that another carrier takes, and of a cluster that cannot be claimed.

use crate::say::retry;
use crate::world::{SMALL, World};
use windlass_engine::effect::ClaimAnswer;
use windlass_engine::run::command::{Command, Retry};
use windlass_engine::time::Ms;

#[test]
fn a_take_over_on_another_boot_sets_timers_anew() {
    let mut world = World::of(SMALL);
    world
        .sickens("1")
        .taken(1, 1)
        .pass(Ms::minutes(4))
        .quietly();
    world.taken(2, 2).pass(Ms::minutes(4));
    assert_eq!(world.phase(), "rolling");
    world.pass(Ms::minutes(2)).tells(
        "
            taken 2
            claimed 2
            member/1 failed: brain 1 made no progress for 300 s: it catches up
            halted: member/1 failed
        ",
    );
}

#[test]
fn a_claim_that_is_refused_pauses_until_a_human_has_cleared_it_up() {
    let mut world = World::of(SMALL);
    world.claim = ClaimAnswer::Foreign {
        member: "3".into(),
        whose: "store b, since noon".into(),
    };
    world.taken(1, 1).pass(Ms::minutes(5)).tells(
        "
            taken 1
            seen 1 2 3 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            planned: brain 1 to 4.0.0; arm 2 3 to 4.0.0
            approved by ada
            claim refused at 3: it carries the mark of store b, since noon
            halted: not claimed at 3
        ",
    );
    assert_eq!((world.phase(), world.wants().as_str()), ("paused", ""));
    world.claim = ClaimAnswer::Claimed;
    world.say(Command::Continue).ends().tells(
        "
            continue: goes on; it looks at the cluster first
            claimed 1
            plan kept
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
fn a_claim_refused_at_a_take_over_does_not_hide_what_had_failed() {
    let mut world = World::of(SMALL);
    world
        .breaks("2", "its port is taken")
        .taken(1, 1)
        .pass(Ms::seconds(5))
        .quietly();
    world.claim = ClaimAnswer::Unreachable {
        member: "3".into(),
        why: "no route".into(),
    };
    world.taken(2, 1).pass(Ms::minutes(1)).tells(
        "
            taken 2
            claim refused at 3: no route
            halted: not claimed at 3
        ",
    );
    world.claim = ClaimAnswer::Claimed;
    world
        .mended("2")
        .say(Command::Continue)
        .pass(Ms::minutes(1))
        .tells(
            "
            continue: leaves its mark again; arm 2 has failed
            halted: member/2 failed
            claimed 2
        ",
        );
    world.say(retry(Retry::Again)).ends().tells(
        "
            retry: arm 2 is tried again at 4.0.0
            member/2 begins → 4.0.0 (try 2, Gentle), limit 1
            member/2 moved
            member/2 settled at 4.0.0
            plan kept
            member/3 begins → 4.0.0, limit 1
            member/3 moved
            member/3 settled at 4.0.0
            stage 0.1 done
            proven
            ended: finished
        ",
    );
}
