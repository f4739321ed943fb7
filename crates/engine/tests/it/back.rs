//! The way back: of one member, and of all of them.

use crate::stage::{back, catalog, cluster, kafka, refused, same, told, v};
use std::collections::BTreeSet;
use windlass_engine::audit::audit;
use windlass_engine::catalog::Catalog;
use windlass_engine::plan::{Plan, Stage, may_return, plan};
use windlass_engine::policy::{Finalize, Policy};

#[track_caller]
fn check(seen: &str, member: &str, old: &str, expect: &str) {
    let found = match may_return(&kafka(), &cluster(seen), &member.into(), &v(old)) {
        Ok(()) => "yes".to_string(),
        Err(why) => why,
    };
    assert_eq!(found, expect);
}

const ROLLING: &str = "
    101 controller 4.1.2
    102 controller 4.1.2
    1 broker 4.1.2
    2 broker 3.9.1";

#[test]
fn a_broker_may_go_back_while_the_level_is_not_raised() {
    check(
        &format!("{ROLLING}\nmetadata.version = 21"),
        "1",
        "3.9.1",
        "yes",
    );
    check(
        "1 controller 4.1.2\n2 broker ?\nmetadata.version = 21",
        "2",
        "3.9.1",
        "yes",
    );
}

#[test]
fn nothing_goes_back_behind_a_raised_level() {
    check(
        &format!("{ROLLING}\nmetadata.version = 27"),
        "1",
        "3.9.1",
        "metadata.version is finalized at 4.1-IV1, and 3.9 does not run with it \
         (MetadataVersion.java; ApiVersions answers of real brokers)",
    );
    check(
        &format!("{ROLLING}\nmetadata.version = 27"),
        "1",
        "4.1.1",
        "yes",
    );
}

#[test]
fn a_controller_does_not_go_back_behind_a_newer_broker() {
    check(
        &format!("{ROLLING}\nmetadata.version = 21"),
        "101",
        "3.9.1",
        "broker 4.1.2 may not stand beside controller 3.9.1: controllers up to 3.8 had trouble with \
         features of newer brokers whose lowest level is 0, so controllers go first (KAFKA-17011, \
         KAFKA-17492; the upgrade page names no order)",
    );
    check(
        "1 controller+broker 4.1.2\n2 controller+broker 3.9.1",
        "1",
        "3.9.1",
        "yes",
    );
}

#[test]
fn one_that_is_not_seen_does_not() {
    check(ROLLING, "9", "3.9.1", "member 9 is not seen in the cluster");
}

fn way(catalog: &Catalog, seen: &str, goal: &str) -> Plan {
    let snapshot = cluster(seen);
    // What a policy says of ways up must not touch the way back.
    let policy = Policy {
        finalize: Finalize::Soon,
        via: vec![v("4.0")],
        ..Policy::default()
    };
    let plan = plan(
        catalog,
        &policy,
        &snapshot,
        &back(goal),
        &BTreeSet::new(),
        None,
    )
    .unwrap_or_else(|refusal| panic!("{}", refused(&refusal)));
    let objections = audit(&plan, catalog, &policy, &snapshot, &BTreeSet::new());
    assert!(objections.is_empty(), "{}\n{objections:?}", told(&plan));
    plan
}

#[track_caller]
fn leads(seen: &str, goal: &str, expect: &str) {
    same(&told(&way(&kafka(), seen, goal)), expect);
}

#[track_caller]
fn refuses(catalog: &Catalog, seen: &str, goal: &str, expect: &str) {
    let policy = Policy::default();
    match plan(
        catalog,
        &policy,
        &cluster(seen),
        &back(goal),
        &BTreeSet::new(),
        None,
    ) {
        Ok(plan) => panic!("{}", told(&plan)),
        Err(refusal) => same(&refused(&refusal), expect),
    }
}

#[test]
fn a_half_rolled_cluster_goes_back_brokers_first_and_the_last_moved_first() {
    leads(
        "
        101 controller 4.1.2 since=1
        102 controller 4.1.2 since=2 active
        103 controller 4.1.2 since=3
        1 broker 4.1.2 since=4 load=1
        2 broker 4.1.2 since=5 load=2
        3 broker 3.9.1 since=0
        metadata.version = 21",
        "3.9",
        "
        hop 3.9.1
          broker 4.1.2 → 3.9.1: 2 1
          preferred-leaders
          controller 4.1.2 → 3.9.1: 103 101 102",
    );
}

#[test]
fn a_roll_that_was_left_among_the_controllers_moves_only_those_back() {
    leads(
        "
        101 controller 4.1.2
        102 controller 3.9.1
        103 controller 3.9.1 active
        1 broker 3.9.1
        metadata.version = 21",
        "3.9.1",
        "
        hop 3.9.1
          controller 4.1.2 → 3.9.1: 101",
    );
}

#[test]
fn racks_go_back_one_after_the_other_the_one_under_way_first() {
    leads(
        "
        101 controller 4.1.2
        1 broker 4.1.2 zone=a since=1
        2 broker 4.1.2 zone=a since=2
        3 broker 4.1.2 zone=b since=3
        4 broker 4.1.2 zone=b since=4
        5 broker 4.1.2 zone=c since=5
        6 broker 3.9.1 zone=c since=0
        metadata.version = 21",
        "3.9",
        "
        hop 3.9.1
          broker 4.1.2 → 3.9.1: 5 4 3 2 1
          preferred-leaders
          controller 4.1.2 → 3.9.1: 101",
    );
}

#[test]
fn combined_nodes_go_back_as_one() {
    leads(
        "
        1 controller+broker 4.1.2
        2 controller+broker 4.1.2 active
        3 controller+broker 3.9.1
        metadata.version = 21",
        "3.9",
        "
        hop 3.9.1
          controller 4.1.2 → 3.9.1: 1 2
          preferred-leaders",
    );
}

#[test]
fn a_mix_of_three_releases_goes_back_to_the_oldest() {
    leads(
        "
        101 controller 4.1.2
        102 controller 4.0.2
        1 broker 4.0.2
        2 broker 3.9.1
        metadata.version = 21",
        "3.9",
        "
        hop 3.9.1
          broker 4.0.2 → 3.9.1: 1
          preferred-leaders
          controller 4.0.2, 4.1.2 → 3.9.1: 101 102",
    );
}

#[test]
fn where_all_run_it_nothing_is_to_be_done_whatever_the_level() {
    leads(
        "1 controller+broker 4.0.2\nmetadata.version = 25",
        "4.0",
        "",
    );
}

#[test]
fn within_a_line_levels_bar_nothing() {
    leads(
        "1 controller+broker 4.1.2\nmetadata.version = 27",
        "4.1.1",
        "
        hop 4.1.1
          controller 4.1.2 → 4.1.1: 1
          preferred-leaders",
    );
}

#[test]
fn a_level_that_changed_what_is_stored_bars_for_good() {
    refuses(
        &kafka(),
        "1 controller+broker 4.1.2\nmetadata.version = 25",
        "3.9",
        "
        finalized: there is no way back to 3.9.2: metadata.version was finalized above it
          because metadata.version is finalized at 25 (4.0-IV3)
          because 3.9 supports metadata.version from 1 to 21 (3.9-IV0) (MetadataVersion.java; ApiVersions answers of real brokers)
          because it cannot be lowered below 23 (4.0-IV1) again: that number changed what is stored (MetadataVersion.java, the numbers whose metadata format changed; FeatureControlManager.java)
          hint what else can be reached: windlass targets {cluster}",
    );
}

#[test]
fn a_level_that_a_human_may_lower_bars_until_he_did_and_is_told_what_must_hold_then() {
    refuses(
        &kafka(),
        "1 controller+broker 4.1.2\nmetadata.version = 27",
        "4.0",
        "
        finalized: no way back to 4.0.2 while metadata.version is finalized above it
          because metadata.version is finalized at 27 (4.1-IV1)
          because 4.0 supports metadata.version from 7 to 25 (4.0-IV3) (MetadataVersion.java; ApiVersions answers of real brokers)
          because no number from 27 down to 25 changed what is stored (MetadataVersion.java, the numbers whose metadata format changed; FeatureControlManager.java)
          hint lower it by hand, which its makers call for experts: kafka-features.sh --bootstrap-server HOST:PORT downgrade --feature metadata.version=25; then wait until every controller and broker has written a snapshot of its metadata that is newer than the lowering (a *.checkpoint in __cluster_metadata-0 with a higher offset): older software ends when it reads a record of the higher level
          hint and then again: windlass rollback {cluster} --to 4.0.2
          hint what else can be reached: windlass targets {cluster}",
    );
}

#[test]
fn a_level_that_the_old_release_does_not_know_bars() {
    refuses(
        &kafka(),
        "1 controller+broker 4.0.2\nmetadata.version = 21\ngroup.version = 1",
        "3.9",
        "
        finalized: there is no way back to 3.9.2: group.version was finalized above it
          because group.version is finalized at 1
          because 3.9 does not know group.version (MetadataVersion.java; ApiVersions answers of real brokers)
          because it cannot be lowered below 1 again: that number changed what is stored (GroupVersion.java: once used, the offsets topic is read only by releases from 3.4.1 on)
          hint what else can be reached: windlass targets {cluster}",
    );
}

#[test]
fn a_release_newer_than_what_some_member_runs_is_no_way_back() {
    refuses(
        &kafka(),
        "1 controller 4.1.2\n2 broker 3.9.1\nmetadata.version = 21",
        "4.0",
        "
        newer: 4.0.2 is newer than what runs: 3.9.1
          because 3.9.1 runs on broker 2
          without 3.9.1 runs on broker 2
          hint all the way back: windlass rollback {cluster} --to 3.9.1
          hint up instead: windlass plan {cluster} --to 4.0.2",
    );
}

#[test]
fn a_path_of_which_the_maker_does_not_say_so_is_not_gone_back() {
    let mut toy = catalog("components: a\nreleases: 1.0.0 2.0.0\npath: 1.0 to 2.0");
    same(
        &told(&way(&toy, "1 a 2.0.0", "1.0")),
        "
        hop 1.0.0
          a 2.0.0 → 1.0.0: 1",
    );
    toy.paths[0].back = None;
    refuses(
        &toy,
        "1 a 2.0.0",
        "1.0",
        "
        no-path: no chain of supported paths leads back from what runs to 1.0.0
          because 2.0.0 runs on a 1
          because no path that may be gone back is offered to 1.0 from 2.0
          without no path that may be gone back is offered to 1.0 from 2.0
          hint what runs: windlass observe {cluster}",
    );
}

#[test]
fn the_second_judge_objects_to_a_step_up_a_raise_and_a_path_without_a_way_back() {
    let catalog = kafka();
    let seen = "1 controller 4.1.2\n2 broker 4.1.2\nmetadata.version = 21";
    let snapshot = cluster(seen);
    let good = way(&catalog, seen, "3.9.1");
    let judged = |plan: &Plan, catalog: &Catalog| -> Vec<String> {
        let all = audit(
            plan,
            catalog,
            &Policy::default(),
            &snapshot,
            &BTreeSet::new(),
        );
        all.iter().map(ToString::to_string).collect()
    };
    assert_eq!(judged(&good, &catalog), [""; 0]);
    let mut swapped = good.clone();
    swapped.hops[0].stages.rotate_left(2);
    let said = judged(&swapped, &catalog).join("\n");
    assert!(said.contains("broker-not-newer"), "{said}");
    let mut raised = good.clone();
    raised.hops[0]
        .stages
        .push(Stage::Raise(windlass_engine::plan::Raise {
            level: "metadata.version".into(),
            from: 20,
            to: 21,
            named: (String::new(), String::new()),
            why: String::new(),
        }));
    let said = judged(&raised, &catalog).join("\n");
    assert!(
        said.contains("metadata.version is raised on the way back"),
        "{said}"
    );
    let mut shut = catalog.clone();
    shut.paths.iter_mut().for_each(|path| path.back = None);
    let said = judged(&good, &shut).join("\n");
    assert!(
        said.contains("no supported path leads from 4.1.2 to 3.9.1"),
        "{said}"
    );
}
