//! A watcher of in-sync sets, apart from windlass: asks each live broker and the active controller, many times
//! a second, and counts the samples in which any partition had fewer in-sync replicas than it must.
//!
//! The controller's truth is its committed log, read record by record: a dip that came and went between two
//! samples is found too, and makes the next sample bad. A sample that the controller answers late is judged by the
//! log that comes with the answer; one that it never answers is bad.
//! Must never know: windlass's own connection, its reading of Kafka, or what is being done to the cluster.
//! Tests: in `watch/tally` and `watch/truth`; `tests/it` lets it find a real dip.

mod brokers;
mod controllers;
mod tally;
mod truth;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

pub use tally::Tally;
use tally::{Controller, Sight};

use super::PeerError;

/// Between samples: eight a second, above the five that the figure asks for.
const SAMPLE_EVERY_MS: u64 = 125;

/// Between two questions to one listener: every sample has a newer answer.
const ASK_EVERY_MS: u64 = 100;

/// A listener that is well answers in milliseconds; on two busy cores in tenths of a second.
const ANSWER_LIMIT_MS: u64 = 400;

/// An answer older than this says nothing of now. Two questions and a slow answer lie between.
const FRESH_MS: u64 = 700;

/// The cluster is healthy when the watch begins, so the first answers come at once.
const BEGIN_LIMIT_S: u64 = 20;

/// A partition: topic and number.
type Partition = (String, i32);

/// What each asker last found, and what is known of topics.
#[derive(Debug, Default)]
struct Shared {
    brokers: BTreeMap<i32, Sight>,
    controller: Controller,
    /// `min.insync.replicas` of each topic.
    required: BTreeMap<String, usize>,
    tally: Tally,
}

type Board = Arc<Mutex<Shared>>;

fn locked(board: &Board) -> MutexGuard<'_, Shared> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A watch that runs until finished or dropped.
#[derive(Debug)]
pub struct Watch {
    board: Board,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Watch {
    /// Begins when the active controller, every broker and the minimum of every topic are known.
    ///
    /// # Errors
    /// When they are not in time: the cluster should be healthy when the watch begins.
    pub fn start(
        brokers: &[(i32, SocketAddr)],
        controllers: &[(i32, SocketAddr)],
    ) -> Result<Self, PeerError> {
        let board = Board::default();
        let stop = Arc::new(AtomicBool::new(false));
        let mut watch = Self {
            board: Arc::clone(&board),
            stop: Arc::clone(&stop),
            threads: Vec::new(),
        };
        for (id, address) in brokers.iter().copied() {
            let (board, stop) = (Arc::clone(&board), Arc::clone(&stop));
            watch
                .threads
                .push(spawn(move || brokers::ask(id, address, &board, &stop)));
        }
        let controllers = controllers.to_vec();
        let (to, until) = (Arc::clone(&board), Arc::clone(&stop));
        watch
            .threads
            .push(spawn(move || controllers::ask(&controllers, &to, &until)));
        watch.wait_begun(brokers.len())?;
        watch.threads.push(spawn(move || sample(&board, &stop)));
        Ok(watch)
    }

    fn wait_begun(&self, brokers: usize) -> Result<(), PeerError> {
        let start = Instant::now();
        loop {
            let shared = locked(&self.board);
            let seen = format!(
                "{} of {brokers} brokers, the controller {}, minimums of {} topics",
                shared.brokers.len(),
                if shared.controller.answered.is_some() {
                    "answering"
                } else {
                    "silent"
                },
                shared.required.len()
            );
            let topics = shared.brokers.values().all(|sight| sight.known);
            if shared.brokers.len() == brokers && topics && shared.controller.answered.is_some() {
                return Ok(());
            }
            drop(shared);
            if start.elapsed().as_secs() > BEGIN_LIMIT_S {
                return Err(PeerError::Late {
                    what: "a first sample".into(),
                    seconds: BEGIN_LIMIT_S,
                    seen,
                });
            }
            sleep(Duration::from_millis(ASK_EVERY_MS));
        }
    }

    /// What was counted up to now; the last samples may still wait for the controller's answer.
    #[must_use]
    pub fn progress(&self) -> Tally {
        locked(&self.board).tally.clone()
    }

    /// Ends the watch when the last sample is judged; returns what was counted.
    #[must_use]
    pub fn finish(mut self) -> Tally {
        let asked = Instant::now();
        while locked(&self.board).controller.waiting > 0
            && asked.elapsed() < Duration::from_millis(tally::LATE_MS)
        {
            sleep(Duration::from_millis(SAMPLE_EVERY_MS));
        }
        self.end();
        let mut shared = locked(&self.board);
        let Shared {
            controller, tally, ..
        } = &mut *shared;
        tally.give_up(controller);
        tally.clone()
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                // An asker that broke means samples without its answer; said as a bad sample, not hidden.
                locked(&self.board).tally.broken += 1;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}

fn sample(board: &Board, stop: &AtomicBool) {
    let start = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        sleep(Duration::from_millis(SAMPLE_EVERY_MS));
        let mut shared = locked(board);
        let Shared {
            brokers,
            controller,
            required,
            tally,
        } = &mut *shared;
        tally.take(Instant::now(), brokers.values_mut(), controller, required);
        tally.millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    }
}
