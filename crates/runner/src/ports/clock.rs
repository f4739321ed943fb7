//! Clock: the present, and waiting for later.

use super::Task;
use windlass_engine::time::{Ms, Now};

/// The present, and waiting for later.
pub trait Clock: Send + Sync {
    /// Wall and boot time.
    fn now(&self) -> Now;
    /// Returns after so long (boot time).
    fn sleep(&self, length: Ms) -> Task<'static, ()>;
}
