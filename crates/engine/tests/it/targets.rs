//! Where a cluster can go.

use crate::stage::{cluster, kafka, same};
use windlass_engine::plan::{Standing, targets};
use windlass_engine::policy::Policy;

#[track_caller]
fn check(seen: &str, expect: &str) {
    let lines: Vec<String> = targets(&kafka(), &Policy::default(), &cluster(seen))
        .iter()
        .map(|target| {
            let standing = match &target.standing {
                Standing::Recommended => "recommended".to_string(),
                Standing::Conditional(why) => format!("conditional ({why})"),
                Standing::Barred(why) => format!("barred ({why})"),
            };
            format!(
                "{} {standing} {} {}",
                target.version, target.hops, target.note
            )
        })
        .collect();
    same(&lines.join("\n"), expect);
}

#[test]
fn newest_first_with_what_to_know_of_each() {
    check(
        "1 controller+broker 3.9.1\nmetadata.version = 21",
        "
        4.3.1 recommended 1 newest of its line
        4.3.0 conditional (4.3.1 is the newest of its line) 1
        4.2.1 recommended 1 newest of its line
        4.2.0 conditional (KAFKA-20254 if streams groups are used: not known) 1
        4.1.2 recommended 1 newest of its line
        4.1.1 conditional (4.1.2 is the newest of its line) 1
        4.1.0 conditional (KAFKA-19748 if Kafka Streams is used: not known) 1
        4.0.2 recommended 1 newest of its line
        4.0.1 conditional (4.0.2 is the newest of its line) 1
        4.0.0 conditional (4.0.2 is the newest of its line) 1
        3.9.2 recommended 1 newest patch of your line
        3.9.0 barred (3.9.0 is older than what runs: 3.9.1) 0
        3.8.1 barred (3.8.1 is older than what runs: 3.9.1) 0 newest of its line
        3.8.0 barred (3.8.0 is older than what runs: 3.9.1) 0",
    );
}
