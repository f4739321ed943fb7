//! What a listener says to one request: read from its bytes, answered in bytes.
//!
//! Must never know: how requests travel. Stories: `xtask/tests/it/wires.rs` of xtask.

use super::layout::{Seat, Seats};
use super::noting::Notes;
use super::standing::Standing;
use super::{Cluster, Shape, hello, layout, levels, listens, quorum, topics};
use crate::fleet::Fleet;
use crate::ground::Ground;
use crate::judge::Judge;
use crate::target::FalseTarget;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::describe_cluster_response::DescribeClusterBroker;
use kafka_protocol::messages::{
    ApiKey, BrokerId, DescribeClusterRequest, DescribeClusterResponse, RequestHeader,
    ResponseHeader,
};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};

/// Endpoint type of controllers in DescribeCluster (KIP-919).
const CONTROLLERS: i8 = 2;
/// Below this metadata.version controllers are not registered (3.7-IV0, KIP-919).
const REGISTERED_FROM: u16 = 15;
/// The length before each frame.
const LENGTH_BYTES: usize = 4;

/// What a listener does.
#[derive(Debug)]
pub(super) enum Reply {
    /// It sends this frame.
    Frame(Bytes),
    /// It says nothing.
    Never,
    /// It ends the connection.
    Close,
}

/// One request at one listener, and the world that it is answered from.
pub(super) struct Question<'a> {
    pub(super) shape: &'a Shape,
    pub(super) standing: &'a mut Standing,
    pub(super) fleet: &'a mut Fleet,
    pub(super) judge: &'a mut Judge,
    pub(super) notes: &'a Notes,
    pub(super) id: i32,
    pub(super) seat: Seat,
    /// False time, ms since the play began, and the wall time of that beginning in ms.
    pub(super) now: u64,
    pub(super) began_ms: i64,
    key: ApiKey,
    pub(super) version: i16,
    correlation: i32,
}

/// A listener, as the process that listened when it was dialled.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) id: i32,
    pub(super) seat: Seat,
    pub(super) process: u64,
}

/// Text on the wire.
pub(super) fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

/// The key of a request, as it stands behind the length.
pub(super) fn key_of(frame: &[u8]) -> Option<ApiKey> {
    let bytes = frame.get(LENGTH_BYTES..LENGTH_BYTES + 2)?;
    ApiKey::try_from(i16::from_be_bytes([*bytes.first()?, *bytes.get(1)?])).ok()
}

/// Answers a frame at a listener, now.
pub(super) fn answer(
    cluster: &Cluster,
    process: &FalseTarget,
    notes: &Notes,
    at: At,
    frame: &Bytes,
) -> Reply {
    process.on(|ground, now| {
        let Ground { fleet, judge, .. } = ground;
        let mut standing = cluster.standing();
        standing.catch_up(&cluster.shape, fleet, now);
        let member = cluster.shape.seats.get(&at.id).map(|seats| &seats.member);
        let node = member.and_then(|member| fleet.nodes.get(member));
        // Whoever was dialled is gone: so is the connection.
        if !node.is_some_and(|node| node.process == Some(at.process) && listens(node, now)) {
            return Reply::Close;
        }
        let mut body = frame.slice(LENGTH_BYTES.min(frame.len())..);
        let Some((key, version, correlation)) = head(&mut body) else {
            return Reply::Close;
        };
        let mut question = Question {
            shape: &cluster.shape,
            standing: &mut standing,
            fleet,
            judge,
            notes,
            id: at.id,
            seat: at.seat,
            now,
            began_ms: process.time.wall(0, 0).0 / 1_000,
            key,
            version,
            correlation,
        };
        question.reply(&mut body)
    })
}

fn head(body: &mut Bytes) -> Option<(ApiKey, i16, i32)> {
    let (first, second) = (body.get(..2)?, body.get(2..4)?);
    let key = ApiKey::try_from(i16::from_be_bytes(first.try_into().ok()?)).ok()?;
    let version = i16::from_be_bytes(second.try_into().ok()?);
    let header = RequestHeader::decode(body, key.request_header_version(version)).ok()?;
    Some((key, version, header.correlation_id))
}

impl Question<'_> {
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "of the hundred requests of the protocol these are asked"
    )]
    fn reply(&mut self, body: &mut Bytes) -> Reply {
        match self.key {
            ApiKey::ApiVersions => hello::hello(self),
            ApiKey::Metadata if self.seat == Seat::Broker => self.read(body, topics::metadata),
            ApiKey::DescribeCluster => self.read(body, cluster),
            ApiKey::DescribeQuorum => self.read(body, quorum::describe),
            ApiKey::DescribeConfigs => self.read(body, topics::configs),
            ApiKey::DescribeLogDirs if self.seat == Seat::Broker => {
                self.read(body, topics::log_dirs)
            }
            ApiKey::ListPartitionReassignments => self.read(body, topics::moving),
            ApiKey::ElectLeaders => self.read(body, topics::elect),
            ApiKey::UpdateFeatures => self.read(body, levels::update),
            // What a listener does not offer ends the connection.
            _ => Reply::Close,
        }
    }

    /// Reads a request of a version that the node's release offers.
    fn read<R: Decodable>(
        &mut self,
        body: &mut Bytes,
        work: impl Fn(&mut Self, &R) -> Reply,
    ) -> Reply {
        let offered = hello::offers(self, self.key);
        if !offered.is_some_and(|(low, high)| (low..=high).contains(&self.version)) {
            return Reply::Close;
        }
        match R::decode(body, self.version) {
            Ok(request) => work(self, &request),
            Err(_) => Reply::Close,
        }
    }

    pub(super) fn answers(&self, answer: &impl Encodable) -> Reply {
        self.answers_in(answer, self.version)
    }

    /// An answer in another version than was asked in: only ApiVersions has that.
    pub(super) fn answers_in(&self, answer: &impl Encodable, version: i16) -> Reply {
        let mut frame = BytesMut::new();
        frame.put_i32(0);
        let header = ResponseHeader::default().with_correlation_id(self.correlation);
        let whole = header
            .encode(&mut frame, self.key.response_header_version(version))
            .and_then(|()| answer.encode(&mut frame, version));
        let length = i32::try_from(frame.len() - LENGTH_BYTES);
        let (Ok(()), Ok(length)) = (whole, length) else {
            return Reply::Close;
        };
        if let Some(first) = frame.get_mut(..LENGTH_BYTES) {
            first.copy_from_slice(&length.to_be_bytes());
        }
        Reply::Frame(frame.freeze())
    }

    /// Where a level stands; one that was never raised stands at 0.
    pub(super) fn level(&self, name: &str) -> u16 {
        self.fleet.levels.get(&name.into()).copied().unwrap_or(0)
    }

    /// Whether the listeners of a node are open.
    pub(super) fn is_open(&self, id: i32) -> bool {
        let seats = self.shape.seats.get(&id);
        let node = seats.and_then(|seats| self.fleet.nodes.get(&seats.member));
        node.is_some_and(|node| listens(node, self.now))
    }

    /// Whether the controllers let a broker in.
    pub(super) fn is_let_in(&self, id: i32) -> bool {
        let seats = self.shape.seats.get(&id);
        let node = seats.and_then(|seats| self.fleet.nodes.get(&seats.member));
        // One that comes back is let in as soon as it listens, and catches up then.
        self.standing.is_in_sync(id)
            || node.is_some_and(|node| listens(node, self.now) && self.holds_some(id))
    }

    fn holds_some(&self, id: i32) -> bool {
        let mut topics = self.shape.layout.topics.iter();
        topics.any(|topic| topic.partitions.iter().any(|lies| lies.contains(&id)))
    }

    /// Brokers that this one knows.
    pub(super) fn brokers(&self) -> impl Iterator<Item = (i32, &Seats)> {
        let seats = self.shape.seats.iter();
        seats
            .filter(|(_, seats)| seats.broker)
            .map(|(id, seats)| (*id, seats))
    }
}

/// DescribeCluster: brokers, with those that are not let in where the release tells them; or controllers.
fn cluster(question: &mut Question<'_>, asked: &DescribeClusterRequest) -> Reply {
    let row = |id: i32, seats: &Seats, seat: Seat, fenced: bool| {
        DescribeClusterBroker::default()
            .with_broker_id(BrokerId(id))
            .with_host(text(&layout::host(id)))
            .with_port(layout::port(seat).into())
            .with_rack(
                seats
                    .rack
                    .as_deref()
                    .filter(|_| seat == Seat::Broker)
                    .map(text),
            )
            .with_is_fenced(fenced)
    };
    let rows: Vec<DescribeClusterBroker> = if asked.endpoint_type == CONTROLLERS {
        if question.seat == Seat::Broker {
            return Reply::Close;
        }
        let told = question.level(levels::METADATA_VERSION) >= REGISTERED_FROM;
        let seats = question.shape.seats.iter();
        let some = seats.filter(|(_, seats)| seats.controller && told);
        some.map(|(id, seats)| row(*id, seats, Seat::Controller, false))
            .collect()
    } else {
        let all = question.brokers();
        let some = all.map(|(id, seats)| row(id, seats, Seat::Broker, !question.is_let_in(id)));
        some.filter(|row| asked.include_fenced_brokers || !row.is_fenced)
            .collect()
    };
    let answer = DescribeClusterResponse::default()
        .with_endpoint_type(asked.endpoint_type)
        .with_cluster_id(text(question.shape.identity.as_str()))
        .with_controller_id(BrokerId(question.standing.active.unwrap_or(-1)))
        .with_brokers(rows);
    question.answers(&answer)
}
