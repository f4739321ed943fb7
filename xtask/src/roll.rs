//! A real cluster, raised by the real binary, killed on the way as often as asked.
//!
//! Must never know: how windlass decides or acts.
//! Tests: `tests/it/roll.rs`.

use std::time::Duration;

use crate::peers::kafka::ask::Topic;
use crate::peers::kafka::{Lab, ROLL};
use crate::peers::sshd::daemon::{self, Sshd};
use crate::windlass::{Ended, Windlass, live_for};
use crate::workspace::{NotSo, Trouble};

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
    let jar = format!("kafka-clients-{version}.jar");
    for (id, _role) in lab.nodes() {
        let pid = lab
            .pid(id)
            .ok_or_else(|| NotSo(format!("node {id} does not run")))?;
        let open = std::fs::read_dir(format!("/proc/{pid}/fd"))?
            .flatten()
            .filter_map(|entry| std::fs::read_link(entry.path()).ok());
        let runs = open
            .map(|file| file.to_string_lossy().into_owned())
            .any(|file| file.ends_with(&jar));
        if !runs {
            return Err(NotSo(format!("node {id} does not run {version}")).into());
        }
    }
    Ok(())
}
