//! Layout: who sits where, under which address, and which topics lie on whom.
//!
//! Must never know: how members are. Stories: in this file.

use crate::story::Group;
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::names::{Component, MemberId};
use windlass_engine::snapshot::Member;

/// The component of nodes that lead the cluster.
pub const CONTROLLER: &str = "controller";
/// The component of nodes that hold topics.
pub const BROKER: &str = "broker";
/// Kafka's own 9 s for how long controllers hold the session of a broker that is gone (`broker.session.timeout.ms`).
pub const SESSION_MS: u64 = 9_000;
/// Where brokers listen.
const BROKER_PORT: u16 = 9_092;
/// Where controllers listen.
const CONTROLLER_PORT: u16 = 9_093;

/// A topic, and on whom its copies lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// `min.insync.replicas`.
    pub min_in_sync: u32,
    /// Replicas by partition, the preferred leader first.
    pub partitions: Vec<Vec<i32>>,
}

impl Topic {
    /// One whose partitions go round the brokers, so that each leads some and holds some.
    #[must_use]
    pub fn round(name: &str, brokers: &[i32], partitions: usize, copies: usize) -> Self {
        let ring = |first: usize| brokers.iter().cycle().skip(first % brokers.len().max(1));
        let copies = copies.min(brokers.len());
        let lies = |index: usize| ring(index).take(copies).copied().collect();
        Self {
            name: name.into(),
            min_in_sync: u32::try_from(copies.saturating_sub(1)).unwrap_or(1).max(1),
            partitions: (0..partitions).map(lies).collect(),
        }
    }
}

/// What a cluster is beside its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What lies on brokers.
    pub topics: Vec<Topic>,
    /// How long controllers hold the session of a broker that is gone.
    pub session_ms: u64,
    /// Who leads the controllers first; none: the one with the lowest id.
    pub active: Option<i32>,
}

impl Layout {
    /// These topics.
    #[must_use]
    pub fn of(topics: Vec<Topic>) -> Self {
        Self {
            topics,
            session_ms: SESSION_MS,
            active: None,
        }
    }

    /// Who may not be down together: for the sake of each partition, and of the quorum.
    #[must_use]
    pub fn groups(&self, cast: &[Member]) -> Vec<Group> {
        let mut groups: BTreeMap<(BTreeSet<MemberId>, u32), String> = BTreeMap::new();
        for topic in &self.topics {
            for replicas in &topic.partitions {
                let members = replicas.iter().map(|id| MemberId::from(id.to_string()));
                let key = (members.collect(), topic.min_in_sync);
                groups.entry(key).or_insert_with(|| topic.name.clone());
            }
        }
        let votes = |member: &&Member| member.components.contains_key(&Component::from(CONTROLLER));
        let voters: BTreeSet<MemberId> = cast.iter().filter(votes).map(|m| m.id.clone()).collect();
        let need = majority(voters.len());
        groups.insert((voters, need), "the metadata quorum".into());
        let group = |((members, need), reason)| Group {
            members,
            need,
            reason,
        };
        groups.into_iter().map(group).collect()
    }
}

/// More than half of so many.
pub(super) fn majority(of: usize) -> u32 {
    u32::try_from(of / 2 + 1).unwrap_or(u32::MAX)
}

/// The seats of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seats {
    pub(super) member: MemberId,
    pub(super) broker: bool,
    pub(super) controller: bool,
    pub(super) rack: Option<String>,
}

/// A seat, and so a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    Broker,
    Controller,
}

/// The seats of all members whose ids are those of nodes.
pub(super) fn seats(cast: &[Member]) -> BTreeMap<i32, Seats> {
    let one = |member: &Member| {
        let carries = |name| member.components.contains_key(&Component::from(name));
        let seats = Seats {
            member: member.id.clone(),
            broker: carries(BROKER),
            controller: carries(CONTROLLER),
            rack: member.zone.clone(),
        };
        Some((member.id.as_str().parse().ok()?, seats))
    };
    cast.iter().filter_map(one).collect()
}

pub(super) fn host(id: i32) -> String {
    format!("node-{id}")
}

pub(super) fn port(seat: Seat) -> u16 {
    match seat {
        Seat::Broker => BROKER_PORT,
        Seat::Controller => CONTROLLER_PORT,
    }
}

pub(super) fn broker_address(id: i32) -> String {
    format!("{}:{BROKER_PORT}", host(id))
}

pub(super) fn controller_address(id: i32) -> String {
    format!("{}:{CONTROLLER_PORT}", host(id))
}

/// Whose listener an address is; none: nobody's.
pub(super) fn listener(address: &str) -> Option<(i32, Seat)> {
    let (host, port) = address.rsplit_once(':')?;
    let id = host.strip_prefix("node-")?.parse().ok()?;
    let seat = match port.parse().ok()? {
        BROKER_PORT => Seat::Broker,
        CONTROLLER_PORT => Seat::Controller,
        _ => return None,
    };
    Some((id, seat))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_go_round_and_addresses_lead_back() {
        let topic = Topic::round("orders", &[1, 2, 3, 4], 5, 3);
        assert_eq!(topic.partitions[1], [2, 3, 4]);
        assert_eq!(topic.partitions[4], [1, 2, 3]);
        assert_eq!(topic.min_in_sync, 2);
        let at = |text: &str| listener(text).map(|(id, seat)| (id, port(seat)));
        assert_eq!(at(&broker_address(7)), Some((7, 9_092)));
        assert_eq!(at(&controller_address(101)), Some((101, 9_093)));
        assert_eq!(at("elsewhere:9092"), None);
    }
}
