//! What brokers tell of topics, settings and log directories, and how leaders are elected.
//!
//! Must never know: connections. Stories: `xtask/tests/it/wires.rs` of xtask.

use super::answer::{Question, Reply, text};
use super::files;
use super::layout::{self, Seat};
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use kafka_protocol::messages::describe_log_dirs_response::DescribeLogDirsResult;
use kafka_protocol::messages::elect_leaders_response::{PartitionResult, ReplicaElectionResult};
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::{
    BrokerId, DescribeConfigsRequest, DescribeConfigsResponse, DescribeLogDirsRequest,
    DescribeLogDirsResponse, ElectLeadersRequest, ElectLeadersResponse,
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse, MetadataRequest,
    MetadataResponse, TopicName,
};

/// Resource type of topics in DescribeConfigs.
const TOPIC: i8 = 2;
/// `STATIC_BROKER_CONFIG`: from the node's file.
const STATIC: i8 = 4;
/// `DEFAULT_CONFIG`.
const DEFAULT: i8 = 5;
/// `DYNAMIC_TOPIC_CONFIG`: the topic sets it itself.
const DYNAMIC_TOPIC: i8 = 1;
/// `LEADER_NOT_AVAILABLE`.
const NO_LEADER: i16 = 5;
/// `PREFERRED_LEADER_NOT_AVAILABLE`.
const NO_PREFERRED: i16 = 80;
/// `ELECTION_NOT_NEEDED`.
const NOT_NEEDED: i16 = 84;
/// Kafka's own `log.segment.bytes`.
const SEGMENT_BYTES: &str = "1073741824";

fn ids(of: impl IntoIterator<Item = i32>) -> Vec<BrokerId> {
    of.into_iter().map(BrokerId).collect()
}

pub(super) fn metadata(question: &mut Question<'_>, asked: &MetadataRequest) -> Reply {
    let brokers = question.brokers();
    let brokers = brokers.filter(|(id, _)| question.is_let_in(*id));
    let broker = |(id, seats): (i32, &super::Seats)| {
        MetadataResponseBroker::default()
            .with_node_id(BrokerId(id))
            .with_host(text(&layout::host(id)))
            .with_port(layout::port(Seat::Broker).into())
            .with_rack(seats.rack.as_deref().map(text))
    };
    // None: all of them; an empty list: none of them.
    let topics = if asked.topics.is_none() {
        topics(question)
    } else {
        Vec::new()
    };
    let answer = MetadataResponse::default()
        .with_brokers(brokers.map(broker).collect())
        .with_cluster_id(Some(text(question.shape.identity.as_str())))
        .with_controller_id(BrokerId(question.standing.active.unwrap_or(-1)))
        .with_topics(topics);
    question.answers(&answer)
}

fn topics(question: &Question<'_>) -> Vec<MetadataResponseTopic> {
    let topics = question.shape.layout.topics.iter().enumerate();
    let topics = topics.map(|(number, topic)| {
        let all = topic.partitions.iter().enumerate();
        let all = all.map(|(index, replicas)| {
            let (leader, in_sync) = question.standing.partition(number, index, replicas);
            let away = replicas.iter().filter(|id| !question.is_let_in(**id));
            MetadataResponsePartition::default()
                .with_error_code(if leader < 0 { NO_LEADER } else { 0 })
                .with_partition_index(i32::try_from(index).unwrap_or(0))
                .with_leader_id(BrokerId(leader))
                .with_leader_epoch(question.standing.epoch)
                .with_replica_nodes(ids(replicas.iter().copied()))
                .with_isr_nodes(ids(in_sync))
                .with_offline_replicas(ids(away.copied()))
        });
        MetadataResponseTopic::default()
            .with_name(Some(TopicName(text(&topic.name))))
            .with_partitions(all.collect())
    });
    topics.collect()
}

pub(super) fn configs(question: &mut Question<'_>, asked: &DescribeConfigsRequest) -> Reply {
    let mut results = Vec::new();
    for resource in &asked.resources {
        let wanted = |name: &str| {
            let keys = resource.configuration_keys.as_ref();
            keys.is_none_or(|keys| keys.iter().any(|key| **key == *name))
        };
        let config = |(name, value, source): (&str, &str, i8)| {
            DescribeConfigsResourceResult::default()
                .with_name(text(name))
                .with_value(Some(text(value)))
                .with_config_source(source)
        };
        let configs: Vec<DescribeConfigsResourceResult> = if resource.resource_type == TOPIC {
            let mut topics = question.shape.layout.topics.iter();
            let topic = topics.find(|topic| *topic.name == *resource.resource_name);
            let least = topic.map_or(1, |topic| topic.min_in_sync).to_string();
            let all = [
                ("min.insync.replicas", least.as_str(), DYNAMIC_TOPIC),
                ("unclean.leader.election.enable", "false", DEFAULT),
                ("segment.bytes", SEGMENT_BYTES, DEFAULT),
            ];
            all.into_iter()
                .filter(|(name, ..)| wanted(name))
                .map(config)
                .collect()
        } else {
            let mut all = files::settings(question.shape, question.id);
            // A server tells its id under the older name, too.
            all.push(("broker.id".into(), question.id.to_string()));
            let some = all.iter().filter(|(name, _)| wanted(name));
            some.map(|(name, value)| config((name, value, STATIC)))
                .collect()
        };
        results.push(
            DescribeConfigsResult::default()
                .with_resource_type(resource.resource_type)
                .with_resource_name(resource.resource_name.clone())
                .with_configs(configs),
        );
    }
    question.answers(&DescribeConfigsResponse::default().with_results(results))
}

pub(super) fn log_dirs(question: &mut Question<'_>, _: &DescribeLogDirsRequest) -> Reply {
    let dir = DescribeLogDirsResult::default()
        .with_log_dir(text(&files::log_dir(question.id)))
        .with_total_bytes(i64::try_from(files::VOLUME.total_bytes).unwrap_or(i64::MAX))
        .with_usable_bytes(i64::try_from(files::VOLUME.free_bytes).unwrap_or(i64::MAX));
    question.answers(&DescribeLogDirsResponse::default().with_results(vec![dir]))
}

pub(super) fn moving(question: &mut Question<'_>, _: &ListPartitionReassignmentsRequest) -> Reply {
    if question.standing.active.is_none() {
        return Reply::Never;
    }
    question.answers(&ListPartitionReassignmentsResponse::default())
}

pub(super) fn elect(question: &mut Question<'_>, _: &ElectLeadersRequest) -> Reply {
    if question.standing.active.is_none() {
        return Reply::Never;
    }
    question
        .notes
        .acted(question.fleet, question.judge, question.now);
    let moved = question.standing.prefer(question.shape);
    let mut results = Vec::new();
    for (topic, moved) in question.shape.layout.topics.iter().zip(moved) {
        let all = topic.partitions.iter().zip(moved).enumerate();
        let all = all.map(|(index, (replicas, moved))| {
            let first = replicas.first().copied().unwrap_or(-1);
            let code = match moved {
                true => 0,
                false if question.standing.is_in_sync(first) => NOT_NEEDED,
                false => NO_PREFERRED,
            };
            PartitionResult::default()
                .with_partition_id(i32::try_from(index).unwrap_or(0))
                .with_error_code(code)
        });
        results.push(
            ReplicaElectionResult::default()
                .with_topic(TopicName(text(&topic.name)))
                .with_partition_result(all.collect()),
        );
    }
    question.answers(&ElectLeadersResponse::default().with_replica_election_results(results))
}
