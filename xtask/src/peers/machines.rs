//! Machines of our own, side by side on this one: each has its network, its processes, its name and its
//! folders for itself (Linux namespaces), and an sshd; they meet at a bridge that only they can see.
//!
//! Nothing of it can be seen outside, and nothing stays: all of a machine ends with its first process, which
//! ends with whoever started it. Two sets of them may have the same addresses.
//! Must never know: what runs on them.
//! Tests: `tests/it/stranger.rs`.

mod machine;

use std::path::Path;
use std::process::Command;

pub use machine::{KAFKA, Lent, Machine, OPS, PASSWORD, User};

use super::java::apt_install;
use super::process::run;
use super::{PeerError, cache, doing, sshd};

/// What each machine has in common with the others: the first three numbers of its address.
const NETWORK: &str = "10.77.0";
/// The last number of the address of the operator's machine; hosts count from the next ten.
const OPERATOR: u8 = 1;
const FIRST_HOST: u8 = 11;
/// Of a network of 256 addresses.
const PREFIX_BITS: u8 = 24;

/// The machine that windlass runs on, and those that it reaches.
#[derive(Debug)]
pub struct Machines {
    /// Named first, so that it goes first: nobody calls hosts that are going.
    pub operator: Machine,
    pub hosts: Vec<Machine>,
}

/// Why there can be none here; none: there can.
#[must_use]
pub fn absent() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("only root may make them".into());
    }
    if let Err(why) = sshd::server() {
        return Some(why.to_string());
    }
    let ip = || super::java::answers("ip", "-V").is_some();
    if !ip() && (apt_install("iproute2").is_err() || !ip()) {
        return Some("`ip` is missing; on Debian as root: apt-get install iproute2".into());
    }
    // A mount, a name and a bridge: what a container without CAP_SYS_ADMIN or CAP_NET_ADMIN may not make.
    let trial = "mount -t tmpfs tmpfs /mnt && echo trial >/proc/sys/kernel/hostname && \
                 ip link add trial0 type bridge && ip link add trial1 type veth peer name trial2";
    let tried = run(machine::namespaces(&mut Command::new("unshare")).args(["sh", "-c", trial]));
    tried
        .err()
        .map(|why| format!("this machine does not allow them: {why}"))
}

impl Machines {
    /// An operator's machine and hosts of these names, each with an sshd, under a folder of their own.
    /// Names are known to all of them.
    ///
    /// # Errors
    /// When a machine does not come up; those that did are gone again.
    pub fn boot(
        folder: &Path,
        names: &[&str],
        to_operator: &[Lent<'_>],
        to_hosts: &[Lent<'_>],
    ) -> Result<Self, PeerError> {
        let addresses = names.iter().zip(FIRST_HOST..);
        let mut known = format!("127.0.0.1 localhost\n{NETWORK}.{OPERATOR} operator\n");
        for (name, last) in addresses.clone() {
            known.push_str(&format!("{NETWORK}.{last} {name}\n"));
        }
        let operator = Machine::boot(folder, "operator", &known, to_operator)?;
        operator.wired(None, &format!("{NETWORK}.{OPERATOR}/{PREFIX_BITS}"))?;
        let mut hosts = Vec::new();
        for (name, last) in addresses {
            let mut host = Machine::boot(folder, name, &known, to_hosts)?;
            host.wired(Some(&operator), &format!("{NETWORK}.{last}/{PREFIX_BITS}"))?;
            host.serve("")?;
            hosts.push(host);
        }
        Ok(Self { operator, hosts })
    }

    /// A folder for machines, which their owner throws away.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder() -> Result<tempfile::TempDir, PeerError> {
        let parent = cache::peers("machines")?;
        tempfile::tempdir_in(parent).map_err(doing("make a folder for machines"))
    }

    /// All of them.
    pub fn each(&self) -> impl Iterator<Item = &Machine> {
        std::iter::once(&self.operator).chain(&self.hosts)
    }
}
