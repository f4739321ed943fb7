//! The way to each host, as its user declared it; members of one host share it.
//!
//! Must never know: what is done there. Stories: in xtask's `crates/targets/tests/it/ssh.rs`, over a real sshd.

use super::doors;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use windlass_runner::ports::secrets::Secrets;
use windlass_targets::host::ssh::{HostKeys, Login, SshReach, SshSpec};
use windlass_targets::host::{LocalReach, Reach};
use windlass_wire::convert::ClusterDeclared;
use windlass_wire::v1::reach::{self, Ssh};

/// A way to each host that is declared, by its name.
pub fn reaches(
    cluster: &ClusterDeclared,
    agent: Option<&Path>,
    secrets: &Arc<dyn Secrets>,
) -> Result<BTreeMap<String, Arc<dyn Reach>>, String> {
    let each = cluster.hosts.iter().map(|(name, way)| {
        let reach: Arc<dyn Reach> = match way {
            reach::Reach::Local {} => Arc::new(LocalReach),
            reach::Reach::Ssh(ssh) => {
                let spec = spec(ssh, agent).map_err(|why| format!("host {name}: {why}"))?;
                Arc::new(SshReach::new(spec, Arc::clone(secrets)))
            }
        };
        Ok((name.clone(), reach))
    });
    each.collect()
}

fn spec(ssh: &Ssh, agent: Option<&Path>) -> Result<SshSpec, String> {
    let key = ssh.key.iter().map(|key| Login::Key {
        from: doors::source(&key.from),
        passphrase: key.passphrase.as_ref().map(doors::source),
    });
    let agents = ssh.agent.iter().map(|declared| Login::Agent {
        socket: match &declared.socket {
            Some(socket) => Some(socket.into()),
            None => agent.map(Path::to_path_buf),
        },
    });
    let jump = ssh
        .jump
        .as_ref()
        .map(|jump| spec(jump, agent))
        .transpose()?;
    Ok(SshSpec {
        address: ssh.address.clone(),
        port: ssh.port,
        user: ssh.user.clone(),
        host_keys: match &ssh.host_keys {
            reach::HostKeys::HostKey(lines) => {
                HostKeys::pinned(lines).map_err(|why| why.to_string())?
            }
            reach::HostKeys::KnownHosts(path) => HostKeys::File(path.into()),
        },
        logins: key.chain(agents).collect(),
        jump: jump.map(Box::new),
        sessions: usize::try_from(ssh.sessions).unwrap_or(usize::MAX),
        keepalive: Duration::from_millis(ssh.keepalive.0),
        limit: Duration::from_millis(ssh.limit.0),
    })
}
