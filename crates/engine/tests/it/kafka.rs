//! The catalog that ships: its soundness, and the ways of real clusters.

use crate::stage::{cluster, kafka, refused, same, to, told, via};
use std::collections::BTreeSet;
use windlass_engine::audit::audit;
use windlass_engine::plan::{Goal, Plan, plan};
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::time::Ms;

const THREE_AND_THREE: &str = "
    101 controller 3.9.1
    102 controller 3.9.1
    103 controller 3.9.1 active
    1 broker 3.9.1 zone=a load=22
    2 broker 3.9.1 zone=b load=21
    3 broker 3.9.1 zone=c load=23
    metadata.version = 21";

fn way(snapshot: &Snapshot, policy: &Policy, goal: &Goal) -> Plan {
    let catalog = kafka();
    let plan = plan(&catalog, policy, snapshot, goal, &BTreeSet::new(), None)
        .unwrap_or_else(|refusal| panic!("{}", refused(&refusal)));
    let objections = audit(&plan, &catalog, policy, snapshot, &BTreeSet::new());
    assert!(objections.is_empty(), "{}\n{objections:?}", told(&plan));
    plan
}

fn check(snapshot: &str, policy: &Policy, goal: &Goal, expect: &str) {
    same(&told(&way(&cluster(snapshot), policy, goal)), expect);
}

#[test]
fn the_catalog_has_no_fault() {
    let lints: Vec<String> = kafka().lint().iter().map(ToString::to_string).collect();
    assert!(lints.is_empty(), "{lints:#?}");
}

#[test]
fn from_3_9_to_4_1_is_one_hop_controllers_first_and_the_active_one_last() {
    check(
        THREE_AND_THREE,
        &Policy::default(),
        &to("4.1"),
        "
        hop 4.1.2
          controller 3.9.1 → 4.1.2: 101 102 103
          broker 3.9.1 → 4.1.2: 1 2 3
          preferred-leaders",
    );
}

#[test]
fn a_stop_at_4_0_makes_two_hops() {
    check(
        THREE_AND_THREE,
        &via(&["4.0"]),
        &to("4.1"),
        "
        hop 4.0.2
          controller 3.9.1 → 4.0.2: 101 102 103
          broker 3.9.1 → 4.0.2: 1 2 3
          preferred-leaders
        hop 4.1.2
          controller 4.0.2 → 4.1.2: 101 102 103
          broker 4.0.2 → 4.1.2: 1 2 3
          preferred-leaders",
    );
}

#[test]
fn a_cluster_found_half_rolled_is_an_ordinary_start() {
    check(
        "
        101 controller 4.1.2
        102 controller 4.1.2
        103 controller 3.9.1 active
        1 broker 3.9.1
        2 broker 3.9.1
        metadata.version = 21",
        &Policy::default(),
        &to("4.1"),
        "
        hop 4.1.2
          controller 3.9.1 → 4.1.2: 103
          broker 3.9.1 → 4.1.2: 1 2
          preferred-leaders",
    );
}

#[test]
fn a_roll_left_between_two_releases_with_brokers_first_goes_on_with_controllers() {
    check(
        "
        101 controller 3.9.1
        102 controller 3.9.1
        1 broker 3.9.1
        2 broker 4.0.1
        metadata.version = 21",
        &via(&["4.0"]),
        &to("4.1"),
        "
        hop 4.0.2
          controller 3.9.1 → 4.0.2: 101 102
          broker 3.9.1, 4.0.1 → 4.0.2: 1 2
          preferred-leaders
        hop 4.1.2
          controller 4.0.2 → 4.1.2: 101 102
          broker 4.0.2 → 4.1.2: 1 2
          preferred-leaders",
    );
}

#[test]
fn combined_nodes_move_as_one_though_a_broker_is_then_newer_than_a_controller() {
    let plan = way(
        &cluster(
            "
            1 controller+broker 3.9.1
            2 controller+broker 3.9.1 active
            3 controller+broker 3.9.1
            metadata.version = 21",
        ),
        &Policy::default(),
        &to("4.1"),
    );
    same(
        &told(&plan),
        "
        hop 4.1.2
          controller 3.9.1 → 4.1.2: 1 3 2
          preferred-leaders",
    );
    let mixes: Vec<&str> = plan.mixes.iter().map(|mix| mix.step.as_str()).collect();
    assert_eq!(
        mixes,
        [
            "controller and broker 3.9.1 → 4.1.2, under way",
            "controller and broker 3.9.1 → 4.1.2, done"
        ]
    );
}

#[test]
fn combined_nodes_go_before_brokers_of_their_own() {
    check(
        "
        1 controller+broker 3.9.1
        2 controller+broker 3.9.1
        3 broker 3.9.1
        metadata.version = 21",
        &Policy::default(),
        &to("4.0"),
        "
        hop 4.0.2
          controller 3.9.1 → 4.0.2: 1 2
          broker 3.9.1 → 4.0.2: 3
          preferred-leaders",
    );
}

#[test]
fn a_level_below_what_4_x_asks_for_is_raised_on_the_way_and_only_so_far() {
    let plan = way(
        &cluster("1 controller+broker 3.9.1\nmetadata.version = 4"),
        &Policy::default(),
        &to("4.1"),
    );
    same(
        &told(&plan),
        "
        hop 3.9.1
          raise metadata.version 3.3-IV0 → 3.3-IV3
        hop 4.1.2
          controller 3.9.1 → 4.1.2: 1
          preferred-leaders",
    );
    assert_eq!(plan.point_of_no_return(), Some((0, 0)));
}

#[test]
fn software_older_than_3_3_goes_by_way_of_3_9_and_the_level_is_raised_as_late_as_can_be() {
    check(
        "
        1 controller 3.2.3
        2 broker 3.2.3
        metadata.version = 3",
        &Policy::default(),
        &to("4.1"),
        "
        hop 3.9.2
          controller 3.2.3 → 3.9.2: 1
          broker 3.2.3 → 3.9.2: 2
          preferred-leaders
          raise metadata.version 3.2-IV0 → 3.3-IV3
        hop 4.1.2
          controller 3.9.2 → 4.1.2: 1
          broker 3.9.2 → 4.1.2: 2
          preferred-leaders",
    );
}

#[test]
fn finalizing_raises_feature_by_feature_and_never_what_must_be_named() {
    let plan = way(
        &cluster("1 controller+broker 4.1.2\nmetadata.version = 21\nkraft.version = 0"),
        &Policy::default(),
        &Goal::Finalize,
    );
    same(
        &told(&plan),
        "
        hop 4.1.2
          raise metadata.version 3.9-IV0 → 4.1-IV1
          raise group.version 0 → 1
          raise transaction.version 0 → 2",
    );
    let left: Vec<String> = plan
        .left
        .iter()
        .map(|left| format!("{} {:?}", left.level, left.could))
        .collect();
    assert_eq!(
        left,
        [
            "eligible.leader.replicas.version None",
            "share.version None",
            "kraft.version None"
        ]
    );
}

#[test]
fn an_upgrade_that_finalizes_raises_after_its_last_hop() {
    let soon = Policy {
        finalize: Finalize::Soon,
        ..Policy::default()
    };
    check(
        "1 controller+broker 3.9.2\nmetadata.version = 21",
        &soon,
        &to("4.0"),
        "
        hop 4.0.2
          controller 3.9.2 → 4.0.2: 1
          preferred-leaders
          raise metadata.version 3.9-IV0 → 4.0-IV3
          raise group.version 0 → 1
          raise transaction.version 0 → 2",
    );
    check(
        "1 controller+broker 3.9.2\nmetadata.version = 19",
        &soon,
        &to("3.9"),
        "
        hop 3.9.2
          raise metadata.version 3.7-IV4 → 3.9-IV0",
    );
}

#[test]
fn what_is_left_says_which_line_could_then_not_come_back() {
    let plan = way(&cluster(THREE_AND_THREE), &Policy::default(), &to("4.1"));
    let left = &plan.left[0];
    assert_eq!(left.level.as_str(), "metadata.version");
    assert_eq!(left.at, "3.9-IV0");
    assert_eq!(left.could.as_deref(), Some("4.1-IV1"));
    assert_eq!(left.bars.as_deref(), Some("4.0"));
    assert_eq!(plan.point_of_no_return(), None);
}

#[test]
fn at_the_goal_there_is_nothing_to_do() {
    for goal in ["4.1", "4.1.2"] {
        check(
            "1 controller+broker 4.1.2\nmetadata.version = 27",
            &via(&["4.0"]),
            &to(goal),
            "",
        );
    }
    check(
        "1 controller+broker 4.0.2\nmetadata.version = 25\ngroup.version = 1\ntransaction.version = 2",
        &Policy::default(),
        &Goal::Finalize,
        "",
    );
}

#[test]
fn a_member_left_as_it_stands_is_in_every_mix_and_in_no_stage() {
    let left = BTreeSet::from(["103".into()]);
    let (catalog, snapshot) = (kafka(), cluster(THREE_AND_THREE));
    let policy = Policy::default();
    let refusal = plan(&catalog, &policy, &snapshot, &to("4.1"), &left, None);
    let refusal = refusal.expect_err("brokers would be newer than controller 103");
    assert_eq!(refusal.code.name(), "skew");
    let left_facts: Vec<&str> = refusal
        .because
        .iter()
        .map(|one| one.fact.as_str())
        .collect();
    let stays = "3.9.1 runs on controller 103, left as it stands";
    assert!(left_facts.contains(&stays), "{left_facts:?}");
    let left = BTreeSet::from(["3".into()]);
    let plan = plan(&catalog, &policy, &snapshot, &to("4.1"), &left, None).expect("a way");
    same(
        &told(&plan),
        "
        hop 4.1.2
          controller 3.9.1 → 4.1.2: 101 102 103
          broker 3.9.1 → 4.1.2: 1 2
          preferred-leaders",
    );
    assert_eq!(audit(&plan, &catalog, &policy, &snapshot, &left), []);
}

#[test]
fn hazards_are_those_of_the_releases_where_members_land() {
    let ids = |goal: &str| -> Vec<String> {
        let plan = way(&cluster(THREE_AND_THREE), &via(&["4.0"]), &to(goal));
        plan.hazards
            .iter()
            .map(|h| format!("{} {}", h.id, h.release))
            .collect()
    };
    assert_eq!(
        ids("4.1.0"),
        [
            "KIP-896 4.0.2",
            "KIP-1030 4.0.2",
            "log4j2 4.0.2",
            "KAFKA-19748 4.1.0"
        ]
    );
    assert_eq!(
        ids("4.1"),
        ["KIP-896 4.0.2", "KIP-1030 4.0.2", "log4j2 4.0.2"]
    );
}

#[test]
fn each_mix_that_will_stand_is_shown() {
    let plan = way(&cluster(THREE_AND_THREE), &Policy::default(), &to("4.1"));
    let mixes: Vec<String> = plan
        .mixes
        .iter()
        .map(|mix| {
            let runs: Vec<String> = mix
                .runs
                .iter()
                .map(|(name, at)| format!("{name} {at:?}"))
                .collect();
            format!("{}: {}", mix.step, runs.join(" "))
        })
        .collect();
    assert_eq!(
        mixes,
        [
            "controller 3.9.1 → 4.1.2, under way: broker {3.9.1} controller {3.9.1, 4.1.2}",
            "controller 3.9.1 → 4.1.2, done: broker {3.9.1} controller {4.1.2}",
            "broker 3.9.1 → 4.1.2, under way: broker {3.9.1, 4.1.2} controller {4.1.2}",
            "broker 3.9.1 → 4.1.2, done: broker {4.1.2} controller {4.1.2}",
        ]
    );
}

#[test]
fn expected_time_counts_restarts_one_after_the_other_and_soaks() {
    let soak = |soak| Policy {
        soak,
        ..Policy::default()
    };
    let expected = |policy: &Policy| way(&cluster(THREE_AND_THREE), policy, &to("4.1")).expected;
    // Three controllers of 4 s, three brokers of 10 s, ten per cent of six are one at a time.
    assert_eq!(expected(&soak(Ms(0))), Ms::seconds(42));
    // After the first member, after the controllers, and after the brokers.
    assert_eq!(expected(&soak(Ms::seconds(60))), Ms::seconds(42 + 180));
}

#[test]
fn a_plan_for_five_thousand_members_has_the_stages_of_one_for_six() {
    let many = cluster("1-5 controller 3.9.1\n101-5000 broker 3.9.1\nmetadata.version = 21");
    let plan = way(&many, &via(&["4.0"]), &to("4.1"));
    assert_eq!(plan.moves(), 2 * 4_905);
    assert_eq!(plan.mixes.len(), 8);
}
