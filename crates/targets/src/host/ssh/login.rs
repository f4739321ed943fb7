//! Who we are to a host: the key of a file, or the keys of an agent.
//!
//! Secrets live only as long as a login takes; errors name files, never what is in them.
//! Must never know: why we log in. Stories: `tests/it/ssh.rs`.

use super::keys::fingerprint;
use super::link::Warden;
use russh::client::{AuthResult, Handle};
use russh::keys::PrivateKeyWithHashAlg;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::ssh_key::PrivateKey;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The bits of a file's mode that let others than its owner read or write it.
const OTHERS: u32 = 0o077;

/// A way to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// A private key in a file of its own.
    Key {
        /// In OpenSSH's or PEM format; readable by its owner only.
        file: PathBuf,
        /// A file that holds its passphrase, where it has one.
        passphrase: Option<PathBuf>,
    },
    /// The keys of an ssh-agent, one after another.
    Agent {
        /// Its socket; none: none was found.
        socket: Option<PathBuf>,
    },
}

/// Logs in by the first way that the host takes. In words, what was tried.
pub(super) async fn login(
    handle: &mut Handle<Warden>,
    user: &str,
    logins: &[Login],
) -> Result<(), String> {
    let mut tried = Vec::new();
    for login in logins {
        let said = match login {
            Login::Key { file, passphrase } => {
                by_key(handle, user, file, passphrase.as_deref()).await
            }
            Login::Agent { socket } => by_agent(handle, user, socket.as_deref()).await,
        };
        match said {
            Ok(()) => return Ok(()),
            Err(why) => tried.push(why),
        }
        if handle.is_closed() {
            break;
        }
    }
    Err(tried.join("; "))
}

async fn by_key(
    handle: &mut Handle<Warden>,
    user: &str,
    file: &Path,
    passphrase: Option<&Path>,
) -> Result<(), String> {
    let shown = file.display().to_string();
    let (file, passphrase) = (file.to_path_buf(), passphrase.map(Path::to_path_buf));
    // Keys with a passphrase take a while on purpose.
    let read = tokio::task::spawn_blocking(move || read(&file, passphrase.as_deref())).await;
    let key = read.map_err(|why| format!("{shown}: {why}"))??;
    let print = fingerprint(key.public_key());
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
    match handle.authenticate_publickey(user, key).await {
        Ok(AuthResult::Success) => Ok(()),
        Ok(AuthResult::Failure { .. }) => {
            Err(format!("the key of {shown}, {print}, was not taken"))
        }
        Err(why) => Err(format!("the key of {shown}, {print}: {why}")),
    }
}

fn read(file: &Path, passphrase: Option<&Path>) -> Result<PrivateKey, String> {
    let shown = file.display();
    let about = std::fs::metadata(file).map_err(|why| format!("{shown}: {why}"))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(format!(
            "{shown} may be read by others (mode {mode:04o}): run `chmod 600` on it"
        ));
    }
    let secret = passphrase.map(|path| {
        let text = std::fs::read_to_string(path);
        text.map_err(|why| format!("{}: {why}", path.display()))
    });
    let secret = secret.transpose()?;
    let secret = secret
        .as_deref()
        .map(|text| text.trim_end_matches(['\r', '\n']));
    russh::keys::load_secret_key(file, secret).map_err(|why| match (why, passphrase) {
        (russh::keys::Error::KeyIsEncrypted, _) => {
            format!(
                "{shown} has a passphrase: name a file that holds it, `passphrase: {{fromFile: …}}`"
            )
        }
        (why, None) => format!("{shown} cannot be read as a key: {why}"),
        (why, Some(with)) => {
            format!(
                "{shown} cannot be read as a key with the passphrase of {}: {why}",
                with.display()
            )
        }
    })
}

async fn by_agent(
    handle: &mut Handle<Warden>,
    user: &str,
    socket: Option<&Path>,
) -> Result<(), String> {
    let socket = socket.ok_or("no ssh-agent: SSH_AUTH_SOCK is not set")?;
    let wrong = |why: &dyn std::fmt::Display| format!("the agent at {}: {why}", socket.display());
    let mut agent = AgentClient::connect_uds(socket)
        .await
        .map_err(|why| wrong(&why))?;
    let keys = agent
        .request_identities()
        .await
        .map_err(|why| wrong(&why))?;
    let mut tried = Vec::new();
    for identity in keys {
        let AgentIdentity::PublicKey { key, .. } = identity else {
            continue;
        };
        tried.push(fingerprint(&key));
        let hash = match key.algorithm().is_rsa() {
            true => handle
                .best_supported_rsa_hash()
                .await
                .ok()
                .flatten()
                .flatten(),
            false => None,
        };
        let said = handle
            .authenticate_publickey_with(user, key, hash, &mut agent)
            .await;
        match said {
            Ok(AuthResult::Success) => return Ok(()),
            Ok(AuthResult::Failure { .. }) => {}
            Err(why) => return Err(wrong(&why)),
        }
    }
    Err(wrong(&match tried.as_slice() {
        [] => "it holds no key".to_string(),
        keys => format!("none of its keys was taken: {}", keys.join(", ")),
    }))
}
