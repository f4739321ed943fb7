//! The catalog that ships: its soundness, and the ways of real clusters.

use crate::stage::{cluster, kafka, refused, same, to, told, via};
use std::collections::BTreeSet;
use windlass_engine::audit::audit;
use windlass_engine::plan::{Goal, Plan, plan};
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::snapshot::Snapshot;

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

#[track_caller]
fn check_refused(snapshot: &str, policy: &Policy, goal: &Goal, expect: &str) {
    match plan(
        &kafka(),
        policy,
        &cluster(snapshot),
        goal,
        &BTreeSet::new(),
        None,
    ) {
        Ok(plan) => panic!("{}", told(&plan)),
        Err(refusal) => same(&refused(&refusal), expect),
    }
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
