//! Faults that are planted over the wire: topics as nobody should make them, a reassignment that hangs.
//!
//! Must never know: windlass.

use crate::peers::PeerError;
use crate::peers::wire::Wire;
use crate::workspace::{NotSo, Trouble};
use kafka_protocol::messages::alter_partition_reassignments_request::{
    ReassignablePartition, ReassignableTopic,
};
use kafka_protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use kafka_protocol::messages::{
    AlterPartitionReassignmentsRequest, BrokerId, CreateTopicsRequest, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use std::net::SocketAddr;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(15);
const LIMIT_MS: i32 = 10_000;
/// Versions that every release from 3.7 to 4.3 speaks.
const CREATE_VERSION: i16 = 7;
const REASSIGN_VERSION: i16 = 0;

fn name(text: &str) -> TopicName {
    TopicName(StrBytes::from_string(text.to_owned()))
}

fn wire(broker: SocketAddr) -> Result<Wire, Trouble> {
    Wire::dial(broker, LIMIT).map_err(|source| {
        let what = format!("dial {broker}");
        PeerError::Wire { what, source }.into()
    })
}

/// A topic with its partitions on these brokers each, and settings of its own.
pub(super) fn topic(
    broker: SocketAddr,
    topic: &str,
    places: &[&[i32]],
    settings: &[(&str, &str)],
) -> Result<(), Trouble> {
    let assignments = (0_i32..).zip(places).map(|(index, brokers)| {
        CreatableReplicaAssignment::default()
            .with_partition_index(index)
            .with_broker_ids(brokers.iter().map(|id| BrokerId(*id)).collect())
    });
    let configs = settings.iter().map(|(key, value)| {
        CreatableTopicConfig::default()
            .with_name(StrBytes::from_string((*key).to_owned()))
            .with_value(Some(StrBytes::from_string((*value).to_owned())))
    });
    let wanted = CreatableTopic::default()
        .with_name(name(topic))
        .with_num_partitions(-1)
        .with_replication_factor(-1)
        .with_assignments(assignments.collect())
        .with_configs(configs.collect());
    let request = CreateTopicsRequest::default()
        .with_topics(vec![wanted])
        .with_timeout_ms(LIMIT_MS);
    let answer = wire(broker)?
        .ask(&request, CREATE_VERSION)
        .map_err(|error| NotSo(format!("topic {topic}: {error}")))?;
    match answer.topics.iter().find(|one| one.error_code != 0) {
        None => Ok(()),
        Some(one) => Err(NotSo(format!("topic {topic}: error {}", one.error_code)).into()),
    }
}

/// Moves a partition to brokers, one of which does not run: it is never done.
pub(super) fn move_to(broker: SocketAddr, topic: &str, brokers: &[i32]) -> Result<(), Trouble> {
    let partition = ReassignablePartition::default()
        .with_partition_index(0)
        .with_replicas(Some(brokers.iter().map(|id| BrokerId(*id)).collect()));
    let wanted = ReassignableTopic::default()
        .with_name(name(topic))
        .with_partitions(vec![partition]);
    let request = AlterPartitionReassignmentsRequest::default()
        .with_topics(vec![wanted])
        .with_timeout_ms(LIMIT_MS);
    let answer = wire(broker)?
        .ask(&request, REASSIGN_VERSION)
        .map_err(|error| NotSo(format!("move {topic}: {error}")))?;
    let wrong = answer
        .responses
        .iter()
        .flat_map(|topic| &topic.partitions)
        .map(|partition| partition.error_code)
        .chain([answer.error_code])
        .find(|code| *code != 0);
    match wrong {
        None => Ok(()),
        Some(code) => Err(NotSo(format!("move {topic}: error {code}")).into()),
    }
}
