//! Stories of pause, cancel and stop.

use crate::world::{SMALL, World};
use windlass_engine::effect::ClaimAnswer;
use windlass_engine::run::command::Command;
use windlass_engine::time::Ms;

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
