//! Stories of pace: ramp, cap, barrier, budgets, and a pace that is changed.

use crate::world::World;
use std::collections::BTreeSet;
use windlass_engine::names::MemberId;
use windlass_engine::policy::{Cap, Mode, Pace, Ramp};
use windlass_engine::run::command::Command;
use windlass_engine::snapshot::{Budget, Health};
use windlass_engine::time::Ms;

/// How many are in flight after each step in which all that flies settles.
fn waves(world: &mut World, members: u32) -> Vec<usize> {
    let mut waves = Vec::new();
    for id in 1..=members {
        world.hold(&id.to_string());
    }
    world.taken(1, 1);
    for _ in 0..members {
        world.pass(Ms::seconds(1));
        let flying: Vec<String> = world
            .run
            .flights()
            .keys()
            .map(|subject| subject.to_string().replace("member/", ""))
            .collect();
        if flying.is_empty() {
            break;
        }
        waves.push(flying.len());
        for id in &flying {
            world.release(id);
        }
    }
    waves
}

#[test]
fn a_ramp_doubles_up_to_its_cap() {
    let mut world = World::of("1-40 arm 3.9.1").paced(Ramp::Double, 10, Mode::Barrier);
    assert_eq!(waves(&mut world, 40), [1, 2, 4, 8, 10, 10, 5]);
    let mut world = World::of("1-40 arm 3.9.1").paced(Ramp::Fixed, 16, Mode::Barrier);
    assert_eq!(waves(&mut world, 40), [16, 16, 8]);
}

#[test]
fn sliding_begins_the_next_as_soon_as_one_settles_and_barrier_waits_for_all() {
    let flying = |mode: Mode| {
        let mut world = World::of("1-6 arm 3.9.1").paced(Ramp::Fixed, 2, mode);
        world.hold("2").taken(1, 1).pass(Ms::seconds(2));
        let names: Vec<String> = world
            .run
            .flights()
            .keys()
            .map(ToString::to_string)
            .collect();
        (names, world.run.queue().count())
    };
    assert_eq!(flying(Mode::Sliding), (vec!["member/2".into()], 0));
    assert_eq!(flying(Mode::Barrier), (vec!["member/2".into()], 4));
}

#[test]
fn a_pause_ramps_from_one_again() {
    let mut world = World::of("1-40 arm 3.9.1").paced(Ramp::Double, 10, Mode::Barrier);
    for id in ["8", "9", "10", "11", "12", "13", "14", "15"] {
        world.hold(id);
    }
    world.taken(1, 1).pass(Ms::seconds(2));
    assert_eq!((world.run.limit(), world.run.flights().len()), (8, 8));
    world.say(Command::Pause);
    for id in ["8", "9", "10", "11", "12", "13", "14", "15"] {
        world.release(id);
    }
    world
        .pass(Ms::seconds(2))
        .hold("16")
        .say(Command::Continue)
        .pass(Ms::seconds(2));
    assert_eq!((world.run.limit(), world.run.flights().len()), (1, 1));
}

#[test]
fn the_first_member_on_a_release_goes_alone_where_healthy_time_is_asked_for() {
    let mut world = World::of("1-6 arm 3.9.1")
        .paced(Ramp::Fixed, 4, Mode::Sliding)
        .soaking(10);
    world.hold("1").taken(1, 1).pass(Ms::seconds(2));
    assert_eq!(world.run.flights().len(), 1);
    world.release("1");
    for id in 2..=6 {
        world.hold(&id.to_string());
    }
    world.pass(Ms::seconds(20));
    assert_eq!(world.run.flights().len(), 4);
}

fn budget(members: &[&str], need: u32) -> Budget {
    Budget {
        members: members
            .iter()
            .map(|id| MemberId::from(*id))
            .collect::<BTreeSet<_>>(),
        need,
        reason: "topic orders, 2 in sync wanted".into(),
    }
}

#[test]
fn a_budget_holds_the_next_and_lets_go_and_a_later_one_may_pass() {
    let mut world = World::of("1-4 arm 3.9.1").paced(Ramp::Fixed, 2, Mode::Sliding);
    world.cluster.budgets = vec![budget(&["1", "2", "3"], 2)];
    world
        .hold("1")
        .hold("4")
        .taken(1, 1)
        .pass(Ms::seconds(2))
        .tells(
            "
            taken 1
            seen 1 2 3 4 budgets troubles 0 levels gaps 0 spare
            judged: nothing bars
            planned: arm 1 2 3 4 to 4.0.0
            approved by ada
            claimed 1
            stage 0.0 begins
            member/1 begins → 4.0.0, limit 2
            member/4 begins → 4.0.0, limit 2
        ",
        );
    world.release("4").pass(Ms::seconds(2)).tells(
        "
            member/4 moved
            member/4 settled at 4.0.0
        ",
    );
    let standing = world.run.standing(world.now);
    assert_eq!(standing.sentence, "arm 1 is in flight");
    // Somebody else falls out of the in-sync set: nobody may begin, though nobody is in flight.
    world.cluster.budgets = vec![budget(&["1", "2"], 2)];
    world.release("1").pass(Ms::seconds(2)).tells(
        "
            seen budgets
            member/3 begins → 4.0.0, limit 2
            member/1 moved
            member/1 settled at 4.0.0
            member/3 moved
            member/3 settled at 4.0.0
        ",
    );
    let standing = world.run.standing(world.now);
    assert_eq!(
        (standing.reason, standing.sentence.as_str()),
        ("budget", "arm 2 may not stop: 2 of 2 must stay up")
    );
    world.cluster.budgets = vec![budget(&["1", "2", "3"], 2)];
    world.ends().tells(
        "
            seen budgets
            member/2 begins → 4.0.0, limit 2
            member/2 moved
            member/2 settled at 4.0.0
            stage 0.0 done
            proven
            ended: finished
        ",
    );
}

#[test]
fn members_down_for_other_reasons_count_and_trouble_lets_nothing_begin() {
    let mut world = World::of("1-4 arm 3.9.1").paced(Ramp::Fixed, 2, Mode::Sliding);
    world.health("4", Health::Down("it fell over".into()));
    world.health("3", Health::Down("it fell over".into()));
    world.taken(1, 1).pass(Ms::seconds(3));
    assert_eq!(
        world.run.standing(world.now).sentence,
        "arm 3 and arm 4 are not healthy, and count as down"
    );
    world
        .health("4", Health::Healthy)
        .health("3", Health::Healthy);
    world.cluster.troubles = vec!["no active controller answers".into()];
    world.pass(Ms::seconds(3)).quietly();
    assert_eq!(
        world.run.standing(world.now).sentence,
        "nothing may begin: no active controller answers"
    );
    world.cluster.troubles.clear();
    world.ends();
}

fn pace(cap: u32) -> Command {
    Command::Pace(Pace {
        ramp: Ramp::Fixed,
        cap: Cap::Members(cap),
        mode: Mode::Sliding,
    })
}

#[test]
fn a_lower_pace_holds_at_once_a_higher_one_waits_for_approval() {
    let mut world = World::of("1-9 arm 3.9.1").paced(Ramp::Fixed, 3, Mode::Sliding);
    for id in 1..=9 {
        world.hold(&id.to_string());
    }
    world.taken(1, 1).pass(Ms::seconds(2)).quietly();
    world.say(pace(1)).tells(
        "
            pace: the new pace holds from the next member on
        ",
    );
    assert_eq!(world.run.limit(), 1);
    // Back to what was approved needs nobody.
    world.say(pace(3)).say(pace(5)).tells(
        "
            pace: the new pace holds from the next member on
            pace: it is above what was approved, and waits for: windlass approve {cluster}
        ",
    );
    assert_eq!(world.run.limit(), 3);
    let plan = world.plan();
    world.say(Command::Approve { plan }).go().tells(
        "
            approve: plan 7dd084 may run
            approved by bob
            member/4 begins → 4.0.0, limit 5
            member/5 begins → 4.0.0, limit 5
        ",
    );
    assert_eq!((world.run.limit(), world.run.flights().len()), (5, 5));
}

#[test]
fn of_four_replicas_with_two_needed_two_go_down_together_though_the_pace_lets_three() {
    let mut world = World::of("1-4 arm 3.9.1").paced(Ramp::Fixed, 3, Mode::Sliding);
    world.cluster.budgets = vec![budget(&["1", "2", "3", "4"], 2)];
    assert_eq!(waves(&mut world, 4), [2, 2]);
}

#[test]
fn a_rack_goes_together_and_the_next_only_when_it_is_back() {
    let mut world = World::of(
        "
        1-2 arm 3.9.1 zone=a
        3-4 arm 3.9.1 zone=b
        5-6 arm 3.9.1 zone=c",
    )
    .paced(Ramp::Fixed, 4, Mode::Sliding);
    // One replica a rack, two of three needed.
    for (a, b, c) in [
        ("1", "3", "5"),
        ("2", "4", "6"),
        ("1", "4", "6"),
        ("2", "3", "5"),
    ] {
        world.cluster.budgets.push(budget(&[a, b, c], 2));
    }
    for id in 1..=6 {
        world.hold(&id.to_string());
    }
    world.taken(1, 1).pass(Ms::seconds(1));
    let flying = |world: &World| -> Vec<String> {
        let all = world.run.flights().keys();
        all.map(|s| s.to_string().replace("member/", "")).collect()
    };
    assert_eq!(flying(&world), ["1", "2"]);
    world.release("1").pass(Ms::seconds(1));
    assert_eq!(flying(&world), ["2"]);
    world.release("2").pass(Ms::seconds(1));
    assert_eq!(flying(&world), ["3", "4"]);
}

#[test]
fn a_rack_whose_next_is_held_is_not_overtaken_by_another_rack() {
    let mut world =
        World::of("1-2 arm 3.9.1 zone=a\n3 arm 3.9.1 zone=b").paced(Ramp::Fixed, 3, Mode::Sliding);
    world.cluster.budgets = vec![budget(&["1", "2"], 1)];
    assert_eq!(waves(&mut world, 3), [1, 2]);
    // Without racks the one that no budget holds passes.
    let mut world = World::of("1-3 arm 3.9.1").paced(Ramp::Fixed, 3, Mode::Sliding);
    world.cluster.budgets = vec![budget(&["1", "2"], 1)];
    assert_eq!(waves(&mut world, 3), [2, 1]);
}

/// Which members begin, in order, where each takes what it took before.
fn begun(took: &[(u32, u64)], budgets: Vec<Budget>) -> Vec<String> {
    let mut world = World::of("1-12 arm 3.9.1")
        .paced(Ramp::Double, 2, Mode::Barrier)
        .asking(|request, _| {
            request.took = took
                .iter()
                .map(|(id, seconds)| (id.to_string().as_str().into(), Ms::seconds(*seconds)))
                .collect();
        });
    world.cluster.budgets = budgets;
    world.taken(1, 1).pass(Ms::seconds(20));
    let told = world.told();
    let begins = told.lines().filter(|line| line.contains(" begins"));
    let ids = begins.filter_map(|line| line.strip_prefix("member/")?.split(' ').next());
    ids.map(ToString::to_string).collect()
}

#[test]
fn the_shortest_goes_first_and_at_the_ceiling_the_longest() {
    let took: Vec<(u32, u64)> = (1..=12).map(|id| (id, u64::from(20 - id))).collect();
    let order = begun(&took, Vec::new());
    assert_eq!(order.first().map(String::as_str), Some("12"));
    assert_eq!(order[1..4], ["1", "2", "3"]);
}

#[test]
fn who_shares_a_budget_with_many_does_not_wait_for_the_end() {
    let order = begun(&[], vec![budget(&["9", "10", "11", "12"], 3)]);
    assert_eq!(order[0], "1");
    // One of the four is in each pair, until the last of them has none to wait for any more.
    for pair in order[1..7].chunks(2) {
        let of_four = |id: &&String| ["9", "10", "11", "12"].contains(&id.as_str());
        assert_eq!(pair.iter().filter(of_four).count(), 1, "{order:?}");
    }
}
