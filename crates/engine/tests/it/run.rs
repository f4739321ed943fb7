//! Stories of a run, from the request to its end.

use crate::world::{Actions, World};
use windlass_engine::effect::ClaimAnswer;
use windlass_engine::names::Subject;
use windlass_engine::policy::Finalize;
use windlass_engine::run::command::{Command, Retry};
use windlass_engine::snapshot::Health;
use windlass_engine::time::Ms;

const SMALL: &str = "1 brain 3.9.1\n2 arm 3.9.1\n3 arm 3.9.1";

fn retry(how: Retry) -> Command {
    Command::Retry { subject: None, how }
}

fn skip(subject: &str) -> Command {
    Command::Skip {
        subject: Subject::parse(subject),
    }
}

fn confirm(subject: &str) -> Command {
    Command::Confirm {
        subject: Subject::parse(subject),
    }
}

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
fn a_soak_counts_what_was_looked_at_and_a_bad_look_begins_it_anew() {
    let mut world = World::of("1 brain+arm 3.9.1\n2 brain+arm 3.9.1").soaking(10);
    world.taken(1, 1).pass(Ms::seconds(3)).tells(
        "
            taken 1
            seen 1 2 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            planned: brain 1 2 to 4.0.0
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
        ",
    );
    world
        .health("2", Health::Down("it fell over".into()))
        .pass(Ms::seconds(1));
    world
        .health("2", Health::Healthy)
        .pass(Ms::seconds(2))
        .tells(
            "
            seen 2
            soak broken: brain and arm 2 is not healthy
            seen 2
            soaked 1000 ms
            soaked 2000 ms
        ",
        );
    // The carrier sleeps for a minute.
    world.now.mono.ms += Ms::minutes(1).0;
    world.pass(Ms::seconds(2)).tells(
        "
            soak broken: nobody looked for a while
            soaked 1000 ms
            soaked 2000 ms
        ",
    );
    world.pass(Ms::seconds(9)).quietly();
    assert_eq!(world.phase(), "soaking", "now after the stage");
    world.ends();
}

#[test]
fn healthy_time_that_was_owed_before_a_pause_is_owed_after_it() {
    let mut world = World::of("1 brain 3.9.1\n2 arm 3.9.1").soaking(10);
    world.taken(1, 1).pass(Ms::seconds(4)).quietly();
    world
        .say(Command::Pause)
        .pass(Ms::minutes(5))
        .say(Command::Continue);
    world.pass(Ms::seconds(2)).tells(
        "
            pause: paused; nothing is in flight
            halted: asked by bob
            continue: goes on; it looks at the cluster first
            plan kept
            soaked 1000 ms
            soaked 2000 ms
        ",
    );
    assert_eq!(world.phase(), "soaking");
}

#[test]
fn a_pause_lists_what_has_begun_and_nothing_begins_after_it() {
    let mut world = World::of(SMALL);
    world.hold("2").taken(1, 1).pass(Ms::seconds(2)).quietly();
    world.say(Command::Pause).pass(Ms::seconds(5)).tells(
        "
            pause: nothing more begins; what has begun finishes: arm 2
            halted: asked by bob
        ",
    );
    assert_eq!(
        (world.phase(), world.wants().as_str()),
        ("pausing", "2 at 4.0.0 (Gentle)")
    );
    world.release("2").pass(Ms::seconds(5)).tells(
        "
            member/2 moved
            member/2 settled at 4.0.0
        ",
    );
    assert_eq!((world.phase(), world.wants().as_str()), ("paused", ""));
    world.say(Command::Continue).ends().tells(
        "
            continue: goes on; it looks at the cluster first
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

#[test]
fn cancel_is_taken_where_nothing_has_begun_and_where_it_is_paused() {
    let mut world = World::of(SMALL).asked();
    world.taken(1, 1).pass(Ms::seconds(1)).quietly();
    world.say(Command::Cancel).tells(
        "
            cancel: cancelled
            ended: cancelled
        ",
    );
    let mut world = World::of(SMALL);
    world.hold("2").taken(1, 1).pass(Ms::seconds(2)).quietly();
    world.say(Command::Cancel).tells(
        "
            cancel not now: members are moving; pause first: windlass pause {cluster}
        ",
    );
    world
        .say(Command::Pause)
        .say(Command::Cancel)
        .go()
        .quietly();
    assert_eq!(world.phase(), "cancelling");
    world.release("2").ends().tells(
        "
            member/2 moved
            member/2 settled at 4.0.0
            ended: cancelled
        ",
    );
}

#[test]
fn stop_leaves_at_the_next_safe_point_and_names_what_is_left() {
    let mut world = World::of(SMALL);
    world.hold("2").taken(1, 1).pass(Ms::seconds(2)).quietly();
    world.say(Command::Stop);
    assert_eq!(world.wants(), "leave 2");
    world.ends().tells(
        "
            stop: hands leave at the next safe point, never between a stop and its start
            member/2 not yet: told to stop
            ended: stopped [(Member(\"2\"), \"told to stop\")]
        ",
    );
}

#[test]
fn stop_does_not_wait_where_the_mark_cannot_be_left() {
    let mut world = World::of(SMALL);
    world.hold("2").taken(1, 1).pass(Ms::seconds(2)).quietly();
    world.claim = ClaimAnswer::Unreachable {
        member: "3".into(),
        why: "no route".into(),
    };
    world.taken(2, 1).go().say(Command::Stop).ends().tells(
        "
            taken 2
            claim refused at 3: no route
            halted: not claimed at 3
            stop: hands leave at the next safe point, never between a stop and its start
            ended: stopped [(Member(\"2\"), \"begun\")]
        ",
    );
}

#[test]
fn a_pause_expires_after_two_sightings_an_hour_apart() {
    let mut world = World::of(SMALL);
    world.taken(1, 1).say(Command::Pause).quietly();
    world.pass(Ms::days(14)).tells("");
    // One jump of the wall clock is not enough.
    world.now.wall.0 += 400 * 86_400_000_000;
    world.pass(Ms::minutes(59)).tells("deadline seen passed");
    world.now.wall.0 -= 400 * 86_400_000_000;
    world.pass(Ms::minutes(120)).tells("");
    assert_eq!(world.phase(), "paused");
    world.pass(Ms::days(1)).tells(
        "
            ended: expired
        ",
    );
}

#[test]
fn an_action_that_is_done_once_is_never_sent_again_by_itself() {
    for (word, told) in [
        (
            confirm("action/bless"),
            "
            confirm: action bless counts as done, by your word
            action/bless confirmed by bob
            action/bless settled
            stage 0.1 done
            proven
            ended: finished
        ",
        ),
        (
            retry(Retry::Again),
            "
            retry: action bless is tried again
            action/bless begins (try 2, Gentle), limit 1
            action/bless settled
            stage 0.1 done
            proven
            ended: finished
        ",
        ),
        (
            skip("action/bless"),
            "
            skip: action bless is left out
            action/bless skipped by bob
            plans again: action bless is left as it stands
            plan kept
            stage 0.1 done
            proven
            ended: finished without [Action(\"bless\")]
        ",
        ),
    ] {
        let mut world = World::with("1 brain+arm 3.9.1", Actions::Once);
        world
            .breaks("action/bless", "lost")
            .taken(1, 1)
            .pass(Ms::seconds(5));
        assert_eq!(
            (world.phase(), world.wants().as_str()),
            ("awaiting-human", "")
        );
        world
            .quietly()
            .mended("action/bless")
            .say(word)
            .ends()
            .tells(told);
    }
}

#[test]
fn an_action_that_is_done_once_is_unclear_after_a_take_over() {
    let mut world = World::with("1 brain+arm 3.9.1", Actions::Once);
    world.hold("action/bless").taken(1, 1).pass(Ms::seconds(5));
    assert_eq!(
        (world.phase(), world.wants().as_str()),
        ("rolling", "do bless")
    );
    world.taken(2, 1).go();
    assert_eq!(
        (world.phase(), world.wants().as_str()),
        ("awaiting-human", "")
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
