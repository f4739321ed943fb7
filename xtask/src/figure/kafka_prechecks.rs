//! `kafka-prechecks`: faults planted on one real cluster of three controllers and three brokers, of
//! which each must be named by its check, with the right object and remedy. n of m, in per cent.
//!
//! Must never know: how windlass finds them.

mod fault;
mod plant;

use crate::peers::kafka::ask::Topic;
use crate::peers::kafka::{Lab, ROLL};
use crate::peers::process::Signal;
use crate::roll::NAME;
use crate::windlass::{Profile, Windlass};
use crate::workspace::{NotSo, Trouble};
use fault::{Fault, named};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

const WELL_WITHIN: Duration = Duration::from_secs(90);
/// A killed broker is fenced when its session (3 s) has ended.
const SESSION: Duration = Duration::from_secs(6);

/// A word of a file that a fault changes, and what it becomes.
struct Edit(i32, &'static str, &'static str);

/// Settings with which nodes run.
const RUNNING: [Edit; 6] = [
    Edit(1, "inter.broker.protocol.version", "3.7"),
    Edit(1, "log.message.format.version", "3.0"),
    Edit(2, "log.segment.bytes", "524288"),
    Edit(2, "unclean.leader.election.enable", "true"),
    Edit(2, "controlled.shutdown.enable", "false"),
    Edit(3, "auto.include.jmx.reporter", "true"),
];

/// Edits after the start: nothing has read them yet.
const EDITED: [Edit; 21] = [
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

const IN_FILES: [Fault; 27] = [
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

const ELSEWHERE: [Fault; 13] = [
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

const BROKER_DOWN: [Fault; 6] = [
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

const UNDECLARED: [Fault; 4] = [
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

const FILE_GONE: [Fault; 1] = [Fault::new(
    "a configuration file that is gone",
    "config.file",
    "broker 1",
    "is not there",
    "put the file back",
)];

const OTHER_RELEASE: [Fault; 1] = [Fault::new(
    "another release in the folder",
    "release.ready",
    "member 1",
    "has files of 3.9.2",
    "put the release",
)];

const NO_PROGRAM: [Fault; 1] = [Fault::new(
    "a release without its program",
    "release.ready",
    "member 1",
    "kafka-server-start.sh",
    "put the release",
)];

const NO_QUORUM: [Fault; 1] = [Fault::new(
    "two of three controllers gone",
    "quorum.answers",
    "quorum.answers",
    "no",
    "start controllers",
)];

const CHECKS: &str = "checks:
  - {name: backup, command: [sh, -c, 'echo \"[{\\\"object\\\": \\\"volume b\\\", \\\"seen\\\": \\\"3 days old\\\"}]\"; exit 1'], mend: take one}
  - {name: hangs, command: [sleep, '60'], timeout: 500ms, mend: look at it}
  - {name: zones, cel: \"cluster.members.filter(m, m.zone == null).map(m, m.name)\", mend: give it a rack}
";

pub(super) fn measure() -> Result<f64, Trouble> {
    let windlass = Windlass::build(Profile::Dev)?;
    let mut lab = Lab::builder()
        .separated(3, 3)
        .name(NAME)
        .version(ROLL[0])
        .policy(CHECKS)
        .start()?;
    let file = lab.cluster_file();
    let mut bench = Bench {
        windlass,
        tally: (0, 0),
    };
    bench.topics(&mut lab)?;
    bench.files(&lab)?;
    bench.apply(&odd(&lab, &file)?)?;
    bench.judge("files, topics, hosts", "4.1", &[&IN_FILES, &ELSEWHERE])?;
    bench.releases(&lab, &file)?;
    fs::rename(config(&lab, 1), config(&lab, 1).with_extension("gone"))?;
    bench.judge("a file gone", "4.1", &[&FILE_GONE])?;
    bench.down(&mut lab, &file)?;
    let (found, all) = bench.tally;
    println!("{found} of {all} faults named with the right object and remedy");
    Ok(f64::from(found) * 100.0 / f64::from(all))
}

struct Bench {
    windlass: Windlass,
    tally: (u32, u32),
}

impl Bench {
    fn apply(&self, file: &str) -> Result<(), Trouble> {
        let path = self.windlass.folder().join("cluster.yaml");
        fs::write(&path, file)?;
        self.windlass
            .must(&["apply", "-f", &path.to_string_lossy()])?;
        Ok(())
    }

    fn judge(&mut self, what: &str, to: &str, faults: &[&[Fault]]) -> Result<(), Trouble> {
        println!("{what}:");
        let told = self.windlass.json(&["check", NAME, "--to", to])?;
        for faults in faults {
            let (found, all) = named(&told, faults);
            self.tally = (self.tally.0 + found, self.tally.1 + all);
        }
        if told.to_string().contains("very-secret") {
            return Err(NotSo("a secret was told".into()).into());
        }
        Ok(())
    }

    /// Nodes that run with odd settings, and topics as nobody should make them.
    fn topics(&self, lab: &mut Lab) -> Result<(), Trouble> {
        for Edit(node, key, value) in &RUNNING {
            edit(lab, *node, key, value)?;
        }
        for id in [1, 2, 3] {
            lab.restart(id)?;
            lab.wait_healthy(WELL_WITHIN)?;
        }
        let Some((_, broker)) = lab.brokers().first().copied() else {
            return Err(NotSo("there is no broker".into()).into());
        };
        lab.create_topic(&Topic {
            name: "calm",
            partitions: 12,
            replicas: 3,
            min_in_sync: 2,
        })?;
        plant::topic(broker, "lonely", &[&[3]], &[("min.insync.replicas", "1")])?;
        plant::topic(broker, "tight", &[&[2, 3]], &[("min.insync.replicas", "2")])?;
        plant::topic(
            broker,
            "strict",
            &[&[2, 3]],
            &[("min.insync.replicas", "2")],
        )?;
        plant::topic(broker, "moved", &[&[1, 2]], &[])?;
        let unclean = [("unclean.leader.election.enable", "true")];
        plant::topic(broker, "unclean", &[&[1, 2, 3]], &unclean)?;
        plant::topic(
            broker,
            "small",
            &[&[1, 2, 3]],
            &[("segment.bytes", "65536")],
        )?;
        lab.wait_healthy(WELL_WITHIN)?;
        Ok(())
    }

    /// What nothing has read yet.
    fn files(&self, lab: &Lab) -> Result<(), Trouble> {
        for Edit(node, key, value) in &EDITED {
            edit(lab, *node, key, value)?;
        }
        without(&config(lab, 1), "num.network.threads=")?;
        for (node, key, value) in [(3, "cluster.id", "another"), (2, "node.id", "77")] {
            let meta = lab.folder(node).join("data/meta.properties");
            without(&meta, &format!("{key}="))?;
            append(&meta, &format!("{key}={value}"))?;
        }
        Ok(())
    }

    /// Releases that are not what they should be.
    fn releases(&mut self, lab: &Lab, file: &str) -> Result<(), Trouble> {
        let old = crate::peers::kafka::release(ROLL[0])?;
        let libs = self.windlass.folder().join("other/4.1.2");
        fs::create_dir_all(&libs)?;
        std::os::unix::fs::symlink(old.root().join("libs"), libs.join("libs"))?;
        let jars = libs.join("jars");
        fs::create_dir_all(&jars)?;
        fs::write(jars.join("kafka-clients-3.9.2.jar"), "")?;
        self.apply(&releases_at(file, &self.windlass.folder().join("other"))?)?;
        self.judge("another release inside", "4.1.2", &[&OTHER_RELEASE])?;
        let bare = self.windlass.folder().join("bare/4.1.2/libs");
        fs::create_dir_all(&bare)?;
        fs::write(bare.join("kafka-clients-4.1.2.jar"), "")?;
        self.apply(&releases_at(file, &self.windlass.folder().join("bare"))?)?;
        self.judge("a release without its program", "4.1.2", &[&NO_PROGRAM])?;
        self.apply(&odd(lab, file)?)
    }

    /// A broker and a controller down, then undeclared; then the quorum gone.
    fn down(&mut self, lab: &mut Lab, file: &str) -> Result<(), Trouble> {
        let Some((_, broker)) = lab.brokers().first().copied() else {
            return Err(NotSo("there is no broker".into()).into());
        };
        // The active one stays: an election is no fault.
        let active = lab.active_controller();
        if active == Some(103) {
            lab.kill(103, Signal::KILL)?;
        }
        lab.kill(3, Signal::KILL)?;
        std::thread::sleep(SESSION);
        plant::move_to(broker, "moved", &[1, 3])?;
        if lab.pid(103).is_some() {
            lab.kill(103, Signal::KILL)?;
        }
        std::thread::sleep(SESSION);
        self.judge("a broker and a controller down", "4.1", &[&BROKER_DOWN])?;
        self.apply(&only(file, &[1, 101, 102])?)?;
        self.judge("members that no file names", "4.1", &[&UNDECLARED])?;
        lab.kill(102, Signal::KILL)?;
        std::thread::sleep(SESSION);
        self.judge("the quorum gone", "4.1", &[&NO_QUORUM])
    }
}

fn config(lab: &Lab, node: i32) -> PathBuf {
    lab.folder(node).join("server.properties")
}

fn edit(lab: &Lab, node: i32, key: &str, value: &str) -> Result<(), Trouble> {
    let path = config(lab, node);
    without(&path, &format!("{key}="))?;
    append(&path, &format!("{key}={value}"))
}

fn without(path: &PathBuf, start: &str) -> Result<(), Trouble> {
    let text = fs::read_to_string(path)?;
    let lines = text.lines().filter(|line| !line.starts_with(start));
    let mut kept: String = lines.collect::<Vec<_>>().join("\n");
    kept.push('\n');
    Ok(fs::write(path, kept)?)
}

fn append(path: &PathBuf, line: &str) -> Result<(), Trouble> {
    let text = fs::read_to_string(path)?;
    Ok(fs::write(path, format!("{text}{line}\n"))?)
}

/// The cluster's file with a Java 11 for member 3, logging of log4j 1 for 101, and no such releases.
fn odd(lab: &Lab, file: &str) -> Result<String, Trouble> {
    let java = lab.folder(3).join("java11");
    fs::create_dir_all(&java)?;
    fs::write(java.join("release"), "JAVA_VERSION=\"11.0.2\"\n")?;
    let java = format!("JAVA_HOME: \"{}\"", java.display());
    let log = "KAFKA_LOG4J_OPTS: \"-Dlog4j.configuration=file:log4j.properties\"";
    let file = of_member(file, 3, &java)?;
    let file = of_member(&file, 101, log)?;
    releases_at(&file, &lab.folder(0))
}

/// One more variable for a member.
fn of_member(file: &str, id: i32, variable: &str) -> Result<String, Trouble> {
    let (before, rest) = split_at_member(file, id)?;
    let with = rest.replacen("env: {", &format!("env: {{{variable}, "), 1);
    Ok(format!("{before}{with}"))
}

fn split_at_member(file: &str, id: i32) -> Result<(&str, &str), Trouble> {
    let at = file
        .find(&format!("- id: {id}\n"))
        .ok_or_else(|| NotSo(format!("the file names no member {id}")))?;
    Ok(file.split_at(at))
}

/// Releases in another folder.
fn releases_at(file: &str, folder: &std::path::Path) -> Result<String, Trouble> {
    let line = file
        .lines()
        .find(|line| line.starts_with("  release:"))
        .ok_or_else(|| NotSo("the file names no releases".into()))?;
    let other = format!("  release: \"{}/{{version}}\"", folder.display());
    Ok(file.replacen(line, &other, 1))
}

/// Only these members.
fn only(file: &str, ids: &[i32]) -> Result<String, Trouble> {
    let (head, rest) = file
        .split_once("      members:\n")
        .ok_or_else(|| NotSo("the file names no members".into()))?;
    let (members, policy) = rest
        .split_once("  policy:\n")
        .ok_or_else(|| NotSo("the file has no policy".into()))?;
    let mut kept = String::new();
    for member in members
        .split("        - id: ")
        .filter(|text| !text.trim().is_empty())
    {
        let id: i32 = member.lines().next().unwrap_or_default().trim().parse()?;
        if ids.contains(&id) {
            kept.push_str("        - id: ");
            kept.push_str(member);
        }
    }
    Ok(format!("{head}      members:\n{kept}  policy:\n{policy}"))
}
