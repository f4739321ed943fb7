//! Stories of windows and freezes: a run that waits for its hours.
//! The world's clock begins at second 1000 of the epoch, 1970-01-01 00:16:40.

use crate::world::{SMALL, World};
use windlass_engine::calendar::hours::Fit;
use windlass_engine::policy::{Mode, Ramp};
use windlass_engine::run::command::Command;
use windlass_engine::run::event::Event;
use windlass_engine::time::{Ms, Wall};

const LOOK: &str = "seen 1 2 3 budgets troubles 0 levels gaps 0 spare";

fn begun(world: &mut World) -> String {
    let told = world.told();
    let lines = told
        .lines()
        .filter(|line| line.contains("begins") || line.contains("shut") || line.contains("opened"));
    lines.map(|line| format!("{}\n", line.trim())).collect()
}

#[test]
fn a_run_waits_for_its_window_touches_nothing_and_begins_when_it_opens() {
    let mut world = World::of(SMALL).open(&[(2_000, 3_000)], &[]);
    world.taken(1, 1).pass(Ms::seconds(30)).tells(&format!(
        "
            taken 1
            {LOOK}
            judged: nothing bars
            planned: brain 1 to 4.0.0; arm 2 3 to 4.0.0
            approved by ada
            shut: closed; w1 opens 2000
        "
    ));
    assert_eq!(
        (world.phase(), world.wants().as_str()),
        ("awaiting-window", "")
    );
    let standing = world.run.standing(world.now);
    assert_eq!(
        (standing.reason, standing.sentence.as_str()),
        ("window", "window w1 opens Thu 1970-01-01 00:33:20 UTC")
    );
    assert_eq!(standing.details, ["no window is open"]);
    let wake = world.run.wants(world.now).wake.expect("a wake");
    assert_eq!(wake.since(world.now.mono), Some(Ms::minutes(1)));
    world.pass(Ms::seconds(969)).tells("");
    assert_eq!(world.phase(), "awaiting-window");
    world.pass(Ms::seconds(1)).ends();
    assert!(begun(&mut world).starts_with("opened 2000\nstage 0.0 begins\nmember/1 begins"));
}

#[test]
fn a_window_that_closes_in_mid_stage_lets_what_has_begun_finish_and_the_rest_stands() {
    let mut world = World::of("1-6 arm 3.9.1")
        .paced(Ramp::Double, 4, Mode::Sliding)
        .open(&[(900, 1_100), (2_000, 3_000)], &[]);
    world
        .hold("2")
        .hold("3")
        .taken(1, 1)
        .pass(Ms::seconds(10))
        .quietly();
    assert_eq!((world.run.flights().len(), world.run.limit()), (2, 2));
    world.pass(Ms::seconds(100));
    assert_eq!(world.phase(), "rolling");
    world.release("2").pass(Ms::seconds(2));
    assert_eq!(world.phase(), "rolling");
    let standing = world.run.standing(world.now);
    assert_eq!(
        standing.details.first().map(String::as_str),
        Some("nothing more begins before Thu 1970-01-01 00:33:20 UTC; what has begun finishes")
    );
    world.release("3").pass(Ms::seconds(2)).tells(
        "
            shut: closed; w2 opens 2000
            member/2 moved
            member/2 settled at 4.0.0
            member/3 moved
            member/3 settled at 4.0.0
        ",
    );
    assert_eq!(world.phase(), "awaiting-window");
    // The pace ramps from one again.
    world.hold("4").pass(Ms::seconds(1_000));
    assert_eq!(
        begun(&mut world),
        "opened 2000\nmember/4 begins → 4.0.0, limit 1\n"
    );
    world.release("4").ends();
}

#[test]
fn a_freeze_wins_over_a_window_and_over_a_human() {
    let mut world = World::of(SMALL).open(&[(900, 3_000)], &[(950, 1_500), (1_400, 1_800)]);
    world.taken(1, 1).pass(Ms::seconds(5));
    assert_eq!(begun(&mut world), "shut: freeze f1; w1 opens 1800\n");
    let standing = world.run.standing(world.now);
    assert_eq!(
        standing.details,
        [
            "freeze f1 holds until Thu 1970-01-01 00:25 UTC",
            "freeze f2 takes windows before that"
        ]
    );
    assert_eq!(standing.next, ["windlass cancel {cluster}"]);
    world.say(Command::Begin).tells(
        "
            begin not now: freeze f1 holds until Thu 1970-01-01 00:25 UTC, and freezes always hold; windlass freeze {cluster}
        ",
    );
    world.pass(Ms::seconds(700)).tells("");
    world.pass(Ms::seconds(100)).ends();
}

#[test]
fn nothing_begins_that_would_not_be_done_before_the_window_closes() {
    // An arm takes a second by the catalog; the first of this run takes forty.
    let mut world =
        World::of("1-4 arm 3.9.1").open(&[(900, 1_070), (2_000, 2_030), (3_000, 4_000)], &[]);
    world.hold("1").taken(1, 1).pass(Ms::seconds(40));
    world.release("1").hold("2").pass(Ms::seconds(10));
    // Twenty seconds are left, and w2 is open for thirty.
    assert_eq!(
        begun(&mut world),
        "stage 0.0 begins\nmember/1 begins → 4.0.0, limit 1\nshut: takes 40 s; w3 opens 3000\n"
    );
    let standing = world.run.standing(world.now);
    assert_eq!(
        standing.details,
        ["what is next takes 40s, and would not be done by Thu 1970-01-01 00:17:50 UTC"]
    );
    world
        .pass(Ms::seconds(1_940))
        .tells("")
        .pass(Ms::seconds(30));
    assert_eq!(
        begun(&mut world),
        "opened 3000\nmember/2 begins → 4.0.0, limit 1\n"
    );
}

#[test]
fn a_stage_that_must_fit_as_a_whole_waits_for_a_window_that_is_long_enough() {
    let mut world = World::of("1-8 arm 3.9.1").open(&[(900, 1_006), (2_000, 2_009)], &[]);
    world.hold("3").taken(1, 1).pass(Ms::seconds(2));
    assert_eq!(world.phase(), "rolling");
    let mut world = World::of("1-8 arm 3.9.1")
        .open(&[(900, 1_006), (2_000, 2_009)], &[])
        .asking(|_, policy| policy.hours.fit = Fit::Stage);
    world.taken(1, 1).pass(Ms::seconds(2));
    assert_eq!(begun(&mut world), "shut: takes 8 s; w2 opens 2000\n");
}

#[test]
fn where_no_window_comes_any_more_it_stands_and_a_human_may_say_begin() {
    let mut world = World::of(SMALL).open(&[(900, 1_001)], &[]);
    world.hold("1").taken(1, 1).pass(Ms::seconds(3));
    world.release("1").pass(Ms::seconds(3));
    assert_eq!(world.phase(), "paused");
    let standing = world.run.standing(world.now);
    assert_eq!(
        (standing.reason, standing.sentence.as_str()),
        ("never-opens", "no window opens any more")
    );
    world.quietly().say(Command::Continue).pass(Ms::seconds(3));
    assert_eq!(world.phase(), "paused");
    world.say(Command::Begin).ends();
}

#[test]
fn where_all_windows_are_too_short_that_is_said() {
    let mut world = World::of("1-8 arm 3.9.1")
        .open(&[(900, 1_006), (2_000, 2_009)], &[(2_003, 2_004)])
        .asking(|_, policy| policy.hours.fit = Fit::Stage);
    world.taken(1, 1).pass(Ms::seconds(2));
    assert_eq!(world.phase(), "paused");
    let standing = world.run.standing(world.now);
    assert_eq!(
        standing.sentence,
        "what is next takes 8s, and no window is open for longer than 6s"
    );
    assert_eq!(standing.details, ["freeze f1 takes windows away"]);
}

#[test]
fn begin_goes_on_outside_of_windows_until_a_pause() {
    let mut world = World::of(SMALL).open(&[(5_000, 6_000)], &[]);
    world.hold("1").taken(1, 1).pass(Ms::seconds(3)).quietly();
    world.say(Command::Begin).pass(Ms::seconds(3));
    assert_eq!(
        begun(&mut world),
        "begin: begins now, and goes on outside of windows until it is paused; freezes hold\n\
         stage 0.0 begins\nmember/1 begins → 4.0.0, limit 1\n"
    );
    world.say(Command::Pause).release("1").pass(Ms::seconds(3));
    world.quietly().say(Command::Continue).pass(Ms::seconds(3));
    assert_eq!(begun(&mut world), "shut: closed; w1 opens 5000\n");
    assert_eq!(world.phase(), "awaiting-window");
}

#[test]
fn earliest_and_latest_bound_what_begins() {
    let mut world = World::of(SMALL).asking(|_, policy| {
        policy.hours.earliest = Some(Wall(1_500_000_000));
        policy.hours.latest = Some(Wall(1_600_000_000));
    });
    world.taken(1, 1).pass(Ms::seconds(10));
    assert_eq!(begun(&mut world), "shut: early;  opens 1500\n");
    assert_eq!(
        world.run.standing(world.now).sentence,
        "nothing may begin before Thu 1970-01-01 00:25 UTC"
    );
    world.hold("1").pass(Ms::seconds(490));
    assert_eq!(world.run.flights().len(), 1);
    world
        .pass(Ms::seconds(100))
        .release("1")
        .pass(Ms::seconds(2));
    assert_eq!(world.phase(), "paused");
    assert_eq!(
        world.run.standing(world.now).sentence,
        "it was asked to begin nothing from Thu 1970-01-01 00:26:40 UTC on"
    );
}

#[test]
fn a_moment_within_a_second_is_told_once() {
    let mut world = World::of(SMALL).asking(|_, policy| {
        policy.hours.earliest = Some(Wall(1_010_500_000));
    });
    world.taken(1, 1).pass(Ms(10_200));
    world.pass(Ms(100)).pass(Ms(100)).pass(Ms(200));
    assert_eq!(begun(&mut world), "shut: early;  opens 1011\n");
    world.ends();
}

#[test]
fn a_soak_that_is_under_way_goes_on_when_the_window_has_closed() {
    let mut world = World::of("1-3 arm 3.9.1")
        .soaking(60)
        .open(&[(900, 1_020), (2_000, 3_000)], &[]);
    world.taken(1, 1).pass(Ms::seconds(15));
    assert_eq!(world.phase(), "soaking");
    world.pass(Ms::seconds(70));
    assert_eq!(world.phase(), "awaiting-window");
    world.quietly().pass(Ms::seconds(920)).ends();
    assert!(!world.told().contains("after the first member"));
}

#[test]
fn a_pause_across_windows_and_a_death_across_windows_change_nothing_of_what_begins() {
    let windows = [(900, 1_010), (2_000, 2_100), (3_000, 4_000)];
    let mut world = World::of("1-3 arm 3.9.1").open(&windows, &[]);
    world.hold("1").taken(1, 1).pass(Ms::seconds(5));
    // Paused in the first window, continued in a gap: it waits for the next.
    world
        .say(Command::Pause)
        .release("1")
        .pass(Ms::seconds(1_300));
    world.quietly().say(Command::Continue).pass(Ms::seconds(5));
    assert_eq!(begun(&mut world), "shut: closed; w3 opens 3000\n");
    // The carrier dies, and the next takes it on another boot, after the window has opened.
    world.pass(Ms::seconds(5));
    world.now.wall = Wall(3_200_000_000);
    world.taken(2, 2).hold("2").pass(Ms::seconds(5));
    assert_eq!(
        begun(&mut world),
        "opened 3200\nmember/2 begins → 4.0.0, limit 1\n"
    );
    world.release("2").ends();
}

#[test]
fn a_clock_that_jumps_over_the_end_of_a_window_stops_no_member() {
    let mut world = World::of("1-3 arm 3.9.1").open(&[(900, 1_100), (9_000, 9_900)], &[]);
    world.hold("1").taken(1, 1).pass(Ms::seconds(5)).quietly();
    world.now.wall = Wall(5_000_000_000);
    world.pass(Ms::seconds(5));
    assert_eq!(
        (world.phase(), world.wants().contains("1 at 4.0.0")),
        ("rolling", true)
    );
    world.release("1").pass(Ms::seconds(2));
    assert_eq!(world.phase(), "awaiting-window");
    // It jumps back into the window: that is when it is.
    world.now.wall = Wall(950_000_000);
    world.hold("2").pass(Ms::minutes(1));
    assert_eq!(world.run.flights().len(), 1);
}

#[test]
fn what_bars_is_told_rather_than_the_window() {
    let mut world = World::of(SMALL).open(&[(2_000, 3_000)], &[]);
    let lacks = windlass_engine::snapshot::Found {
        object: "topic a".into(),
        seen: "1 replica".into(),
    };
    let fact = windlass_engine::snapshot::Fact::List(vec![lacks]);
    world.cluster.facts.insert("spare".into(), fact);
    world.taken(1, 1).pass(Ms::seconds(5));
    assert_eq!(world.phase(), "barred");
}

#[test]
fn events_of_the_hours_are_read_back_as_written() {
    let mut world = World::of(SMALL).open(&[(2_000, 3_000)], &[(2_500, 2_600)]);
    world.taken(1, 1).pass(Ms::seconds(5));
    let shut = Event::Shut {
        bar: world.run.shut().expect("shut").bar.clone(),
        wall: Wall(1),
    };
    let text = serde_json::to_string(&shut).expect("json");
    let back: Event = serde_json::from_str(&text).expect("an event");
    assert_eq!(back, shut);
    // A policy without hours is written as it always was, so its name stays.
    let plain = serde_json::to_string(&windlass_engine::policy::Policy::default()).expect("json");
    assert!(!plain.contains("hours"), "{plain}");
}
