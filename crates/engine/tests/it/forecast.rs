//! When a run will be done, foretold from what its members took so far.

use crate::world::World;
use windlass_engine::forecast::{Forecast, forecast, of_plan};
use windlass_engine::plan::order::Times;
use windlass_engine::policy::{Mode, Ramp};
use windlass_engine::run::command::Command;
use windlass_engine::time::Ms;

/// Each member takes so long, one after the other, so many of them.
fn after(world: &mut World, first: u32, count: u32, each: Ms) {
    for id in first..first + count {
        world.pass(each).release(&id.to_string()).pass(Ms(100));
    }
}

fn left(world: &World) -> Forecast {
    forecast(&world.run, world.now).expect("it moves by itself")
}

fn twenty() -> World {
    let mut world = World::of("1-20 arm 3.9.1").paced(Ramp::Fixed, 1, Mode::Sliding);
    for id in 1..=20 {
        world.hold(&id.to_string());
    }
    world
}

#[test]
fn before_any_member_was_measured_the_catalog_counts_and_that_is_said() {
    let mut world = twenty();
    world.taken(1, 1).pass(Ms(1));
    let told = left(&world);
    // Twenty of a second each, give or take a factor of two.
    assert!((15_000..30_000).contains(&told.about.0), "{told:?}");
    assert!(told.low.0 < 15_000 && told.high.0 > 30_000, "{told:?}");
    assert_eq!(
        told.grounds.lacks(),
        Some("by the catalog's times: none of its members has been measured yet")
    );
}

#[test]
fn members_that_take_ten_times_as_long_as_the_catalog_says_are_soon_believed() {
    let mut world = twenty();
    world.taken(1, 1);
    after(&mut world, 1, 10, Ms::seconds(10));
    let told = left(&world);
    assert_eq!((told.grounds.settled, told.grounds.lacks()), (10, None));
    assert!((90_000..125_000).contains(&told.about.0), "{told:?}");
    assert!(told.low < told.about && told.about < told.high);
    assert!(told.high.0 < 2 * told.low.0, "{told:?}");
    // The same is told of the same run at the same moment.
    assert_eq!(told, left(&world));
}

#[test]
fn who_flies_for_long_holds_the_end_back() {
    let mut world = twenty();
    world.taken(1, 1);
    after(&mut world, 1, 19, Ms::seconds(10));
    let soon = left(&world);
    assert!(soon.high < Ms::seconds(20), "{soon:?}");
    world.pass(Ms::seconds(60));
    let late = left(&world);
    assert!(late.high > Ms(0) && late.grounds.members == 1, "{late:?}");
}

#[test]
fn a_paused_run_foretells_nothing() {
    let mut world = twenty();
    world.taken(1, 1).pass(Ms(1));
    assert!(forecast(&world.run, world.now).is_some());
    world.say(Command::Pause);
    assert_eq!(forecast(&world.run, world.now), None);
}

#[test]
fn what_members_took_in_runs_of_before_narrows_what_is_told_of_a_plan() {
    let mut world = twenty();
    world.taken(1, 1).pass(Ms(1));
    let plan = world
        .run
        .plan()
        .map(|(_, plan)| plan.clone())
        .expect("it is planned");
    let told = |times: &Times| of_plan(&plan, &world.policy, &world.cluster, times);
    let took: Times = (1..=20)
        .map(|id: u32| (id.to_string().as_str().into(), Ms::seconds(3)))
        .collect();
    let (blind, knowing) = (told(&Times::new()), told(&took));
    assert!((55_000..70_000).contains(&knowing.about.0), "{knowing:?}");
    assert!(knowing.high.0 * blind.low.0 < blind.high.0 * knowing.low.0);
    assert_eq!((knowing.grounds.known, knowing.grounds.lacks()), (20, None));
}
