//! A connection to a listener, in memory: bytes there and back, through the weather, as long as the process
//! that was dialled lives.
//!
//! A request that changes something goes on without whoever sent it; one that only asks is answered when its
//! answer is waited for. A lost answer never comes, or breaks the connection.
//! Must never know: what a request means. Stories: `xtask/tests/it/wires.rs` of xtask.

use super::answer::{At, Reply, answer, key_of};
use super::layout::{self, Seat};
use super::noting::Notes;
use super::{Cluster, listens};
use crate::clock::rest;
use crate::instant::Point;
use crate::net::Trip;
use crate::target::FalseTarget;
use bytes::Bytes;
use kafka_protocol::messages::ApiKey;
use std::future::pending;
use std::io;
use std::sync::Arc;
use tokio::sync::oneshot;
use windlass_engine::time::Ms;
use windlass_runner::ports::Task;
use windlass_runner::ports::dial::{Dial, Stream};

/// Dials listeners for one process.
#[derive(Clone)]
pub(super) struct FalseDial {
    cluster: Cluster,
    process: Arc<FalseTarget>,
    notes: Notes,
}

impl FalseDial {
    pub(super) fn new(cluster: Cluster, process: Arc<FalseTarget>, notes: Notes) -> Self {
        Self {
            cluster,
            process,
            notes,
        }
    }

    fn trip(&self) -> Trip {
        self.process.net.trip(self.process.time.ms())
    }

    /// The process that listens there now; none: nobody does.
    fn listener(&self, id: i32, seat: Seat) -> Option<At> {
        let seats = self.cluster.shape.seats.get(&id)?;
        let seated = match seat {
            Seat::Broker => seats.broker,
            Seat::Controller => seats.controller,
        };
        let process = self.process.on(|ground, now| {
            let node = ground.fleet.nodes.get(&seats.member)?;
            node.process.filter(|_| listens(node, now))
        });
        let process = process.filter(|_| seated)?;
        Some(At { id, seat, process })
    }

    fn answer(&self, at: At, frame: &Bytes) -> Reply {
        answer(&self.cluster, &self.process, &self.notes, at, frame)
    }
}

impl Dial for FalseDial {
    fn dial<'a>(&'a self, address: &'a str, limit: Ms) -> Task<'a, io::Result<Box<dyn Stream>>> {
        Box::pin(async move {
            let Some((id, seat)) = layout::listener(address) else {
                return Err(io::ErrorKind::NotFound.into());
            };
            let trip = self.trip();
            if trip.lost {
                rest(limit.0).await;
                return Err(io::ErrorKind::TimedOut.into());
            }
            rest(trip.there_ms).await;
            let at = self.listener(id, seat);
            rest(trip.back_ms).await;
            self.process.pass("kafka.dial", Point::Answered).await;
            let at = at.ok_or(io::ErrorKind::ConnectionRefused)?;
            Ok(Box::new(Pipe {
                dial: self.clone(),
                at,
                owed: None,
                coming: Bytes::new(),
            }) as Box<dyn Stream>)
        })
    }
}

/// An answer that was not heard yet.
enum Owed {
    /// The request is on its way, and asks only.
    Asked(&'static str, Bytes, Trip),
    /// It goes on by itself.
    Sent(&'static str, oneshot::Receiver<Reply>, Trip),
}

struct Pipe {
    dial: FalseDial,
    at: At,
    owed: Option<Owed>,
    coming: Bytes,
}

impl Pipe {
    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let frame = Bytes::copy_from_slice(bytes);
        let (name, does) = call(key_of(bytes));
        let trip = self.dial.trip();
        let process = &self.dial.process;
        if does == Does::Ask {
            self.owed = Some(Owed::Asked(name, frame, trip));
            return Ok(());
        }
        process.pass(name, Point::Before).await;
        let (tell, hear) = oneshot::channel();
        let (dial, at) = (self.dial.clone(), self.at);
        tokio::spawn(async move {
            rest(trip.there_ms).await;
            // Whoever asked may be gone: then nobody misses it.
            let _ = tell.send(dial.answer(at, &frame));
        });
        self.owed = Some(Owed::Sent(name, hear, trip));
        process.pass(name, Point::Sent).await;
        Ok(())
    }

    async fn hear(&mut self) -> io::Result<()> {
        let (name, reply, trip) = match self.owed.take() {
            None => return Ok(()),
            Some(Owed::Asked(name, frame, trip)) => {
                rest(trip.there_ms).await;
                (name, self.dial.answer(self.at, &frame), trip)
            }
            Some(Owed::Sent(name, hear, trip)) => {
                let reply = hear.await.unwrap_or(Reply::Close);
                self.dial.process.pass(name, Point::Effect).await;
                (name, reply, trip)
            }
        };
        match reply {
            Reply::Frame(_) if trip.lost && trip.again_ms.is_some() => {
                Err(io::ErrorKind::ConnectionReset.into())
            }
            Reply::Frame(frame) if !trip.lost => {
                rest(trip.back_ms + trip.stale_ms).await;
                if name != HELLO {
                    self.dial.process.pass(name, Point::Answered).await;
                }
                self.coming = frame;
                Ok(())
            }
            Reply::Frame(_) | Reply::Never => pending().await,
            Reply::Close => {
                rest(trip.back_ms).await;
                Err(io::ErrorKind::UnexpectedEof.into())
            }
        }
    }
}

impl Stream for Pipe {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Task<'a, io::Result<()>> {
        Box::pin(self.send(bytes))
    }

    fn read<'a>(&'a mut self, bytes: &'a mut [u8]) -> Task<'a, io::Result<()>> {
        Box::pin(async move {
            if self.coming.is_empty() {
                self.hear().await?;
            }
            if self.coming.len() < bytes.len() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            bytes.copy_from_slice(&self.coming.split_to(bytes.len()));
            Ok(())
        })
    }
}

/// Whether a request changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Ask,
    Change,
}

/// A hello stands before each request: an instant of its own would tell nothing new.
const HELLO: &str = "kafka.hello";

/// What a request is called among the instants.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "of the hundred requests of the protocol these are asked"
)]
fn call(key: Option<ApiKey>) -> (&'static str, Does) {
    match key {
        Some(ApiKey::ApiVersions) => (HELLO, Does::Ask),
        Some(ApiKey::Metadata) => ("kafka.metadata", Does::Ask),
        Some(ApiKey::DescribeCluster) => ("kafka.cluster", Does::Ask),
        Some(ApiKey::DescribeQuorum) => ("kafka.quorum", Does::Ask),
        Some(ApiKey::DescribeConfigs) => ("kafka.configs", Does::Ask),
        Some(ApiKey::DescribeLogDirs) => ("kafka.log-dirs", Does::Ask),
        Some(ApiKey::UpdateFeatures) => ("kafka.raise", Does::Change),
        Some(ApiKey::ElectLeaders) => ("kafka.elect", Does::Change),
        Some(_) | None => ("kafka.request", Does::Ask),
    }
}
