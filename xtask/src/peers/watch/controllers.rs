//! Finds the active controller and follows its committed log.
//!
//! Must never know: how samples are judged.
//! Tests: `tests/it`.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::fetch_response::PartitionData;
use kafka_protocol::messages::{BrokerId, FetchRequest};
use kafka_protocol::records::RecordBatchDecoder;

use super::super::kafka::ask as kafka;
use super::super::wire::{Wire, WireError};
use super::truth::Truth;
use super::{ANSWER_LIMIT_MS, ASK_EVERY_MS, Board, locked};

/// Fetch by topic id with a plain replica id: spoken from 3.1 on.
const FETCH_VERSION: i16 = 13;
/// The id that Kafka gives to the quorum's log.
const METADATA_TOPIC_ID: &str = "00000000-0000-0000-0000-000000000001";
/// Not a replica, so that the controller does not count us as one.
const NO_REPLICA: BrokerId = BrokerId(-1);
/// More than the whole log of a test cluster.
const FETCH_MAX_BYTES: i32 = 8 << 20;

/// Error codes of Kafka by which a controller says that it is not, or no longer, the active one.
const NOT_LEADER: i16 = 6;
const FENCED_EPOCH: i16 = 74;
const UNKNOWN_EPOCH: i16 = 75;
const BROKER_NOT_AVAILABLE: i16 = 8;

#[derive(Debug)]
struct Active {
    wire: Wire,
    epoch: i32,
}

/// Why the active controller's answer is missing.
enum Lost {
    /// It ended or stepped down: another will be found.
    Ended,
    /// It does not answer, or not what can be read.
    Silent,
}

impl From<WireError> for Lost {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Gone(_) => Self::Ended,
            WireError::Silent | WireError::Garbled(_) => Self::Silent,
        }
    }
}

pub(super) fn ask(controllers: &[(i32, SocketAddr)], board: &Board, stop: &AtomicBool) {
    let mut truth = Truth::default();
    let mut active = find(controllers);
    while !stop.load(Ordering::Relaxed) {
        match active
            .as_mut()
            .map(|active| follow(active, &mut truth, board))
        {
            Some(Ok(())) => sleep(Duration::from_millis(ASK_EVERY_MS)),
            Some(Err(lost)) => {
                let mut shared = locked(board);
                // Only an end after an answer counts: one that never answers again is not excused anew.
                if matches!(lost, Lost::Ended) && shared.controller.ended.is_none() {
                    shared.controller.ended = Some(Instant::now());
                    shared.controller.handovers += 1;
                }
                drop(shared);
                active = find(controllers);
            }
            None => {
                sleep(Duration::from_millis(ASK_EVERY_MS));
                active = find(controllers);
            }
        }
    }
}

fn find(controllers: &[(i32, SocketAddr)]) -> Option<Active> {
    let active = |(id, address): &(i32, SocketAddr)| {
        let mut wire = Wire::dial(*address, Duration::from_millis(ANSWER_LIMIT_MS)).ok()?;
        let quorum = kafka::quorum(&mut wire).ok()??;
        (quorum.leader == *id).then_some(Active {
            wire,
            epoch: quorum.epoch,
        })
    };
    controllers.iter().find_map(active)
}

/// Reads on to the end of what is committed, and puts it on the board.
fn follow(active: &mut Active, truth: &mut Truth, board: &Board) -> Result<(), Lost> {
    loop {
        let partition = fetch(active, truth)?;
        match partition.error_code {
            0 => {}
            NOT_LEADER | FENCED_EPOCH | UNKNOWN_EPOCH | BROKER_NOT_AVAILABLE => {
                return Err(Lost::Ended);
            }
            _ => return Err(Lost::Silent),
        }
        if partition.diverging_epoch.end_offset >= 0 || partition.snapshot_id.end_offset >= 0 {
            // What we read beyond a controller's end was never committed, or the log begins later by now.
            let whole = truth.is_whole();
            *truth = Truth::default();
            if whole {
                continue;
            } else {
                return Err(Lost::Silent);
            }
        }
        let first_reading = !truth.is_whole();
        let before = truth.next_offset();
        let mut dips = Vec::new();
        if let Some(mut bytes) = partition.records {
            while !bytes.is_empty() {
                // A batch may be cut off at the end of an answer; it comes whole with the next.
                let Ok(batch) = RecordBatchDecoder::decode(&mut bytes) else {
                    break;
                };
                for record in &batch.records {
                    let committed = record.offset < partition.high_watermark;
                    if committed
                        && let Some(dip) = truth.read(record).map_err(|_garbled| Lost::Silent)?
                    {
                        dips.push(dip);
                    }
                }
            }
        }
        let behind = truth.next_offset() < partition.high_watermark;
        if behind && truth.next_offset() > before {
            if !first_reading {
                remember(board, dips);
            }
            continue;
        }
        if behind && first_reading {
            // Nothing new came though there is more: not the whole truth yet.
            return Err(Lost::Silent);
        }
        truth.is_whole_now();
        if !first_reading {
            remember(board, dips);
        }
        let mut shared = locked(board);
        shared.controller.torn |= first_reading;
        shared.controller.sight.now = truth.sizes();
        shared.controller.answered = Some(Instant::now());
        shared.controller.ended = None;
        return Ok(());
    }
}

fn remember(board: &Board, dips: Vec<(super::Partition, usize)>) {
    let mut shared = locked(board);
    dips.into_iter()
        .for_each(|(partition, size)| shared.controller.sight.dipped(partition, size));
}

fn fetch(active: &mut Active, truth: &Truth) -> Result<PartitionData, Lost> {
    let partition = FetchPartition::default()
        .with_partition(0)
        .with_current_leader_epoch(active.epoch)
        .with_fetch_offset(truth.next_offset())
        .with_last_fetched_epoch(truth.last_epoch())
        .with_partition_max_bytes(FETCH_MAX_BYTES);
    let topic = FetchTopic::default()
        .with_topic_id(METADATA_TOPIC_ID.parse().map_err(|_no_id| Lost::Silent)?)
        .with_partitions(vec![partition]);
    let request = FetchRequest::default()
        .with_replica_id(NO_REPLICA)
        .with_max_wait_ms(0)
        .with_min_bytes(0)
        .with_max_bytes(FETCH_MAX_BYTES)
        .with_topics(vec![topic]);
    let answer = active.wire.ask(&request, FETCH_VERSION)?;
    let partition = answer
        .responses
        .into_iter()
        .flat_map(|topic| topic.partitions)
        .next();
    match (answer.error_code, partition) {
        (0, Some(partition)) => Ok(partition),
        (NOT_LEADER | BROKER_NOT_AVAILABLE, _) => Err(Lost::Ended),
        (_, _) => Err(Lost::Silent),
    }
}
