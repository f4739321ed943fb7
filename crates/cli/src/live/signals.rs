//! Signals that ask a process to leave, and what each means.
//!
//! Must never know: what leaving comes to. Stories: `tests/it/live.rs`.

use crate::exit::Failed;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// SIGINT: somebody pressed Ctrl-C.
    Interrupt,
    /// SIGTERM: begin nothing, finish what is in flight, hand over.
    Leave,
    /// SIGHUP: the terminal is gone.
    Lost,
}

/// The three signals.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens from now on; none of them ends the process by itself any more.
    ///
    /// # Errors
    /// Where the system does not let us listen.
    pub fn listen() -> Result<Self, Failed> {
        let on = |kind| signal(kind).map_err(|why| Failed::says(format!("signals: {why}")));
        Ok(Self {
            interrupt: on(SignalKind::interrupt())?,
            terminate: on(SignalKind::terminate())?,
            hangup: on(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Interrupt,
            _ = self.terminate.recv() => Asked::Leave,
            _ = self.hangup.recv() => Asked::Lost,
        }
    }
}
