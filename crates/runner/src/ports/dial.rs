//! Dial: byte streams to addresses. Targets speak their protocols over these and never name a socket.

use super::Task;
use std::io;
use windlass_engine::time::Ms;

/// An open byte stream.
pub trait Stream: Send {
    /// Writes all of it.
    ///
    /// # Errors
    /// As the transport says.
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> Task<'a, io::Result<()>>;
    /// Reads exactly so many bytes.
    ///
    /// # Errors
    /// As the transport says; `UnexpectedEof` where the peer closed.
    fn read<'a>(&'a mut self, bytes: &'a mut [u8]) -> Task<'a, io::Result<()>>;
}

/// Opens byte streams.
pub trait Dial: Send + Sync {
    /// Connects to `host:port`.
    ///
    /// # Errors
    /// As the transport says; `TimedOut` after `limit`. Where secrets are read for it, their limit
    /// ([`super::secrets::LIMIT`]) counts besides.
    fn dial<'a>(&'a self, address: &'a str, limit: Ms) -> Task<'a, io::Result<Box<dyn Stream>>>;
}
