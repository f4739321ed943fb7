//! Objects become engine values: policy, goal, ids, and the cluster as it was declared.
//!
//! Total: what [`crate::read`] let through needs no second look.
//! Must never know: targets and hosts; the door joins this with them. Stories: `tests/it/convert.rs`.

use crate::template;
use crate::v1::cluster::{Cluster, Member, PidFrom, Prepare, Release, Supervisor, System};
use crate::v1::reach::Reach;
use crate::v1::security::Security;
use crate::v1::upgrade::Upgrade;
use crate::value::Address;
use std::collections::BTreeMap;
use windlass_engine::calendar::hours::Hours;
use windlass_engine::names::{ClusterName, MemberId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::run::event::Approval;

/// A cluster as its user declared it: plain values, nothing opened yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDeclared {
    /// The name under which it is registered.
    pub name: ClusterName,
    /// The kind of thing it is.
    pub system: System,
    /// The user's own words about it.
    pub labels: BTreeMap<String, String>,
    /// Where clients first connect; at least one.
    pub bootstrap: Vec<Address>,
    /// How its listeners are spoken to; none: in plain text.
    pub security: Option<Security>,
    /// How the controllers' own listeners are spoken to; none: as all others.
    pub controller_security: Option<Security>,
    /// Where releases lie; given wherever there are members.
    pub release: Option<Release>,
    /// The ways to its hosts, by name.
    pub hosts: BTreeMap<String, Reach>,
    /// The members, in the order of the file.
    pub members: Vec<MemberDeclared>,
    /// The user's will.
    pub policy: Policy,
}

/// A member as its user declared it. Paths are absolute; commands and environment still hold their
/// placeholders `{release}`, `{version}`, `{config}`, `{id}`, `{dir}`, see [`MemberDeclared::fill`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDeclared {
    /// The system's own id.
    pub id: MemberId,
    /// The host it lives on.
    pub host: String,
    /// Its folder.
    pub dir: String,
    /// Its configuration file.
    pub config: Option<String>,
    /// Its log.
    pub log: Option<String>,
    /// How it is started and stopped.
    pub supervisor: SupervisorDeclared,
    /// Environment of its commands.
    pub env: BTreeMap<String, String>,
    /// What differs by release, in the order of the file.
    pub prepare: Vec<Prepare>,
}

/// How a member is started and stopped; presets are worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SupervisorDeclared {
    /// A process that the hand starts itself, in a session of its own.
    Process {
        /// The argument list.
        start: Vec<String>,
        /// Where its pid is kept, absolute.
        pid_file: String,
    },
    /// Declared argument lists.
    Commands {
        /// Start it and return, one after another.
        start: Vec<Vec<String>>,
        /// Stop it gently, one after another.
        stop: Vec<Vec<String>>,
        /// How its pid is learned; files are absolute.
        pid: PidFrom,
    },
}

impl ClusterDeclared {
    /// What the object declares.
    #[must_use]
    pub fn of(cluster: &Cluster) -> Self {
        let spec = &cluster.spec;
        let members = spec.hosts.iter().flat_map(|host| {
            host.members
                .iter()
                .map(|member| MemberDeclared::of(member, &host.name))
        });
        Self {
            name: cluster.metadata.name.clone(),
            system: spec.system,
            labels: cluster.metadata.labels.clone(),
            bootstrap: spec.kafka.bootstrap.clone(),
            security: spec.kafka.security.clone(),
            controller_security: spec.kafka.controller_security.clone(),
            release: spec.release.clone(),
            hosts: spec
                .hosts
                .iter()
                .map(|host| (host.name.clone(), host.reach.clone()))
                .collect(),
            members: members.collect(),
            policy: spec.policy.clone(),
        }
    }

    /// A cluster of which only the addresses are known: it can be looked at, not touched.
    #[must_use]
    pub fn only(
        name: ClusterName,
        system: System,
        bootstrap: Vec<Address>,
        security: Option<Security>,
    ) -> Self {
        Self {
            name,
            system,
            labels: BTreeMap::new(),
            bootstrap,
            security,
            controller_security: None,
            release: None,
            hosts: BTreeMap::new(),
            members: Vec::new(),
            policy: Policy::default(),
        }
    }
}

impl MemberDeclared {
    fn of(member: &Member, host: &str) -> Self {
        let dir = &member.dir;
        let absolute = |path: &String| under(dir, path, &member.id);
        let supervisor = match &member.supervisor {
            Supervisor::Process { start, pid_file } => SupervisorDeclared::Process {
                start: start.clone(),
                pid_file: absolute(pid_file),
            },
            Supervisor::Commands { start, stop, pid } => SupervisorDeclared::Commands {
                start: start.clone(),
                stop: stop.clone(),
                pid: match pid {
                    PidFrom::Pid(command) => PidFrom::Pid(command.clone()),
                    PidFrom::PidFile(file) => PidFrom::PidFile(absolute(file)),
                },
            },
            Supervisor::Systemd { unit, link } => systemd(unit, link),
        };
        Self {
            id: member.id.clone(),
            host: host.to_owned(),
            dir: dir.clone(),
            config: member.config.as_ref().map(absolute),
            log: member.log.as_ref().map(absolute),
            supervisor,
            env: member.env.clone(),
            prepare: member.prepare.clone(),
        }
    }

    /// A text of this member with its placeholders filled in.
    #[must_use]
    pub fn fill(&self, text: &str, release: &str, version: &str) -> String {
        template::fill(text, |name| match name {
            "release" => Some(release),
            "version" => Some(version),
            "config" => self.config.as_deref(),
            "id" => Some(self.id.as_str()),
            "dir" => Some(&self.dir),
            _ => None,
        })
    }
}

/// The path itself where it is absolute, else under the folder; `{id}` filled in.
fn under(dir: &str, path: &str, id: &MemberId) -> String {
    let path = template::fill(path, |name| (name == "id").then(|| id.as_str()));
    if path.starts_with('/') {
        path
    } else {
        format!("{dir}/{path}")
    }
}

/// The preset for systemd, as docs/files.md shows it.
fn systemd(unit: &str, link: &str) -> SupervisorDeclared {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    SupervisorDeclared::Commands {
        start: vec![
            list(&["ln", "-sfn", "{release}", link]),
            list(&["systemctl", "start", unit]),
        ],
        stop: vec![list(&["systemctl", "stop", unit])],
        pid: PidFrom::Pid(list(&[
            "systemctl",
            "show",
            "--property=MainPID",
            "--value",
            unit,
        ])),
    }
}

/// An upgrade that was asked for, in the engine's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeAsked {
    /// The same key again is the same run.
    pub key: String,
    /// The registered cluster.
    pub cluster: ClusterName,
    /// What is wanted.
    pub goal: Goal,
    /// Whether the plan is approved in advance.
    pub approval: Approval,
    /// The cluster must have windows.
    pub in_window: bool,
    asked: Upgrade,
}

impl UpgradeAsked {
    /// What the object asks for.
    #[must_use]
    pub fn of(upgrade: &Upgrade) -> Self {
        let spec = &upgrade.spec;
        Self {
            key: upgrade.metadata.name.clone(),
            cluster: spec.cluster.clone(),
            goal: if spec.rollback {
                Goal::Back(spec.to.clone())
            } else {
                Goal::Version(spec.to.clone())
            },
            approval: if spec.approve {
                Approval::InAdvance
            } else {
                Approval::Asked
            },
            in_window: spec.in_window,
            asked: upgrade.clone(),
        }
    }

    /// The cluster's policy, with what this request says otherwise.
    #[must_use]
    pub fn policy(&self, of_cluster: &Policy) -> Policy {
        let spec = &self.asked.spec;
        Policy {
            via: spec.via.clone().unwrap_or_else(|| of_cluster.via.clone()),
            // No level is raised on the way back, nor by a run that follows it.
            finalize: if spec.rollback {
                Finalize::Never
            } else {
                spec.finalize.unwrap_or(of_cluster.finalize)
            },
            hours: Hours {
                earliest: spec.at,
                latest: spec.latest,
                ..of_cluster.hours.clone()
            },
            ..of_cluster.clone()
        }
    }
}
