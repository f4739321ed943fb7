//! The second judge objects to plans that were tampered with.

use crate::stage::{cluster, kafka, to, via};
use std::collections::BTreeSet;
use windlass_engine::audit::audit;
use windlass_engine::plan::{Goal, Plan, Raise, Stage, plan};
use windlass_engine::policy::{Finalize, Policy};

const SEEN: &str = "
    101 controller 3.9.1
    102 controller 3.9.1
    1 broker 3.9.1
    2 broker 3.9.1
    metadata.version = 21";

/// Which rules are objected to after a change of a sound plan.
#[track_caller]
fn check(goal: &Goal, policy: &Policy, change: impl FnOnce(&mut Plan), expect: &[&str]) {
    let (catalog, snapshot, left) = (kafka(), cluster(SEEN), BTreeSet::new());
    let mut plan = plan(&catalog, policy, &snapshot, goal, &left, None).expect("a way");
    assert_eq!(audit(&plan, &catalog, policy, &snapshot, &left), []);
    change(&mut plan);
    let found = audit(&plan, &catalog, policy, &snapshot, &left);
    let rules: BTreeSet<&str> = found.iter().map(|o| o.rule.as_str()).collect();
    assert_eq!(rules.into_iter().collect::<Vec<_>>(), expect, "{found:#?}");
}

#[test]
fn brokers_before_controllers() {
    let swap = |plan: &mut Plan| plan.hops[0].stages.swap(0, 1);
    check(&to("4.1"), &Policy::default(), swap, &["broker-not-newer"]);
}

#[test]
fn a_member_forgotten_doubled_or_invented() {
    let members = |plan: &mut Plan, change: fn(&mut Vec<windlass_engine::names::MemberId>)| {
        if let Stage::Move(step) = &mut plan.hops[0].stages[1] {
            change(&mut step.members);
        }
    };
    let goal = to("4.1");
    let policy = Policy::default();
    check(
        &goal,
        &policy,
        |p| members(p, |all| drop(all.pop())),
        &["goal"],
    );
    check(
        &goal,
        &policy,
        |p| members(p, |all| all.push("1".into())),
        &["member"],
    );
    check(
        &goal,
        &policy,
        |p| members(p, |all| all.push("9".into())),
        &["member"],
    );
}

#[test]
fn a_stop_left_out_and_a_goal_not_reached() {
    let goal = to("4.1");
    let first = |plan: &mut Plan| drop(plan.hops.remove(0));
    check(&goal, &via(&["4.0"]), first, &["member", "via"]);
    let last = |plan: &mut Plan| drop(plan.hops.remove(1));
    check(&goal, &via(&["4.0"]), last, &["goal"]);
}

#[test]
fn a_level_raised_too_early_or_for_nothing() {
    let raise = |to: u16, at: usize| {
        move |plan: &mut Plan| {
            let raise = Raise {
                level: "metadata.version".into(),
                from: 21,
                to,
                named: (String::new(), String::new()),
                why: String::new(),
            };
            plan.hops[0].stages.insert(at, Stage::Raise(raise));
        }
    };
    let policy = Policy::default();
    check(&to("4.1"), &policy, raise(25, 0), &["level"]);
    check(&to("4.1"), &policy, raise(25, 3), &["level"]);
    let soon = Policy {
        finalize: Finalize::Soon,
        ..Policy::default()
    };
    let forget = |plan: &mut Plan| drop(plan.hops[0].stages.pop());
    check(&to("4.1"), &soon, forget, &["goal"]);
}

#[test]
fn an_action_forgotten_or_too_early() {
    let policy = Policy::default();
    let drop_it = |plan: &mut Plan| drop(plan.hops[0].stages.pop());
    check(&to("4.1"), &policy, drop_it, &["action"]);
    let early = |plan: &mut Plan| plan.hops[0].stages.swap(1, 2);
    check(&to("4.1"), &policy, early, &["action"]);
}

#[test]
fn another_cluster_or_a_path_that_is_none() {
    let policy = Policy::default();
    check(
        &to("4.1"),
        &policy,
        |p| p.identity = "other".into(),
        &["goal"],
    );
    let beyond = |plan: &mut Plan| {
        for stage in &mut plan.hops[0].stages {
            if let Stage::Move(step) = stage {
                step.to = crate::stage::v("5.0.0");
            }
        }
    };
    check(
        &to("4.1"),
        &policy,
        beyond,
        &[
            "brokers-within-a-roll",
            "controllers-within-a-roll",
            "goal",
            "path",
        ],
    );
}
