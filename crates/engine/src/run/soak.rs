//! Healthy time as a run remembers it: what was had of it, and until when it was looked at.
//!
//! Must never know: what is well. Stories: `tests/it/soak.rs`.

use super::wants::soak_every;
use crate::time::{Mark, Ms};
use alloc::string::String;

/// Healthy time that is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soak {
    /// So much is needed.
    pub need: Ms,
    /// So much has been seen.
    pub have: Ms,
    /// Up to here it was looked at.
    pub looked: Mark,
    /// Why, in words.
    pub why: String,
    /// What broke it last, in words.
    pub broken: Option<String>,
}

/// A look at a large cluster may itself take so long.
const LOOK_TAKES_MS: Ms = Ms::seconds(5);

/// Why healthy time begins anew where a look is missing.
pub(crate) const NOBODY_LOOKED: &str = "nobody looked for a while";

impl Soak {
    /// Time that has passed since the last look, as long as what happened meanwhile is taken as seen.
    pub(crate) fn span(&self, at: Mark) -> Option<Ms> {
        let most = Ms(soak_every(self.need).0 * 2 + LOOK_TAKES_MS.0);
        at.since(self.looked).filter(|span| *span <= most)
    }

    /// Another carrier looks on: time without one counts for nothing, and a long one begins it anew.
    pub(super) fn taken(&mut self, at: Mark) {
        if self.span(at).is_none() {
            self.have = Ms(0);
            self.broken = Some(NOBODY_LOOKED.into());
        }
        self.looked = at;
    }
}
