//! Partitions: counted once, for the health of brokers, the budgets and the facts.
//!
//! Must never know: releases, levels. Stories: `tests/it/kafka_seen.rs`.

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::snapshot::{Budget, Found, Gap, Weight};

use super::super::answers::{Miss, Partition};
use super::Sight;
use super::roster::{Chair, Roster, member_id};

/// So many names stand in a sentence before it says "and n more".
const NAMES_MAX: usize = 3;

/// What one broker holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Replicas on it.
    pub replicas: u32,
    /// Of these, in sync.
    pub in_sync: u32,
    /// Of these, offline.
    pub offline: u32,
    /// Partitions that it leads.
    pub leads: u32,
}

/// Partitions that have something in common, by topic.
type ByTopic = BTreeMap<String, Vec<i32>>;

/// Partitions with the same replicas in sync and the same least.
#[derive(Debug, Default)]
struct Group {
    first: Vec<String>,
    count: usize,
}

impl Group {
    fn reason(&self, need: u32) -> String {
        let more = match self.count - self.first.len() {
            0 => String::new(),
            1 => " and 1 more partition".to_string(),
            more => format!(" and {more} more partitions"),
        };
        format!(
            "{}{more}, min.insync.replicas {need}",
            self.first.join(", ")
        )
    }
}

/// All partitions, counted.
#[derive(Debug, Default)]
pub struct Tally {
    shares: BTreeMap<i32, Share>,
    leaderless: ByTopic,
    under_min: ByTopic,
    under_replicated: ByTopic,
    single: ByTopic,
    no_headroom: ByTopic,
    groups: BTreeMap<(BTreeSet<i32>, u32), Group>,
    untold: Vec<String>,
    unseen: Option<Miss>,
}

impl Tally {
    /// Counts.
    pub fn of(sight: &Sight<'_>, roster: &Roster<'_>) -> Self {
        let mut out = Self::default();
        let topics = match &sight.gathered.topics {
            Ok(topics) => topics,
            Err(miss) => {
                out.unseen = Some(miss.clone());
                return out;
            }
        };
        let up: BTreeSet<i32> = roster
            .nodes
            .values()
            .filter(|node| node.broker.as_ref().is_some_and(Chair::answers))
            .map(|node| node.id)
            .collect();
        let settings = sight.gathered.topic_settings.as_ref().ok();
        for topic in topics {
            let least = settings
                .and_then(|all| all.get(&topic.name))
                .map(|one| one.min_in_sync);
            if least.is_none() {
                out.untold.push(topic.name.clone());
            }
            for partition in &topic.partitions {
                out.count(&topic.name, partition, least, &up);
            }
        }
        out
    }

    fn count(
        &mut self,
        topic: &str,
        partition: &Partition,
        least: Option<u32>,
        up: &BTreeSet<i32>,
    ) {
        let size = |nodes: &[i32]| u32::try_from(nodes.len()).unwrap_or(u32::MAX);
        for id in &partition.replicas {
            let share = self.shares.entry(*id).or_default();
            share.replicas += 1;
            share.in_sync += u32::from(partition.in_sync.contains(id));
            share.offline += u32::from(partition.offline.contains(id) && up.contains(id));
        }
        if partition.leader >= 0 {
            self.shares.entry(partition.leader).or_default().leads += 1;
        } else {
            note(&mut self.leaderless, topic, partition);
        }
        let copies = size(&partition.replicas);
        if partition.in_sync.len() < partition.replicas.len() {
            note(&mut self.under_replicated, topic, partition);
        }
        if copies == 1 {
            note(&mut self.single, topic, partition);
        }
        let alive: BTreeSet<i32> = partition
            .in_sync
            .iter()
            .copied()
            .filter(|id| up.contains(id))
            .collect();
        // Brokers never ask for more than there are replicas. Where the least is not told, one may
        // be spared, as far as we know.
        let need = least.unwrap_or(copies.saturating_sub(1).max(1)).min(copies);
        if size(&partition.in_sync) < need {
            note(&mut self.under_min, topic, partition);
        }
        if copies > 1 && copies <= need {
            note(&mut self.no_headroom, topic, partition);
        }
        if copies > need {
            let group = self.groups.entry((alive, need)).or_default();
            if group.first.len() < NAMES_MAX - 1 {
                group.first.push(format!("{topic}-{}", partition.index));
            }
            group.count += 1;
        }
    }

    /// What a broker holds.
    pub fn share(&self, id: i32) -> Share {
        self.shares.get(&id).copied().unwrap_or_default()
    }

    /// What may not be down together, for the sake of partitions.
    pub fn budgets(&self) -> Vec<Budget> {
        let groups = self.groups.iter();
        let budgets = groups.map(|((alive, need), group)| Budget {
            members: alive.iter().map(|id| member_id(*id)).collect(),
            need: *need,
            reason: group.reason(*need),
        });
        budgets.collect()
    }

    /// What could not be seen.
    pub fn gaps(&self) -> Vec<Gap> {
        let gap = |what| Gap {
            about: "cluster".to_string(),
            member: None,
            what,
            mend: "make a broker answer Metadata and DescribeConfigs to us".to_string(),
            weight: Weight::Bars,
        };
        let mut out = Vec::new();
        if let Some(miss) = &self.unseen {
            out.push(gap(format!("the topics could not be seen: {}", miss.why)));
        }
        if !self.untold.is_empty() {
            out.push(gap(format!(
                "min.insync.replicas of {} could not be read",
                names(&self.untold)
            )));
        }
        out
    }

    /// In words, which partitions have no leader, if any.
    pub fn leaderless_words(&self) -> Option<String> {
        let count: usize = self.leaderless.values().map(|some| some.len()).sum();
        let first = self
            .leaderless
            .iter()
            .flat_map(|(topic, some)| some.iter().map(move |index| format!("{topic}-{index}")));
        let first: Vec<String> = first.take(NAMES_MAX + 1).collect();
        let noun = if count == 1 {
            "partition has"
        } else {
            "partitions have"
        };
        (count > 0).then(|| format!("{count} {noun} no leader: {}", names(&first)))
    }

    /// Why nothing could be counted.
    pub fn unseen(&self) -> Option<&Miss> {
        self.unseen.as_ref()
    }

    /// Why the least of in-sync replicas is not known of all topics.
    pub fn untold(&self) -> Option<String> {
        let some = !self.untold.is_empty();
        some.then(|| {
            format!(
                "min.insync.replicas of {} could not be read",
                names(&self.untold)
            )
        })
    }

    /// Topics with partitions without a leader.
    pub fn leaderless(&self) -> Vec<Found> {
        list(&self.leaderless, "without a leader")
    }
    /// Topics with fewer in sync than their least.
    pub fn under_min(&self) -> Vec<Found> {
        list(&self.under_min, "below min.insync.replicas")
    }
    /// Topics with replicas out of sync.
    pub fn under_replicated(&self) -> Vec<Found> {
        list(&self.under_replicated, "with replicas out of sync")
    }
    /// Topics with one copy.
    pub fn single(&self) -> Vec<Found> {
        list(&self.single, "with one replica")
    }
    /// Topics that may lose no copy.
    pub fn no_headroom(&self) -> Vec<Found> {
        list(
            &self.no_headroom,
            "with as many replicas as min.insync.replicas",
        )
    }
}

fn note(into: &mut ByTopic, topic: &str, partition: &Partition) {
    if let Some(some) = into.get_mut(topic) {
        some.push(partition.index);
    } else {
        into.insert(topic.to_string(), vec![partition.index]);
    }
}

fn list(of: &ByTopic, what: &str) -> Vec<Found> {
    let found = |(topic, some): (&String, &Vec<i32>)| {
        let mut indexes = some.clone();
        indexes.sort_unstable();
        let indexes: Vec<String> = indexes.iter().map(ToString::to_string).collect();
        let noun = if indexes.len() == 1 {
            "partition"
        } else {
            "partitions"
        };
        Found {
            object: format!("topic {topic}"),
            seen: format!("{noun} {} {what}", names(&indexes)),
        }
    };
    of.iter().map(found).collect()
}

/// The first few, and how many more.
fn names(of: &[String]) -> String {
    let first = of
        .iter()
        .take(NAMES_MAX)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match of.len().saturating_sub(NAMES_MAX) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
