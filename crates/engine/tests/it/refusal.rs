//! Each "no", as it is read, with its proof and its hints.

use crate::stage::{catalog, cluster, kafka, refused, same, to, told, via};
use std::collections::BTreeSet;
use windlass_engine::catalog::Catalog;
use windlass_engine::plan::{Goal, plan};
use windlass_engine::policy::Policy;
use windlass_engine::refusal::Code;

const AT_3_9: &str = "1 controller+broker 3.9.1\nmetadata.version = 21";

#[track_caller]
fn check(catalog: &Catalog, seen: &str, policy: &Policy, goal: &Goal, expect: &str) {
    match plan(
        catalog,
        policy,
        &cluster(seen),
        goal,
        &BTreeSet::new(),
        None,
    ) {
        Ok(plan) => panic!("{}", told(&plan)),
        Err(refusal) => same(&refused(&refusal), expect),
    }
}

#[test]
fn a_goal_that_is_no_release_is_refused_with_the_nearest() {
    check(
        &kafka(),
        AT_3_9,
        &Policy::default(),
        &to("4.9"),
        "
        no-such-release: the kafka catalog knows no release 4.9
          because the newest release it knows, as of 2026-11-20, is 4.3.1
          hint nearest: windlass plan {cluster} --to 4.3.1
          hint all that can be reached: windlass targets {cluster}",
    );
    check(
        &kafka(),
        AT_3_9,
        &Policy::default(),
        &to("4.1.7"),
        "
        no-such-release: the kafka catalog knows no release 4.1.7
          because the newest release it knows, as of 2026-11-20, is 4.3.1
          hint nearest: windlass plan {cluster} --to 4.1.2
          hint all that can be reached: windlass targets {cluster}",
    );
}

#[test]
fn a_line_whose_releases_are_all_withdrawn_must_be_asked_for_by_full_version() {
    check(
        &catalog("components: a\nreleases: 1.0.0 1.1.0!\npath: .. to .."),
        "1 a 1.0.0",
        &Policy::default(),
        &to("1.1"),
        "
        no-such-release: 1.1 has no release that is advised
          because 1.1.0 is not advised: withdrawn (a book)
          hint nearest: windlass plan {cluster} --to 1.0.0
          hint all that can be reached: windlass targets {cluster}
          hint a release that is not advised must be asked for by its full version",
    );
}

#[test]
fn a_goal_older_than_what_runs_is_refused() {
    check(
        &kafka(),
        "1 controller 4.1.2\n2 broker 3.9.1\nmetadata.version = 21",
        &Policy::default(),
        &to("4.0"),
        "
        older: 4.0.2 is older than what runs: 4.1.2
          because 4.1.2 runs on controller 1
          without 4.1.2 runs on controller 1
          hint go on instead: windlass plan {cluster} --to 4.1.2
          hint a single member of a paused run goes back, while its levels are not finalized above the old release, with: windlass retry {cluster} MEMBER --old
          hint metadata.version is finalized at 3.9-IV0",
    );
}

#[test]
fn without_a_path_it_is_said_from_where_there_is_one_and_what_is_nearest() {
    check(
        &catalog(
            "components: a\nreleases: 1.0.0 1.1.0 2.0.0\npath: .. to 1.1\npath: 1.2.. to 2.0..",
        ),
        "1 a 1.0.0\n2 a 1.0.0",
        &Policy::default(),
        &to("2.0"),
        "
        no-path: no chain of supported paths leads from what runs to 2.0.0
          because 1.0.0 runs on a 1 and a 2
          because no path is offered to 2.0 from 1.0, 1.1
          without no path is offered to 2.0 from 1.1
          hint 2.0.0 is reached from 1.2.. only (a book)
          hint 1.1.0 can be reached now: windlass plan {cluster} --to 1.1.0",
    );
}

#[test]
fn the_proof_of_a_forbidden_mix_names_only_the_rule_that_bars() {
    check(
        &catalog(
            "components: a b
            releases: 1.0.0 1.1.0 2.0.0
            path: .. to ..
            skew: a not newer than b
            skew: a within -1 1 of b
            skew: b equal a",
        ),
        "1 a 1.0.0\n2 b 1.0.0",
        &Policy::default(),
        &to("1.1"),
        "
        skew: every way to 1.1.0 passes versions that may not stand side by side
          because 1.0.0 runs on a 1 and b 2
          because b-equal-a: they differ (a book)
          without b-equal-a: they differ
          hint what can be reached: windlass targets {cluster}",
    );
}

#[test]
fn a_level_that_cannot_be_reached_is_refused() {
    check(
        &catalog(
            "components: a
            releases: 1.0.0 2.0.0
            level: form
            line: 1.0 form 0 1
            line: 2.0 form 2 3
            path: .. to ..",
        ),
        "1 a 1.0.0\nform = 1",
        &Policy::default(),
        &to("2.0"),
        "
        level: a level that the way to 2.0.0 requires cannot be reached
          because 1.0.0 runs on a 1
          because form is finalized at 1, and 2.0.0 supports it from 2 to 3 (a book)
          without form is finalized at 1, and 2.0.0 supports it from 2 to 3
          hint raise the levels to what runs supports first: windlass finalize {cluster}
          hint what can be reached: windlass targets {cluster}",
    );
}

#[test]
fn finalizing_a_mixed_cluster_is_refused() {
    check(
        &kafka(),
        "1 controller 4.1.2\n2 broker 4.0.2\nmetadata.version = 21",
        &Policy::default(),
        &Goal::Finalize,
        "
        level: levels are raised only when every member runs the same release
          because 4.0.2 runs on broker 2
          because 4.1.2 runs on controller 1
          hint first: windlass upgrade {cluster} --to 4.1.2",
    );
}

#[test]
fn finalizing_past_what_the_members_say_they_support_is_refused() {
    let mut seen = cluster("1 controller+broker 4.1.2\nmetadata.version = 21");
    if let Some(level) = seen.levels.get_mut(&"metadata.version".into()) {
        level.supported = Some((7, 25));
    }
    let (left, policy) = (BTreeSet::new(), Policy::default());
    let refusal = plan(&kafka(), &policy, &seen, &Goal::Finalize, &left, None);
    same(
        &refused(&refusal.expect_err("a ghost holds it back")),
        "
        level: metadata.version cannot be raised to 4.1-IV1
          because the members together support metadata.version 7 to 25, and 27 is asked for
          hint a member that is registered and gone holds it back: windlass check {cluster}",
    );
}

#[test]
fn a_stop_that_lies_beyond_the_goal_or_is_no_release_is_refused() {
    check(
        &kafka(),
        AT_3_9,
        &via(&["4.2"]),
        &to("4.1"),
        "
        via: the stop 4.2 lies beyond the goal 4.1.2
          because 4.2.1 is newer than 4.1.2
          hint without the stop: windlass plan {cluster} --to 4.1.2",
    );
    check(
        &kafka(),
        AT_3_9,
        &via(&["3.10"]),
        &to("4.1"),
        "
        via: the stop 3.10 is no release that is advised
          because the kafka catalog knows none of that name
          hint without the stop: windlass plan {cluster} --to 4.1.2",
    );
}

#[test]
fn a_stop_that_no_way_passes_is_refused() {
    check(
        &catalog("components: a\nreleases: 1.0.0 1.1.0 2.0.0\npath: 1.0 to .."),
        "1 a 1.0.0",
        &via(&["1.1"]),
        &to("2.0"),
        "
        via: no way to 2.0.0 stops at 1.1.0
          because there is a way to 2.0.0 without stopping at 1.1.0
          hint windlass plan {cluster} --to 2.0.0",
    );
}

#[test]
fn what_cannot_be_told_is_refused() {
    check(
        &kafka(),
        "1 controller 4.1.2\n2 broker ?\n3 broker 4.0.2\ngap broker 2: its host is not declared",
        &Policy::default(),
        &to("4.1"),
        "
        gap: what runs now cannot be told, so no way from it can be
          because the exact release of broker 2 is not known
          because where metadata.version stands is not known
          hint what could not be seen, and why: windlass observe {cluster}
          hint mend broker 2",
    );
    let mut seen = cluster("");
    seen.identity = None;
    let (left, policy) = (BTreeSet::new(), Policy::default());
    let refusal = plan(&kafka(), &policy, &seen, &to("4.1"), &left, None);
    assert_eq!(refusal.expect_err("nobody there").code, Code::Gap);
}

#[test]
fn every_refusal_has_its_page() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/refusals/");
    for code in Code::ALL {
        let page = std::fs::read_to_string(format!("{folder}{}.md", code.name()));
        let page = page.unwrap_or_default();
        assert!(
            page.starts_with(&format!("# {}\n", code.name())),
            "{}",
            code.name()
        );
    }
}
