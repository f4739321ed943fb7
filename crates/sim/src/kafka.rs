//! False brokers: the bytes of the Kafka protocol over memory, answered out of the fleet as real brokers
//! would, and hands on the hosts of their members. The code that looks at real Kafka clusters and moves them
//! runs inside a play over these, unchanged.
//!
//! - `layout`: seats, addresses, topics; `standing`: who leads and is in sync, as members come and go;
//! - `pipe`: a connection; `answer`: what a listener says, with `hello`, `levels`, `quorum`, `topics`;
//! - `hand`, `files`: hosts; `noting`: what a process is about; `drawn`: stories from seeds.
//!
//! What real brokers do that is easily forgotten stands here too: a listener is shut for a while after its
//! process started, a broker that died stays listed with its replicas until its session ends, a voter that
//! died is told as it last was, a broker without a quorum answers from memory, or never.
//! Must never know: who asks. Stories: `xtask/tests/it/wires.rs` of xtask, where the real target is.

mod answer;
pub mod drawn;
mod files;
mod hand;
mod hello;
pub mod layout;
mod levels;
mod noting;
mod pipe;
mod quorum;
mod standing;
mod topics;

use crate::clock::{FalseClock, Host};
use crate::fleet::{Health, Node};
use crate::story::Story;
use crate::target::FalseTarget;
use hand::FalseHand;
use layout::{Layout, Seats};
use noting::{Noted, Notes};
use pipe::FalseDial;
use standing::Standing;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use windlass_engine::catalog::Catalog;
use windlass_engine::names::{Identity, MemberId};
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::dial::Dial;
use windlass_runner::ports::hand::Hand;
use windlass_runner::ports::target::Target;

/// So long after its start a process listens: measured on real brokers at 2 to 6 s of 4 to 16 s until they are
/// well, a fifth of which stories take.
const SHUT_MS: u64 = 100;
/// So many addresses are given for a cluster: as its users do.
const BOOTSTRAP_MOST: usize = 3;

/// A false Kafka cluster in one play: all its processes stand before the same.
#[derive(Clone, Debug)]
pub struct Cluster {
    shape: Arc<Shape>,
    standing: Arc<Mutex<Standing>>,
    locks: Arc<BTreeMap<MemberId, Arc<tokio::sync::Mutex<()>>>>,
}

/// What of it never changes.
#[derive(Debug)]
struct Shape {
    identity: Identity,
    catalog: Arc<Catalog>,
    layout: Layout,
    seats: BTreeMap<i32, Seats>,
}

/// The ways of one process to the cluster.
#[derive(Clone)]
pub struct Ways {
    /// To its listeners.
    pub dial: Arc<dyn Dial>,
    /// To its hosts.
    pub hands: BTreeMap<MemberId, Arc<dyn Hand>>,
    /// False time.
    pub clock: Arc<dyn Clock>,
    /// Addresses that are given for it.
    pub bootstrap: Vec<String>,
    process: Arc<FalseTarget>,
    notes: Notes,
}

impl std::fmt::Debug for Ways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ways")
            .field("bootstrap", &self.bootstrap)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// The cluster of a story at its beginning.
    #[must_use]
    pub fn of(story: &Story, layout: Layout) -> Self {
        let seats = layout::seats(&story.cast);
        let locks = story
            .cast
            .iter()
            .map(|cast| (cast.id.clone(), Arc::default()));
        let locks = locks.collect();
        let shape = Shape {
            identity: story.identity.clone(),
            catalog: story.catalog.clone(),
            layout,
            seats,
        };
        let standing = Standing::of(&story.cast, &shape);
        Self {
            shape: Arc::new(shape),
            standing: Arc::new(Mutex::new(standing)),
            locks: Arc::new(locks),
        }
    }

    /// The ways of a process to it.
    #[must_use]
    pub fn ways(&self, process: &Arc<FalseTarget>) -> Ways {
        let notes = Notes::default();
        let hand = |id: &MemberId| -> (MemberId, Arc<dyn Hand>) {
            let hand = FalseHand::new(id.clone(), self.clone(), process.clone());
            (id.clone(), Arc::new(hand))
        };
        let brokers = self.shape.seats.iter().filter(|(_, seats)| seats.broker);
        let bootstrap = brokers.map(|(id, _)| layout::broker_address(*id));
        Ways {
            dial: Arc::new(FalseDial::new(self.clone(), process.clone(), notes.clone())),
            hands: self.locks.keys().map(hand).collect(),
            clock: Arc::new(FalseClock::new(
                process.ground.clone(),
                process.time,
                // Marks of time live as long as the process: which boot it is does not matter.
                Host::right(1),
                process.life.clone(),
            )),
            bootstrap: bootstrap.take(BOOTSTRAP_MOST).collect(),
            process: process.clone(),
            notes,
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ways {
    /// The target over these ways, with what it is about noted for the judge.
    #[must_use]
    pub fn noting(&self, target: Arc<dyn Target>) -> Arc<dyn Target> {
        let (process, notes) = (self.process.clone(), self.notes.clone());
        Arc::new(Noted::new(target, process, notes))
    }
}

/// Whether the listeners of a node are open.
fn listens(node: &Node, now: u64) -> bool {
    node.process.is_some() && (node.health == Health::Well || now >= node.started_at + SHUT_MS)
}
