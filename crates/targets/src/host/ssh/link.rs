//! A connection to a host, straight or through a jump host, with its key compared and us logged in.
//!
//! Must never know: what runs over it. Stories: `tests/it/ssh.rs`.

use super::super::reach::Unreached;
use super::keys::HostKeys;
use super::login::Denied;
use super::{SshSpec, login};
use russh::client::{self, Handle, Handler, Msg};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, Preferred};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use windlass_runner::ports::Task;
use windlass_runner::ports::secrets::Secrets;

/// Questions whether the host still hears us that may stay unanswered.
const KEEPALIVES_UNANSWERED: usize = 3;

/// An open connection; dropped to close it.
pub(super) struct Link {
    handle: Handle<Warden>,
    /// What it goes through.
    _jump: Option<Box<Link>>,
}

/// Compares the key of a host; what it refused is kept, since the protocol only carries yes or no.
pub(super) struct Warden {
    keys: HostKeys,
    address: String,
    port: u16,
    refused: Arc<Mutex<Option<String>>>,
}

impl Handler for Warden {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        found: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        let refusal = self
            .keys
            .refusal(&self.address, self.port, &found.public_key());
        let fine = refusal.is_none();
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refusal;
        Ok(fine)
    }
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Link {
    /// Connects, compares the host's key, and logs in.
    pub(super) fn open<'a>(
        spec: &'a SshSpec,
        secrets: &'a dyn Secrets,
    ) -> Task<'a, Result<Self, Unreached>> {
        Box::pin(async move {
            let shown = spec.shown();
            let away = |why: &dyn std::fmt::Display| Unreached::Away(format!("{shown}: {why}"));
            let (wire, jump): (Box<dyn Wire>, _) = match &spec.jump {
                None => {
                    let address = (spec.address.as_str(), spec.port);
                    let stream = TcpStream::connect(address)
                        .await
                        .map_err(|why| away(&why))?;
                    // Requests are small and each waits for its answer: delaying them buys nothing.
                    stream.set_nodelay(true).map_err(|why| away(&why))?;
                    (Box::new(stream), None)
                }
                Some(jump) => {
                    let link = Self::open(jump, secrets).await;
                    let link = link.map_err(|why| through(why, spec))?;
                    let channel = link.handle.channel_open_direct_tcpip(
                        spec.address.clone(),
                        u32::from(spec.port),
                        "127.0.0.1",
                        0,
                    );
                    let channel = channel.await.map_err(|why| {
                        away(&format!("not reached through {}: {why}", jump.shown()))
                    })?;
                    (Box::new(channel.into_stream()), Some(Box::new(link)))
                }
            };
            let refused = Arc::new(Mutex::new(None));
            let warden = Warden {
                keys: spec.host_keys.clone(),
                address: spec.address.clone(),
                port: spec.port,
                refused: Arc::clone(&refused),
            };
            let config = Arc::new(config(spec));
            let connected = client::connect_stream(config, wire, warden).await;
            let mut handle = connected.map_err(|why| {
                let refused = refused
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                match refused {
                    Some(why) => Unreached::Refused(why),
                    None => away(&why),
                }
            })?;
            let user = &spec.user;
            if let Err(why) = login::login(&mut handle, user, &spec.logins, secrets).await {
                return Err(match (handle.is_closed(), &why) {
                    (true, _) => away(&format!("closed while {user} logged in: {why}")),
                    (false, Denied::There(_)) => {
                        Unreached::Refused(format!("{shown} did not let {user} in: {why}"))
                    }
                    (false, Denied::Here(_)) => Unreached::Refused(format!(
                        "{shown} was not asked to let {user} in, there is no key to show: {why}"
                    )),
                });
            }
            Ok(Self {
                handle,
                _jump: jump,
            })
        })
    }

    /// Whether it was not closed or lost, as far as is known.
    pub(super) fn is_open(&self) -> bool {
        !self.handle.is_closed()
    }

    /// A new session on it.
    pub(super) async fn session(&self) -> Result<Channel<Msg>, russh::Error> {
        self.handle.channel_open_session().await
    }
}

fn through(why: Unreached, spec: &SshSpec) -> Unreached {
    let words = |why: String| format!("{} not reached, its jump host: {why}", spec.shown());
    match why {
        Unreached::Away(why) => Unreached::Away(words(why)),
        Unreached::Refused(why) => Unreached::Refused(words(why)),
    }
}

fn config(spec: &SshSpec) -> client::Config {
    let kinds = Preferred::DEFAULT.key;
    let kinds = spec.host_keys.preferred(&spec.address, spec.port, &kinds);
    client::Config {
        preferred: Preferred {
            key: Cow::Owned(kinds),
            ..Preferred::DEFAULT
        },
        keepalive_interval: Some(spec.keepalive),
        keepalive_max: KEEPALIVES_UNANSWERED,
        ..client::Config::default()
    }
}
