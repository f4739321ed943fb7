//! The questions we ask, each with its answer as plain values.
//!
//! Must never know: whom to ask, or why. Stories: `tests/it/kafka_wire.rs`.

use std::collections::BTreeMap;

use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_configs_response::DescribeConfigsResult;
use kafka_protocol::messages::describe_quorum_request::{PartitionData, TopicData};
use kafka_protocol::messages::describe_quorum_response::ReplicaState;
use kafka_protocol::messages::update_features_request::FeatureUpdateKey;
use kafka_protocol::messages::{
    ApiKey, BrokerId, DescribeClusterRequest, DescribeConfigsRequest, DescribeLogDirsRequest,
    DescribeQuorumRequest, ElectLeadersRequest, ListPartitionReassignmentsRequest, MetadataRequest,
    TopicName, UpdateFeaturesRequest,
};
use kafka_protocol::protocol::StrBytes;
use windlass_engine::time::Ms;

use super::answers::{
    LogDir, Moving, Partition, Quorum, Replica, Row, Setting, Topic, TopicSettings, View,
    error_words,
};
use super::connection::{CallError, Connection};

/// Resource types of DescribeConfigs.
const TOPIC: i8 = 2;
const BROKER: i8 = 4;

/// `STATIC_BROKER_CONFIG` among the sources of a setting: from its file; those below are set over the wire.
const SOURCE_STATIC: i8 = 4;

/// `DYNAMIC_TOPIC_CONFIG` among them: the topic sets it itself.
const SOURCE_TOPIC: i8 = 1;

/// `DEFAULT_CONFIG` among the sources of a setting; `UNKNOWN` is 0.
const SOURCE_DEFAULT: i8 = 5;

/// Topics asked for at once: an answer of two settings for each stays below a megabyte.
const TOPICS_AT_ONCE: usize = 1_000;

/// Endpoint type of controllers in DescribeCluster (KIP-919).
const CONTROLLERS: i8 = 2;

/// Upgrade type of UpdateFeatures (KIP-584).
const UPGRADE: i8 = 1;

/// `ELECTION_NOT_NEEDED`: the preferred leader leads.
const ELECTION_NOT_NEEDED: i16 = 84;

/// `UNKNOWN_TOPIC_OR_PARTITION`: the topic went away meanwhile.
const UNKNOWN_TOPIC: i16 = 3;

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_string())
}

fn ids(nodes: &[BrokerId]) -> Vec<i32> {
    nodes.iter().map(|id| id.0).collect()
}

/// `host:port`, with the brackets that an IPv6 address wants.
fn place(host: &str, port: impl std::fmt::Display) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Whether this is the listener of a broker: controllers do not offer Metadata.
#[must_use]
pub fn is_broker(connection: &Connection) -> bool {
    connection
        .hello()
        .keys
        .contains_key(&(ApiKey::Metadata as i16))
}

/// Brokers that are let in, as this broker knows them; no topics.
///
/// # Errors
/// See [`CallError`].
pub async fn brokers(connection: &mut Connection, limit: Ms) -> Result<View, CallError> {
    let ask = MetadataRequest::default().with_topics(Some(Vec::new()));
    let answer = connection.call(&ask, limit).await?;
    let row = |broker: &kafka_protocol::messages::metadata_response::MetadataResponseBroker| Row {
        id: broker.node_id.0,
        address: place(&broker.host, broker.port),
        rack: broker.rack.as_ref().map(ToString::to_string),
        fenced: false,
    };
    Ok(View {
        cluster: answer.cluster_id.map(|id| id.to_string()),
        rows: answer.brokers.iter().map(row).collect(),
    })
}

/// All topics with their partitions, as this broker knows them.
///
/// # Errors
/// See [`CallError`].
pub async fn topics(connection: &mut Connection, limit: Ms) -> Result<Vec<Topic>, CallError> {
    let ask = MetadataRequest::default().with_topics(None);
    let answer = connection.call(&ask, limit).await?;
    if answer.error_code != 0 {
        return Err(connection.refused("Metadata", answer.error_code, None));
    }
    let mut topics = Vec::with_capacity(answer.topics.len());
    for topic in answer.topics {
        let partitions = topic.partitions.iter().map(|partition| Partition {
            index: partition.partition_index,
            leader: partition.leader_id.0,
            replicas: ids(&partition.replica_nodes),
            in_sync: ids(&partition.isr_nodes),
            offline: ids(&partition.offline_replicas),
        });
        let mut partitions: Vec<Partition> = partitions.collect();
        partitions.sort_by_key(|partition| partition.index);
        topics.push(Topic {
            name: topic.name.map(|name| name.to_string()).unwrap_or_default(),
            partitions,
        });
    }
    // Brokers answer in an order of their own: what is said of topics must not change with it.
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(topics)
}

/// Registered controllers, asked of a controller listener.
///
/// # Errors
/// See [`CallError`].
pub async fn controllers(connection: &mut Connection, limit: Ms) -> Result<View, CallError> {
    cluster(connection, CONTROLLERS, limit).await
}

/// Registered brokers, asked of a broker; from 4.0 on with the fenced ones.
///
/// # Errors
/// See [`CallError`].
pub async fn registered(connection: &mut Connection, limit: Ms) -> Result<View, CallError> {
    cluster(connection, 1, limit).await
}

async fn cluster(connection: &mut Connection, endpoints: i8, limit: Ms) -> Result<View, CallError> {
    let version = connection
        .version_of::<DescribeClusterRequest>()
        .unwrap_or(0);
    let mut ask = DescribeClusterRequest::default();
    ask.endpoint_type = if version >= 1 { endpoints } else { 1 };
    ask.include_fenced_brokers = version >= 2 && endpoints != CONTROLLERS;
    let answer = connection.call(&ask, limit).await?;
    if answer.error_code != 0 {
        let message = answer.error_message.as_deref();
        return Err(connection.refused("DescribeCluster", answer.error_code, message));
    }
    let rows = answer.brokers.iter().map(|node| Row {
        id: node.broker_id.0,
        address: place(&node.host, node.port),
        rack: node.rack.as_ref().map(ToString::to_string),
        fenced: node.is_fenced,
    });
    Ok(View {
        cluster: Some(answer.cluster_id.to_string()),
        rows: rows.collect(),
    })
}

/// The quorum: of the active controller itself, or forwarded to it by a broker.
///
/// # Errors
/// See [`CallError`]; a controller that does not lead refuses.
pub async fn quorum(connection: &mut Connection, limit: Ms) -> Result<Quorum, CallError> {
    let mut partition = PartitionData::default();
    partition.partition_index = 0;
    let ask = DescribeQuorumRequest::default().with_topics(vec![
        TopicData::default()
            .with_topic_name(TopicName(text("__cluster_metadata")))
            .with_partitions(vec![partition]),
    ]);
    let answer = connection.call(&ask, limit).await?;
    let refused = |code, message: &Option<StrBytes>| {
        connection.refused("DescribeQuorum", code, message.as_deref())
    };
    if answer.error_code != 0 {
        return Err(refused(answer.error_code, &answer.error_message));
    }
    let Some(partition) = answer.topics.first().and_then(|t| t.partitions.first()) else {
        return Err(refused(-1, &Some(text("the answer names no quorum"))));
    };
    if partition.error_code != 0 {
        return Err(refused(partition.error_code, &partition.error_message));
    }
    let replica = |state: &ReplicaState| Replica {
        id: state.replica_id.0,
        end: state.log_end_offset,
        fetched_ms: state.last_fetch_timestamp,
        caught_up_ms: state.last_caught_up_timestamp,
    };
    let address = |node: &kafka_protocol::messages::describe_quorum_response::Node| {
        let listener = node.listeners.first()?;
        Some((node.node_id.0, place(&listener.host, listener.port)))
    };
    Ok(Quorum {
        leader: partition.leader_id.0,
        epoch: partition.leader_epoch,
        high_watermark: partition.high_watermark,
        voters: partition.current_voters.iter().map(replica).collect(),
        observers: partition.observers.iter().map(replica).collect(),
        addresses: answer.nodes.iter().filter_map(address).collect(),
    })
}

async fn configs(
    connection: &mut Connection,
    resources: Vec<DescribeConfigsResource>,
    limit: Ms,
) -> Result<Vec<DescribeConfigsResult>, CallError> {
    let ask = DescribeConfigsRequest::default().with_resources(resources);
    Ok(connection.call(&ask, limit).await?.results)
}

/// Settings of one node that somebody set, no defaults; `keys` none: all.
///
/// # Errors
/// See [`CallError`].
pub async fn settings(
    connection: &mut Connection,
    node: i32,
    keys: Option<&[&str]>,
    limit: Ms,
) -> Result<Vec<Setting>, CallError> {
    let resource = DescribeConfigsResource::default()
        .with_resource_type(BROKER)
        .with_resource_name(text(&node.to_string()))
        .with_configuration_keys(keys.map(|keys| keys.iter().map(|key| text(key)).collect()));
    let mut out = Vec::new();
    for result in configs(connection, vec![resource], limit).await? {
        if result.error_code != 0 {
            let message = result.error_message.as_deref();
            return Err(connection.refused("DescribeConfigs", result.error_code, message));
        }
        let set = result
            .configs
            .into_iter()
            .filter(|config| config.config_source != SOURCE_DEFAULT);
        out.extend(set.map(|config| Setting {
            name: config.name.to_string(),
            value: config.value.map(|value| value.to_string()),
            dynamic: config.config_source < SOURCE_STATIC,
        }));
    }
    Ok(out)
}

/// What we need of the settings of these topics; topics that went away are left out.
///
/// # Errors
/// See [`CallError`].
pub async fn topic_settings(
    connection: &mut Connection,
    topics: &[&str],
    limit: Ms,
) -> Result<BTreeMap<String, TopicSettings>, CallError> {
    const MIN: &str = "min.insync.replicas";
    const UNCLEAN: &str = "unclean.leader.election.enable";
    const SEGMENT: &str = "segment.bytes";
    let mut out = BTreeMap::new();
    for some in topics.chunks(TOPICS_AT_ONCE) {
        let resource = |topic: &&str| {
            DescribeConfigsResource::default()
                .with_resource_type(TOPIC)
                .with_resource_name(text(topic))
                .with_configuration_keys(Some(vec![text(MIN), text(UNCLEAN), text(SEGMENT)]))
        };
        for result in configs(connection, some.iter().map(resource).collect(), limit).await? {
            let value = |name: &str| {
                let found = result.configs.iter().find(|config| *config.name == *name)?;
                found.value.as_ref().map(ToString::to_string)
            };
            if let Some(min_in_sync) = value(MIN).and_then(|text| text.parse().ok()) {
                let unclean = value(UNCLEAN).as_deref() == Some("true");
                let own = result.configs.iter().find(|config| {
                    *config.name == *SEGMENT && config.config_source == SOURCE_TOPIC
                });
                let settings = TopicSettings {
                    min_in_sync,
                    unclean,
                    segment_bytes: own.and_then(|one| one.value.as_ref()?.parse().ok()),
                };
                out.insert(result.resource_name.to_string(), settings);
            }
        }
    }
    Ok(out)
}

/// Log directories of this broker, without what lies in them.
///
/// # Errors
/// See [`CallError`].
pub async fn log_dirs(connection: &mut Connection, limit: Ms) -> Result<Vec<LogDir>, CallError> {
    // No topics: the directories alone are wanted, not the size of each partition.
    let ask = DescribeLogDirsRequest::default().with_topics(Some(Vec::new()));
    let answer = connection.call(&ask, limit).await?;
    if answer.error_code != 0 {
        return Err(connection.refused("DescribeLogDirs", answer.error_code, None));
    }
    let dir =
        |dir: &kafka_protocol::messages::describe_log_dirs_response::DescribeLogDirsResult| {
            LogDir {
                path: dir.log_dir.to_string(),
                error: (dir.error_code != 0).then(|| error_words(dir.error_code, None)),
                total_bytes: dir.total_bytes,
                usable_bytes: dir.usable_bytes,
            }
        };
    Ok(answer.results.iter().map(dir).collect())
}

/// Running reassignments, of the active controller through this broker.
///
/// # Errors
/// See [`CallError`].
pub async fn moving(connection: &mut Connection, limit: Ms) -> Result<Vec<Moving>, CallError> {
    let ask = ListPartitionReassignmentsRequest::default()
        .with_timeout_ms(i32::try_from(limit.0).unwrap_or(i32::MAX))
        .with_topics(None);
    let answer = connection.call(&ask, limit).await?;
    if answer.error_code != 0 {
        let message = answer.error_message.as_deref();
        let code = answer.error_code;
        return Err(connection.refused("ListPartitionReassignments", code, message));
    }
    let mut out = Vec::new();
    for topic in &answer.topics {
        for partition in &topic.partitions {
            out.push(Moving {
                partition: format!("{}-{}", &**topic.name, partition.partition_index),
                adding: ids(&partition.adding_replicas),
                removing: ids(&partition.removing_replicas),
            });
        }
    }
    Ok(out)
}

/// Whether an update of a level is only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earnest {
    /// Validated, nothing changes.
    Trial,
    /// Done.
    Real,
}

/// Raises a level; `patience` is how long the controller may take.
///
/// # Errors
/// [`CallError::Refused`] with Kafka's text where the cluster refuses.
pub async fn raise(
    connection: &mut Connection,
    level: &str,
    to: u16,
    earnest: Earnest,
    patience: Ms,
    limit: Ms,
) -> Result<(), CallError> {
    let version = connection
        .version_of::<UpdateFeaturesRequest>()
        .unwrap_or(0);
    if version < 1 {
        // Version 0 knows neither a trial nor an upgrade type.
        return Err(CallError::NotOffered {
            address: connection.address().to_string(),
            request: "UpdateFeatures",
        });
    }
    let update = FeatureUpdateKey::default()
        .with_feature(text(level))
        .with_max_version_level(i16::try_from(to).unwrap_or(i16::MAX))
        .with_upgrade_type(UPGRADE);
    let ask = UpdateFeaturesRequest::default()
        .with_timeout_ms(i32::try_from(patience.0).unwrap_or(i32::MAX))
        .with_feature_updates(vec![update])
        .with_validate_only(earnest == Earnest::Trial);
    let answer = connection.call(&ask, limit).await?;
    let wrong = answer.results.iter().find(|result| result.error_code != 0);
    if let Some(result) = wrong {
        let message = result.error_message.as_deref();
        return Err(connection.refused("UpdateFeatures", result.error_code, message));
    }
    if answer.error_code != 0 {
        let message = answer.error_message.as_deref();
        return Err(connection.refused("UpdateFeatures", answer.error_code, message));
    }
    Ok(())
}

/// Lets the preferred replicas lead everywhere; answers how many partitions moved, and which could
/// not, in words.
///
/// # Errors
/// See [`CallError`].
pub async fn prefer_leaders(
    connection: &mut Connection,
    patience: Ms,
    limit: Ms,
) -> Result<(usize, Vec<String>), CallError> {
    let ask = ElectLeadersRequest::default()
        .with_election_type(0)
        .with_topic_partitions(None)
        .with_timeout_ms(i32::try_from(patience.0).unwrap_or(i32::MAX));
    let answer = connection.call(&ask, limit).await?;
    if answer.error_code != 0 {
        return Err(connection.refused("ElectLeaders", answer.error_code, None));
    }
    let (mut moved, mut wrong) = (0, Vec::new());
    for topic in &answer.replica_election_results {
        for partition in &topic.partition_result {
            match partition.error_code {
                0 => moved += 1,
                ELECTION_NOT_NEEDED | UNKNOWN_TOPIC => {}
                code => {
                    let why = error_words(code, partition.error_message.as_deref());
                    wrong.push(format!(
                        "{}-{}: {why}",
                        &**topic.topic, partition.partition_id
                    ));
                }
            }
        }
    }
    Ok((moved, wrong))
}
