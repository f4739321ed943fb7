//! Questions to brokers and controllers, in versions that every release from 3.7 to 4.3 speaks.
//!
//! Must never know: what the answers are good for.
//! Tests: `tests/it`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use kafka_protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_quorum_request::{PartitionData, TopicData};
use kafka_protocol::messages::describe_quorum_response::ReplicaState;
use kafka_protocol::messages::{
    BrokerId, CreateTopicsRequest, DescribeConfigsRequest, DescribeQuorumRequest, MetadataRequest,
    MetadataResponse, TopicName,
};
use kafka_protocol::protocol::StrBytes;

use super::super::PeerError;
use super::super::wire::{Wire, WireError};

const METADATA_VERSION: i16 = 12;
const DESCRIBE_QUORUM_VERSION: i16 = 1;
const DESCRIBE_CONFIGS_VERSION: i16 = 4;
const CREATE_TOPICS_VERSION: i16 = 7;

/// Kafka's resource type of a topic in DescribeConfigs.
const TOPIC_RESOURCE: i8 = 2;
const MIN_IN_SYNC: &str = "min.insync.replicas";

/// The log of the quorum.
pub const METADATA_TOPIC: &str = "__cluster_metadata";

/// The limit for things that are asked once, from brokers that are well.
const ONCE_LIMIT_MS: u64 = 10_000;

/// Everything a broker says about topics and brokers, internal topics too.
///
/// # Errors
/// When it does not answer.
pub fn metadata(wire: &mut Wire) -> Result<MetadataResponse, WireError> {
    wire.ask(
        &MetadataRequest::default().with_topics(None),
        METADATA_VERSION,
    )
}

/// What the active controller says of the quorum.
#[derive(Debug, Clone)]
pub struct Quorum {
    pub leader: i32,
    pub epoch: i32,
    pub high_watermark: i64,
    pub voters: Vec<ReplicaState>,
}

/// Asks a controller listener; `None` when it answers that it is not the active one.
///
/// # Errors
/// When it does not answer.
pub fn quorum(wire: &mut Wire) -> Result<Option<Quorum>, WireError> {
    let topic = TopicData::default()
        .with_topic_name(TopicName(StrBytes::from_static_str(METADATA_TOPIC)))
        .with_partitions(vec![PartitionData::default()]);
    let answer = wire.ask(
        &DescribeQuorumRequest::default().with_topics(vec![topic]),
        DESCRIBE_QUORUM_VERSION,
    )?;
    let partition = answer
        .topics
        .first()
        .and_then(|topic| topic.partitions.first());
    let led = partition.filter(|partition| answer.error_code == 0 && partition.error_code == 0);
    Ok(led.map(|partition| Quorum {
        leader: partition.leader_id.0,
        epoch: partition.leader_epoch,
        high_watermark: partition.high_watermark,
        voters: partition.current_voters.clone(),
    }))
}

/// `min.insync.replicas` of each of these topics that the broker knows.
///
/// # Errors
/// When it does not answer.
pub fn min_in_sync(
    wire: &mut Wire,
    topics: &[String],
) -> Result<BTreeMap<String, usize>, WireError> {
    let resource = |topic: &String| {
        DescribeConfigsResource::default()
            .with_resource_type(TOPIC_RESOURCE)
            .with_resource_name(StrBytes::from_string(topic.clone()))
            .with_configuration_keys(Some(vec![StrBytes::from_static_str(MIN_IN_SYNC)]))
    };
    let request =
        DescribeConfigsRequest::default().with_resources(topics.iter().map(resource).collect());
    let answer = wire.ask(&request, DESCRIBE_CONFIGS_VERSION)?;
    let known = answer
        .results
        .iter()
        .filter(|result| result.error_code == 0)
        .filter_map(|result| {
            let config = result
                .configs
                .iter()
                .find(|config| config.name.as_str() == MIN_IN_SYNC)?;
            Some((
                result.resource_name.to_string(),
                config.value.as_ref()?.parse().ok()?,
            ))
        });
    Ok(known.collect())
}

/// What topic is wanted.
#[derive(Debug, Clone)]
pub struct Topic<'a> {
    pub name: &'a str,
    pub partitions: i32,
    pub replicas: i16,
    pub min_in_sync: u16,
}

/// Which brokers hold each partition of a topic, the preferred leader first; none: as the cluster likes.
pub type Places = [Vec<i32>];

/// Creates a topic, at these places where any are given.
///
/// # Errors
/// When the broker does not answer, or refuses; that it exists already is a refusal too.
pub fn create_topic(
    broker: SocketAddr,
    topic: &Topic<'_>,
    places: &Places,
) -> Result<(), PeerError> {
    let limit = Duration::from_millis(ONCE_LIMIT_MS);
    let wire_error = |source| PeerError::Wire {
        what: format!("create topic {}", topic.name),
        source,
    };
    let config = CreatableTopicConfig::default()
        .with_name(StrBytes::from_static_str(MIN_IN_SYNC))
        .with_value(Some(StrBytes::from_string(topic.min_in_sync.to_string())));
    let creatable = CreatableTopic::default()
        .with_name(TopicName(StrBytes::from_string(topic.name.to_owned())))
        .with_num_partitions(if places.is_empty() {
            topic.partitions
        } else {
            -1
        })
        .with_replication_factor(if places.is_empty() {
            topic.replicas
        } else {
            -1
        })
        .with_assignments(assignments(places))
        .with_configs(vec![config]);
    let request = CreateTopicsRequest::default()
        .with_topics(vec![creatable])
        .with_timeout_ms(10_000);
    let mut wire = Wire::dial(broker, limit).map_err(wire_error)?;
    let answer = wire
        .ask(&request, CREATE_TOPICS_VERSION)
        .map_err(wire_error)?;
    match answer.topics.iter().find(|result| result.error_code != 0) {
        None => Ok(()),
        Some(result) => Err(PeerError::Refused(format!(
            "topic {} was not created: error {} {}",
            topic.name,
            result.error_code,
            result.error_message.as_ref().map_or("", StrBytes::as_str),
        ))),
    }
}

fn assignments(places: &Places) -> Vec<CreatableReplicaAssignment> {
    (0..)
        .zip(places)
        .map(|(partition, brokers)| {
            CreatableReplicaAssignment::default()
                .with_partition_index(partition)
                .with_broker_ids(brokers.iter().copied().map(BrokerId).collect())
        })
        .collect()
}
