//! Whether a lab is healthy: asked of every node, none believed for another.
//!
//! Must never know: processes.
//! Tests: `tests/it`.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::wire::Wire;
use super::ask;

/// An idle node answers in a few milliseconds; this is for two busy cores.
const ANSWER_LIMIT_MS: u64 = 2_000;

/// A voter whose last catch-up is older than this is behind (Kafka's fetch interval is 0.5 s).
const CAUGHT_UP_MS: i64 = 2_000;

/// What was seen of a cluster's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Every node answers, the quorum moves, every replica is in sync, every partition has a leader.
    Well {
        /// The active controller.
        active: i32,
    },
    /// The first thing found that is not so.
    Ill(String),
}

/// Looks once.
pub(super) fn look(brokers: &[(i32, SocketAddr)], controllers: &[(i32, SocketAddr)]) -> Health {
    match (quorum(controllers), brokers_well(brokers)) {
        (Ok(active), Ok(())) => Health::Well { active },
        (Err(ill), _) | (Ok(_), Err(ill)) => Health::Ill(ill),
    }
}

/// The active controller's id, when every controller answers and follows.
pub(super) fn quorum(controllers: &[(i32, SocketAddr)]) -> Result<i32, String> {
    let mut active = None;
    for (id, address) in controllers {
        let answer = dial(*address).and_then(|mut wire| ask::quorum(&mut wire));
        match answer.map_err(|error| format!("controller {id}: {error}"))? {
            Some(quorum) if quorum.leader == *id => active = Some(quorum),
            Some(_) | None => {}
        }
    }
    let quorum = active.ok_or("no active controller")?;
    let leader = quorum
        .voters
        .iter()
        .find(|voter| voter.replica_id.0 == quorum.leader);
    let leader = leader.ok_or("the active controller is no voter")?;
    for voter in &quorum.voters {
        let behind = leader.last_caught_up_timestamp - voter.last_caught_up_timestamp;
        if voter.log_end_offset < 0 || behind > CAUGHT_UP_MS {
            return Err(format!("controller {} is behind", voter.replica_id.0));
        }
    }
    if quorum.high_watermark <= 0 {
        return Err("the quorum has committed nothing".to_owned());
    }
    Ok(quorum.leader)
}

fn brokers_well(brokers: &[(i32, SocketAddr)]) -> Result<(), String> {
    for (id, address) in brokers {
        let answer = dial(*address).and_then(|mut wire| ask::metadata(&mut wire));
        let metadata = answer.map_err(|error| format!("broker {id}: {error}"))?;
        if metadata.brokers.len() < brokers.len() {
            return Err(format!(
                "broker {id} sees {} of {}",
                metadata.brokers.len(),
                brokers.len()
            ));
        }
        for topic in &metadata.topics {
            for partition in &topic.partitions {
                let name = || {
                    let topic = topic.name.as_ref().map_or("?", |name| name.as_str());
                    format!("{topic}-{}", partition.partition_index)
                };
                if partition.leader_id.0 < 0 || partition.error_code != 0 {
                    return Err(format!("broker {id} sees {} without a leader", name()));
                }
                if partition.isr_nodes.len() < partition.replica_nodes.len() {
                    return Err(format!("broker {id} sees {} not in sync", name()));
                }
            }
        }
    }
    Ok(())
}

fn dial(address: SocketAddr) -> Result<Wire, super::super::wire::WireError> {
    Wire::dial(address, Duration::from_millis(ANSWER_LIMIT_MS))
}

/// Whether a broker knows every partition of a topic with its leader.
pub(super) fn knows(broker: SocketAddr, topic: &ask::Topic<'_>) -> bool {
    let answer = dial(broker).and_then(|mut wire| ask::metadata(&mut wire));
    answer.is_ok_and(|metadata| {
        let named = |name: &kafka_protocol::messages::TopicName| name.as_str() == topic.name;
        let found = metadata
            .topics
            .iter()
            .find(|seen| seen.name.as_ref().is_some_and(named));
        found.is_some_and(|seen| {
            seen.partitions
                .iter()
                .filter(|partition| partition.leader_id.0 >= 0)
                .count()
                == usize::try_from(topic.partitions).unwrap_or(usize::MAX)
        })
    })
}
