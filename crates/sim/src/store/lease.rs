//! A lease of the false store: stands while its process lives and holds it.
//!
//! Must never know: what is done under it. Stories: `tests/it/exam.rs`.

use super::FalseStore;
use crate::instant::Life;
use std::sync::Arc;
use windlass_runner::ports::store::{Lease, LeaseOn};

/// A lease that is held.
pub(super) struct FalseLease {
    pub(super) store: Arc<FalseStore>,
    pub(super) life: Option<Arc<Life>>,
    pub(super) on: LeaseOn,
    pub(super) epoch: u64,
}

impl Lease for FalseLease {
    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn stands(&self) -> bool {
        !self.life.as_ref().is_some_and(|life| life.is_dead())
            && self.store.tables().holds(&self.on, self.epoch)
    }
}

impl Drop for FalseLease {
    fn drop(&mut self) {
        self.store.tables().free(&self.on, self.epoch);
    }
}
