//! What lab is wanted, and the way from there to a running one.
//!
//! Must never know: how nodes are started and stopped (`lab`).
//! Tests: `tests/it`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::super::{PeerError, cache, doing};
use super::lab::{Lab, Parts};
use super::leftovers::Folder;
use super::listener::Listener;
use super::node::{Node, Role, Shared};
use super::release::{Release, release};
use super::{format, leftovers, ports};

/// Controllers of a separated lab count from here, brokers and combined nodes from 1.
const CONTROLLER_ID_BASE: i32 = 100;

/// A heap under which a test node was seen to live through whole rolls with traffic.
const HEAP: &str = "-Xmx128m -Xms32m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

/// Six nodes start in 13 s on two cores; the rest is for a machine that does other things too.
const HEALTHY_LIMIT_S: u64 = 120;

static LABS: AtomicU32 = AtomicU32::new(0);

/// How long controllers hold the session of a broker that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// 3 s: a restarted broker is not kept waiting. For tests.
    Short,
    /// Kafka's own 9 s.
    Default,
    /// 30 s: longer than a broker needs to start, so that it comes back before its old session is over.
    Long,
}

/// A lab to be. Made by [`Lab::builder`].
#[derive(Debug)]
pub struct Builder {
    controllers: u16,
    brokers: u16,
    combined: u16,
    version: String,
    name: String,
    policy: String,
    racks: Vec<String>,
    session: Session,
    root: Option<PathBuf>,
    java_options: String,
    listeners: Vec<Listener>,
    quorum: Option<Listener>,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            controllers: 0,
            brokers: 0,
            combined: 3,
            version: super::ROLL[0].to_owned(),
            name: "orders".to_owned(),
            policy: String::new(),
            racks: Vec::new(),
            session: Session::Short,
            root: None,
            java_options: String::new(),
            listeners: Vec::new(),
            quorum: None,
        }
    }

    /// Controllers (ids from 101) and brokers (ids from 1) as processes of their own.
    #[must_use]
    pub fn separated(self, controllers: u16, brokers: u16) -> Self {
        Self {
            controllers,
            brokers,
            combined: 0,
            ..self
        }
    }

    /// Nodes (ids from 1) that are controller and broker both. Three unless told.
    #[must_use]
    pub fn combined(self, nodes: u16) -> Self {
        Self {
            controllers: 0,
            brokers: 0,
            combined: nodes,
            ..self
        }
    }

    /// The release of all nodes. The first of the roll unless told.
    #[must_use]
    pub fn version(self, version: &str) -> Self {
        Self {
            version: version.to_owned(),
            ..self
        }
    }

    /// The name in the cluster file. `orders` unless told.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    /// Lines of YAML under `policy:` in the cluster file, not indented. None unless told.
    #[must_use]
    pub fn policy(self, yaml: &str) -> Self {
        Self {
            policy: yaml.to_owned(),
            ..self
        }
    }

    /// Racks, given to brokers in turn.
    #[must_use]
    pub fn racks(self, racks: &[&str]) -> Self {
        Self {
            racks: racks.iter().map(|rack| (*rack).to_owned()).collect(),
            ..self
        }
    }

    /// Short unless told.
    #[must_use]
    pub fn session(self, session: Session) -> Self {
        Self { session, ..self }
    }

    /// Where the nodes' folders lie; they stay when the lab is dropped. Else a folder that goes with it.
    #[must_use]
    pub fn root(self, root: impl Into<PathBuf>) -> Self {
        Self {
            root: Some(root.into()),
            ..self
        }
    }

    /// More options for each node's JVM.
    #[must_use]
    pub fn java_options(self, options: impl Into<String>) -> Self {
        Self {
            java_options: options.into(),
            ..self
        }
    }

    /// More listeners of each broker, besides the one in plain text by which the lab itself asks.
    #[must_use]
    pub fn listeners(self, listeners: Vec<Listener>) -> Self {
        Self { listeners, ..self }
    }

    /// Where the quorum meets, instead of in plain text; that one stays, for the lab's own looks.
    #[must_use]
    pub fn quorum(self, listener: Listener) -> Self {
        Self {
            quorum: Some(listener),
            ..self
        }
    }

    /// Starts all nodes at once and waits until the cluster is healthy.
    ///
    /// # Errors
    /// When the release cannot be had or the cluster does not become healthy; what was started is ended.
    pub fn start(self) -> Result<Lab, PeerError> {
        let release = release(&self.version)?;
        self.start_on(release)
    }

    pub(super) fn start_on(self, release: Release) -> Result<Lab, PeerError> {
        leftovers::sweep()?;
        let number = LABS.fetch_add(1, Ordering::Relaxed);
        let label = format!("{}-{number}", process::id());
        let (root, folder) = match self.root {
            Some(root) => (root, Folder::Named),
            None => (cache::peers("labs")?.join(&label), Folder::Passing),
        };
        if folder == Folder::Passing {
            // A folder of the same name is of a process that had our pid long ago.
            fs::remove_dir_all(&root).unwrap_or_default();
        }
        fs::create_dir_all(&root).map_err(doing(format!("make {}", root.display())))?;
        let root = root
            .canonicalize()
            .map_err(doing(format!("find {}", root.display())))?;

        let mut roles: Vec<(i32, Role)> = Vec::new();
        roles.extend(
            (1..=i32::from(self.controllers)).map(|n| (CONTROLLER_ID_BASE + n, Role::Controller)),
        );
        roles.extend((1..=i32::from(self.brokers)).map(|n| (n, Role::Broker)));
        roles.extend((1..=i32::from(self.combined)).map(|n| (n, Role::Combined)));
        let each = 2 + self.listeners.len() + usize::from(self.quorum.is_some());
        let count = u16::try_from(roles.len() * each).unwrap_or(u16::MAX);
        let ports = ports::reserve(count)?;
        let mut places = (0..count).map(|place| ports.at(place));
        let mut racks = self.racks.iter().cycle();
        let nodes: BTreeMap<i32, Node> = roles
            .iter()
            .map(|(id, role)| {
                let controls = matches!(role, Role::Controller | Role::Combined);
                let serves = matches!(role, Role::Broker | Role::Combined);
                let node = Node {
                    id: *id,
                    role: *role,
                    folder: root.join(format!("k{id}")),
                    client_port: if serves { places.next() } else { None },
                    controller_port: if controls { places.next() } else { None },
                    quorum: match &self.quorum {
                        Some(listener) if controls => {
                            places.next().map(|port| (listener.clone(), port))
                        }
                        Some(_) | None => None,
                    },
                    listeners: if serves {
                        let listeners = self.listeners.iter().cloned();
                        listeners.zip(places.by_ref()).collect()
                    } else {
                        Vec::new()
                    },
                    rack: if serves { racks.next().cloned() } else { None },
                    release: release.clone(),
                };
                (*id, node)
            })
            .collect();
        let voter = |node: &Node| {
            let vote = node.vote()?;
            Some(format!("{}@{vote}", node.id))
        };
        let shared = Shared {
            voters: nodes
                .values()
                .filter_map(voter)
                .collect::<Vec<_>>()
                .join(","),
            brokers: nodes
                .values()
                .filter(|node| node.client_port.is_some())
                .count(),
            session: self.session,
            quorum: self.quorum.clone(),
        };
        let users = self.listeners.iter().any(Listener::has_users);
        for node in nodes.values() {
            for part in ["logs", "run", "data"] {
                let part = node.folder.join(part);
                fs::create_dir_all(&part).map_err(doing(format!("make {}", part.display())))?;
            }
            cache::put(&node.config(), node.properties(&shared).as_bytes())?;
        }
        let mut environment = vec![("KAFKA_HEAP_OPTS".to_owned(), HEAP.to_owned())];
        if !self.java_options.is_empty() {
            environment.push(("KAFKA_OPTS".to_owned(), self.java_options));
        }
        let record = leftovers::record(&label, &root, folder, nodes.values())?;
        let mut lab = Lab::new(Parts {
            root,
            folder,
            record,
            cluster_id: format::random_id()?,
            name: self.name,
            policy: self.policy,
            environment,
            nodes,
            ports,
            users,
        });
        lab.format_all()?;
        lab.start_all()?;
        lab.wait_healthy(Duration::from_secs(HEALTHY_LIMIT_S))?;
        Ok(lab)
    }
}
