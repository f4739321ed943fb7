//! One connection to one listener: hello, login, version of each request, correlation, limits.
//!
//! Must never know: what is done with an answer, or that there are other nodes.
//! Stories: `tests/it/kafka_wire.rs`.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::future::{Either, select};
use kafka_protocol::messages::{ApiKey, ApiVersionsRequest, ApiVersionsResponse, ResponseHeader};
use kafka_protocol::protocol::{Decodable, HeaderVersion, Message, Request, StrBytes};
use thiserror::Error;
use windlass_engine::time::{Mark, Ms};
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::dial::Stream;
use windlass_runner::ports::secrets::{self, SecretError};

use super::answers::Hello;
use super::door::Door;
use super::frame::{self, FrameError};
use super::login;
use crate::dial::trouble::is_tls;

/// Versions of ApiVersions that are tried: 4 shows features whose minimum is 0, 3 shows features at
/// all, 0 is understood by everything (KIP-511, KIP-584).
const HELLO_VERSIONS: [i16; 3] = [4, 3, 0];

/// Before it is answered, nobody knows whether the listener lets us in.
const SASL_HANDSHAKE: i16 = ApiKey::SaslHandshake as i16;

/// Secrets that one dial may have to read: authority, certificate, key.
const DIAL_SECRETS_COUNT: u64 = 3;

/// Share of a login's life (`connections.max.reauth.ms`) after which the connection is not used again;
/// Kafka's own clients log in anew after 85 to 95 per cent.
const LOGIN_SHARE_PERCENT: u64 = 85;

/// `UNSUPPORTED_VERSION`; to ApiVersions it comes in the form of version 0.
const UNSUPPORTED_VERSION: i16 = 35;

/// Why a request has no answer.
#[derive(Debug, Error)]
pub enum CallError {
    /// No connection.
    #[error("{address} cannot be reached")]
    Dial {
        /// Where to.
        address: String,
        /// As the transport says.
        #[source]
        source: io::Error,
    },
    /// TLS is not as it should be, there or here.
    #[error("no TLS with {address}")]
    Tls {
        /// Where to.
        address: String,
        /// In words, with what to do.
        #[source]
        source: io::Error,
    },
    /// The password cannot be read.
    #[error("no password for {address}")]
    Secret {
        /// Where to.
        address: String,
        /// Why.
        #[source]
        source: SecretError,
    },
    /// The login failed.
    #[error("{address} does not let us in: {why}")]
    Login {
        /// Where to.
        address: String,
        /// In words, with what to do.
        why: String,
    },
    /// The listener wants a login and none is declared.
    #[error("{address} wants a login, by {}: declare `sasl`", offers.join(" or "))]
    LoginWanted {
        /// Where to.
        address: String,
        /// The mechanisms that it offers.
        offers: Vec<String>,
    },
    /// The connection broke, or what came is no Kafka.
    #[error("{address} did not answer {request}")]
    Frame {
        /// Where to.
        address: String,
        /// What was asked.
        request: &'static str,
        /// How.
        #[source]
        source: FrameError,
    },
    /// Nothing came in time.
    #[error("{address} gave no answer to {request} within {} ms", limit.0)]
    Silent {
        /// Where to.
        address: String,
        /// What was asked.
        request: &'static str,
        /// How long was waited.
        limit: Ms,
    },
    /// That listener offers no version of the request that is known here.
    #[error("{address} does not offer {request}")]
    NotOffered {
        /// Where to.
        address: String,
        /// What was asked.
        request: &'static str,
    },
    /// The answer (or our request) does not read as it should.
    #[error("{address} and we do not read {request} version {version} alike: {why}")]
    Garbled {
        /// Where to.
        address: String,
        /// What was asked.
        request: &'static str,
        /// In which version.
        version: i16,
        /// In words.
        why: String,
    },
    /// It answered with an error of Kafka.
    #[error("{address} refused {request}: {why}")]
    Refused {
        /// Where to.
        address: String,
        /// What was asked.
        request: &'static str,
        /// Kafka's error code.
        code: i16,
        /// In words.
        why: String,
    },
}

impl CallError {
    /// Whether the peer closed or broke the connection: a kept one may only have grown old.
    #[must_use]
    pub fn broke(&self) -> bool {
        matches!(
            self,
            Self::Frame {
                source: FrameError::Broken(_),
                ..
            }
        )
    }
}

/// An open connection that has said hello.
pub struct Connection {
    stream: Box<dyn Stream>,
    clock: Arc<dyn Clock>,
    door: Door,
    address: String,
    /// Whether anything but greetings was answered: before, a listener may end it for want of a login.
    let_in: bool,
    /// From when on the login no longer counts.
    until: Option<Mark>,
    correlation: i32,
    hello: Hello,
    hello_version: i16,
    /// Between two frames: false while an answer is owed, for good where it never came.
    whole: bool,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects, says hello, and logs in where that is declared: each within `limit`, to which comes
    /// that of reading secrets.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn open(
        door: &Door,
        clock: &Arc<dyn Clock>,
        address: &str,
        limit: Ms,
    ) -> Result<Self, CallError> {
        let wrong = |source| dialled(address, source);
        // The dial keeps its own limit; ours holds should it not.
        let patience = Ms(limit.0 + DIAL_SECRETS_COUNT * secrets::LIMIT.0);
        let stream = match select(door.dial.dial(address, limit), clock.sleep(patience)).await {
            Either::Left((stream, _)) => stream.map_err(wrong)?,
            Either::Right(((), _)) => return Err(wrong(io::ErrorKind::TimedOut.into())),
        };
        let mut connection = Self {
            stream,
            clock: Arc::clone(clock),
            door: door.clone(),
            address: address.to_string(),
            let_in: false,
            until: None,
            correlation: 0,
            hello: Hello::default(),
            hello_version: HELLO_VERSIONS[0],
            whole: true,
        };
        connection.hello_again(limit).await?;
        if let Some(declared) = &door.login {
            let begun = clock.now().mono;
            let counts = login::login(&mut connection, declared, limit).await?;
            connection.until = counts.map(|counts| Mark {
                ms: begun.ms + counts.0 / 100 * LOGIN_SHARE_PERCENT,
                ..begun
            });
            // What came so far went through without a login as well.
            connection.let_in = true;
        }
        Ok(connection)
    }

    /// Whether its login counts no longer, or soon will not.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        let now = self.clock.now().mono;
        self.until
            .is_some_and(|until| until.boot != now.boot || until.ms <= now.ms)
    }

    /// Asks anew what the listener offers and which levels it knows.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn hello_again(&mut self, limit: Ms) -> Result<(), CallError> {
        let ask = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str(frame::CLIENT_NAME))
            .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
        let first = self.hello_version;
        for version in HELLO_VERSIONS.into_iter().filter(|one| *one <= first) {
            let ask = if version < 3 {
                ApiVersionsRequest::default()
            } else {
                ask.clone()
            };
            let mut body = self.exchange(&ask, version, limit).await?;
            if (&body[..]).try_get_i16() == Ok(UNSUPPORTED_VERSION) && version > 0 {
                continue;
            }
            let answer: ApiVersionsResponse = self.read(&mut body, "ApiVersions", version)?;
            if answer.error_code != 0 {
                return Err(self.refused("ApiVersions", answer.error_code, None));
            }
            self.hello_version = version;
            self.hello = Hello::from(answer);
            return Ok(());
        }
        Err(CallError::NotOffered {
            address: self.address.clone(),
            request: "ApiVersions",
        })
    }

    /// Where it leads to.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether the next answer will be to the next question.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// What the listener said of itself at the last hello.
    #[must_use]
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// The newest version of a request that both sides know.
    #[must_use]
    pub fn version_of<R: Request>(&self) -> Option<i16> {
        let (low, high) = self.hello.keys.get(&R::KEY).copied()?;
        let ours = <R as Message>::VERSIONS;
        let both = high.min(ours.max);
        (both >= low.max(ours.min)).then_some(both)
    }

    /// Asks one thing in the newest version that both sides know.
    ///
    /// # Errors
    /// See [`CallError`]; errors inside the answer are the caller's to read.
    pub async fn call<R: Request>(
        &mut self,
        request: &R,
        limit: Ms,
    ) -> Result<R::Response, CallError> {
        let Some(version) = self.version_of::<R>() else {
            return Err(CallError::NotOffered {
                address: self.address.clone(),
                request: name_of(R::KEY),
            });
        };
        let first = self.whole && !self.let_in && R::KEY != SASL_HANDSHAKE;
        let mut body = match self.exchange(request, version, limit).await {
            Ok(body) => body,
            Err(error) if error.broke() && first => {
                return Err(self.login_wanted(limit).await.unwrap_or(error));
            }
            Err(error) => return Err(error),
        };
        if R::KEY != SASL_HANDSHAKE {
            self.let_in = true;
        }
        self.read(&mut body, name_of(R::KEY), version)
    }

    /// A listener that wants a login ends the connection at the first question, without a word.
    /// Asked on another connection, it says so. (In a box: opening is what we are a part of.)
    fn login_wanted(&self, limit: Ms) -> Task<'static, Option<CallError>> {
        let (door, clock) = (self.door.clone(), Arc::clone(&self.clock));
        let address = self.address.clone();
        Box::pin(async move {
            if door.login.is_some() {
                return None;
            }
            let mut again = Self::open(&door, &clock, &address, limit).await.ok()?;
            let offers = login::offered(&mut again, limit).await?;
            Some(CallError::LoginWanted { address, offers })
        })
    }

    /// An error that stood in an answer.
    #[must_use]
    pub fn refused(&self, request: &'static str, code: i16, message: Option<&str>) -> CallError {
        CallError::Refused {
            address: self.address.clone(),
            request,
            code,
            why: super::answers::error_words(code, message),
        }
    }

    async fn exchange<R: Request>(
        &mut self,
        request: &R,
        version: i16,
        limit: Ms,
    ) -> Result<Bytes, CallError> {
        self.correlation = self.correlation.wrapping_add(1);
        let correlation = self.correlation;
        let name = name_of(R::KEY);
        let frame = frame::encode(request, version, correlation)
            .map_err(|why| self.garbled(name, version, why))?;
        if !self.whole {
            return Err(CallError::Frame {
                address: self.address.clone(),
                request: name,
                source: FrameError::Broken(io::ErrorKind::BrokenPipe.into()),
            });
        }
        self.whole = false;
        let stream = &mut self.stream;
        let talk = Box::pin(async move {
            stream.write(&frame).await.map_err(FrameError::Broken)?;
            frame::read(&mut **stream).await
        });
        let mut body = match select(talk, self.clock.sleep(limit)).await {
            Either::Left((answer, _)) => answer.map_err(|source| match source {
                FrameError::Broken(source) if is_tls(&source) => dialled(&self.address, source),
                FrameError::Broken(_) | FrameError::Foreign(_) => CallError::Frame {
                    address: self.address.clone(),
                    request: name,
                    source,
                },
            })?,
            Either::Right(((), _)) => {
                return Err(CallError::Silent {
                    address: self.address.clone(),
                    request: name,
                    limit,
                });
            }
        };
        let header = <R::Response as HeaderVersion>::header_version(version);
        let header = ResponseHeader::decode(&mut body, header)
            .map_err(|error| self.garbled(name, version, error.to_string()))?;
        if header.correlation_id != correlation {
            let why = format!("asked {correlation}, answered {}", header.correlation_id);
            return Err(self.garbled(name, version, why));
        }
        self.whole = true;
        Ok(body)
    }

    fn read<A: Decodable>(
        &self,
        body: &mut Bytes,
        request: &'static str,
        version: i16,
    ) -> Result<A, CallError> {
        let answer = A::decode(body, version)
            .map_err(|error| self.garbled(request, version, error.to_string()))?;
        if body.is_empty() {
            return Ok(answer);
        }
        let why = format!("{} bytes are left over", body.len());
        Err(self.garbled(request, version, why))
    }

    fn garbled(&self, request: &'static str, version: i16, why: String) -> CallError {
        CallError::Garbled {
            address: self.address.clone(),
            request,
            version,
            why,
        }
    }
}

/// What kept us from a connection.
fn dialled(address: &str, source: io::Error) -> CallError {
    let address = address.to_string();
    if is_tls(&source) {
        CallError::Tls { address, source }
    } else {
        CallError::Dial { address, source }
    }
}

/// What people call a request.
fn name_of(key: i16) -> &'static str {
    const NAMES: [(ApiKey, &str); 11] = [
        (ApiKey::SaslHandshake, "SaslHandshake"),
        (ApiKey::SaslAuthenticate, "SaslAuthenticate"),
        (ApiKey::ApiVersions, "ApiVersions"),
        (ApiKey::Metadata, "Metadata"),
        (ApiKey::DescribeCluster, "DescribeCluster"),
        (ApiKey::DescribeQuorum, "DescribeQuorum"),
        (ApiKey::DescribeConfigs, "DescribeConfigs"),
        (ApiKey::DescribeLogDirs, "DescribeLogDirs"),
        (
            ApiKey::ListPartitionReassignments,
            "ListPartitionReassignments",
        ),
        (ApiKey::ElectLeaders, "ElectLeaders"),
        (ApiKey::UpdateFeatures, "UpdateFeatures"),
    ];
    NAMES
        .iter()
        .find(|(known, _)| *known as i16 == key)
        .map_or("a request", |(_, name)| name)
}
