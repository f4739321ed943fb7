//! In-sync sets out of the quorum's log, decoded by hand: topics and partitions made, changed, removed.
//!
//! Layouts are those of Apache Kafka's TopicRecord, PartitionRecord, PartitionChangeRecord and
//! RemoveTopicRecord (metadata messages); fields past those needed here are not read.
//! Must never know: where the log comes from.
//! Tests: below.

use std::collections::BTreeMap;

use bytes::{Buf, Bytes};
use kafka_protocol::records::Record;

use super::Partition;

const TOPIC: u64 = 2;
const PARTITION: u64 = 3;
const PARTITION_CHANGE: u64 = 5;
const REMOVE_TOPIC: u64 = 9;
/// The tag of the in-sync set in a PartitionChangeRecord.
const CHANGED_ISR: u64 = 0;
/// The frame before each record's body.
const FRAME: u64 = 1;

type TopicId = [u8; 16];

/// Bytes that are no record of the quorum's log.
#[derive(Debug, thiserror::Error)]
#[error("not a metadata record")]
pub(super) struct Garbled;

/// The state that the log read so far amounts to.
#[derive(Debug, Default)]
pub(super) struct Truth {
    topics: BTreeMap<TopicId, String>,
    sizes: BTreeMap<(TopicId, i32), usize>,
    next_offset: i64,
    last_epoch: i32,
    whole: bool,
}

impl Truth {
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }

    pub fn last_epoch(&self) -> i32 {
        self.last_epoch
    }

    /// Whether the log was once read to its end: before that, what is read is history.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    pub fn is_whole_now(&mut self) {
        self.whole = true;
    }

    /// Size of each partition's in-sync set.
    pub fn sizes(&self) -> BTreeMap<Partition, usize> {
        let named = |((topic, number), size): (&(TopicId, i32), &usize)| {
            Some(((self.topics.get(topic)?.clone(), *number), *size))
        };
        self.sizes.iter().filter_map(named).collect()
    }

    /// Takes one committed record; returns the in-sync set that it sets, if it sets one.
    pub fn read(&mut self, record: &Record) -> Result<Option<(Partition, usize)>, Garbled> {
        let changed = match &record.value {
            Some(value) if !record.control => self.apply(value.clone())?,
            Some(_) | None => None,
        };
        self.next_offset = record.offset + 1;
        self.last_epoch = record.partition_leader_epoch;
        Ok(changed)
    }

    fn apply(&mut self, mut value: Bytes) -> Result<Option<(Partition, usize)>, Garbled> {
        if varint(&mut value)? != FRAME {
            return Err(Garbled);
        }
        let kind = varint(&mut value)?;
        let _version = varint(&mut value)?;
        match kind {
            TOPIC => {
                let length = length(&mut value)?.ok_or(Garbled)?;
                let name = String::from_utf8(take(&mut value, length)?.to_vec())
                    .map_err(|_text| Garbled)?;
                let id = topic_id(&mut value)?;
                self.topics.insert(id, name);
                Ok(None)
            }
            PARTITION => {
                let number = value.try_get_i32().map_err(|_short| Garbled)?;
                let topic = topic_id(&mut value)?;
                let _replicas = ids(&mut value)?;
                let in_sync = ids(&mut value)?.ok_or(Garbled)?;
                Ok(self.set(topic, number, in_sync))
            }
            PARTITION_CHANGE => {
                let number = value.try_get_i32().map_err(|_short| Garbled)?;
                let topic = topic_id(&mut value)?;
                Ok(changed_isr(&mut value)?.and_then(|in_sync| self.set(topic, number, in_sync)))
            }
            REMOVE_TOPIC => {
                let topic = topic_id(&mut value)?;
                self.topics.remove(&topic);
                self.sizes.retain(|(of, _number), _size| *of != topic);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn set(&mut self, topic: TopicId, number: i32, in_sync: usize) -> Option<(Partition, usize)> {
        self.sizes.insert((topic, number), in_sync);
        Some(((self.topics.get(&topic)?.clone(), number), in_sync))
    }
}

/// The in-sync set's size among the tagged fields of a change, if it changed.
fn changed_isr(value: &mut Bytes) -> Result<Option<usize>, Garbled> {
    for _tag in 0..varint(value)? {
        let tag = varint(value)?;
        let size = usize::try_from(varint(value)?).map_err(|_large| Garbled)?;
        let mut field = take(value, size)?;
        if tag == CHANGED_ISR {
            return ids(&mut field);
        }
    }
    Ok(None)
}

/// How many ids an array holds; it is passed over.
fn ids(value: &mut Bytes) -> Result<Option<usize>, Garbled> {
    let Some(count) = length(value)? else {
        return Ok(None);
    };
    take(value, count.checked_mul(4).ok_or(Garbled)?)?;
    Ok(Some(count))
}

/// A compact length: one more than it says, 0 for null.
fn length(value: &mut Bytes) -> Result<Option<usize>, Garbled> {
    let length = usize::try_from(varint(value)?).map_err(|_large| Garbled)?;
    Ok(length.checked_sub(1))
}

fn topic_id(value: &mut Bytes) -> Result<TopicId, Garbled> {
    take(value, 16)?
        .as_ref()
        .try_into()
        .map_err(|_length| Garbled)
}

fn take(value: &mut Bytes, count: usize) -> Result<Bytes, Garbled> {
    if value.len() < count {
        Err(Garbled)
    } else {
        Ok(value.split_to(count))
    }
}

fn varint(value: &mut Bytes) -> Result<u64, Garbled> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let byte = value.try_get_u8().map_err(|_short| Garbled)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Garbled)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: TopicId = [7; 16];

    fn applied(truth: &mut Truth, parts: &[&[u8]]) -> Option<(Partition, usize)> {
        truth.apply(Bytes::from(parts.concat())).expect("a record")
    }

    fn made() -> Truth {
        let mut truth = Truth::default();
        applied(&mut truth, &[&[1, 2, 0, 3], b"ab", &ID, &[0]]);
        let replicas = [4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        let set = applied(
            &mut truth,
            &[&[1, 3, 0, 0, 0, 0, 9], &ID, &replicas, &replicas, &[1, 1]],
        );
        assert_eq!(set, Some((("ab".to_owned(), 9), 3)));
        truth
    }

    #[test]
    fn a_made_partition_is_whole() {
        assert_eq!(made().sizes(), BTreeMap::from([(("ab".to_owned(), 9), 3)]));
    }

    #[test]
    fn a_change_sets_the_in_sync_set_among_other_tags() {
        let mut truth = made();
        let isr = [0, 9, 3, 0, 0, 0, 1, 0, 0, 0, 2];
        let leader = [1, 4, 0, 0, 0, 2];
        let set = applied(
            &mut truth,
            &[&[1, 5, 2, 0, 0, 0, 9], &ID, &[2], &isr, &leader],
        );
        assert_eq!(set, Some((("ab".to_owned(), 9), 2)));
        let only_leader = applied(&mut truth, &[&[1, 5, 2, 0, 0, 0, 9], &ID, &[1], &leader]);
        assert_eq!(only_leader, None);
        assert_eq!(truth.sizes(), BTreeMap::from([(("ab".to_owned(), 9), 2)]));
    }

    #[test]
    fn a_removed_topic_is_gone_and_other_records_pass() {
        let mut truth = made();
        applied(&mut truth, &[&[1, 0x85, 0x01, 0, 1, 2, 3]]);
        applied(&mut truth, &[&[1, 9, 0], &ID, &[0]]);
        assert!(truth.sizes().is_empty());
    }

    #[test]
    fn cut_bytes_are_said_to_be_so() {
        let mut truth = made();
        assert!(truth.apply(Bytes::from_static(&[1, 3, 0, 0])).is_err());
        assert!(truth.apply(Bytes::from_static(&[0, 3])).is_err());
    }
}
