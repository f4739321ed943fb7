//! When something may begin: windows, freezes, an earliest and a latest moment. Pure arithmetic.
//!
//! - `civil`: days and weekdays; `zone`: a zone's offsets as a table of values; `rule`: what comes
//!   again and again; `hours`: may it begin now, and if not, when.
//!
//! The rules are a subset of RFC 5545, read as python-dateutil reads them; the figure
//! `windows-vs-dateutil` compares the two. Zones come as tables, so the answer for any later moment
//! can be had at any time, without a clock and without a database of zones.
//! Must never know: runs, clocks, where a zone's table came from. Stories: `tests/it/calendar.rs`.

pub mod civil;
pub mod hours;
pub mod rule;
pub mod zone;

use crate::time::{Ms, Wall};
use alloc::string::String;
use rule::Rule;
use serde::{Deserialize, Serialize};
use zone::{Moved, Zone};

/// Seconds since the Unix epoch.
pub type Second = i64;

/// Microseconds in a second: walls count the former, calendars the latter.
const MICROS: i64 = 1_000_000;

/// The second in which a moment lies.
#[must_use]
pub fn second(wall: Wall) -> Second {
    wall.0.div_euclid(MICROS)
}

/// The moment at which a second begins.
#[must_use]
pub fn wall(second: Second) -> Wall {
    Wall(second.saturating_mul(MICROS))
}

/// Whole seconds that hold a length of time.
#[must_use]
pub fn seconds(length: Ms) -> Second {
    i64::try_from(length.0.div_ceil(1_000)).unwrap_or(i64::MAX)
}

/// A named stretch of time: a window, in which members may begin to move, or a freeze, in which
/// nothing may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// What its owner calls it.
    pub name: String,
    /// When it is.
    pub when: When,
}

/// When a stretch is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Again and again.
    Rule(Rule),
    /// Once.
    Once {
        /// Its first second.
        from: Second,
        /// The first second after it.
        to: Second,
        /// The zone in which its owner wrote it.
        zone: Zone,
    },
}

/// One time that a stretch comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// Its first second.
    pub from: Second,
    /// The first second after it.
    pub to: Second,
    /// What the clocks of its zone do to its beginning.
    pub moved: Moved,
}

impl Coming {
    /// Whether a second lies in it.
    #[must_use]
    pub fn holds(&self, second: Second) -> bool {
        self.from <= second && second < self.to
    }
}

impl Stretch {
    /// The zone in which its owner wrote it.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        match &self.when {
            When::Rule(rule) => &rule.zone,
            When::Once { zone, .. } => zone,
        }
    }

    /// Each time that it comes and does not end before a second, soonest first.
    pub fn coming(&self, since: Second) -> impl Iterator<Item = Coming> + '_ {
        let (rule, once) = match &self.when {
            When::Rule(rule) => (Some(rule), None),
            When::Once { from, to, .. } => (
                None,
                Some(Coming {
                    from: *from,
                    to: *to,
                    moved: Moved::No,
                }),
            ),
        };
        let again = rule.into_iter().flat_map(move |rule| {
            let length = seconds(rule.length);
            let back = since.saturating_sub(length);
            rule.openings(back).map(move |opening| Coming {
                from: opening.at,
                to: opening.at.saturating_add(length),
                moved: opening.moved,
            })
        });
        again.chain(once).filter(move |coming| coming.to > since)
    }
}
