//! Asks one broker for all its partitions, again and again.
//!
//! Must never know: how samples are judged.
//! Tests: `tests/it`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::super::kafka::ask as kafka;
use super::super::wire::{Wire, WireError};
use super::{ANSWER_LIMIT_MS, ASK_EVERY_MS, Board, Partition, locked};

pub(super) fn ask(id: i32, address: SocketAddr, board: &Board, stop: &AtomicBool) {
    let mut wire = None;
    while !stop.load(Ordering::Relaxed) {
        // A broker that does not answer is no live one; its last answer goes stale by itself.
        if once(id, address, &mut wire, board).is_err() {
            wire = None;
        }
        sleep(Duration::from_millis(ASK_EVERY_MS));
    }
}

fn once(
    id: i32,
    address: SocketAddr,
    wire: &mut Option<Wire>,
    board: &Board,
) -> Result<(), WireError> {
    let open = match wire {
        Some(open) => open,
        None => wire.insert(Wire::dial(address, Duration::from_millis(ANSWER_LIMIT_MS))?),
    };
    let metadata = kafka::metadata(open)?;
    let mut sizes: BTreeMap<Partition, usize> = BTreeMap::new();
    for topic in &metadata.topics {
        let Some(name) = &topic.name else { continue };
        for partition in &topic.partitions {
            sizes.insert(
                (name.to_string(), partition.partition_index),
                partition.isr_nodes.len(),
            );
        }
    }
    let topics: BTreeSet<&String> = sizes.keys().map(|(topic, _number)| topic).collect();
    let unknown: Vec<String> = {
        let shared = locked(board);
        topics
            .into_iter()
            .filter(|topic| !shared.required.contains_key(*topic))
            .cloned()
            .collect()
    };
    let found = if unknown.is_empty() {
        BTreeMap::new()
    } else {
        kafka::min_in_sync(open, &unknown)?
    };

    let mut shared = locked(board);
    let known = found.len() == unknown.len();
    shared.required.extend(found);
    let sight = shared.brokers.entry(id).or_default();
    sight.known = known;
    sight.saw(Instant::now(), sizes);
    Ok(())
}
