//! Ports of a lab: free now, and not taken by another lab or by an outgoing connection later.
//!
//! They lie below the range that the system gives to outgoing connections: else a client's socket could sit
//! on the port of a broker that is down for a moment, and the broker could not come back.
//! Must never know: who listens.
//! Tests: here.

use std::net::{Ipv4Addr, TcpListener};

use super::super::{PeerError, cache};

/// First port that is looked at; above those of usual services.
const FIRST_PORT: u16 = 20_000;
/// Ports of one lab: two for each of up to 16 nodes.
const BLOCK_PORTS: u16 = 32;
/// Blocks looked at; all end below 32768, where Linux begins with outgoing connections.
const BLOCKS: u16 = 380;

/// A block of ports, ours until dropped.
#[derive(Debug)]
pub struct Ports {
    base: u16,
    _locked: cache::Locked,
}

impl Ports {
    /// The port at a place in the block.
    #[must_use]
    pub fn at(&self, place: u16) -> u16 {
        self.base + place
    }
}

/// Finds a block of which each of the first `count` ports can be bound.
pub(super) fn reserve(count: u16) -> Result<Ports, PeerError> {
    let folder = cache::peers("ports")?;
    if count > BLOCK_PORTS {
        return Err(PeerError::Refused(format!(
            "a lab has at most {BLOCK_PORTS} ports, not {count}"
        )));
    }
    for block in 0..BLOCKS {
        let base = FIRST_PORT + block * BLOCK_PORTS;
        let Some(locked) = cache::try_lock(&folder.join(format!("{base}.lock")))? else {
            continue;
        };
        // All are held at once, so that none is counted twice.
        let bound = (base..base + count).map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
        if bound.collect::<Result<Vec<_>, _>>().is_ok() {
            return Ok(Ports {
                base,
                _locked: locked,
            });
        }
    }
    Err(PeerError::Refused(
        "no free block of ports on loopback".into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_labs_never_share_a_port() {
        let (one, two) = (reserve(12).expect("ports"), reserve(12).expect("ports"));
        assert!(one.at(0).abs_diff(two.at(0)) >= BLOCK_PORTS);
        const { assert!(FIRST_PORT + BLOCKS * BLOCK_PORTS < 32_768) };
    }
}
