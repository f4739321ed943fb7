//! A lease of the false store: stands while its process lives and holds it.
//!
//! Must never know: what is done under it. Stories: `tests/it/exam.rs`.

use super::FalseStore;
use super::tables::Tables;
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

/// Who holds what is leased.
#[derive(Debug)]
pub(super) struct Hold {
    holder: String,
    epoch: u64,
    life: u64,
}

fn place(on: &LeaseOn) -> String {
    match on {
        LeaseOn::Cluster(name) => format!("cluster {name}"),
        LeaseOn::Identity(identity) => format!("identity {identity}"),
    }
}

impl Tables {
    /// The epoch, or who holds it.
    pub(super) fn lease(&mut self, on: &LeaseOn, holder: &str, life: u64) -> Result<u64, String> {
        if let Some(holder) = self.holder(on) {
            return Err(holder);
        }
        self.epoch += 1;
        self.pulse += 1;
        let hold = Hold {
            holder: holder.to_owned(),
            epoch: self.epoch,
            life,
        };
        self.leases.insert(place(on), hold);
        Ok(self.epoch)
    }

    pub(super) fn holder(&self, on: &LeaseOn) -> Option<String> {
        self.leases.get(&place(on)).map(|hold| hold.holder.clone())
    }

    pub(super) fn holds(&self, on: &LeaseOn, epoch: u64) -> bool {
        let hold = self.leases.get(&place(on));
        hold.is_some_and(|hold| hold.epoch == epoch)
    }

    pub(super) fn free(&mut self, on: &LeaseOn, epoch: u64) {
        if self.holds(on, epoch) {
            self.leases.remove(&place(on));
        }
    }

    pub(super) fn free_all(&mut self, life: u64) {
        self.leases.retain(|_, hold| hold.life != life);
    }
}
