//! A zone as a value: its name, and when its clocks were or will be set to another offset.
//!
//! Frozen with a policy, so that a window means the same on each host and at each replay.
//! A local time that the clocks leave out is taken by the offset before the change: 02:30 in a gap
//! of an hour is 03:30. One that comes twice is the first. RFC 5545 §3.3.5 says both; it is what
//! python-dateutil's `resolve_imaginary` and `fold=0` do.
//! Must never know: where the table came from. Stories: `tests/it/calendar.rs`.

use super::Second;
use super::civil::{DAY_SECONDS, date, weekday};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A zone's offsets from UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Its name in the tz database: `Europe/Berlin`.
    pub name: String,
    /// Seconds east of UTC before the first turn.
    pub first: i64,
    /// From each second on, so many seconds east; in order.
    pub turns: Vec<(Second, i64)>,
}

/// What the clocks of a zone do to a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It comes once.
    No,
    /// It is left out: the same moment by the offset before the change is meant.
    LeftOut,
    /// It comes twice: the first is meant.
    Twice,
}

impl Zone {
    /// Universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            name: "UTC".into(),
            first: 0,
            turns: Vec::new(),
        }
    }

    /// Seconds east of UTC at a moment.
    #[must_use]
    pub fn offset(&self, at: Second) -> i64 {
        let past = self.turns.partition_point(|(turn, _)| *turn <= at);
        self.after(past)
    }

    /// The offset after so many turns.
    fn after(&self, turns: usize) -> i64 {
        turns
            .checked_sub(1)
            .and_then(|last| self.turns.get(last))
            .map_or(self.first, |(_, offset)| *offset)
    }

    /// The moment that a local time means (in seconds, as if it were UTC).
    #[must_use]
    pub fn moment(&self, local: i64) -> (Second, Moved) {
        let past = self.passed(local);
        let offset = self.after(past);
        let moved = match self.turns.get(past) {
            Some((turn, after)) if local >= turn + offset && local < turn + after => Moved::LeftOut,
            Some((turn, after)) if local >= turn + after && local < turn + offset => Moved::Twice,
            Some(_) | None => Moved::No,
        };
        (local - offset, moved)
    }

    /// How many turns a local time has behind it: a turn is passed when the clocks of both offsets
    /// show it passed, so that of what comes twice the first is meant.
    fn passed(&self, local: i64) -> usize {
        let (mut low, mut high) = (0, self.turns.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let wall = self
                .turns
                .get(middle)
                .map(|(turn, after)| turn + self.after(middle).max(*after));
            if wall.is_some_and(|wall| wall <= local) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The local time of a moment, in seconds as if it were UTC.
    #[must_use]
    pub fn local(&self, at: Second) -> i64 {
        at.saturating_add(self.offset(at))
    }

    /// Whether the clocks change between two moments.
    #[must_use]
    pub fn turns_within(&self, from: Second, to: Second) -> bool {
        self.turns
            .iter()
            .any(|(turn, _)| from < *turn && *turn < to)
    }

    /// A moment as people there write it: `Sat 2026-11-21 22:00 Europe/Berlin`.
    #[must_use]
    pub fn text(&self, at: Second) -> String {
        let local = self.local(at);
        let day = local.div_euclid(DAY_SECONDS);
        let of_day = local.rem_euclid(DAY_SECONDS);
        let on = date(day);
        let name = WEEKDAYS
            .get(usize::from(weekday(day)))
            .copied()
            .unwrap_or_default();
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        let second = if second == 0 {
            String::new()
        } else {
            format!(":{second:02}")
        };
        format!(
            "{name} {:04}-{:02}-{:02} {hour:02}:{minute:02}{second} {}",
            on.year, on.month, on.day, self.name
        )
    }
}

/// As people write them in front of a date.
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
