//! Snapshots made of what real clusters answered.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test names the one answer it wants"
)]

use crate::kafka_world::{catalog, recorded, runs, version};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use windlass_engine::names::{LevelName, MemberId};
use windlass_engine::snapshot::{Fact, Health, Snapshot, Weight};
use windlass_engine::time::{Ms, Wall};
use windlass_runner::ports::hand::{Running, Volume};
use windlass_targets::kafka::answers::{Gathered, Miss};
use windlass_targets::kafka::files::{Dir, Files};
use windlass_targets::kafka::properties;
use windlass_targets::kafka::seen::{HostSeen, Readiness, Sight, snapshot};

const ALL: [&str; 6] = ["1", "2", "3", "101", "102", "103"];

pub fn hosts(releases: [&str; 6]) -> BTreeMap<MemberId, HostSeen> {
    let each = ALL.into_iter().zip(releases);
    each.map(|(id, release)| (id.into(), runs(release)))
        .collect()
}

/// The host of broker 1: its file was edited, and its directory is of another cluster.
fn files() -> Files {
    let text = "node.id=1\nlog.segment.bytes=1024\nnum.io.threads=x\nzookeeper.connect=z:1\npassword.encoder.secret=s";
    let meta = properties::read("version=1\ncluster.id=another\nnode.id=1");
    Files {
        path: Some("/srv/k1/server.properties".into()),
        settings: Some(Ok(properties::read(text))),
        dirs: vec![Dir {
            path: "/srv/k1/data".into(),
            meta: Ok(Some(meta)),
            volume: Some(Volume {
                total_bytes: 100,
                free_bytes: 4,
            }),
        }],
        java: None,
        words: vec!["KAFKA_LOG4J_OPTS=-Dx=y -Dlog4j.configuration=file:a".into()],
    }
}

pub fn sight(
    gathered: &Gathered,
    hosts: &BTreeMap<MemberId, HostSeen>,
    still: Option<Ms>,
) -> Snapshot {
    let ready = Readiness {
        releases: vec![version("4.0.2"), version("4.1.2")],
        missing: vec![("2".into(), version("4.1.2"), "no such folder".into())],
    };
    let runtimes = BTreeMap::from([
        ("1".into(), Ok(Some(version("17.0.15")))),
        ("2".into(), Ok(Some(version("11.0.2")))),
    ]);
    let sight = Sight {
        gathered,
        hosts,
        carried: &BTreeMap::new(),
        still,
        ready: &ready,
        runtimes: &runtimes,
        files: &BTreeMap::from([("1".into(), Ok(files()))]),
        catalog: &catalog(),
    };
    snapshot(&sight, Wall(0))
}

/// Members, levels, budgets and all that is not as it should be, a line each.
fn told(seen: &Snapshot) -> String {
    let mut out = String::new();
    for member in seen.members.values() {
        let runs: Vec<String> = member
            .components
            .iter()
            .map(|(c, v)| format!("{c} {v}"))
            .collect();
        let health = match &member.health {
            Health::Healthy => "healthy".to_string(),
            Health::Settling(why) => format!("settling: {why}"),
            Health::Down(why) => format!("down: {why}"),
            Health::Unknown(why) => format!("unknown: {why}"),
        };
        let active = if member.active { ", active" } else { "" };
        let (name, state) = (&member.name, &member.state);
        writeln!(
            out,
            "{name}: {}; {state}{active}; {health}",
            runs.join(", ")
        )
        .expect("a line");
    }
    for (name, level) in &seen.levels {
        writeln!(out, "{name} {} of {:?}", level.finalized, level.supported).expect("a line");
    }
    for budget in &seen.budgets {
        writeln!(
            out,
            "{} of {:?}: {}",
            budget.need, budget.members, budget.reason
        )
        .expect("a line");
    }
    for trouble in &seen.troubles {
        writeln!(out, "trouble: {trouble}").expect("a line");
    }
    for gap in &seen.gaps {
        writeln!(out, "gap ({:?}): {}: {}", gap.weight, gap.about, gap.what).expect("a line");
    }
    out
}

fn facts(seen: &Snapshot) -> String {
    let mut out = String::new();
    for (name, fact) in &seen.facts {
        match fact {
            Fact::Truth(truth) => writeln!(out, "{name}: {truth}"),
            Fact::Number(number) => writeln!(out, "{name}: {number}"),
            Fact::Unknown(why) => writeln!(out, "{name}: unknown, {why}"),
            Fact::Said(said, _) => writeln!(out, "{name}: {said:?}"),
            Fact::List(found) => {
                let found = found
                    .iter()
                    .map(|one| format!("{}: {}", one.object, one.seen));
                writeln!(out, "{name}: [{}]", found.collect::<Vec<_>>().join("; "))
            }
        }
        .expect("a line");
    }
    out
}

#[test]
fn a_healthy_cluster_is_told_with_exact_releases() {
    let mut seen = sight(&recorded("split-3.9.2"), &hosts(["3.9.2"; 6]), None);
    assert_eq!(
        seen.identity.as_ref().map(|id| id.as_str()),
        Some("windlassLabAAAAAAAAAAA")
    );
    insta::assert_snapshot!(told(&seen), @r###"
    broker 1: broker 3.9.2; in sync; healthy
    broker 2: broker 3.9.2; in sync; healthy
    broker 3: broker 3.9.2; in sync; healthy
    controller 101: controller 3.9.2; active, active; healthy
    controller 102: controller 3.9.2; follower; healthy
    controller 103: controller 3.9.2; follower; healthy
    kraft.version 0 of Some((0, 1))
    metadata.version 21 of Some((1, 21))
    1 of {"1", "2", "3"}: loose-0, loose-1 and 1 more partition, min.insync.replicas 1
    2 of {"1", "2", "3"}: orders-0, orders-1 and 4 more partitions, min.insync.replicas 2
    2 of {"101", "102", "103"}: the metadata quorum, a majority of 3 voters
    "###);
    let Some(Fact::List(edited)) = seen.facts.remove("config.edited") else {
        panic!("it was asked");
    };
    let edited: Vec<&str> = edited.iter().map(|one| one.seen.as_str()).collect();
    assert_eq!(
        edited[..4],
        [
            "log.segment.bytes=1024, the process runs with 524288",
            "num.io.threads=x, the process runs with 4",
            "password.encoder.secret=(hidden) was added",
            "zookeeper.connect=z:1 was added",
        ]
    );
    assert!(
        edited[4..].contains(&"process.roles=broker was taken out"),
        "{edited:?}"
    );
    insta::assert_snapshot!(facts(&seen), @r###"
    brokers.fenced: []
    clients.old: unknown, a broker tells it by JMX only, which windlass does not speak
    config.bad-value: [broker 1: num.io.threads=x is no number]
    config.below-minimum: [broker 1: log.segment.bytes=1024 in its file, read at the next start; broker 1: log.segment.bytes=524288]
    config.controlled-shutdown: []
    config.file: []
    config.identity: []
    config.removed-keys: [broker 1: inter.broker.protocol.version=3.7; broker 1: password.encoder.secret=(hidden) in its file, read at the next start; broker 1: zookeeper.connect=z:1 in its file, read at the next start]
    disk.space: [broker 1: /srv/k1/data: 4 % free]
    identity.answers: true
    java.version: [member 2: runs on Java 11.0.2]
    level.metadata.version: 21
    levels.disagree: []
    logdirs.failed: []
    logdirs.space: []
    logging.log4j1: [broker 1: would be started with -Dlog4j.configuration=file:a]
    mode.kraft: true
    mode.migration: []
    partitions.offline: []
    partitions.under-min-isr: []
    partitions.under-replicated: []
    quorum.answers: true
    quorum.lagging: []
    quorum.majority-margin: 1
    quorum.voters: 3
    reassignments.running: []
    release.mixed: []
    release.ready: [member 2: 4.1.2 is not ready on loopback: no such folder]
    storage.formatted: []
    storage.identity: [broker 1: /srv/k1/data is of cluster another, this one is windlassLabAAAAAAAAAAA]
    topics.below-minimum: []
    topics.no-headroom: [topic pair: partitions 0, 1 with as many replicas as min.insync.replicas]
    topics.single-replica: [topic audit: partition 0 with one replica]
    unclean.election: [topic loose: unclean.leader.election.enable=true]
    voters.ghost: []
    "###);
}

#[test]
fn without_hosts_the_line_alone_is_told_and_an_upgrade_barred() {
    let seen = sight(&recorded("split-3.9.2"), &BTreeMap::new(), None);
    let broker = &seen.members[&MemberId::from("1")];
    assert_eq!(broker.components.values().next(), Some(&version("3.9")));
    let bars = seen.gaps.iter().filter(|gap| gap.weight == Weight::Bars);
    assert_eq!(bars.count(), 6, "one for each member without a host");
}

#[test]
fn a_mixed_cluster_supports_what_all_of_it_supports() {
    let releases = ["3.9.2", "3.9.2", "3.9.2", "4.1.2", "3.9.2", "4.1.2"];
    let seen = sight(&recorded("mixed"), &hosts(releases), None);
    let level = &seen.levels[&LevelName::from("metadata.version")];
    assert_eq!((level.finalized, level.supported), (21, Some((7, 21))));
    let Fact::List(mixed) = &seen.facts["release.mixed"] else {
        panic!("a list")
    };
    let mixed: Vec<String> = mixed
        .iter()
        .map(|one| format!("{}: {}", one.object, one.seen))
        .collect();
    insta::assert_debug_snapshot!(mixed, @r###"
    [
        "release 3.9.2: broker 1, broker 2, broker 3, controller 102",
        "release 4.1.2: controller 101, controller 103",
    ]
    "###);
}

#[test]
fn a_host_that_says_otherwise_than_the_wire_is_a_gap() {
    let releases = ["3.9.2", "4.1.2", "3.9.2", "4.1.2", "3.9.2", "4.1.2"];
    let seen = sight(&recorded("mixed"), &hosts(releases), None);
    let broker = &seen.members[&MemberId::from("2")];
    assert!(broker.components.is_empty() && broker.unversioned.len() == 1);
    let gaps: Vec<&str> = seen.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert_eq!(
        gaps,
        ["its process holds files of 4.1.2, and its broker listener answers as 3.9"]
    );
}

#[test]
fn a_broker_killed_a_moment_ago_counts_for_nothing_though_all_list_it() {
    let gathered = recorded("killed");
    let listed = gathered
        .topics
        .iter()
        .flatten()
        .flat_map(|topic| &topic.partitions);
    assert!(
        listed
            .filter(|one| one.replicas.contains(&2))
            .all(|one| one.in_sync.contains(&2))
    );
    let releases = ["3.9.2", "3.9.2", "3.9.2", "4.1.2", "3.9.2", "4.1.2"];
    let mut hosts = hosts(releases);
    hosts.get_mut(&MemberId::from("2")).expect("2").view.running = Running::Nothing;
    insta::assert_snapshot!(told(&sight(&gathered, &hosts, None)), @r###"
    broker 1: broker 3.9.2; in sync; healthy
    broker 2: ; down; down: no process runs; broker listener: 127.0.0.1:29312 cannot be reached: Connection refused (os error 111)
    broker 3: broker 3.9.2; in sync; healthy
    controller 101: controller 4.1.2; follower; healthy
    controller 102: controller 3.9.2; active, active; healthy
    controller 103: controller 4.1.2; follower; healthy
    eligible.leader.replicas.version 0 of None
    group.version 0 of None
    kraft.version 0 of None
    metadata.version 21 of None
    share.version 0 of None
    transaction.version 0 of None
    1 of {"1", "3"}: loose-0, loose-1 and 1 more partition, min.insync.replicas 1
    2 of {"1", "3"}: orders-0, orders-1 and 4 more partitions, min.insync.replicas 2
    2 of {"101", "102", "103"}: the metadata quorum, a majority of 3 voters
    "###);
}

#[test]
fn a_lost_quorum_is_trouble_though_brokers_answer_from_memory() {
    let releases = ["3.9.2", "4.1.2", "3.9.2", "4.1.2", "3.9.2", "4.1.2"];
    let seen = sight(&recorded("no-quorum"), &hosts(releases), None);
    insta::assert_snapshot!(told(&seen), @r###"
    broker 1: broker 3.9.2; in sync; healthy
    broker 2: broker 4.1.2; in sync; healthy
    broker 3: broker 3.9.2; in sync; healthy
    controller 101: controller 4.1.2; down; down: controller listener: 127.0.0.1:29301 cannot be reached: Connection refused (os error 111)
    controller 102: controller 3.9.2; no quorum; settling: the metadata quorum does not answer: 127.0.0.1:29311 gave no answer to DescribeQuorum within 2000 ms
    controller 103: controller 4.1.2; down; down: controller listener: 127.0.0.1:29303 cannot be reached: Connection refused (os error 111)
    eligible.leader.replicas.version 0 of None
    group.version 0 of None
    kraft.version 0 of None
    metadata.version 21 of None
    share.version 0 of None
    transaction.version 0 of None
    1 of {"1", "2", "3"}: loose-0, loose-1 and 1 more partition, min.insync.replicas 1
    2 of {"1", "2", "3"}: orders-0, orders-1 and 4 more partitions, min.insync.replicas 2
    trouble: no active controller answers: 127.0.0.1:29311 gave no answer to DescribeQuorum within 2000 ms
    "###);
    assert_eq!(seen.facts["quorum.answers"], Fact::Truth(false));
    assert!(matches!(seen.facts["quorum.lagging"], Fact::Unknown(_)));
}

#[test]
fn a_metadata_log_that_stands_still_is_trouble() {
    let gathered = recorded("split-4.1.2");
    let hosts = hosts(["4.1.2"; 6]);
    assert!(
        sight(&gathered, &hosts, Some(Ms(3_000)))
            .troubles
            .is_empty()
    );
    let seen = sight(&gathered, &hosts, Some(Ms(3_001)));
    assert_eq!(
        seen.troubles,
        ["the metadata log stands still since 3001 ms: no majority confirms what is written"]
    );
    assert_eq!(seen.facts["quorum.answers"], Fact::Truth(false));
}

#[test]
fn a_voter_that_lags_is_told_and_counts_for_no_majority() {
    let mut gathered = recorded("split-4.1.2");
    let quorum = gathered.quorum.as_mut().expect("a quorum");
    let leader = quorum.leader;
    let voter = quorum
        .voters
        .iter_mut()
        .find(|voter| voter.id != leader)
        .expect("a follower");
    (voter.caught_up_ms, voter.end) = (voter.caught_up_ms - 5_000, voter.end - 7);
    let id = voter.id.to_string();
    let seen = sight(&gathered, &hosts(["4.1.2"; 6]), None);
    let Health::Settling(why) = &seen.members[&MemberId::from(id)].health else {
        panic!("it lags")
    };
    assert!(why.starts_with("behind the active controller by "), "{why}");
    assert_eq!(seen.facts["quorum.majority-margin"], Fact::Number(0));
}

#[test]
fn two_clusters_behind_one_list_of_addresses_are_no_cluster() {
    let mut gathered = recorded("split-4.1.2");
    gathered
        .bootstrap
        .insert("elsewhere:9092".into(), Ok(Some("other".into())));
    let seen = sight(&gathered, &hosts(["4.1.2"; 6]), None);
    assert_eq!(seen.identity, None);
    assert_eq!(seen.facts["identity.answers"], Fact::Truth(false));
    assert!(seen.troubles[0].starts_with("the given addresses lead to two clusters"));
}

#[test]
fn somebody_else_at_the_address_of_a_broker_is_not_taken_for_it() {
    let mut gathered = recorded("split-4.1.2");
    let node = gathered.brokers.get_mut(&3).expect("broker 3");
    node.view.as_mut().expect("its view").cluster = Some("other".into());
    let seen = sight(&gathered, &hosts(["4.1.2"; 6]), None);
    let Health::Unknown(why) = &seen.members[&MemberId::from("3")].health else {
        panic!("it is not told")
    };
    assert_eq!(why, "at the address of broker 3 answers cluster other");
    assert!(
        seen.budgets
            .iter()
            .all(|one| !one.members.contains(&MemberId::from("3")))
    );
}

#[test]
fn partitions_without_a_leader_are_trouble_and_hold_broker_back() {
    let mut gathered = recorded("split-4.1.2");
    let topics = gathered.topics.as_mut().expect("topics");
    let orders = topics
        .iter_mut()
        .find(|topic| topic.name == "orders")
        .expect("orders");
    orders.partitions[0].leader = -1;
    orders.partitions[0].in_sync.clear();
    orders.partitions[1].in_sync.retain(|id| *id != 2);
    let seen = sight(&gathered, &hosts(["4.1.2"; 6]), None);
    assert_eq!(seen.troubles, ["1 partition has no leader: orders-0"]);
    let told = |name: &str| match &seen.facts[name] {
        Fact::List(found) => found.iter().map(|one| one.seen.clone()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(told("partitions.offline"), ["partition 0 without a leader"]);
    assert_eq!(
        told("partitions.under-min-isr"),
        ["partition 0 below min.insync.replicas"]
    );
    assert_eq!(
        told("partitions.under-replicated"),
        ["partitions 0, 1 with replicas out of sync"]
    );
    let Health::Settling(why) = &seen.members[&MemberId::from("2")].health else {
        panic!("it owes replicas")
    };
    assert!(why.starts_with("in sync "), "{why}");
}

#[test]
fn nobody_answering_is_trouble_and_no_health() {
    let mut gathered = recorded("no-quorum");
    let miss = gathered.quorum.clone().expect_err("none");
    for node in gathered
        .brokers
        .values_mut()
        .chain(gathered.controllers.values_mut())
    {
        (node.hello, node.view) = (Err(miss.clone()), Err(miss.clone()));
    }
    for one in gathered.bootstrap.values_mut() {
        *one = Err(miss.clone());
    }
    gathered.topics = Err(miss);
    let seen = sight(&gathered, &hosts(["4.1.2"; 6]), None);
    assert!(
        seen.troubles[0].starts_with("no given address answers: "),
        "{:?}",
        seen.troubles
    );
    assert!(
        seen.members
            .values()
            .all(|member| !member.health.is_healthy())
    );
    assert!(matches!(seen.facts["partitions.offline"], Fact::Unknown(_)));
}

#[test]
fn voters_that_could_not_be_asked_are_gaps_and_no_lost_quorum() {
    let mut gathered = recorded("split-4.1.2");
    gathered.controllers.clear();
    gathered.registered = Err(Miss::because("no controller listener answered"));
    let seen = sight(&gathered, &hosts(["4.1.2"; 6]), None);
    assert_eq!(seen.troubles, Vec::<String>::new());
    let margin = &seen.facts["quorum.majority-margin"];
    let why = "voters 101, 102, 103 could not be asked".to_string();
    assert_eq!(*margin, Fact::Unknown(why));
    let gaps: Vec<&str> = seen.gaps.iter().map(|gap| gap.what.as_str()).collect();
    assert_eq!(gaps[0], "the address of controller 101 is not known");
    assert_eq!(gaps.len(), 3);
}

#[test]
fn controllers_alone_tell_that_there_are_brokers_and_not_where() {
    let mut gathered = recorded("split-4.1.2");
    gathered.brokers.clear();
    let miss = Miss::because("no broker answered");
    gathered.topics = Err(miss.clone());
    gathered.registered_brokers = Err(miss);
    gathered.asked = None;
    let seen = sight(&gathered, &BTreeMap::new(), None);
    let broker = &seen.members[&MemberId::from("1")];
    assert_eq!(broker.name, "broker 1");
    assert!(
        matches!(&broker.health, Health::Unknown(why) if why.starts_with("the address of broker 1 is not known"))
    );
    assert!(seen.members[&MemberId::from("101")].health.is_healthy());
}

/// As many partitions as a large cluster has are counted in no time that a person would notice.
#[test]
fn thousands_of_partitions_make_few_budgets() {
    let mut gathered = recorded("split-4.1.2");
    let topics = gathered.topics.as_mut().expect("topics");
    let orders = topics
        .iter()
        .find(|topic| topic.name == "orders")
        .expect("orders")
        .clone();
    let settings = gathered.topic_settings.as_mut().expect("settings");
    for number in 0..3_000 {
        let mut topic = orders.clone();
        topic.name = format!("many-{number:04}");
        settings.insert(topic.name.clone(), settings["orders"]);
        topics.push(topic);
    }
    let seen = sight(&gathered, &hosts(["4.1.2"; 6]), None);
    assert_eq!(seen.budgets.len(), 3);
    assert_eq!(
        seen.budgets[1].reason,
        "orders-0, orders-1 and 18004 more partitions, min.insync.replicas 2"
    );
}
