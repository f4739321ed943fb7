//! A lease of the false store: stands while its process lives, holds it, and did not stand still for longer
//! than a lease lasts.
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
    /// Whose it is; none: of nobody who can die.
    life: Option<Arc<Life>>,
    /// When it was taken, in milliseconds of false time.
    taken: u64,
}

impl Hold {
    fn has_lapsed(&self) -> bool {
        let lost = |life: &Arc<Life>| life.has_lost(self.taken);
        self.life.as_ref().is_some_and(lost)
    }
}

fn place(on: &LeaseOn) -> String {
    match on {
        LeaseOn::Cluster(name) => format!("cluster {name}"),
        LeaseOn::Identity(identity) => format!("identity {identity}"),
    }
}

impl Tables {
    /// The epoch, or who holds it.
    pub(super) fn lease(
        &mut self,
        on: &LeaseOn,
        holder: &str,
        life: Option<&Arc<Life>>,
    ) -> Result<u64, String> {
        if let Some(holder) = self.holder(on) {
            return Err(holder);
        }
        self.epoch += 1;
        self.pulse += 1;
        let hold = Hold {
            holder: holder.to_owned(),
            epoch: self.epoch,
            life: life.cloned(),
            taken: life.map_or(0, |life| life.now()),
        };
        self.leases.insert(place(on), hold);
        Ok(self.epoch)
    }

    pub(super) fn holder(&self, on: &LeaseOn) -> Option<String> {
        let hold = self.leases.get(&place(on));
        let held = hold.filter(|hold| !hold.has_lapsed());
        held.map(|hold| hold.holder.clone())
    }

    pub(super) fn holds(&self, on: &LeaseOn, epoch: u64) -> bool {
        let hold = self.leases.get(&place(on));
        hold.is_some_and(|hold| hold.epoch == epoch && !hold.has_lapsed())
    }

    pub(super) fn free(&mut self, on: &LeaseOn, epoch: u64) {
        if self.holds(on, epoch) {
            self.leases.remove(&place(on));
        }
    }

    pub(super) fn free_all(&mut self, life: u64) {
        let others = |hold: &Hold| hold.life.as_ref().is_none_or(|of| of.number != life);
        self.leases.retain(|_, hold| others(hold));
    }

    /// Whether a process holds what is leased.
    pub(super) fn is_of(&self, on: &LeaseOn, life: u64) -> bool {
        let hold = self.leases.get(&place(on));
        let of = hold.filter(|hold| !hold.has_lapsed());
        of.is_some_and(|hold| hold.life.as_ref().is_some_and(|of| of.number == life))
    }
}
