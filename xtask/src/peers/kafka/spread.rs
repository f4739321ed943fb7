//! A cluster as others have it: a node a machine, listeners by name behind TLS of its own authority, logins
//! for clients, and whoever set it up is gone.
//!
//! Clients: TLS and SCRAM. Brokers among themselves and controllers: mutual TLS. Nothing is in plain text.
//! Must never know: windlass. Facts: Apache Kafka's documentation, "Security" and "KRaft".
//! Tests: `tests/it/stranger.rs`.

use std::fs;
use std::os::unix::fs::chown;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::super::keys::{Authority, Span};
use super::super::machines::{KAFKA, Machine, Machines};
use super::super::process::{run, tail};
use super::super::{PeerError, doing};
use super::format::{self, Template};
use super::release::{self, Release};

/// Where clients call, with TLS and a login.
pub const CLIENTS: u16 = 9093;
/// Where the member's folder is on each machine.
pub const FOLDER: &str = "/srv/kafka";
const TOOL: &str = include_str!("../../../peers/kafka/Topic.java");
/// A heap under which a test node was seen to live through whole rolls.
pub const HEAP: &str = "-Xmx128m -Xms32m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";
const HEALTHY_LIMIT: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What a node writes when it serves.
const SERVES: &str = "Kafka Server started";

/// Lays the cluster out on these machines and waits until it serves: ids from 1, each node controller and
/// broker both. Releases lie under `/opt/kafka` there already.
///
/// # Errors
/// When a folder cannot be written or a node does not come up; with the end of its log.
pub fn spread(
    machines: &Machines,
    release: &Release,
    authority: &Authority,
) -> Result<(), PeerError> {
    release::users(release)?;
    let cluster = format::random_id()?;
    let voters: Vec<String> = (1..)
        .zip(&machines.hosts)
        .map(|(id, host)| format!("{id}@{}:9094", host.name))
        .collect();
    for (id, host) in (1..).zip(&machines.hosts) {
        let folder = host.path(FOLDER);
        for part in ["logs", "data", "tls"] {
            let part = folder.join(part);
            fs::create_dir_all(&part).map_err(doing(format!("make {}", part.display())))?;
        }
        format::format(release, Template::Users, &folder.join("data"), &cluster, id)?;
        let pair = authority.sign(&host.name, &[&host.name], Span::Good)?;
        let put = |from: &std::path::Path, name: &str| {
            let to = folder.join("tls").join(name);
            fs::copy(from, to)
                .map(|_bytes| ())
                .map_err(doing(format!("put {name}")))
        };
        put(&pair.both, "node.pem")?;
        put(&authority.ca(), "ca.pem")?;
        let text = properties(id, &host.name, &voters.join(","));
        fs::write(folder.join("server.properties"), text).map_err(doing("write properties"))?;
        give(host)?;
        start(host, release)?;
    }
    for host in &machines.hosts {
        serves(host)?;
    }
    Ok(())
}

/// All of it belongs to whom the node runs as, and so does the place of releases.
fn give(host: &Machine) -> Result<(), PeerError> {
    let owner = format!("{}:{}", KAFKA.name, KAFKA.name);
    run(host.root("chown").args(["-R", &owner, FOLDER]))?;
    chown(host.path("/opt/kafka"), Some(KAFKA.id), Some(KAFKA.id)).map_err(doing("give /opt/kafka"))
}

fn start(host: &Machine, release: &Release) -> Result<(), PeerError> {
    let script = "cd \"$1\" && exec setsid \"$2/bin/kafka-server-start.sh\" \"$1/server.properties\" \
                  </dev/null >>logs/server.log 2>&1 &";
    let releases = format!("/opt/kafka/{}", release.version());
    run(host
        .user(KAFKA, "env")
        .arg(format!("KAFKA_HEAP_OPTS={HEAP}"))
        .args(["sh", "-c", script, "sh", FOLDER, &releases]))
    .map(|_said| ())
}

fn serves(host: &Machine) -> Result<(), PeerError> {
    let begun = Instant::now();
    loop {
        let log = fs::read(host.path(FOLDER).join("logs/server.log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        if log.contains(SERVES) {
            return Ok(());
        }
        if begun.elapsed() > HEALTHY_LIMIT {
            return Err(PeerError::Late {
                what: format!("the node on {}", host.name),
                seconds: HEALTHY_LIMIT.as_secs(),
                seen: tail(&log),
            });
        }
        sleep(LOOK_EVERY);
    }
}

/// Makes a topic of three replicas, by Kafka's own client with the node's own keys.
///
/// # Errors
/// When it does not end well.
pub fn create_topic(
    host: &Machine,
    version: &str,
    topic: &str,
    partitions: u16,
) -> Result<(), PeerError> {
    ask(host, version, &[topic, &partitions.to_string(), "3"]).map(|_said| ())
}

/// Of each partition of a topic: how many replicas it has, and how many are in sync.
///
/// # Errors
/// When nobody answers.
pub fn in_sync(host: &Machine, version: &str, topic: &str) -> Result<Vec<(u16, u16)>, PeerError> {
    let said = ask(host, version, &[topic])?;
    let line = |line: &str| {
        let mut words = line.split(' ').skip(1).map(str::parse);
        Some((words.next()?.ok()?, words.next()?.ok()?))
    };
    Ok(said.lines().filter_map(line).collect())
}

fn ask(host: &Machine, version: &str, words: &[&str]) -> Result<String, PeerError> {
    let client = format!(
        "bootstrap.servers={}:9092\nsecurity.protocol=SSL\n\
         ssl.keystore.type=PEM\nssl.truststore.type=PEM\n\
         ssl.keystore.location={FOLDER}/tls/node.pem\nssl.truststore.location={FOLDER}/tls/ca.pem\n",
        host.name
    );
    let file = |name: &str| host.path(FOLDER).join(name);
    fs::write(file("tool.properties"), client).map_err(doing("write properties of a client"))?;
    fs::write(file("Topic.java"), TOOL).map_err(doing("write a client"))?;
    run(host
        .user(KAFKA, "java")
        .args(["-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(format!("/opt/kafka/{version}/libs/*"))
        .args([
            &format!("{FOLDER}/Topic.java"),
            &format!("{FOLDER}/tool.properties"),
        ])
        .args(words))
}

fn properties(id: i32, host: &str, voters: &str) -> String {
    let mut text = format!(
        "process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
inter.broker.listener.name=INTERNAL
listeners=CLIENTS://:{CLIENTS},INTERNAL://:9092,CONTROLLER://:9094
advertised.listeners=CLIENTS://{host}:{CLIENTS},INTERNAL://{host}:9092
listener.security.protocol.map=CLIENTS:SASL_SSL,INTERNAL:SSL,CONTROLLER:SSL
ssl.keystore.type=PEM
ssl.keystore.location={FOLDER}/tls/node.pem
ssl.truststore.type=PEM
ssl.truststore.location={FOLDER}/tls/ca.pem
ssl.client.auth=required
listener.name.clients.ssl.client.auth=none
listener.name.clients.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
log.dirs={FOLDER}/data
"
    );
    text.push_str(
        "min.insync.replicas=2
default.replication.factor=3
offsets.topic.replication.factor=3
offsets.topic.num.partitions=6
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
",
    );
    text
}
