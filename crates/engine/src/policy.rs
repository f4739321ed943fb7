//! The user's own will: pace, soak, limits, stops on the way, windows, when to finalize.
//!
//! Frozen with a run under its hash. Must never know: the maker's facts. Stories: `tests/it/pace.rs`.

use crate::calendar::hours::Hours;
use crate::check::OwnCheck;
use crate::names::RiskName;
use crate::time::Ms;
use crate::version::Version;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// How the limit on members down at once grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ramp {
    /// One, two, four, eight … up to the cap, each after so many have settled.
    Double,
    /// The cap from the beginning.
    Fixed,
}

/// The highest limit: a count, or a share of the members that the plan moves; never below one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cap {
    /// So many members.
    Members(u32),
    /// So many per cent of the members, rounded down.
    Percent(u32),
}

/// When the next member may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// As soon as one settles, under the limit.
    Sliding,
    /// Only when none is in flight: the classic batch.
    Barrier,
}

/// How many members may be down at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// How the limit grows.
    pub ramp: Ramp,
    /// Where it ends.
    pub cap: Cap,
    /// When the next may begin.
    pub mode: Mode,
}

impl Pace {
    /// The cap as a count, for so many members: at least one.
    #[must_use]
    pub fn ceiling(&self, members: usize) -> u32 {
        let members = u32::try_from(members).unwrap_or(u32::MAX);
        let count = match self.cap {
            Cap::Members(n) => n,
            Cap::Percent(p) => {
                u32::try_from(u64::from(members) * u64::from(p) / 100).unwrap_or(u32::MAX)
            }
        };
        count.max(1)
    }
}

/// When feature levels and storage formats are raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finalize {
    /// Not by this run; a run of its own does it.
    Never,
    /// In the same run, after the last soak.
    Soon,
    /// By a run of its own, made when this one finishes, that begins so long after.
    After(Ms),
}

/// The user's will for one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How many members may be down at once.
    pub pace: Pace,
    /// Healthy time wanted after the first member on a new release, and after each stage.
    pub soak: Ms,
    /// When levels are raised.
    pub finalize: Finalize,
    /// Lines that the way must stop at.
    pub via: Vec<Version>,
    /// How long a member may stand without progress before the run pauses.
    pub patience: Ms,
    /// How long a run may stay paused before it ends by itself.
    pub pause_limit: Ms,
    /// Checks of the user's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<OwnCheck>,
    /// Risks of hops that the user takes with open eyes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub risks: BTreeSet<RiskName>,
    /// When something may begin.
    #[serde(default, skip_serializing_if = "Hours::is_empty")]
    pub hours: Hours,
}

/// Kafka log recovery moves its progress at least every few seconds; five minutes without any is stuck.
const PATIENCE: Ms = Ms::minutes(5);
/// Alibaba ACK, cluster upgrade: a paused upgrade ends by itself after 15 days.
const PAUSE_LIMIT: Ms = Ms::days(15);
/// Long enough that a bad release shows itself in the logs of the first member.
const SOAK: Ms = Ms::minutes(2);

impl Default for Policy {
    fn default() -> Self {
        Self {
            pace: Pace {
                ramp: Ramp::Double,
                cap: Cap::Percent(10),
                mode: Mode::Sliding,
            },
            soak: SOAK,
            finalize: Finalize::Never,
            via: Vec::new(),
            patience: PATIENCE,
            pause_limit: PAUSE_LIMIT,
            checks: Vec::new(),
            risks: BTreeSet::new(),
            hours: Hours::default(),
        }
    }
}
