//! The way to a host over ssh: one connection a host, opened when it is needed and again when it was
//! lost, with so many sessions on it at once as the host allows.
//!
//! | file | holds |
//! |---|---|
//! | `keys` | whether the host is the one that was declared |
//! | `login` | who we are to it: a key file, an agent |
//! | `link` | a connection, straight or through a jump host |
//!
//! Must never know: what is run, and for whom. Stories: `tests/it/ssh.rs`, against a real sshd.

mod keys;
mod link;
mod login;

pub use keys::{HostKeys, KeysError};
pub use login::Login;

use super::reach::{Purpose, Reach, Session, Unreached};
use link::Link;
use russh::client::Msg;
use russh::{ChannelMsg, ChannelStream};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use windlass_runner::ports::Task;
use windlass_runner::ports::secrets::Secrets;

/// A host that answers at all opens a session within this time.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// Members of one host ask at once: a host that just refused us is not asked again by each of them.
const RETRY_APART: Duration = Duration::from_millis(500);
/// A session that ended is free for others at once, or this much later.
const FREED_APART: Duration = Duration::from_millis(50);
/// Looks go on while deeds wait: so many sessions are kept for them, where there are more than one.
const KEPT_FOR_LOOKS: usize = 1;

/// Where a host is, and who we are to it.
#[derive(Clone, Debug)]
pub struct SshSpec {
    /// Name or IP address.
    pub address: String,
    /// From 1.
    pub port: u16,
    /// Whom we log in as.
    pub user: String,
    /// What tells that it is the host that was meant.
    pub host_keys: HostKeys,
    /// Tried one after another.
    pub logins: Vec<Login>,
    /// The host through which it is reached.
    pub jump: Option<Box<SshSpec>>,
    /// How many sessions at once; sshd allows ten by default (`MaxSessions` of sshd_config(5)).
    pub sessions: usize,
    /// Asked so often whether the host still hears us; three questions without an answer end the
    /// connection.
    pub keepalive: Duration,
    /// How long a connection may take to come about, login and all.
    pub limit: Duration,
}

impl SshSpec {
    /// As in messages and known-hosts files: `HOST`, or `[HOST]:PORT` where that is not 22.
    fn shown(&self) -> String {
        match self.port {
            22 => self.address.clone(),
            port => format!("[{}]:{port}", self.address),
        }
    }
}

/// A host over ssh.
pub struct SshReach {
    spec: SshSpec,
    secrets: Arc<dyn Secrets>,
    state: Mutex<State>,
    all: Arc<Semaphore>,
    acting: Arc<Semaphore>,
}

impl fmt::Debug for SshReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SshReach({}@{})", self.spec.user, self.spec.shown())
    }
}

#[derive(Default)]
struct State {
    link: Option<Arc<Link>>,
    /// The last refusal, and when.
    failed: Option<(Instant, Unreached)>,
}

impl SshReach {
    /// To a host as declared; nothing is opened yet.
    #[must_use]
    pub fn new(spec: SshSpec, secrets: Arc<dyn Secrets>) -> Self {
        let sessions = spec.sessions.max(1);
        let acting = sessions.saturating_sub(KEPT_FOR_LOOKS).max(1);
        Self {
            spec,
            secrets,
            state: Mutex::default(),
            all: Arc::new(Semaphore::new(sessions)),
            acting: Arc::new(Semaphore::new(acting)),
        }
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "the host room owns this seam: hosts are real, and so is the time they take"
    )]
    async fn link(&self) -> Result<Arc<Link>, Unreached> {
        let mut state = self.state.lock().await;
        if let Some(link) = state.link.as_ref().filter(|link| link.is_open()) {
            return Ok(Arc::clone(link));
        }
        state.link = None;
        if let Some((when, why)) = &state.failed
            && when.elapsed() < RETRY_APART
        {
            return Err(why.clone());
        }
        let opened = tokio::time::timeout(
            self.spec.limit,
            Link::open(&self.spec, self.secrets.as_ref()),
        )
        .await;
        let opened = opened.unwrap_or_else(|_| {
            let limit = self.spec.limit.as_secs();
            let shown = self.spec.shown();
            Err(Unreached::Away(format!(
                "{shown}: no connection within {limit} s"
            )))
        });
        match opened {
            Ok(link) => {
                let link = Arc::new(link);
                *state = State {
                    link: Some(Arc::clone(&link)),
                    failed: None,
                };
                Ok(link)
            }
            Err(why) => {
                state.failed = Some((Instant::now(), why.clone()));
                Err(why)
            }
        }
    }

    async fn permits(&self, purpose: Purpose) -> Option<Permits> {
        let acting = match purpose {
            Purpose::Look => None,
            Purpose::Act => Some(Arc::clone(&self.acting).acquire_owned().await.ok()?),
        };
        let one = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Permits {
            _one: one,
            _acting: acting,
        })
    }

    fn away(&self, why: impl fmt::Display) -> Unreached {
        Unreached::Away(format!("{}: {why}", self.spec.shown()))
    }

    /// A new session. A host frees one a moment after it told us of its end: no is asked once more.
    #[allow(
        clippy::disallowed_methods,
        reason = "the host room owns this seam: hosts are real, and so is the time they take"
    )]
    async fn session(&self, link: &Link) -> Result<russh::Channel<Msg>, Unreached> {
        loop {
            match link.session().await {
                Ok(channel) => return Ok(channel),
                // The limit of an answer stands around this.
                Err(russh::Error::ChannelOpenFailure(_)) => tokio::time::sleep(FREED_APART).await,
                Err(why) => return Err(self.away(why)),
            }
        }
    }

    /// A session on which the command runs.
    #[allow(
        clippy::disallowed_methods,
        reason = "the host room owns this seam: hosts are real, and so is the time they take"
    )]
    async fn open(&self, link: &Link, command: &str) -> Result<ChannelStream<Msg>, Unreached> {
        let opening = async {
            let mut channel = self.session(link).await?;
            channel
                .exec(true, command)
                .await
                .map_err(|why| self.away(why))?;
            loop {
                match channel.wait().await {
                    Some(ChannelMsg::Success) => return Ok(channel.into_stream()),
                    Some(ChannelMsg::Failure) => {
                        let shown = self.spec.shown();
                        let says = format!("{shown} does not let {} run commands", self.spec.user);
                        return Err(Unreached::Refused(says));
                    }
                    // Windows are opened before the answer comes.
                    Some(ChannelMsg::WindowAdjusted { .. }) => {}
                    Some(_) | None => return Err(self.away("the session was closed")),
                }
            }
        };
        let opened = tokio::time::timeout(ANSWER_LIMIT, opening).await;
        let sessions = self.spec.sessions;
        let says =
            format!("it opens no session; `sessions: {sessions}` may be more than its MaxSessions");
        opened.unwrap_or_else(|_| Err(self.away(says)))
    }
}

struct Permits {
    _one: OwnedSemaphorePermit,
    _acting: Option<OwnedSemaphorePermit>,
}

impl Reach for SshReach {
    fn start<'a>(
        &'a self,
        command: &'a str,
        purpose: Purpose,
    ) -> Task<'a, Result<Session, Unreached>> {
        Box::pin(async move {
            let permits = self.permits(purpose).await;
            let permits = permits.ok_or_else(|| self.away("it is being closed"))?;
            let mut link = self.link().await?;
            let mut opened = self.open(&link, command).await;
            if opened.is_err() && !link.is_open() {
                // It was cut since it was used last: nothing was started, so it is asked once more.
                link = self.link().await?;
                opened = self.open(&link, command).await;
            }
            let (output, input) = tokio::io::split(opened?);
            Ok(Session {
                input: Box::new(input),
                output: Box::new(output),
                kept: Box::new((permits, link)),
            })
        })
    }
}
