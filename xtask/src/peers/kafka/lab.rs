//! A running cluster of real Kafka nodes, each a process that outlives us unless we end it.
//!
//! Others may stop and start its nodes too (that is what it is for): who runs is read from the pid files.
//! Must never know: how windlass acts on hosts.
//! Tests: `tests/it`.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::super::process::{self, Launch, Signal};
use super::super::{PeerError, doing};
use super::ask::{self, Topic};
use super::builder::Builder;
use super::cluster_file::{self, Content, Member};
use super::format::{self, Template};
use super::health::{self, Health};
use super::leftovers::Folder;
use super::node::{Node, Role};
use super::ports::Ports;
use super::release::{self, release};

/// A busy broker needs up to 6 s to end; one whose quorum is gone never does.
const STOP_LIMIT_S: u64 = 15;

/// Between looks at health: a look costs a few milliseconds a node.
const LOOK_EVERY_MS: u64 = 100;

/// Between asks whether every broker knows a new topic: 0.3 s was seen.
const TOPIC_LOOK_EVERY_MS: u64 = 50;
/// A broker that does not know a topic after this is not well.
const TOPIC_LIMIT_S: u64 = 30;

/// How a node ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was not running.
    Already,
    /// By itself, after SIGTERM.
    Gently,
    /// By SIGKILL, after the limit.
    ByForce,
}

/// A cluster of real nodes. Dropped, it ends every one of them.
#[derive(Debug)]
pub struct Lab {
    parts: Parts,
}

/// What a builder puts together.
#[derive(Debug)]
pub(super) struct Parts {
    pub root: PathBuf,
    pub folder: Folder,
    pub record: PathBuf,
    pub cluster_id: String,
    pub name: String,
    pub policy: String,
    pub environment: Vec<(String, String)>,
    pub nodes: BTreeMap<i32, Node>,
    #[expect(dead_code, reason = "held, so that no other lab takes the ports")]
    pub ports: Ports,
    /// Whether the users of SCRAM are made when it is formatted.
    pub users: bool,
}

impl Lab {
    /// Begins to describe a lab.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(super) fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Where the nodes' folders `k<id>` lie.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.parts.root
    }

    /// The folder of one node, whether it exists or not.
    #[must_use]
    pub fn folder(&self, id: i32) -> PathBuf {
        self.parts.root.join(format!("k{id}"))
    }

    /// Kafka's own id of this cluster.
    #[must_use]
    pub fn cluster_id(&self) -> &str {
        &self.parts.cluster_id
    }

    /// All node ids with their roles, in id order.
    #[must_use]
    pub fn nodes(&self) -> Vec<(i32, Role)> {
        self.parts
            .nodes
            .values()
            .map(|node| (node.id, node.role))
            .collect()
    }

    /// Brokers' ids and client addresses.
    #[must_use]
    pub fn brokers(&self) -> Vec<(i32, SocketAddr)> {
        self.parts
            .nodes
            .values()
            .filter_map(|node| Some((node.id, node.client()?)))
            .collect()
    }

    /// Controllers' ids and quorum addresses.
    #[must_use]
    pub fn controllers(&self) -> Vec<(i32, SocketAddr)> {
        self.parts
            .nodes
            .values()
            .filter_map(|node| Some((node.id, node.controller()?)))
            .collect()
    }

    /// All brokers' addresses, with commas between.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        self.addresses().join(",")
    }

    fn addresses(&self) -> Vec<String> {
        self.brokers()
            .iter()
            .map(|(_id, address)| address.to_string())
            .collect()
    }

    /// Addresses of one of the listeners besides those in plain text.
    #[must_use]
    pub fn at(&self, listener: &str) -> Vec<String> {
        let found = self
            .parts
            .nodes
            .values()
            .filter_map(|node| node.at(listener));
        found.map(|address| address.to_string()).collect()
    }

    /// The cluster file by which windlass registers this lab.
    #[must_use]
    pub fn cluster_file(&self) -> String {
        self.cluster_file_at(&self.addresses(), "")
    }

    /// The same at other listeners; with YAML beside `bootstrap:`, not indented.
    #[must_use]
    pub fn cluster_file_at(&self, bootstrap: &[String], security: &str) -> String {
        let releases = self
            .parts
            .nodes
            .values()
            .find_map(|node| node.release.root().parent());
        let members: Vec<Member<'_>> = self
            .parts
            .nodes
            .values()
            .map(|node| Member {
                id: node.id,
                folder: &node.folder,
            })
            .collect();
        cluster_file::text(&Content {
            name: &self.parts.name,
            bootstrap,
            security,
            releases: releases.unwrap_or(Path::new("")),
            environment: &self.parts.environment,
            members: &members,
            policy: &self.parts.policy,
        })
    }

    /// The pid of a node that runs.
    #[must_use]
    pub fn pid(&self, id: i32) -> Option<i32> {
        let node = self.parts.nodes.get(&id)?;
        process::pid_in(&node.pid_file()).filter(|pid| node.is(*pid))
    }

    /// The release that this lab last started the node with; windlass may have raised it since.
    #[must_use]
    pub fn version(&self, id: i32) -> Option<&str> {
        self.parts.nodes.get(&id).map(|node| node.release.version())
    }

    /// Sends a signal to a node that runs.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill(&self, id: i32, signal: Signal) -> Result<(), PeerError> {
        let pid = self
            .pid(id)
            .ok_or_else(|| PeerError::Refused(format!("node {id} does not run")))?;
        process::signal(pid, signal);
        Ok(())
    }

    /// Ends a node gently, by force after 15 s, and waits until it is gone.
    pub fn stop(&mut self, id: i32) -> Stopped {
        let pid = self.pid(id);
        if let Some(pid) = pid {
            process::signal(pid, Signal::TERM);
        }
        gone(pid)
    }

    /// Starts a node that does not run, with the given release; does not wait for health.
    ///
    /// # Errors
    /// When it runs, is not of this lab, or its release cannot be had.
    pub fn start(&mut self, id: i32, version: &str) -> Result<(), PeerError> {
        if self.pid(id).is_some() {
            return Err(PeerError::Refused(format!("node {id} runs already")));
        }
        let environment = &self.parts.environment;
        let node = self.parts.nodes.get_mut(&id);
        let node = node.ok_or_else(|| PeerError::Refused(format!("there is no node {id}")))?;
        if node.release.version() != version {
            node.release = release(version)?;
        }
        process::launch(&Launch {
            program: &node.release.launcher(),
            arguments: &[node.config().to_string_lossy().into_owned()],
            environment,
            folder: &node.folder,
            log: &node.log(),
            pid_file: &node.pid_file(),
        })
        .map(|_pid| ())
    }

    /// Ends a node and starts it with the release it had; does not wait for health.
    ///
    /// # Errors
    /// As [`Lab::start`].
    pub fn restart(&mut self, id: i32) -> Result<Stopped, PeerError> {
        let stopped = self.stop(id);
        let version = self.version(id).unwrap_or_default().to_owned();
        self.start(id, &version).map(|()| stopped)
    }

    /// Starts every node that does not run; does not wait for health.
    ///
    /// # Errors
    /// As [`Lab::start`].
    pub fn start_all(&mut self) -> Result<(), PeerError> {
        let still: Vec<(i32, String)> = self
            .parts
            .nodes
            .values()
            .filter(|node| self.pid(node.id).is_none())
            .map(|node| (node.id, node.release.version().to_owned()))
            .collect();
        still
            .iter()
            .try_for_each(|(id, version)| self.start(*id, version))
    }

    /// Ends all nodes: brokers together, then controllers, which brokers need for their own end.
    pub fn stop_all(&mut self) {
        for roles in [&[Role::Broker][..], &[Role::Combined, Role::Controller][..]] {
            let nodes = self
                .parts
                .nodes
                .values()
                .filter(|node| roles.contains(&node.role));
            let pids: Vec<i32> = nodes.filter_map(|node| self.pid(node.id)).collect();
            pids.iter()
                .for_each(|pid| process::signal(*pid, Signal::TERM));
            for pid in pids {
                gone(Some(pid));
            }
        }
    }

    /// Ends all nodes, forgets their data and the cluster id, and formats them for a release; starts nothing.
    ///
    /// # Errors
    /// When the release cannot be had or a folder cannot be written.
    pub fn format_anew(&mut self, version: &str) -> Result<(), PeerError> {
        self.kill_all();
        let release = release(version)?;
        self.parts.cluster_id = format::random_id()?;
        for node in self.parts.nodes.values_mut() {
            node.release = release.clone();
        }
        self.format_all()
    }

    pub(super) fn format_all(&mut self) -> Result<(), PeerError> {
        let cluster = &self.parts.cluster_id;
        let template = if self.parts.users {
            Template::Users
        } else {
            Template::Plain
        };
        let mut nodes = self.parts.nodes.values();
        nodes.try_for_each(|node| {
            if template == Template::Users {
                release::users(&node.release)?;
            }
            format::format(&node.release, template, &node.data(), cluster, node.id)
        })
    }

    /// Looks once at every node.
    #[must_use]
    pub fn health(&self) -> Health {
        health::look(&self.brokers(), &self.controllers())
    }

    /// The active controller, when every controller answers and follows it.
    #[must_use]
    pub fn active_controller(&self) -> Option<i32> {
        health::quorum(&self.controllers()).ok()
    }

    /// Waits until all nodes are healthy; returns how long that took.
    ///
    /// # Errors
    /// When they are not within the limit; names what was last seen and the end of that log.
    pub fn wait_healthy(&self, limit: Duration) -> Result<Duration, PeerError> {
        let start = Instant::now();
        loop {
            let Health::Ill(seen) = self.health() else {
                return Ok(start.elapsed());
            };
            if start.elapsed() > limit {
                let seen = format!("{seen}{}", self.ended_logs());
                return Err(PeerError::Late {
                    what: "a healthy cluster".into(),
                    seconds: limit.as_secs(),
                    seen,
                });
            }
            sleep(Duration::from_millis(LOOK_EVERY_MS));
        }
    }

    /// Creates a topic and waits until every broker that runs knows all of it.
    ///
    /// # Errors
    /// When it is refused, or a broker does not learn of it.
    pub fn create_topic(&self, topic: &Topic<'_>) -> Result<(), PeerError> {
        self.place_topic(topic, &[])
    }

    /// The same, with each partition on these brokers, the preferred leader first.
    ///
    /// # Errors
    /// As [`Lab::create_topic`].
    pub fn place_topic(&self, topic: &Topic<'_>, places: &ask::Places) -> Result<(), PeerError> {
        let running: Vec<SocketAddr> = self
            .brokers()
            .into_iter()
            .filter(|(id, _address)| self.pid(*id).is_some())
            .map(|(_id, address)| address)
            .collect();
        let first = running
            .first()
            .ok_or_else(|| PeerError::Refused("no broker runs".into()))?;
        ask::create_topic(*first, topic, places)?;
        let start = Instant::now();
        while !running.iter().all(|broker| health::knows(*broker, topic)) {
            if start.elapsed().as_secs() > TOPIC_LIMIT_S {
                let what = format!("topic {} at every broker", topic.name);
                return Err(PeerError::Late {
                    what,
                    seconds: TOPIC_LIMIT_S,
                    seen: "not at all".into(),
                });
            }
            sleep(Duration::from_millis(TOPIC_LOOK_EVERY_MS));
        }
        Ok(())
    }

    /// The last lines of the logs of nodes that do not run.
    fn ended_logs(&self) -> String {
        let ended = self
            .parts
            .nodes
            .values()
            .filter(|node| self.pid(node.id).is_none());
        let tail = |node: &Node| {
            let log = fs::read_to_string(node.log()).unwrap_or_default();
            format!(
                "\nnode {} ended; its log:\n{}",
                node.id,
                process::tail(&log)
            )
        };
        ended.map(tail).collect()
    }

    fn kill_all(&mut self) {
        let pids: Vec<i32> = self
            .parts
            .nodes
            .keys()
            .filter_map(|id| self.pid(*id))
            .collect();
        pids.iter()
            .for_each(|pid| process::signal(*pid, Signal::KILL));
        for pid in pids {
            gone(Some(pid));
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let failed = std::thread::panicking();
        if self.parts.folder == Folder::Named {
            self.stop_all();
        } else {
            // Nothing is read again from this data: a gentle end would only cost seconds.
            self.kill_all();
            if failed {
                eprintln!("the lab's logs stay in {}", self.parts.root.display());
            } else {
                fs::remove_dir_all(&self.parts.root).unwrap_or_default();
            }
        }
        // A record that stays does no harm: it names processes that are gone.
        fs::remove_file(&self.parts.record)
            .map_err(doing("remove the lab's record"))
            .unwrap_or_default();
    }
}

fn gone(pid: Option<i32>) -> Stopped {
    let limit = Duration::from_secs(STOP_LIMIT_S);
    let Some(pid) = pid else {
        return Stopped::Already;
    };
    if process::gone_within(pid, limit) {
        return Stopped::Gently;
    }
    process::signal(pid, Signal::KILL);
    // A process that survives SIGKILL hangs in the kernel; nothing more can be done here.
    let _ended = process::gone_within(pid, limit);
    Stopped::ByForce
}
