//! Time as an argument, and it is two: wall time for stamps, boot time for timeouts and soaks.
//!
//! Wall time may jump; boot time may not, but means nothing on another boot or host. So every timer
//! of a run is a [`Mark`], and a mark of another boot tells no elapsed time: it is set anew when a
//! run is taken over.
//! Must never know: any clock. Stories: in this file.

use serde::{Deserialize, Serialize};

/// Wall time: microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wall(pub i64);

impl Wall {
    /// Whole milliseconds from `earlier` to here, zero where the clock went back.
    #[must_use]
    pub fn since(self, earlier: Self) -> Ms {
        Ms(u64::try_from((self.0 - earlier.0) / 1_000).unwrap_or(0))
    }
}

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ms(pub u64);

impl Ms {
    /// So many seconds.
    #[must_use]
    pub const fn seconds(n: u64) -> Self {
        Self(n * 1_000)
    }
    /// So many minutes.
    #[must_use]
    pub const fn minutes(n: u64) -> Self {
        Self(n * 60_000)
    }
    /// Whether it is none at all.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }
    /// So many days.
    #[must_use]
    pub const fn days(n: u64) -> Self {
        Self(n * 86_400_000)
    }
}

/// A moment of boot time (CLOCK_BOOTTIME): which boot, and milliseconds since it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Names the boot of the host; two marks compare only within one boot.
    pub boot: u64,
    /// Milliseconds since that boot.
    pub ms: u64,
}

impl Mark {
    /// Milliseconds from `earlier` to here; none where they are of two boots.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Ms> {
        (self.boot == earlier.boot).then(|| Ms(self.ms.saturating_sub(earlier.ms)))
    }

    /// This mark, so much later.
    #[must_use]
    pub fn plus(self, length: Ms) -> Self {
        Self {
            boot: self.boot,
            ms: self.ms.saturating_add(length.0),
        }
    }
}

/// The present, as the caller sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// For stamps and deadlines that humans set.
    pub wall: Wall,
    /// For timeouts, soaks and freshness.
    pub mono: Mark,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_two_boots_tell_no_elapsed_time() {
        let here = Mark { boot: 1, ms: 500 };
        assert_eq!(here.plus(Ms(20)).since(here), Some(Ms(20)));
        assert_eq!(Mark { boot: 2, ms: 900 }.since(here), None);
    }
}
