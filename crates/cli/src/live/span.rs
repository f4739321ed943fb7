//! Time that passes while somebody waits here: by the clock of the world, so that tests can hold it.
//!
//! Must never know: what is waited for. Stories: none of its own.

use crate::context::Context;
use windlass_engine::time::{Mark, Ms};

/// A moment of this process to count from.
#[derive(Clone, Copy, Debug)]
pub struct Since(Mark);

impl Since {
    /// From now on.
    #[must_use]
    pub fn now(context: &Context) -> Self {
        Self(context.now().mono)
    }

    /// What has passed since.
    #[must_use]
    pub fn gone(self, context: &Context) -> Ms {
        context.now().mono.since(self.0).unwrap_or_default()
    }
}

/// Waits for so long.
pub async fn rest(context: &Context, length: Ms) {
    context.world.clock.sleep(length).await;
}
