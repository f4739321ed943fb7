//! One node of a lab: its folder, its ports, its properties.
//!
//! Must never know: the other nodes, but for the text that names the voters.
//! Tests: here.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::builder::Session;
use super::listener::Listener;
use super::release::Release;

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Controller,
    Broker,
    Combined,
}

impl Role {
    /// As `process.roles` names it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::Broker => "broker",
            Self::Combined => "broker,controller",
        }
    }
}

/// A node as a lab knows it.
#[derive(Debug, Clone)]
pub struct Node {
    pub(super) id: i32,
    pub(super) role: Role,
    pub(super) folder: PathBuf,
    pub(super) client_port: Option<u16>,
    pub(super) controller_port: Option<u16>,
    /// Where the quorum itself meets, if not in plain text; the plain one is then only for looks.
    pub(super) quorum: Option<(Listener, u16)>,
    /// Besides those in plain text.
    pub(super) listeners: Vec<(Listener, u16)>,
    pub(super) rack: Option<String>,
    pub(super) release: Release,
}

/// What all nodes of a lab have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub voters: String,
    pub brokers: usize,
    pub session: Session,
    /// Where the quorum meets, if not in plain text; brokers go there too.
    pub quorum: Option<Listener>,
}

impl Node {
    pub(super) fn config(&self) -> PathBuf {
        self.folder.join("server.properties")
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("logs/server.log")
    }

    pub(super) fn pid_file(&self) -> PathBuf {
        self.folder.join(format!("run/{}.pid", self.id))
    }

    pub(super) fn client(&self) -> Option<SocketAddr> {
        self.client_port.map(loopback)
    }

    pub(super) fn controller(&self) -> Option<SocketAddr> {
        self.controller_port.map(loopback)
    }

    /// Where the quorum meets.
    pub(super) fn vote(&self) -> Option<SocketAddr> {
        match &self.quorum {
            Some((_listener, port)) => Some(loopback(*port)),
            None => self.controller(),
        }
    }

    /// One of the listeners besides those in plain text.
    pub(super) fn at(&self, listener: &str) -> Option<SocketAddr> {
        let mut all = self.listeners.iter().chain(&self.quorum);
        let found = all.find(|(one, _port)| one.name == listener);
        found.map(|(_one, port)| loopback(*port))
    }

    /// A small test cluster's properties, valid from 3.7 to 4.3.
    pub(super) fn properties(&self, shared: &Shared) -> String {
        let replicas = shared.brokers.clamp(1, 3);
        let in_sync = if replicas > 1 { 2 } else { 1 };
        let listener = |name: &str, port: u16| format!("{name}://127.0.0.1:{port}");
        let more = |(one, port): &(Listener, u16)| listener(&one.name, *port);
        let clients: Vec<String> = self
            .client_port
            .map(|port| listener("PLAINTEXT", port))
            .into_iter()
            .chain(self.listeners.iter().map(more))
            .collect();
        let plain = self
            .controller_port
            .map(|port| listener("CONTROLLER", port));
        let quorum = self.quorum.iter().map(more);
        let listeners: Vec<String> = clients.iter().cloned().chain(quorum).chain(plain).collect();
        let guarded = shared
            .quorum
            .iter()
            .chain(self.listeners.iter().map(|(one, _port)| one));
        let map: String = guarded
            .clone()
            .map(|one| format!(",{}:{}", one.name, one.protocol()))
            .collect();
        // The first name is where the quorum meets.
        let quorum: String = shared
            .quorum
            .iter()
            .map(|one| format!("{},", one.name))
            .collect();
        let mut text = format!(
            "process.roles={roles}
node.id={id}
controller.listener.names={quorum}CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT{map}
listeners={listeners}
log.dirs={data}
controller.quorum.voters={voters}
min.insync.replicas={in_sync}
default.replication.factor={replicas}
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=6
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=6
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
auto.create.topics.enable=false
",
            roles = self.role.text(),
            id = self.id,
            listeners = listeners.join(","),
            data = self.data().display(),
            voters = shared.voters,
        );
        let mut line = |name: &str, value: &str| {
            // Writing into a string cannot fail.
            writeln!(text, "{name}={value}").unwrap_or_default();
        };
        if self.client_port.is_some() {
            line("advertised.listeners", &clients.join(","));
        }
        for one in guarded {
            let scope = format!("listener.name.{}", one.name.to_lowercase());
            for (name, value) in one.properties() {
                line(&format!("{scope}.{name}"), &value);
            }
        }
        if shared.quorum.as_ref().is_some_and(Listener::has_users) {
            // SCRAM cannot serve the quorum: its users are kept in what the quorum agrees on.
            line("sasl.mechanism.controller.protocol", "PLAIN");
        }
        if let Some(rack) = &self.rack {
            line("broker.rack", rack);
        }
        match shared.session {
            Session::Short => {
                line("broker.session.timeout.ms", "3000");
                line("broker.heartbeat.interval.ms", "500");
            }
            Session::Default => {}
            Session::Long => line("broker.session.timeout.ms", "30000"),
        }
        text
    }

    /// Whether this process is this node: pids are given again, configuration paths are not.
    pub(super) fn is(&self, pid: i32) -> bool {
        is_node(pid, &self.config())
    }
}

pub(super) fn is_node(pid: i32, config: &Path) -> bool {
    use super::super::process::{alive, names_file};
    alive(pid) && names_file(pid, config)
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
