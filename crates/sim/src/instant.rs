//! Instants: where a carrier may die, or stand still for a while. Each call of a port passes three: before it, after its effect and
//! before its answer, after the answer. A deed on a host passes one more, when its request has left.
//!
//! What has died neither runs nor hears anything any more: its calls never return. What stands still goes on
//! later (`life`).
//! Must never know: what the calls are about. Stories: `tests/it/crash.rs`, `tests/it/freeze.rs`.

mod life;

pub use life::{LEASE_MS, Life};

use crate::story::{Begins, Freeze};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A play that passes more has no end: a run of twelve members over three hops passes two thousand …
pub const INSTANTS_MOST: u64 = 30_000;
/// … and each member more some hundred.
pub const INSTANTS_MOST_A_MEMBER: u64 = 2_000;

/// A play of a day or less has no long waits.
const DAY_MS: u64 = 86_400_000;
/// Whoever waits looks for words so often …
const A_WORD_IS_LOOKED_FOR_MS: u64 = 1_000;
/// … and passes so many instants each time.
const A_LOOK_PASSES: u64 = 5;

/// Where in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Nothing has happened yet.
    Before,
    /// The request has left; what it asks for goes on without whoever asked.
    Sent,
    /// It has happened, and is not answered.
    Effect,
    /// It was answered.
    Answered,
}

/// What befalls a process at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// It dies.
    Dies,
    /// It stands still for so many milliseconds of false time.
    Freezes(u64),
}

/// An instant at which something befell a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struck {
    /// Its number, from 1.
    pub instant: u64,
    /// The call: `store.append`.
    pub call: &'static str,
    /// Where in it.
    pub point: Point,
    /// What.
    pub blow: Blow,
}

#[derive(Debug, Default)]
struct Count {
    passed: u64,
    most: u64,
    script: BTreeSet<u64>,
    freezes: BTreeMap<u64, u64>,
    struck: Vec<Struck>,
}

/// The instants of one play, counted over all its processes.
#[derive(Debug, Default)]
pub struct Instants(Mutex<Count>);

impl Instants {
    /// Processes die at these, and at each after the last that a play of so many members and of such a length
    /// may pass: whoever stands looks for words each second. They stand still at the others.
    #[must_use]
    pub fn with(script: &[u64], freezes: &[Freeze], members: usize, limit_ms: u64) -> Arc<Self> {
        let at = |freeze: &Freeze| match freeze.begins {
            Begins::Instant(at) => Some((at, freeze.for_ms)),
            Begins::At(..) => None,
        };
        let waits = limit_ms.saturating_sub(DAY_MS) / A_WORD_IS_LOOKED_FOR_MS * A_LOOK_PASSES;
        Arc::new(Self(Mutex::new(Count {
            most: INSTANTS_MOST + INSTANTS_MOST_A_MEMBER * members as u64 + waits,
            script: script.iter().copied().collect(),
            freezes: freezes.iter().filter_map(at).collect(),
            ..Count::default()
        })))
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many were passed so far.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.count().passed
    }

    /// Whether it has passed more than any play that ends.
    #[must_use]
    pub fn are_endless(&self) -> bool {
        let count = self.count();
        count.passed > count.most
    }

    /// Where processes died or stood still.
    #[must_use]
    pub fn struck(&self) -> Vec<Struck> {
        self.count().struck.clone()
    }

    /// What befalls whoever passes the next one.
    fn strikes(&self, call: &'static str, point: Point) -> Option<Blow> {
        let mut count = self.count();
        count.passed += 1;
        let instant = count.passed;
        let blow = if count.script.contains(&instant) || instant > count.most {
            Blow::Dies
        } else {
            Blow::Freezes(*count.freezes.get(&instant)?)
        };
        count.struck.push(Struck {
            instant,
            call,
            point,
            blow,
        });
        Some(blow)
    }
}
