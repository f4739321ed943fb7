//! `kafka-prechecks`: faults planted on one real cluster of three controllers and three brokers, of
//! which each must be named by its check, with the right object and remedy. n of m, in per cent.
//!
//! Must never know: how windlass finds them.

mod fault;
mod plant;
mod table;

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
use table::{
    BROKER_DOWN, CHECKS, EDITED, ELSEWHERE, Edit, FILE_GONE, IN_FILES, NO_PROGRAM, NO_QUORUM,
    OTHER_RELEASE, RUNNING, UNDECLARED,
};

const WELL_WITHIN: Duration = Duration::from_secs(90);
/// A killed broker is fenced when its session (3 s) has ended.
const SESSION: Duration = Duration::from_secs(6);

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
