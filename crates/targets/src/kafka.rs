//! Apache Kafka in KRaft mode: looked at over its own protocol, moved by the hands of its hosts.
//!
//! [`gather`] asks, [`seen`] understands (pure), [`deeds`] acts, [`gate`] tells what a restarted member
//! still owes. Nothing is looked up twice at the same time: looks that were asked for while one was
//! under way share the next.
//! Must never know: runs, plans, journals; sockets and clocks but through the ports.
//! Stories: `tests/it/`.

pub mod answers;
pub mod connection;
mod deeds;
pub mod door;
pub mod files;
mod frame;
pub mod gate;
pub mod gather;
mod login;
mod looks;
pub mod properties;
mod recovery;
mod requests;
pub mod seen;
mod target;
mod voters;
pub mod wires;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex};

use windlass_engine::catalog::Catalog;
use windlass_engine::names::{Component, MemberId};
use windlass_engine::time::Ms;
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::hand::Hand;

use door::Doors;
use looks::{Memory, Shared};
use wires::Wires;

/// How long a gentle stop may make no progress, unless declared otherwise: a broker with many
/// partitions under load moves its leaders in seconds, one without a quorum never ends.
pub const STOP_PATIENCE: Ms = Ms::minutes(5);

/// What is declared of one Kafka cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaSpec {
    /// `host:port` of brokers, or of controllers.
    pub bootstrap: Vec<String>,
    /// Components that members carry, where declared: tells of members that are down and of which
    /// nobody speaks. May be empty.
    pub carries: BTreeMap<MemberId, BTreeSet<Component>>,
    /// How long a gentle stop may make no progress.
    pub stop_patience: Ms,
}

impl KafkaSpec {
    /// One that is known by its addresses alone.
    #[must_use]
    pub fn at(bootstrap: Vec<String>) -> Self {
        Self {
            bootstrap,
            carries: BTreeMap::new(),
            stop_patience: STOP_PATIENCE,
        }
    }
}

/// One real Kafka cluster.
pub struct KafkaTarget {
    spec: KafkaSpec,
    clock: Arc<dyn Clock>,
    hands: BTreeMap<MemberId, Arc<dyn Hand>>,
    catalog: Arc<Catalog>,
    wires: Wires,
    whole: tokio::sync::Mutex<Shared>,
    glance: tokio::sync::Mutex<Shared>,
    memory: Mutex<Memory>,
}

impl KafkaTarget {
    /// A cluster as declared; members without a hand can be looked at, not moved.
    #[must_use]
    pub fn new(
        spec: KafkaSpec,
        doors: Doors,
        clock: Arc<dyn Clock>,
        hands: BTreeMap<MemberId, Arc<dyn Hand>>,
        catalog: Arc<Catalog>,
    ) -> Self {
        let mut memory = Memory::default();
        memory.carried.clone_from(&spec.carries);
        Self {
            wires: Wires::new(doors, Arc::clone(&clock)),
            spec,
            clock,
            hands,
            catalog,
            whole: tokio::sync::Mutex::default(),
            glance: tokio::sync::Mutex::default(),
            memory: Mutex::new(memory),
        }
    }
}

impl fmt::Debug for KafkaTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hands: Vec<&MemberId> = self.hands.keys().collect();
        f.debug_struct("KafkaTarget")
            .field("spec", &self.spec)
            .field("hands", &hands)
            .finish_non_exhaustive()
    }
}
