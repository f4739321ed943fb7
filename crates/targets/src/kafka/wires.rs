//! Wires: one connection a listener, kept while it lives.
//!
//! Whoever takes a line has just heard the other side say hello: an answer over a line is an answer
//! of the process that listens there now.
//! Must never know: what is asked. Stories: `tests/it/kafka_wire.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{Either, select};
use tokio::sync::OwnedMutexGuard;
use windlass_engine::time::Ms;
use windlass_runner::ports::clock::Clock;

use super::connection::{CallError, Connection};
use super::door::{Door, Doors};

type Slot = Arc<tokio::sync::Mutex<Option<Connection>>>;

/// Connections by address.
pub struct Wires {
    doors: Doors,
    clock: Arc<dyn Clock>,
    slots: Mutex<BTreeMap<String, Slot>>,
    /// Listeners of controllers, as far as they are known: they may have a door of their own.
    controllers: Mutex<BTreeSet<String>>,
}

impl fmt::Debug for Wires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wires").finish_non_exhaustive()
    }
}

impl Wires {
    /// None open yet.
    #[must_use]
    pub fn new(doors: Doors, clock: Arc<dyn Clock>) -> Self {
        Self {
            doors,
            clock,
            slots: Mutex::default(),
            controllers: Mutex::default(),
        }
    }

    /// From now on these addresses are entered by the controllers' door.
    pub fn are_controllers<'a>(&self, addresses: impl IntoIterator<Item = &'a String>) {
        let known = &mut *self
            .controllers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known.extend(addresses.into_iter().cloned());
    }

    fn door(&self, address: &str) -> &Door {
        let known = self
            .controllers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &self.doors.controllers {
            Some(door) if known.contains(address) => door,
            Some(_) | None => &self.doors.clients,
        }
    }

    /// A line to an address that has just said hello; waits for whoever uses it now.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn line(&self, address: &str, limit: Ms) -> Result<Line, CallError> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(address.to_string()).or_default())
        };
        let waiting = Box::pin(slot.lock_owned());
        let mut slot = match select(waiting, self.clock.sleep(limit)).await {
            Either::Left((slot, _)) => slot,
            Either::Right(((), _)) => {
                return Err(CallError::Silent {
                    address: address.to_string(),
                    request: "somebody before us",
                    limit,
                });
            }
        };
        if let Some(mut kept) = slot.take().filter(|kept| !kept.is_spent()) {
            match kept.hello_again(limit).await {
                Ok(()) => return Ok(Line::new(kept, slot)),
                // The process behind it ended, or it idled too long: ask whoever listens now.
                Err(error) if error.broke() => {}
                Err(error) => return Err(error),
            }
        }
        let fresh = Connection::open(self.door(address), &self.clock, address, limit).await?;
        Ok(Line::new(fresh, slot))
    }

    /// A fresh connection in the place of one that broke.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn again(&self, line: Line, limit: Ms) -> Result<Line, CallError> {
        let address = line.connection.address().to_string();
        let fresh = Connection::open(self.door(&address), &self.clock, &address, limit).await?;
        Ok(Line::new(fresh, line.slot))
    }
}

/// A connection in use. It is kept for the next only where [`Line::keep`] was said: one that was left
/// in the middle of an answer is closed.
#[derive(Debug)]
pub struct Line {
    connection: Connection,
    slot: OwnedMutexGuard<Option<Connection>>,
}

impl Line {
    fn new(connection: Connection, slot: OwnedMutexGuard<Option<Connection>>) -> Self {
        Self { connection, slot }
    }

    /// The connection.
    pub fn open(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Gives it back for the next, unless an answer is still owed on it.
    pub fn keep(mut self) {
        if self.connection.is_whole() {
            *self.slot = Some(self.connection);
        }
    }
}
