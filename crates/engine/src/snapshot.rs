//! A cluster as seen at one time, with its gaps named. A gap is never health.
//!
//! Must never know: how it was seen. Stories: `tests/it/`.

use crate::names::{Component, Identity, LevelName, MemberId};
use crate::time::Wall;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use serde::{Deserialize, Serialize};

/// How a member was at the time it was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// Does its work, nothing is owed.
    Healthy,
    /// Answers, and is not yet whole: in words, what is still owed (`in sync 41 of 66`).
    Settling(String),
    /// Does not do its work: in words, why.
    Down(String),
    /// Could not be looked at: in words, why. Never counts as health.
    Unknown(String),
}

impl Health {
    /// Whether the member does its work and owes nothing.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        matches!(self, Self::Healthy)
    }
}

/// What moves as one: a process or host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The system's own id.
    pub id: MemberId,
    /// What people call it: `broker 3`.
    pub name: String,
    /// The components it carries, each with its release; empty where the release is a gap.
    pub components: BTreeMap<Component, Version>,
    /// Components it carries whose release could not be told exactly.
    pub unversioned: BTreeSet<Component>,
    /// The host it runs on, where declared.
    pub host: Option<String>,
    /// Where it says that it is reached, `HOST:PORT`; none: not told, as in journals of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Rack or zone, where the system tells one.
    pub zone: Option<String>,
    /// How it was.
    pub health: Health,
    /// Names this very process: differs after each start (boot id, pid, start time). None: not known.
    pub incarnation: Option<String>,
    /// Since when it runs, where known.
    pub since: Option<Wall>,
    /// Holds the one active seat of its kind (Kafka's active controller).
    pub active: bool,
    /// How much work sits on it now (Kafka: leaders led); fewest go first.
    pub load: u32,
    /// Grows while it comes back (partitions in sync, log segments recovered); for time without progress.
    pub progress: u64,
    /// Short words for lists: `follower`, `in sync`.
    pub state: String,
}

impl Member {
    /// A healthy one of which nothing else is known: no component, no host, no zone.
    #[must_use]
    pub fn named(id: MemberId, name: String) -> Self {
        Self {
            id,
            name,
            components: BTreeMap::new(),
            unversioned: BTreeSet::new(),
            host: None,
            address: None,
            zone: None,
            health: Health::Healthy,
            incarnation: None,
            since: None,
            active: false,
            load: 0,
            progress: 0,
            state: String::new(),
        }
    }

    /// All components it carries, versioned or not.
    pub fn carries(&self) -> impl Iterator<Item = &Component> {
        self.components.keys().chain(&self.unversioned)
    }
}

/// A set of members, how many of them must stay up, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Budget {
    /// Those that are up now and count (Kafka: one distinct in-sync set; the caught-up voters).
    pub members: BTreeSet<MemberId>,
    /// So many of them must stay up.
    pub need: u32,
    /// In words, whose budget it is: `orders-3 and 11 more partitions, min.insync.replicas 2`.
    pub reason: String,
}

/// A level held by the whole cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// What it is finalized at; 0 where it was never raised.
    pub finalized: u16,
    /// The lowest and highest that every member supports; none: could not be told.
    pub supported: Option<(u16, u16)>,
}

/// What was found on one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Yes or no.
    Truth(bool),
    /// A number, with its unit where it has one (`ms`).
    Number(i64),
    /// A word: `pro`.
    Word(String),
    /// Versions that were seen, by who runs them.
    Versions(BTreeMap<String, Version>),
    /// Objects found, each with what was seen of it.
    List(Vec<Found>),
    /// A verdict that was reached elsewhere (a check of the user's own), with its evidence.
    Said(Said, Vec<Found>),
    /// Could not be looked at: in words, why.
    Unknown(String),
}

/// A verdict that was reached elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The condition holds.
    Pass,
    /// It does not, and does not bar.
    Warn,
    /// It does not.
    Fail,
}

/// One object that a fact lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Found {
    /// The system's name of it: `topic audit`, `controller 104`.
    pub object: String,
    /// What was seen of it: `1 replica, on broker 2`.
    pub seen: String,
}

/// Something that could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// About whom: `broker 3`, `cluster`.
    pub about: String,
    /// The member, where it is about one.
    pub member: Option<MemberId>,
    /// What could not be seen, and why, in words.
    pub what: String,
    /// What to do about it, in words.
    pub mend: String,
    /// Whether an upgrade can go on without it.
    pub weight: Weight,
}

/// How much a gap matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Bars an upgrade: acting on this member, or judging it, is not possible.
    Bars,
    /// Worth knowing; nothing depends on it.
    Informs,
}

/// The members of a cluster as seen at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The kind of thing: `kafka`.
    pub system: String,
    /// Who the cluster says it is; none: it did not answer.
    pub identity: Option<Identity>,
    /// When the looking ended.
    pub seen: Wall,
    /// The members, by id; shared, for of thousands that are looked at again and again few differ.
    pub members: BTreeMap<MemberId, Arc<Member>>,
    /// Cluster-wide levels.
    pub levels: BTreeMap<LevelName, Level>,
    /// What may not be down together.
    pub budgets: Vec<Budget>,
    /// Answers to the catalog's questions, by fact name.
    pub facts: BTreeMap<String, Fact>,
    /// What is not whole in the cluster apart from single members, in words: nothing may begin while
    /// any stands here (`no active controller answers`).
    pub troubles: Vec<String>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
}

impl Snapshot {
    /// An empty one of a system, at a time.
    #[must_use]
    pub fn empty(system: &str, seen: Wall) -> Self {
        Self {
            system: system.into(),
            identity: None,
            seen,
            members: BTreeMap::new(),
            levels: BTreeMap::new(),
            budgets: Vec::new(),
            facts: BTreeMap::new(),
            troubles: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

/// Two lists by the same ids, side by side, in the order of ids: one walk, in place of a search for each.
pub(crate) fn beside<'a, A, B>(
    one: &'a BTreeMap<MemberId, A>,
    other: &'a BTreeMap<MemberId, B>,
) -> impl Iterator<Item = (&'a MemberId, Option<&'a A>, Option<&'a B>)> {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    core::iter::from_fn(move || {
        let order = match (one.peek(), other.peek()) {
            (Some((a, _)), Some((b, _))) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let a = if order.is_le() { one.next() } else { None };
        let b = if order.is_ge() { other.next() } else { None };
        let id = a.map(|(id, _)| id).or_else(|| b.map(|(id, _)| id))?;
        Some((id, a.map(|(_, a)| a), b.map(|(_, b)| b)))
    })
}
