//! A real cluster, raised by the real binary, killed on the way as often as asked.
//!
//! Must never know: how windlass decides or acts.
//! Tests: `tests/it/roll.rs`.

use std::time::{Duration, Instant};

use crate::peers::kafka::ask::Topic;
use crate::peers::kafka::{Lab, ROLL};
use crate::peers::sshd::daemon::{self, Sshd};
use crate::windlass::{Ended, Windlass, live_for};
use crate::workspace::{NotSo, Trouble};

/// Three controllers and a broker, on a busy machine.
const HALF_WAY_LIMIT: Duration = Duration::from_mins(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The name under which the lab registers itself.
pub const NAME: &str = "orders";

/// Two hops, as in the issue of a careful user: by way of 4.0.
pub const LONG: &[&str] = &["--to", "4.1", "--via", "4.0"];

/// A carrier lives so long before a kill, at least; and up to as much again.
const LIFE_MS: u64 = 5_000;

/// A cluster of three controllers and three brokers on 3.9 with 60 partitions, well and quiet.
///
/// # Errors
/// When it does not become healthy.
pub fn cluster() -> Result<Lab, Trouble> {
    let lab = Lab::builder()
        .separated(3, 3)
        .name(NAME)
        .version(ROLL[0])
        .start()?;
    topic(&lab)?;
    Ok(lab)
}

/// The topic that load is put on.
///
/// # Errors
/// When the cluster refuses it.
pub fn topic(lab: &Lab) -> Result<(), Trouble> {
    Ok(lab.create_topic(&Topic {
        name: NAME,
        partitions: 60,
        replicas: 3,
        min_in_sync: 2,
    })?)
}

/// Registers the lab's cluster file.
///
/// # Errors
/// When windlass refuses it.
pub fn register(windlass: &Windlass, lab: &Lab) -> Result<(), Trouble> {
    let file = windlass.folder().join("cluster.yaml");
    std::fs::write(&file, lab.cluster_file())?;
    windlass.must(&["apply", "-f", &file.to_string_lossy()])?;
    Ok(())
}

/// A cluster file whose hosts are reached over a server instead of straight.
///
/// # Errors
/// When it cannot be told who we are.
pub fn over_ssh(file: &str, server: &Sshd) -> Result<String, Trouble> {
    let way = format!(
        "ssh: {{address: 127.0.0.1, port: {}, user: {}, key: {{fromFile: \"{}\"}}, knownHosts: \"{}\"}}",
        server.port(),
        daemon::user()?,
        server.user_key().display(),
        server.known_hosts().display()
    );
    Ok(file.replace("local: {}", &way))
}

/// Raises it, killing windlass with SIGKILL so often on the way; each time it is started again it
/// must go on by itself. `seed` decides the instants.
///
/// # Errors
/// When a carrier ends badly, or the roll ended before all kills were done.
pub fn raise(windlass: &Windlass, goal: &[&str], kills: u32, seed: u64) -> Result<(), Trouble> {
    let mut done = 0;
    let mut random = seed;
    loop {
        let words = ["upgrade", NAME]
            .iter()
            .chain(goal)
            .chain(&["--yes", "--soak", "0s"]);
        let child = windlass
            .command(words)
            .stdout(std::process::Stdio::null())
            .spawn()?;
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let life = Duration::from_millis(LIFE_MS + (random >> 33) % LIFE_MS);
        match live_for(child, (done < kills).then_some(life))? {
            Ended::Killed => {
                done += 1;
                eprintln!(
                    "windlass killed after {:.1} s ({done} of {kills})",
                    life.as_secs_f64()
                );
            }
            Ended::WithCode(0) if done == kills => return Ok(()),
            Ended::WithCode(0) => {
                return Err(
                    NotSo(format!("the roll was over after {done} of {kills} kills")).into(),
                );
            }
            Ended::WithCode(code) => {
                return Err(NotSo(format!("windlass ended with {code}: {}", why(windlass))).into());
            }
        }
    }
}

/// Begins to raise it and stops the run once a broker has come back on the new release; returns the nodes
/// that run it then: some, not all.
///
/// # Errors
/// When it does not come so far, or comes to the end.
pub fn half_way(
    windlass: &Windlass,
    lab: &Lab,
    goal: &str,
    version: &str,
) -> Result<Vec<i32>, Trouble> {
    let words = ["upgrade", NAME, "--to", goal, "--yes", "--soak", "0s"];
    let child = windlass
        .command(words)
        .stdout(std::process::Stdio::null())
        .spawn()?;
    let begun = Instant::now();
    let brokers = lab.brokers();
    while !brokers.iter().any(|(id, _)| runs(lab, *id, version)) {
        if begun.elapsed() > HALF_WAY_LIMIT {
            return Err(NotSo("no broker came to the new release".into()).into());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    windlass.must(&["stop", NAME])?;
    live_for(child, None)?;
    // The hand left in mid deed: what it began comes back by itself.
    lab.wait_healthy(HALF_WAY_LIMIT)?;
    let nodes = lab.nodes().into_iter().map(|(id, _)| id);
    let up: Vec<i32> = nodes.filter(|id| runs(lab, *id, version)).collect();
    if up.is_empty() || up.len() == lab.nodes().len() {
        return Err(NotSo(format!("not half way: {up:?} run {version}")).into());
    }
    Ok(up)
}

fn why(windlass: &Windlass) -> String {
    let output = windlass.ask(&["why", NAME]);
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default()
}

/// Every node of the lab runs this release, by the jars that its process holds open.
///
/// # Errors
/// When one does not; with what it runs.
pub fn all_run(lab: &Lab, version: &str) -> Result<(), Trouble> {
    for (id, _role) in lab.nodes() {
        if !runs(lab, id, version) {
            return Err(NotSo(format!("node {id} does not run {version}")).into());
        }
    }
    Ok(())
}

fn runs(lab: &Lab, id: i32, version: &str) -> bool {
    let jar = format!("kafka-clients-{version}.jar");
    let open = lab
        .pid(id)
        .and_then(|pid| std::fs::read_dir(format!("/proc/{pid}/fd")).ok());
    let mut files = open
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok());
    files.any(|file| file.to_string_lossy().ends_with(&jar))
}
