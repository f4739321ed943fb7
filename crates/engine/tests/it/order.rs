//! Who goes first.

use crate::stage::{cluster, v};
use windlass_engine::names::MemberId;
use windlass_engine::plan::{Move, order};
use windlass_engine::time::Ms;

fn check(component: &str, seen: &str, expect: &str) {
    let snapshot = cluster(seen);
    let to = v("4.1.2");
    let waiting: Vec<MemberId> = snapshot
        .members
        .values()
        .filter(|m| {
            m.components
                .get(&component.into())
                .is_some_and(|at| *at != to)
        })
        .map(|m| m.id.clone())
        .rev()
        .collect();
    let stage = Move {
        component: component.into(),
        from: [v("3.9.1")].into(),
        to,
        members: waiting.clone(),
        disturbs: String::new(),
        each: Ms(0),
    };
    let found: Vec<String> = order::order(&stage, &waiting, &snapshot)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found.join(" "), expect);
}

#[test]
fn controllers_go_by_number_and_the_active_one_last() {
    check(
        "controller",
        "9 controller 3.9.1 active\n10 controller 3.9.1\n101 controller 3.9.1",
        "10 101 9",
    );
}

#[test]
fn a_zone_is_finished_before_the_next_and_least_load_goes_first_in_it() {
    check(
        "broker",
        "
        1 broker 3.9.1 zone=b load=1
        2 broker 3.9.1 zone=a load=9
        3 broker 3.9.1 zone=a load=2
        10 broker 3.9.1 zone=b load=0
        4 broker 3.9.1 load=0",
        "3 2 10 1 4",
    );
}

#[test]
fn a_zone_that_was_begun_is_gone_on_with() {
    check(
        "broker",
        "
        1 broker 3.9.1 zone=a
        2 broker 4.1.2 zone=b
        3 broker 3.9.1 zone=b",
        "3 1",
    );
}

#[test]
fn a_combined_active_member_goes_after_all_zones() {
    check(
        "broker",
        "
        1 controller+broker 3.9.1 zone=a active
        2 controller+broker 3.9.1 zone=b
        3 controller+broker 3.9.1 zone=c",
        "2 3 1",
    );
}

#[test]
fn one_that_is_not_seen_goes_last_and_is_not_forgotten() {
    let snapshot = cluster("2 broker 3.9.1");
    let stage = Move {
        component: "broker".into(),
        from: [v("3.9.1")].into(),
        to: v("4.1.2"),
        members: vec!["1".into(), "2".into()],
        disturbs: String::new(),
        each: Ms(0),
    };
    let found = order::order(&stage, &stage.members, &snapshot);
    assert_eq!(found, ["2".into(), "1".into()]);
}
