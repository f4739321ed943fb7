//! What comes again and again: the part of RFC 5545's recurrence rules that windows need.
//!
//! FREQ of days, weeks, months, years; INTERVAL, BYMONTH, BYMONTHDAY, BYDAY (with a number for months
//! and years), WKST, COUNT, UNTIL. The days of each period are those that pass every filter given;
//! where neither BYDAY nor BYMONTHDAY is given, those of the start. The start itself counts only if
//! it passes too. That is how python-dateutil reads a rule.
//! Must never know: how a rule is written. Stories: `tests/it/calendar.rs`.

use super::Second;
use super::civil::{DAY_SECONDS, Date, Day, date, days_in, first_of, number, weekday};
use super::zone::{Moved, Zone};
use crate::time::Ms;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Nothing is looked for after this day: the tables of zones end there.
pub const HORIZON: Day = 54_786;
/// Offsets and gaps move a local day by at most so much against UTC (a zone has skipped a whole day).
const SLACK_DAYS: i64 = 3;

/// What a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    /// FREQ=DAILY
    Day,
    /// FREQ=WEEKLY
    Week,
    /// FREQ=MONTHLY
    Month,
    /// FREQ=YEARLY
    Year,
}

/// A day of the week, in BYDAY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekday {
    /// The first, second …, or from the end the last (-1), of the month or year; none: each.
    pub nth: Option<i8>,
    /// Monday is 0.
    pub day: u8,
}

/// When a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// It does not.
    Never,
    /// After so many times.
    Count(u32),
    /// With this second, itself counted.
    Until(Second),
}

/// A recurrence rule with its zone, its start and the length of each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Where its times are read.
    pub zone: Zone,
    /// Its first possible moment, local, in seconds as if it were UTC; it gives the time of day.
    pub start: i64,
    /// What a period is.
    pub every: Every,
    /// Each period, each second, third …; from 1.
    pub interval: u32,
    /// With which day a week begins, Monday is 0: it matters for each second week.
    pub week_start: u8,
    /// BYMONTH, from 1.
    pub months: Vec<u8>,
    /// BYMONTHDAY, from 1, or from the end of the month from -1.
    pub month_days: Vec<i8>,
    /// BYDAY.
    pub days: Vec<Weekday>,
    /// When it ends.
    pub ends: Ends,
    /// How long each time lasts; real time, whatever the clocks do.
    pub length: Ms,
}

/// One beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its first second.
    pub at: Second,
    /// What the clocks did to it.
    pub moved: Moved,
}

impl Rule {
    /// Beginnings at or after a second, soonest first, each once, up to the horizon.
    pub fn openings(&self, since: Second) -> impl Iterator<Item = Opening> + '_ {
        let first = self.start.div_euclid(DAY_SECONDS);
        let time = self.start.rem_euclid(DAY_SECONDS);
        let from = match self.ends {
            // Those that came before count.
            Ends::Count(_) => 0,
            Ends::Never | Ends::Until(_) => {
                self.period_of(since.div_euclid(DAY_SECONDS) - SLACK_DAYS)
            }
        };
        let count = match self.ends {
            Ends::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Ends::Never | Ends::Until(_) => usize::MAX,
        };
        let last = match self.ends {
            Ends::Until(last) => last,
            Ends::Never | Ends::Count(_) => i64::MAX,
        };
        let mut before = None;
        (from..)
            .map(|period| self.days_of(period))
            .take_while(|(begin, _)| *begin < HORIZON)
            .flat_map(|(begin, end)| begin..end)
            .filter(move |day| *day >= first && self.passes(*day))
            .take(count)
            .map(move |day| self.zone.moment(day * DAY_SECONDS + time))
            .map(|(at, moved)| Opening { at, moved })
            .take_while(move |opening| opening.at <= last)
            // A day that a zone left out falls onto the next: one beginning, not two.
            .filter(move |opening| before.replace(opening.at) != Some(opening.at))
            .filter(move |opening| opening.at >= since)
    }

    /// The period in which a day lies, or one before it; none before the start.
    fn period_of(&self, day: Day) -> i64 {
        let start = self.start.div_euclid(DAY_SECONDS);
        let (from, to) = (date(start), date(day));
        let periods = match self.every {
            Every::Day => day - start,
            Every::Week => (day - start).div_euclid(7) - 1,
            Every::Month => (to.year - from.year) * 12 + to.month - from.month,
            Every::Year => to.year - from.year,
        };
        (periods.div_euclid(self.step()) - 1).max(0)
    }

    fn step(&self) -> i64 {
        i64::from(self.interval.max(1))
    }

    /// First day of a period, and the first day after it.
    fn days_of(&self, period: i64) -> (Day, Day) {
        let start = self.start.div_euclid(DAY_SECONDS);
        let from = date(start);
        let on = period.saturating_mul(self.step());
        // Far beyond the horizon nothing is worked out, so nothing can overflow.
        if on > HORIZON {
            return (HORIZON, HORIZON);
        }
        match self.every {
            Every::Day => (start + on, start + on + 1),
            Every::Week => {
                let into = i64::from(weekday(start)) - i64::from(self.week_start);
                let week = start - into.rem_euclid(7) + on * 7;
                (week, week + 7)
            }
            Every::Month => {
                let month = from.month + on;
                (first_of(from.year, month), first_of(from.year, month + 1))
            }
            Every::Year => {
                let year = from.year + on;
                (first_of(year, 1), first_of(year + 1, 1))
            }
        }
    }

    /// Whether a day of a period passes every filter.
    fn passes(&self, day: Day) -> bool {
        let on = date(day);
        if !self.months.is_empty() && !self.months.iter().any(|m| i64::from(*m) == on.month) {
            return false;
        }
        let length = days_in(on.year, on.month);
        if !self.month_days.is_empty() {
            let from_end = on.day - length - 1;
            let named = |wanted: &i8| [on.day, from_end].contains(&i64::from(*wanted));
            if !self.month_days.iter().any(named) {
                return false;
            }
        }
        if !self.days.is_empty() {
            return self
                .days
                .iter()
                .any(|wanted| self.is_named(*wanted, day, on));
        }
        if !self.month_days.is_empty() {
            return true;
        }
        let start = self.start.div_euclid(DAY_SECONDS);
        let first = date(start);
        match self.every {
            Every::Day => true,
            Every::Week => weekday(day) == weekday(start),
            Every::Month => on.day == first.day,
            Every::Year => {
                on.day == first.day && (!self.months.is_empty() || on.month == first.month)
            }
        }
    }

    /// Whether BYDAY names a day; numbers count in the month, or in the year where no month is given.
    fn is_named(&self, wanted: Weekday, day: Day, on: Date) -> bool {
        if weekday(day) != wanted.day {
            return false;
        }
        let Some(nth) = wanted.nth.map(i64::from) else {
            return true;
        };
        let (into, length) = if self.every == Every::Year && self.months.is_empty() {
            let first = number(Date {
                year: on.year,
                month: 1,
                day: 1,
            });
            (day - first, first_of(on.year + 1, 1) - first)
        } else {
            (on.day - 1, days_in(on.year, on.month))
        };
        nth == into / 7 + 1 || nth == -((length - 1 - into) / 7 + 1)
    }
}
