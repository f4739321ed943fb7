//! Stories: healthy time, over the deaths of carriers too, a look after a failure before others begin, and members
//! of which nobody can tell how they are.

use crate::world::{SMALL, World};
use windlass_engine::names::Subject;
use windlass_engine::policy::{Mode, Ramp};
use windlass_engine::run::command::{Command, Retry};
use windlass_engine::snapshot::Health;
use windlass_engine::step::Input;
use windlass_engine::time::Ms;

/// Ten seconds of healthy time, five of them had.
fn soaking() -> World {
    let mut world = World::of(SMALL).soaking(10);
    world.taken(1, 1).pass(Ms::seconds(5)).quietly();
    assert_eq!(world.phase(), "soaking");
    world
}

/// The same, taken by another after so many seconds in which nobody looked.
fn taken_after(seconds: u64) -> World {
    let mut world = soaking();
    world.blind().pass(Ms::seconds(seconds));
    world.taken(2, 1).sees().pass(Ms::seconds(2));
    world
}

#[test]
fn a_short_time_without_a_carrier_is_left_out_of_healthy_time() {
    taken_after(6).tells(
        "
            taken 2
            claimed 2
            soaked 6000 ms
            soaked 7000 ms
        ",
    );
}

#[test]
fn a_long_time_without_a_carrier_begins_healthy_time_anew() {
    taken_after(8).tells(
        "
            taken 2
            claimed 2
            soaked 1000 ms
            soaked 2000 ms
        ",
    );
}

/// The same, with a carrier that stood still for so long; looks are a second apart.
fn stood(long: Ms) -> World {
    let mut world = soaking();
    world.blind().pass(long);
    world.input(Input::Stood(long));
    world.sees().pass(Ms::seconds(2));
    world
}

#[test]
fn a_carrier_that_stood_still_for_longer_than_two_looks_are_apart_begins_healthy_time_anew() {
    stood(Ms(2_500)).tells(
        "
            soak broken: nobody looked for a while
            soaked 1000 ms
            soaked 2000 ms
        ",
    );
    stood(Ms(1_000)).tells(
        "
            soaked 6000 ms
            soaked 7000 ms
            soaked 8000 ms
        ",
    );
}

#[test]
fn another_boot_begins_healthy_time_anew() {
    let mut world = soaking();
    world.taken(2, 2).pass(Ms::seconds(2));
    world.tells(
        "
            taken 2
            claimed 2
            soaked 1000 ms
            soaked 2000 ms
        ",
    );
}

#[test]
fn after_a_retry_nothing_else_begins_before_a_look_that_finds_what_others_did() {
    let members = "1 brain 3.9.1\n2 arm 3.9.1\n3 arm 3.9.1\n4 arm 3.9.1\n5 arm 3.9.1";
    let mut world = World::of(members).paced(Ramp::Fixed, 2, Mode::Sliding);
    world
        .breaks("3", "its port is taken")
        .taken(1, 1)
        .pass(Ms::seconds(5))
        .quietly();
    assert_eq!(world.phase(), "paused");
    world.restart("2", "4.0.0").mended("3");
    world.say(Command::Retry {
        subject: Some(Subject::parse("3")),
        how: Retry::Again,
    });
    world.pass(Ms::seconds(3));
    world.tells(
        "
            retry: arm 3 is tried again at 4.0.0
            member/3 begins → 4.0.0 (try 2, Gentle), limit 2
            seen 2
            halted: someone else acts: arm 2 was restarted, not by this run
            member/3 moved
            member/3 settled at 4.0.0
        ",
    );
}

#[test]
fn whoever_does_not_answer_is_not_begun_and_is_named() {
    let mut world = World::of(SMALL).paced(Ramp::Fixed, 3, Mode::Sliding);
    world.health("2", Health::Unknown("no answer came".into()));
    world.taken(1, 1).pass(Ms::seconds(5)).quietly();
    let standing = world.run.standing(world.now);
    assert_eq!(
        (standing.reason, standing.sentence.as_str()),
        (
            "unknown",
            "whether arm 2 does its work is not known: no answer came"
        )
    );
    world.health("2", Health::Healthy);
    world.ends();
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
