//! A false world for the Kafka target: recorded answers, a broker in memory, hosts that say what they are told.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test names the one answer it wants"
)]

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::{
    ApiVersion, FinalizedFeatureKey, SupportedFeatureKey,
};
use kafka_protocol::messages::{ApiKey, ApiVersionsResponse, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex};
use windlass_engine::catalog::{Catalog, Line};
use windlass_engine::effect::{ClaimAnswer, Ensure, Outcome};
use windlass_engine::names::{LevelName, MemberId};
use windlass_engine::time::{Mark, Ms, Now, Wall};
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::dial::{Dial, Stream};
use windlass_runner::ports::hand::{Hand, Held, HostView, Running};
use windlass_runner::ports::target::Fence;
use windlass_targets::kafka::answers::Gathered;
use windlass_targets::kafka::seen::HostSeen;

/// Answers of a real cluster, see `tests/recorded/README.md`.
pub fn recorded(name: &str) -> Gathered {
    let text = match name {
        "split-3.9.2" => include_str!("../recorded/split-3.9.2.json"),
        "mixed" => include_str!("../recorded/mixed.json"),
        "killed" => include_str!("../recorded/killed.json"),
        "no-quorum" => include_str!("../recorded/no-quorum.json"),
        "split-4.1.2" => include_str!("../recorded/split-4.1.2.json"),
        other => panic!("nothing recorded as {other}"),
    };
    serde_json::from_str(text).expect(name)
}

pub fn version(text: &str) -> Version {
    Version::parse(text).expect(text)
}

/// The lines that the recorded clusters run.
pub fn catalog() -> Catalog {
    let lines = [("3.9", 1, 21), ("4.0", 7, 25), ("4.1", 7, 27)];
    let line = |(line, low, high): (&str, u16, u16)| {
        let levels = BTreeMap::from([(LevelName::from("metadata.version"), (low, high))]);
        Line::of(version(line), levels, "MetadataVersion.java".into())
    };
    Catalog {
        system: "kafka".into(),
        as_of: "2026-11-20".into(),
        lines: lines.map(line).to_vec(),
        ..Catalog::default()
    }
}

/// A process of a release, as a host would see it.
pub fn runs(release: &str) -> HostSeen {
    HostSeen {
        host: "loopback".into(),
        view: HostView {
            running: Running::Process {
                release: Some(version(release)),
                incarnation: "boot:1:2".into(),
                since: 0,
            },
            claimed_by: None,
        },
    }
}

/// Time stands still; who waits is woken at once.
pub struct Still;

impl Clock for Still {
    fn now(&self) -> Now {
        Now {
            wall: Wall(1_000_000),
            mono: Mark { boot: 1, ms: 1_000 },
        }
    }
    fn sleep(&self, _length: Ms) -> Task<'static, ()> {
        Box::pin(async {})
    }
}

/// What the broker in memory does with a request.
pub enum Reply {
    /// Answers with these bytes after the right header.
    Body(Bytes),
    /// Sends these bytes as they are.
    Raw(Vec<u8>),
    /// Says nothing.
    Silence,
    /// Closes the connection.
    Close,
}

/// Key, version and body of a request → what to do.
pub type Answers = Arc<dyn Fn(ApiKey, i16, Bytes) -> Reply + Send + Sync>;

/// A broker in memory: every address leads to it.
pub struct Memory {
    pub answers: Answers,
    pub dials: Arc<Mutex<usize>>,
}

impl Memory {
    pub fn new(answers: impl Fn(ApiKey, i16, Bytes) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            answers: Arc::new(answers),
            dials: Arc::default(),
        }
    }
}

impl Dial for Memory {
    fn dial<'a>(&'a self, _address: &'a str, _limit: Ms) -> Task<'a, io::Result<Box<dyn Stream>>> {
        *self.dials.lock().expect("dials") += 1;
        let stream = Pipe {
            answers: Arc::clone(&self.answers),
            coming: VecDeque::new(),
            closed: false,
        };
        Box::pin(async { Ok(Box::new(stream) as Box<dyn Stream>) })
    }
}

struct Pipe {
    answers: Answers,
    coming: VecDeque<u8>,
    closed: bool,
}

impl Stream for Pipe {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Task<'a, io::Result<()>> {
        Box::pin(async move {
            let mut request = Bytes::copy_from_slice(&bytes[4..]);
            let key =
                ApiKey::try_from(i16::from_be_bytes([request[0], request[1]])).expect("a key");
            let version = i16::from_be_bytes([request[2], request[3]]);
            let header = RequestHeader::decode(&mut request, key.request_header_version(version));
            let correlation = header.expect("a header").correlation_id;
            match (self.answers)(key, version, request) {
                Reply::Body(body) => {
                    let mut frame = BytesMut::new();
                    ResponseHeader::default()
                        .with_correlation_id(correlation)
                        .encode(&mut frame, key.response_header_version(version))
                        .expect("a header");
                    frame.put(body);
                    self.coming
                        .extend(u32::try_from(frame.len()).expect("short").to_be_bytes());
                    self.coming.extend(frame.chunk());
                }
                Reply::Raw(bytes) => self.coming.extend(bytes),
                Reply::Silence => {}
                Reply::Close => self.closed = true,
            }
            Ok(())
        })
    }

    fn read<'a>(&'a mut self, bytes: &'a mut [u8]) -> Task<'a, io::Result<()>> {
        Box::pin(async move {
            if self.coming.len() < bytes.len() {
                if self.closed {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                return std::future::pending().await;
            }
            bytes.fill_with(|| self.coming.pop_front().unwrap_or_default());
            Ok(())
        })
    }
}

/// An answer as bytes.
pub fn body(answer: &impl Encodable, version: i16) -> Reply {
    let mut out = BytesMut::new();
    answer.encode(&mut out, version).expect("an answer");
    Reply::Body(out.freeze())
}

/// A hello of a 4.1 broker that is finalized at some levels.
pub fn hello(finalized: &[(&'static str, i16)]) -> ApiVersionsResponse {
    use ApiKey as Key;
    let keys = [
        (Key::SaslHandshake, 0, 1),
        (Key::SaslAuthenticate, 0, 2),
        (Key::ApiVersions, 0, 4),
        (Key::Metadata, 0, 13),
        (Key::DescribeCluster, 0, 2),
        (Key::DescribeQuorum, 0, 2),
        (Key::DescribeConfigs, 1, 4),
        (Key::UpdateFeatures, 0, 2),
        (Key::ElectLeaders, 0, 2),
    ];
    let key = |(key, low, high): (Key, i16, i16)| {
        ApiVersion::default()
            .with_api_key(key as i16)
            .with_min_version(low)
            .with_max_version(high)
    };
    let level = |(name, level): &(&'static str, i16)| {
        FinalizedFeatureKey::default()
            .with_name(StrBytes::from_static_str(name))
            .with_max_version_level(*level)
            .with_min_version_level(*level)
    };
    let supported = SupportedFeatureKey::default()
        .with_name(StrBytes::from_static_str("metadata.version"))
        .with_min_version(7)
        .with_max_version(27);
    ApiVersionsResponse::default()
        .with_api_keys(keys.map(key).to_vec())
        .with_supported_features(vec![supported])
        .with_finalized_features_epoch(7)
        .with_finalized_features(finalized.iter().map(level).collect())
}

/// A host that gives its lock, or says why not, and notes what was asked of it.
pub struct Host {
    pub member: MemberId,
    pub claims: ClaimAnswer,
    pub notes: Arc<Mutex<Vec<String>>>,
}

impl Host {
    fn note(&self, what: &str) {
        let says = format!("{what} {}", self.member);
        self.notes.lock().expect("notes").push(says);
    }
}

struct Lock;
impl Held for Lock {}

impl Hand for Host {
    fn host(&self) -> &str {
        "loopback"
    }
    fn look(&self) -> Task<'_, HostView> {
        Box::pin(async { runs("4.1.2").view })
    }
    fn claim<'a>(&'a self, _fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        self.note("claim");
        Box::pin(async { self.claims.clone() })
    }
    fn release<'a>(&'a self, _fence: &'a Fence) -> Task<'a, ()> {
        self.note("release");
        Box::pin(async {})
    }
    fn ensure<'a>(&'a self, _: &'a Ensure, _: &'a Fence, _: Ms) -> Task<'a, Outcome> {
        self.note("ensure");
        Box::pin(async { Outcome::Done })
    }
    fn hold<'a>(&'a self, _fence: &'a Fence) -> Task<'a, Result<Box<dyn Held>, ClaimAnswer>> {
        self.note("hold");
        Box::pin(async {
            match &self.claims {
                ClaimAnswer::Claimed => Ok(Box::new(Lock) as Box<dyn Held>),
                refused => Err(refused.clone()),
            }
        })
    }
    fn log<'a>(&'a self, _lines: usize) -> Task<'a, Result<Vec<String>, String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    fn adopt<'a>(&'a self, _fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        Box::pin(async { ClaimAnswer::Claimed })
    }
    fn release_ready<'a>(&'a self, _version: &'a Version) -> Task<'a, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }
}
