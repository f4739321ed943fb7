//! Entropy: bytes that nobody can guess, so that a login cannot be played again.

use std::io;

/// A source of bytes that nobody can guess.
pub trait Entropy: Send + Sync {
    /// Fills all of it.
    ///
    /// # Errors
    /// As the system says.
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()>;
}
