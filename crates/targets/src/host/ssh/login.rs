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
use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use windlass_runner::ports::secrets::{Secret, SecretError, Secrets, Source};

/// The bits of a file's mode that let others than its owner read or write it.
const OTHERS: u32 = 0o077;
/// How files with public keys begin (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
const PUBLIC: [&str; 3] = ["ssh-", "ecdsa-", "sk-"];

/// A way to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// A private key.
    Key {
        /// In OpenSSH's or PEM format; a file must be readable by its owner only.
        from: Source,
        /// Where its passphrase lies, if it has one.
        passphrase: Option<Source>,
    },
    /// The keys of an ssh-agent, one after another.
    Agent {
        /// Its socket; none: none was found.
        socket: Option<PathBuf>,
    },
}

/// Why a login did not come about; in words, what was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// The host said no to at least one.
    There(String),
    /// We had nothing to show: the host was not even asked.
    Here(String),
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::There(why) | Self::Here(why) => f.write_str(why),
        }
    }
}

/// Logs in by the first way that the host takes.
pub(super) async fn login(
    handle: &mut Handle<Warden>,
    user: &str,
    logins: &[Login],
    secrets: &dyn Secrets,
) -> Result<(), Denied> {
    let mut tried = Vec::new();
    let mut asked = false;
    for login in logins {
        let said = match login {
            Login::Key { from, passphrase } => {
                by_key(handle, user, from, passphrase.as_ref(), secrets).await
            }
            Login::Agent { socket } => by_agent(handle, user, socket.as_deref()).await,
        };
        match said {
            Ok(()) => return Ok(()),
            Err(why) => {
                asked |= matches!(why, Denied::There(_));
                tried.push(why.to_string());
            }
        }
        if handle.is_closed() {
            break;
        }
    }
    let tried = tried.join("; ");
    Err(if asked {
        Denied::There(tried)
    } else {
        Denied::Here(tried)
    })
}

async fn by_key(
    handle: &mut Handle<Warden>,
    user: &str,
    from: &Source,
    passphrase: Option<&Source>,
    secrets: &dyn Secrets,
) -> Result<(), Denied> {
    let shown = from.to_string();
    let key = had(from, passphrase, secrets).await.map_err(Denied::Here)?;
    let print = fingerprint(key.public_key());
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
    match handle.authenticate_publickey(user, key).await {
        Ok(AuthResult::Success) => Ok(()),
        Ok(AuthResult::Failure { .. }) => Err(Denied::There(format!(
            "the key of {shown}, {print}, was not taken"
        ))),
        Err(why) => Err(Denied::There(format!("the key of {shown}, {print}: {why}"))),
    }
}

/// The key, as it lies there now.
async fn had(
    from: &Source,
    passphrase: Option<&Source>,
    secrets: &dyn Secrets,
) -> Result<PrivateKey, String> {
    let key = secrets.read(from).await.map_err(|why| said(&why))?;
    if let Source::File(path) = from {
        private(path, key.bytes())?;
    }
    let words = match passphrase {
        Some(from) => Some(secrets.read(from).await.map_err(|why| said(&why))?),
        None => None,
    };
    let (from, with) = (from.to_string(), passphrase.map(ToString::to_string));
    let shown = from.clone();
    // Keys with a passphrase take a while on purpose.
    let read = tokio::task::spawn_blocking(move || {
        decoded(&key, words.as_ref()).map_err(|why| match (why, with) {
            (russh::keys::Error::KeyIsEncrypted, _) => {
                format!("{from} has a passphrase: say where it lies, `passphrase: {{fromFile: …}}`")
            }
            (why, None) => format!("{from} cannot be read as a key: {why}"),
            (why, Some(with)) => {
                format!("{from} cannot be read as a key with the passphrase of {with}: {why}")
            }
        })
    });
    read.await.map_err(|why| format!("{shown}: {why}"))?
}

fn decoded(key: &Secret, words: Option<&Secret>) -> Result<PrivateKey, russh::keys::Error> {
    let text = |secret: &Secret| String::from_utf8_lossy(secret.line()).into_owned();
    let words = words.map(text);
    russh::keys::decode_secret_key(&String::from_utf8_lossy(key.bytes()), words.as_deref())
}

/// An error with its cause.
fn said(why: &SecretError) -> String {
    match std::error::Error::source(why) {
        Some(cause) => format!("{why}: {cause}"),
        None => why.to_string(),
    }
}

/// What lies in a file is a private key that nobody else may read.
fn private(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let shown = path.display();
    let text = String::from_utf8_lossy(bytes);
    if PUBLIC.iter().any(|kind| text.starts_with(kind)) {
        return Err(format!(
            "{shown} is a public key: name the private one that belongs to it, most often the same \
             without `.pub`"
        ));
    }
    let about = std::fs::metadata(path).map_err(|why| format!("{shown}: {why}"))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(format!(
            "{shown} may be read by others (mode {mode:04o}): run `chmod 600` on it"
        ));
    }
    Ok(())
}

async fn by_agent(
    handle: &mut Handle<Warden>,
    user: &str,
    socket: Option<&Path>,
) -> Result<(), Denied> {
    let none = || Denied::Here("no ssh-agent: SSH_AUTH_SOCK is not set".into());
    let socket = socket.ok_or_else(none)?;
    let wrong = |why: &dyn fmt::Display| format!("the agent at {}: {why}", socket.display());
    let ours = |why: &dyn fmt::Display| Denied::Here(wrong(why));
    let mut agent = AgentClient::connect_uds(socket)
        .await
        .map_err(|why| ours(&why))?;
    let keys = agent.request_identities().await.map_err(|why| ours(&why))?;
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
            Err(why) => return Err(Denied::There(wrong(&why))),
        }
    }
    Err(match tried.as_slice() {
        [] => ours(&"it holds no key"),
        keys => {
            let says = format!("none of its keys was taken: {}", keys.join(", "));
            Denied::There(wrong(&says))
        }
    })
}
