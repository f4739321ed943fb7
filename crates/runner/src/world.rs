//! The world of a carrier: every port it needs, in one place.
//!
//! Must never know: what stands behind a port. Stories: `crates/stores/tests/it/runner.rs`.

use crate::ports::Task;
use crate::ports::clock::Clock;
use crate::ports::store::{Registration, Store};
use crate::ports::target::{Hint, Target};
use std::fmt;
use std::sync::Arc;
use windlass_engine::names::RunId;

/// Makes the target of a registered cluster.
pub trait Targets: Send + Sync {
    /// The target; in words, why there can be none.
    fn target<'a>(&'a self, of: &'a Registration) -> Task<'a, Result<Arc<dyn Target>, String>>;
}

/// Where short news of effects in flight go.
pub type News = Arc<dyn Fn(&RunId, Hint) + Send + Sync>;

/// Every port of a carrier.
#[derive(Clone)]
pub struct World {
    /// Remembers.
    pub store: Arc<dyn Store>,
    /// Tells time.
    pub clock: Arc<dyn Clock>,
    /// Makes targets.
    pub targets: Arc<dyn Targets>,
    /// Takes hints.
    pub news: News,
    /// Host and pid of this process, in words.
    pub holder: String,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("holder", &self.holder)
            .finish_non_exhaustive()
    }
}
