//! What nodes answered, as plain values: what `gather` fills and `seen` reads.
//!
//! They have a text form, so that answers of real clusters can be kept beside the tests.
//! Must never know: connections. Stories: `tests/it/kafka_seen.rs`.

use std::collections::BTreeMap;

use kafka_protocol::error::ParseResponseErrorCode;
use kafka_protocol::messages::ApiVersionsResponse;
use serde::{Deserialize, Serialize};

use super::connection::CallError;
use super::frame::FrameError;

/// Why something was not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Miss {
    /// Whether the other side is surely not there (refused, closed); else we only did not hear it.
    pub refused: bool,
    /// In words.
    pub why: String,
}

impl Miss {
    /// Not asked, or not understood: in words.
    #[must_use]
    pub fn because(why: impl Into<String>) -> Self {
        Self {
            refused: false,
            why: why.into(),
        }
    }
}

impl From<CallError> for Miss {
    fn from(error: CallError) -> Self {
        use std::io::ErrorKind as Kind;
        let gone = |kind: Kind| {
            matches!(
                kind,
                Kind::ConnectionRefused
                    | Kind::ConnectionReset
                    | Kind::ConnectionAborted
                    | Kind::BrokenPipe
                    | Kind::UnexpectedEof
            )
        };
        let refused = match &error {
            CallError::Dial { source, .. } => gone(source.kind()),
            CallError::Frame { source, .. } => match source {
                FrameError::Broken(source) => gone(source.kind()),
                FrameError::Foreign(_) => false,
            },
            CallError::Tls { .. }
            | CallError::Secret { .. }
            | CallError::Login { .. }
            | CallError::LoginWanted { .. }
            | CallError::Silent { .. }
            | CallError::NotOffered { .. }
            | CallError::Garbled { .. }
            | CallError::Refused { .. } => false,
        };
        Self {
            refused,
            why: chain(&error),
        }
    }
}

/// An error with its sources, in one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut says = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        says.push_str(": ");
        says.push_str(&inner.to_string());
        source = inner.source();
    }
    says
}

/// Kafka's own words for an error code, with the message where one came.
#[must_use]
pub fn error_words(code: i16, message: Option<&str>) -> String {
    let name = code
        .err()
        .map_or_else(String::new, |error| error.to_string());
    match message.filter(|text| !text.is_empty()) {
        Some(message) => format!("{message} (error {code}, {name})"),
        None => format!("error {code}, {name}"),
    }
}

/// An answer, or why there is none.
pub type Asked<T> = Result<T, Miss>;

/// What a listener says of itself (ApiVersions).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Requests that it takes, with their lowest and highest version.
    pub keys: BTreeMap<i16, (i16, i16)>,
    /// Levels that its software supports.
    pub supported: BTreeMap<String, (u16, u16)>,
    /// Levels that the cluster is finalized at, as it knows them; level 0 is absent.
    pub finalized: BTreeMap<String, u16>,
    /// How new the finalized levels are; below 0: none known.
    pub finalized_epoch: i64,
}

impl From<ApiVersionsResponse> for Hello {
    fn from(answer: ApiVersionsResponse) -> Self {
        let level = |number: i16| u16::try_from(number).unwrap_or(0);
        Self {
            keys: answer
                .api_keys
                .iter()
                .map(|key| (key.api_key, (key.min_version, key.max_version)))
                .collect(),
            supported: answer
                .supported_features
                .iter()
                .map(|f| {
                    (
                        f.name.to_string(),
                        (level(f.min_version), level(f.max_version)),
                    )
                })
                .collect(),
            finalized: answer
                .finalized_features
                .iter()
                .map(|f| (f.name.to_string(), level(f.max_version_level)))
                .collect(),
            finalized_epoch: answer.finalized_features_epoch,
        }
    }
}

/// A node as another one lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Node id.
    pub id: i32,
    /// `host:port` of the listener that was asked for.
    pub address: String,
    /// Rack, where set.
    pub rack: Option<String>,
    /// Registered, and not let in.
    pub fenced: bool,
}

/// Which cluster a node belongs to, and which nodes it lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Cluster id.
    pub cluster: Option<String>,
    /// Brokers (or controllers) that it lists.
    pub rows: Vec<Row>,
}

/// A voter or observer of the metadata quorum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// Node id.
    pub id: i32,
    /// End of its log.
    pub end: i64,
    /// When it last fetched, ms since the epoch by the leader's clock; -1: not told.
    pub fetched_ms: i64,
    /// When it was last caught up, likewise.
    pub caught_up_ms: i64,
}

/// The metadata quorum as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quorum {
    /// Active controller.
    pub leader: i32,
    /// Its epoch.
    pub epoch: i32,
    /// High watermark of the metadata log.
    pub high_watermark: i64,
    /// Those that count.
    pub voters: Vec<Replica>,
    /// Those that only read along.
    pub observers: Vec<Replica>,
    /// Addresses of voters, where told.
    pub addresses: BTreeMap<i32, String>,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Its partitions.
    pub partitions: Vec<Partition>,
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// Its number.
    pub index: i32,
    /// Its leader; below 0: none.
    pub leader: i32,
    /// Where its copies lie.
    pub replicas: Vec<i32>,
    /// Which of them are in sync.
    pub in_sync: Vec<i32>,
    /// Which of them are offline.
    pub offline: Vec<i32>,
}

/// What we need of a topic's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicSettings {
    /// `min.insync.replicas`.
    pub min_in_sync: u32,
    /// `unclean.leader.election.enable`.
    pub unclean: bool,
    /// `segment.bytes`, where the topic sets it itself.
    #[serde(default)]
    pub segment_bytes: Option<i64>,
}

/// A setting of a node that somebody set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value; none: hidden, or not set.
    pub value: Option<String>,
    /// Set over the wire, for this node or for all: the node's file says nothing of it.
    #[serde(default)]
    pub dynamic: bool,
}

/// A log directory of a broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDir {
    /// Where it lies on its host.
    pub path: String,
    /// Why it is out of use, if it is.
    pub error: Option<String>,
    /// Size of its volume in bytes; below 0: not told.
    pub total_bytes: i64,
    /// Free bytes on its volume; below 0: not told.
    pub usable_bytes: i64,
}

/// A partition whose copies are being moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// `topic-partition`.
    pub partition: String,
    /// Brokers that get a copy.
    pub adding: Vec<i32>,
    /// Brokers that lose theirs.
    pub removing: Vec<i32>,
}

/// What one node answered at its own listener of one seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeAnswers {
    /// Where it was asked; none: its address is not known.
    pub address: Option<String>,
    /// What it says of itself.
    pub hello: Asked<Hello>,
    /// Which cluster it belongs to, and which nodes it lists.
    pub view: Asked<View>,
    /// Its settings; asked in a whole look only.
    pub settings: Asked<Vec<Setting>>,
    /// Its log directories; asked of brokers in a whole look only.
    pub log_dirs: Asked<Vec<LogDir>>,
}

impl NodeAnswers {
    /// What it said when met; settings and log directories not asked yet.
    #[must_use]
    pub fn met(address: Option<String>, hello: Asked<Hello>, view: Asked<View>) -> Self {
        Self {
            address,
            hello,
            view,
            settings: Err(Miss::because("not asked in this look")),
            log_dirs: Err(Miss::because("not asked in this look")),
        }
    }
}

/// All answers of one look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    /// Brokers at their own listeners.
    pub brokers: BTreeMap<i32, NodeAnswers>,
    /// Controllers at their own listeners.
    pub controllers: BTreeMap<i32, NodeAnswers>,
    /// The given addresses: cluster id, or why there was no answer.
    pub bootstrap: BTreeMap<String, Asked<Option<String>>>,
    /// The quorum, by its leader.
    pub quorum: Asked<Quorum>,
    /// Controllers that are registered; none listed below metadata.version 3.7.
    pub registered: Asked<Vec<Row>>,
    /// Brokers that are registered, with the fenced ones where the release tells them.
    pub registered_brokers: Asked<Vec<Row>>,
    /// Which broker told of the topics.
    pub asked: Option<i32>,
    /// All topics.
    pub topics: Asked<Vec<Topic>>,
    /// Their settings by name.
    pub topic_settings: Asked<BTreeMap<String, TopicSettings>>,
    /// Running reassignments.
    pub moving: Asked<Vec<Moving>>,
}

impl Gathered {
    /// A glance, with what only the whole look before it asked of nodes.
    #[must_use]
    pub fn with_settings_of(&self, whole: &Self) -> Self {
        let mut out = self.clone();
        for (nodes, before) in [
            (&mut out.brokers, &whole.brokers),
            (&mut out.controllers, &whole.controllers),
        ] {
            for (id, before) in before {
                let Some(node) = nodes.get_mut(id) else {
                    continue;
                };
                node.settings.clone_from(&before.settings);
                node.log_dirs.clone_from(&before.log_dirs);
            }
        }
        out
    }
}
