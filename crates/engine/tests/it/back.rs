//! One member going back.

use crate::stage::{cluster, kafka, v};
use windlass_engine::plan::may_return;

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
