//! What is told of the metadata quorum: by its leader, or through a broker, which waits for one.
//!
//! Must never know: connections. Stories: `xtask/tests/it/wires.rs` of xtask.

use super::answer::{Question, Reply, text};
use super::layout::{self, Seat, Seats};
use crate::fleet::Health;
use kafka_protocol::messages::describe_quorum_response::{
    Listener, Node, PartitionData, ReplicaState, TopicData,
};
use kafka_protocol::messages::{
    BrokerId, DescribeQuorumRequest, DescribeQuorumResponse, TopicName,
};

/// `NOT_LEADER_OR_FOLLOWER`: what a controller says that does not lead.
const NOT_LEADER: i16 = 6;
/// Whoever follows fetched so long ago: fetches follow each other.
const FETCHED_AGO_MS: i64 = 20;
/// Whoever comes back is at least so far behind until it is well: more than what Kafka's own tools call caught up.
const BEHIND_MS: i64 = 2_500;
/// The topic of the controllers' log.
const METADATA: &str = "__cluster_metadata";
/// From this version on voters are told with their listeners (KIP-853).
const WITH_NODES: i16 = 2;

pub(super) fn describe(question: &mut Question<'_>, _: &DescribeQuorumRequest) -> Reply {
    let active = question.standing.active;
    match question.seat {
        Seat::Controller if active != Some(question.id) => {
            let partition = PartitionData::default().with_error_code(NOT_LEADER);
            return question.answers(&whole(partition, Vec::new()));
        }
        // It asks the active controller for us, and goes on trying.
        Seat::Broker if active.is_none() => return Reply::Never,
        Seat::Controller | Seat::Broker => {}
    }
    let states = |of: fn(&Seats) -> bool| -> Vec<ReplicaState> {
        let seats = question.shape.seats.iter();
        let some = seats.filter(|(_, seats)| of(seats));
        some.map(|(id, _)| state(question, *id)).collect()
    };
    let partition = PartitionData::default()
        .with_leader_id(BrokerId(active.unwrap_or(-1)))
        .with_leader_epoch(question.standing.epoch)
        .with_high_watermark(question.standing.end(question.now))
        .with_current_voters(states(|seats| seats.controller))
        .with_observers(states(|seats| seats.broker && !seats.controller));
    let nodes = if question.version >= WITH_NODES {
        let voters = question.shape.seats.iter();
        let voters = voters.filter(|(_, seats)| seats.controller);
        voters.map(|(id, _)| node(*id)).collect()
    } else {
        Vec::new()
    };
    question.answers(&whole(partition, nodes))
}

fn whole(partition: PartitionData, nodes: Vec<Node>) -> DescribeQuorumResponse {
    let topic = TopicData::default()
        .with_topic_name(TopicName(text(METADATA)))
        .with_partitions(vec![partition]);
    DescribeQuorumResponse::default()
        .with_topics(vec![topic])
        .with_nodes(nodes)
}

fn node(id: i32) -> Node {
    let listener = Listener::default()
        .with_name(text("CONTROLLER"))
        .with_host(text(&layout::host(id)))
        .with_port(layout::port(Seat::Controller));
    Node::default()
        .with_node_id(BrokerId(id))
        .with_listeners(vec![listener])
}

/// A voter or observer as the leader last heard of it: of one that has died it does not know.
fn state(question: &Question<'_>, id: i32) -> ReplicaState {
    let now = i64::try_from(question.now).unwrap_or(i64::MAX);
    let leads = question.standing.active == Some(id);
    let place = question.standing.place(id);
    let ms = |at: u64| i64::try_from(at).unwrap_or(0);
    let left = place.map_or(0, |place| ms(place.left_at));
    let fell = place.and_then(|place| place.fell_at).map(ms);
    let opened = question.is_open(id);
    let (fetched, caught_up) = match place.map(|place| place.health) {
        _ if leads => (now, now),
        Some(Health::Well) => (now - FETCHED_AGO_MS, now - FETCHED_AGO_MS),
        Some(Health::Coming) if opened => (now - FETCHED_AGO_MS, left.min(now - BEHIND_MS)),
        Some(Health::Coming | Health::Gone) | None => match fell {
            Some(fell) => (fell, left.min(fell - BEHIND_MS)),
            None => (left, left),
        },
    };
    let end = u64::try_from(caught_up).unwrap_or(0);
    ReplicaState::default()
        .with_replica_id(BrokerId(id))
        .with_log_end_offset(question.standing.end(end))
        .with_last_fetch_timestamp(question.began_ms + fetched)
        .with_last_caught_up_timestamp(question.began_ms + caught_up)
}
