//! What is planted, and what must be told of it.
//!
//! Must never know: how windlass finds it.

use super::fault::Fault;

/// A word of a file that a fault changes, and what it becomes.
pub(super) struct Edit(
    pub(super) i32,
    pub(super) &'static str,
    pub(super) &'static str,
);

/// Settings with which nodes run.
pub(super) const RUNNING: [Edit; 6] = [
    Edit(1, "inter.broker.protocol.version", "3.7"),
    Edit(1, "log.message.format.version", "3.0"),
    Edit(2, "log.segment.bytes", "524288"),
    Edit(2, "unclean.leader.election.enable", "true"),
    Edit(2, "controlled.shutdown.enable", "false"),
    Edit(3, "auto.include.jmx.reporter", "true"),
];

/// Edits after the start: nothing has read them yet.
pub(super) const EDITED: [Edit; 21] = [
    Edit(1, "zookeeper.connect", "zk:2181"),
    Edit(1, "zookeeper.metadata.migration.enable", "true"),
    Edit(1, "delegation.token.master.key", "very-secret"),
    Edit(1, "control.plane.listener.name", "CONTROL"),
    Edit(1, "password.encoder.secret", "very-secret"),
    Edit(1, "broker.id.generation.enable", "false"),
    Edit(1, "log.segment.bytes", "1024"),
    Edit(2, "reserved.broker.max.id", "5000"),
    Edit(2, "offsets.commit.required.acks", "-1"),
    Edit(2, "metrics.jmx.blacklist", "kafka.x"),
    Edit(2, "metrics.jmx.whitelist", "kafka.y"),
    Edit(2, "log.message.timestamp.difference.max.ms", "1000"),
    Edit(2, "remote.log.manager.copier.thread.pool.size", "-1"),
    Edit(2, "num.io.threads", "8"),
    Edit(3, "num.io.threads", "0"),
    Edit(3, "controlled.shutdown.enable", "false"),
    Edit(3, "ssl.keystore.password", "very-secret"),
    Edit(101, "num.network.threads", "abc"),
    Edit(102, "node.id", "7"),
    Edit(103, "log.dirs", "/nonexistent/kafka"),
    Edit(103, "num.partitions", "0"),
];

pub(super) const IN_FILES: [Fault; 27] = [
    Fault::new(
        "inter.broker.protocol.version runs",
        "config.removed-keys",
        "broker 1",
        "inter.broker.protocol.version=3.7",
        "take the keys",
    ),
    Fault::new(
        "log.message.format.version runs",
        "config.removed-keys",
        "broker 1",
        "log.message.format.version=3.0",
        "take the keys",
    ),
    Fault::new(
        "auto.include.jmx.reporter runs",
        "config.removed-keys",
        "broker 3",
        "auto.include.jmx.reporter=true",
        "take the keys",
    ),
    Fault::new(
        "zookeeper.connect left in",
        "config.removed-keys",
        "broker 1",
        "zookeeper.connect=zk:2181 in its file",
        "take the keys",
    ),
    Fault::new(
        "delegation.token.master.key left in",
        "config.removed-keys",
        "broker 1",
        "delegation.token.master.key=(hidden)",
        "take the keys",
    ),
    Fault::new(
        "control.plane.listener.name left in",
        "config.removed-keys",
        "broker 1",
        "control.plane.listener.name=CONTROL",
        "take the keys",
    ),
    Fault::new(
        "password.encoder.* left in",
        "config.removed-keys",
        "broker 1",
        "password.encoder.secret=(hidden)",
        "take the keys",
    ),
    Fault::new(
        "broker.id.generation.enable left in",
        "config.removed-keys",
        "broker 1",
        "broker.id.generation.enable=false",
        "take the keys",
    ),
    Fault::new(
        "reserved.broker.max.id left in",
        "config.removed-keys",
        "broker 2",
        "reserved.broker.max.id=5000",
        "take the keys",
    ),
    Fault::new(
        "offsets.commit.required.acks left in",
        "config.removed-keys",
        "broker 2",
        "offsets.commit.required.acks=-1",
        "take the keys",
    ),
    Fault::new(
        "metrics.jmx.blacklist left in",
        "config.removed-keys",
        "broker 2",
        "metrics.jmx.blacklist=kafka.x",
        "take the keys",
    ),
    Fault::new(
        "metrics.jmx.whitelist left in",
        "config.removed-keys",
        "broker 2",
        "metrics.jmx.whitelist=kafka.y",
        "take the keys",
    ),
    Fault::new(
        "timestamp.difference left in",
        "config.removed-keys",
        "broker 2",
        "log.message.timestamp.difference.max.ms=1000",
        "take the keys",
    ),
    Fault::new(
        "small segments run",
        "config.below-minimum",
        "broker 2",
        "log.segment.bytes=524288",
        "raise the values",
    ),
    Fault::new(
        "small segments edited in",
        "config.below-minimum",
        "broker 1",
        "log.segment.bytes=1024 in its file",
        "raise the values",
    ),
    Fault::new(
        "copier threads of -1 edited in",
        "config.below-minimum",
        "broker 2",
        "remote.log.manager.copier.thread.pool.size=-1",
        "raise the values",
    ),
    Fault::new(
        "a file edited after the start",
        "config.edited",
        "broker 2",
        "num.io.threads=8, the process runs with 4",
        "whether the change was meant",
    ),
    Fault::new(
        "a secret edited in",
        "config.edited",
        "broker 3",
        "ssl.keystore.password=(hidden) was added",
        "whether the change was meant",
    ),
    Fault::new(
        "a line taken out of a file",
        "config.edited",
        "broker 1",
        "num.network.threads=2 was taken out",
        "whether the change was meant",
    ),
    Fault::new(
        "no number",
        "config.bad-value",
        "controller 101",
        "num.network.threads=abc is no number",
        "mend the value",
    ),
    Fault::new(
        "a number too low",
        "config.bad-value",
        "broker 3",
        "num.io.threads=0, at least 1",
        "mend the value",
    ),
    Fault::new(
        "partitions of 0",
        "config.bad-value",
        "controller 103",
        "num.partitions=0",
        "mend the value",
    ),
    Fault::new(
        "the id of another node",
        "config.identity",
        "controller 102",
        "node.id=7",
        "set node.id",
    ),
    Fault::new(
        "a log directory that is not there",
        "storage.formatted",
        "controller 103",
        "/nonexistent/kafka has no meta.properties",
        "kafka-storage.sh format",
    ),
    Fault::new(
        "in migration from ZooKeeper",
        "mode.migration",
        "broker 1",
        "zookeeper.metadata.migration.enable=true",
        "finish the migration",
    ),
    Fault::new(
        "unclean election at a broker",
        "unclean.election",
        "broker 2",
        "unclean.leader.election.enable=true",
        "unclean.leader.election.enable=false",
    ),
    Fault::new(
        "abrupt stops",
        "config.controlled-shutdown",
        "broker 2",
        "controlled.shutdown.enable=false",
        "controlled.shutdown.enable=false out",
    ),
];

pub(super) const ELSEWHERE: [Fault; 13] = [
    Fault::new(
        "a topic with one replica",
        "topics.single-replica",
        "topic lonely",
        "",
        "replication factor",
    ),
    Fault::new(
        "a topic without headroom",
        "topics.no-headroom",
        "topic tight",
        "",
        "min.insync.replicas",
    ),
    Fault::new(
        "unclean election at a topic",
        "unclean.election",
        "topic unclean",
        "unclean.leader.election.enable=true",
        "unclean.leader.election.enable=false",
    ),
    Fault::new(
        "a topic with small segments",
        "topics.below-minimum",
        "topic small",
        "segment.bytes=65536",
        "segment.bytes",
    ),
    Fault::new(
        "data of another cluster",
        "storage.identity",
        "broker 3",
        "is of cluster another",
        "own directory",
    ),
    Fault::new(
        "data of another node",
        "storage.identity",
        "broker 2",
        "is of node 77",
        "own directory",
    ),
    Fault::new(
        "a JAVA_HOME of Java 11",
        "java.version",
        "member 3",
        "would be started on Java 11.0.2",
        "Java 17",
    ),
    Fault::new(
        "logging of log4j 1",
        "logging.log4j1",
        "controller 101",
        "-Dlog4j.configuration=file:log4j.properties",
        "log4j 2",
    ),
    Fault::new(
        "a release that is not there",
        "release.ready",
        "member 2",
        "4.1.2 is not ready",
        "put the release",
    ),
    Fault::new(
        "clients that nobody can tell of",
        "clients.old",
        "",
        "JMX",
        "DeprecatedRequestsPerSec",
    ),
    Fault::new(
        "an own command that fails",
        "own.backup",
        "volume b",
        "3 days old",
        "take one",
    ),
    Fault::new(
        "an own command that hangs",
        "own.hangs",
        "",
        "did not end within 500 ms",
        "look at it",
    ),
    Fault::new(
        "an own expression that finds",
        "own.zones",
        "broker 1",
        "found",
        "give it a rack",
    ),
];

pub(super) const BROKER_DOWN: [Fault; 6] = [
    Fault::new(
        "a broker that is down",
        "brokers.fenced",
        "broker 3",
        "",
        "start the broker",
    ),
    Fault::new(
        "a partition without a leader",
        "partitions.offline",
        "topic lonely",
        "",
        "bring back the brokers",
    ),
    Fault::new(
        "a partition with a replica behind",
        "partitions.under-replicated",
        "topic calm",
        "",
        "caught up",
    ),
    Fault::new(
        "a partition under min ISR",
        "partitions.under-min-isr",
        "topic strict",
        "",
        "acks=all",
    ),
    Fault::new(
        "a reassignment under way",
        "reassignments.running",
        "partition moved-0",
        "",
        "cancel them",
    ),
    Fault::new(
        "a controller that is down",
        "quorum.lagging",
        "controller 103",
        "",
        "voter named",
    ),
];

pub(super) const UNDECLARED: [Fault; 4] = [
    Fault::new(
        "a broker that is gone and in no file",
        "gap.broker-3",
        "broker 3",
        "is not declared",
        "declare its host",
    ),
    Fault::new(
        "a voter that is gone",
        "voters.ghost",
        "controller 103",
        "votes",
        "unregister",
    ),
    Fault::new(
        "a member that no file names",
        "gap.broker-2",
        "broker 2",
        "is not declared",
        "declare its host",
    ),
    Fault::new(
        "no margin in the quorum",
        "quorum.majority-margin",
        "quorum.majority-margin",
        "0, at least 1",
        "bring back controllers",
    ),
];

pub(super) const FILE_GONE: [Fault; 1] = [Fault::new(
    "a configuration file that is gone",
    "config.file",
    "broker 1",
    "is not there",
    "put the file back",
)];

pub(super) const OTHER_RELEASE: [Fault; 1] = [Fault::new(
    "another release in the folder",
    "release.ready",
    "member 1",
    "has files of 3.9.2",
    "put the release",
)];

pub(super) const NO_PROGRAM: [Fault; 1] = [Fault::new(
    "a release without its program",
    "release.ready",
    "member 1",
    "kafka-server-start.sh",
    "put the release",
)];

pub(super) const NO_QUORUM: [Fault; 1] = [Fault::new(
    "two of three controllers gone",
    "quorum.answers",
    "quorum.answers",
    "no",
    "start controllers",
)];

pub(super) const CHECKS: &str = "checks:
  - {name: backup, command: [sh, -c, 'echo \"[{\\\"object\\\": \\\"volume b\\\", \\\"seen\\\": \\\"3 days old\\\"}]\"; exit 1'], mend: take one}
  - {name: hangs, command: [sleep, '60'], timeout: 500ms, mend: look at it}
  - {name: zones, cel: \"cluster.members.filter(m, m.zone == null).map(m, m.name)\", mend: give it a rack}
";
