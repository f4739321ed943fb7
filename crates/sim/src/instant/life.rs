//! One process of a carrier: it dies at an instant, or stands still for a while. What stands still goes on
//! where it stood: its calls do not return until then, and what it was about to send leaves late. Requests
//! that have left arrive.
//!
//! Must never know: what the calls are about. Stories: `tests/it/crash.rs`, `tests/it/freeze.rs`.

use super::{Blow, Instants, Point};
use crate::clock::{Time, rest};
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The false store's leases have a time: whoever stood still for longer holds none of them any more. A real
/// store's locks last as long as their process; the port allows for both, and this is the harsher one. Of the
/// order that such stores grant (Kubernetes' leader election: 15 s).
pub const LEASE_MS: u64 = 10_000;

/// One process of a carrier.
#[derive(Debug)]
pub struct Life {
    /// Which, from 1.
    pub number: u64,
    dead: AtomicBool,
    died: Notify,
    instants: Arc<Instants>,
    time: Time,
    /// Whether it ever stood still, or will: most never do.
    stands_still: AtomicBool,
    /// From when until when it stands still.
    frozen: Mutex<Vec<(u64, u64)>>,
}

impl Life {
    /// A process that lives until an instant of the script, and stands still from these moments for so long.
    #[must_use]
    pub fn begin(
        number: u64,
        instants: Arc<Instants>,
        time: Time,
        freezes: &[(u64, u64)],
    ) -> Arc<Self> {
        let until = |(from, long): &(u64, u64)| (*from, from.saturating_add(*long));
        Arc::new(Self {
            number,
            dead: AtomicBool::new(false),
            died: Notify::new(),
            instants,
            time,
            stands_still: AtomicBool::new(!freezes.is_empty()),
            frozen: Mutex::new(freezes.iter().map(until).collect()),
        })
    }

    fn frozen(&self) -> MutexGuard<'_, Vec<(u64, u64)>> {
        self.frozen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds of false time.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.time.ms()
    }

    /// Whether it has died.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Passes an instant; does not return where the process died there or before, and not before it goes on
    /// where it stands still.
    pub async fn pass(&self, call: &'static str, point: Point) {
        self.goes_on().await;
        if !self.is_dead() {
            match self.instants.strikes(call, point) {
                None => return,
                Some(Blow::Dies) => {}
                Some(Blow::Freezes(long)) => {
                    let now = self.now();
                    self.frozen().push((now, now.saturating_add(long)));
                    self.stands_still.store(true, Ordering::Relaxed);
                    self.goes_on().await;
                    if !self.is_dead() {
                        return;
                    }
                }
            }
        }
        if !self.dead.swap(true, Ordering::Relaxed) {
            self.died.notify_one();
        }
        pending::<()>().await;
    }

    /// Returns when it runs: at once, where it does not stand still.
    pub async fn goes_on(&self) {
        while let Some(left) = self.still_ms() {
            rest(left).await;
        }
    }

    fn still_ms(&self) -> Option<u64> {
        if !self.stands_still.load(Ordering::Relaxed) {
            return None;
        }
        let now = self.now();
        let frozen = self.frozen();
        let all = frozen.iter();
        let until = all
            .filter(|(from, until)| *from <= now && now < *until)
            .map(|(_, until)| *until);
        until.max().map(|until| until - now)
    }

    /// Whether a lease that it took then has lapsed, because it stood still for too long.
    #[must_use]
    pub fn has_lost(&self, taken: u64) -> bool {
        if !self.stands_still.load(Ordering::Relaxed) {
            return false;
        }
        let now = self.now();
        let lapsed = |(from, until): &(u64, u64)| {
            *from >= taken && until - from > LEASE_MS && from + LEASE_MS <= now
        };
        self.frozen().iter().any(lapsed)
    }

    /// It is killed from outside.
    pub fn kill(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }

    /// Returns when it has died.
    pub async fn death(&self) {
        self.died.notified().await;
    }
}
