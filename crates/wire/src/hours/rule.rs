//! Recurrence rules as RFC 5545 writes them: `FREQ=WEEKLY;BYDAY=SA,SU`. The part that windows need.
//!
//! Must never know: when it is. Stories: `tests/it/hours.rs`.

use super::{FIRST_DAY, Start};
use crate::field::one_of;
use crate::value::{Wrong, choice};
use jiff::civil::DateTime;
use windlass_engine::calendar::civil::{DAY_SECONDS, date};
use windlass_engine::calendar::rule::{Ends, Every, Rule, Weekday};
use windlass_engine::calendar::zone::Zone;
use windlass_engine::nearest::nearest;
use windlass_engine::time::Ms;

/// How often, as it is written.
const EVERY: &[(&str, Every)] = &[
    ("DAILY", Every::Day),
    ("WEEKLY", Every::Week),
    ("MONTHLY", Every::Month),
    ("YEARLY", Every::Year),
];
/// Days of the week, as they are written; Monday is 0.
const DAYS: &[(&str, u8)] = &[
    ("MO", 0),
    ("TU", 1),
    ("WE", 2),
    ("TH", 3),
    ("FR", 4),
    ("SA", 5),
    ("SU", 6),
];
/// The parts that are read.
const PARTS: &[&str] = &[
    "FREQ",
    "INTERVAL",
    "BYDAY",
    "BYMONTHDAY",
    "BYMONTH",
    "WKST",
    "UNTIL",
    "COUNT",
];
/// Parts of the standard that windows do without.
const ELSEWHERE: &[&str] = &[
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYSETPOS",
    "BYYEARDAY",
    "BYWEEKNO",
];
/// A period may be skipped so often; more would come once in a lifetime.
const INTERVAL_MOST: u32 = 1_000;
/// A rule may come so often: each day for fifty years.
const COUNT_MOST: u32 = 20_000;

/// A rule as it stands in a file, before it is joined with its zone and start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    every: Every,
    interval: u32,
    week_start: u8,
    months: Vec<u8>,
    month_days: Vec<i8>,
    days: Vec<Weekday>,
    ends: Until,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    Never,
    Count(u32),
    Utc(i64),
    Local(i64),
}

/// Reads a rule.
///
/// # Errors
/// [`Wrong`], naming the part.
pub fn parts(text: &str) -> Result<Parts, Wrong> {
    let mut every = None;
    let mut parts = Parts {
        every: Every::Day,
        interval: 1,
        week_start: 0,
        months: Vec::new(),
        month_days: Vec::new(),
        days: Vec::new(),
        ends: Until::Never,
    };
    let mut seen: Vec<&str> = Vec::new();
    for part in text.trim_start_matches("RRULE:").split(';') {
        let Some((name, value)) = part.split_once('=') else {
            return Err(expected(&format!("`{part}` is no part of a rule")));
        };
        if seen.contains(&name) {
            return Err(expected(&format!("{name} is given twice")));
        }
        seen.push(name);
        match name {
            "FREQ" => every = Some(within("FREQ", choice(value, EVERY))?),
            "INTERVAL" => parts.interval = count(name, value, INTERVAL_MOST)?,
            "COUNT" => parts.ends = Until::Count(count(name, value, COUNT_MOST)?),
            "UNTIL" => parts.ends = until(value)?,
            "WKST" => parts.week_start = within("WKST", choice(value, DAYS))?,
            "BYMONTH" => parts.months = each(value, month)?,
            "BYMONTHDAY" => parts.month_days = each(value, month_day)?,
            "BYDAY" => parts.days = each(value, weekday)?,
            other => return Err(unknown(other)),
        }
    }
    let Some(every) = every else {
        return Err(expected("the rule has no FREQ"));
    };
    if seen.contains(&"COUNT") && seen.contains(&"UNTIL") {
        return Err(expected("COUNT and UNTIL are given both"));
    }
    parts.every = every;
    fits(&parts)?;
    Ok(parts)
}

fn expected(says: &str) -> Wrong {
    Wrong::new(says, "a rule of RFC 5545, as FREQ=WEEKLY;BYDAY=SA,SU")
}

fn within<T>(part: &str, read: Result<T, Wrong>) -> Result<T, Wrong> {
    read.map_err(|mut wrong| {
        wrong.says = format!("{part}: {}", wrong.says);
        wrong
    })
}

fn unknown(name: &str) -> Wrong {
    let mut wrong = Wrong::new(format!("{name} is not known in a rule"), one_of(PARTS));
    wrong.help = if ELSEWHERE.contains(&name) {
        Some("the time of day is that of `start`; give a window of its own for each".into())
    } else {
        nearest(name, PARTS.iter().copied()).map(|near| format!("did you mean {near}?"))
    };
    wrong
}

fn count(part: &str, value: &str, most: u32) -> Result<u32, Wrong> {
    match value.parse::<u32>() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        Ok(_) | Err(_) => Err(Wrong::new(
            format!("{part}: `{value}` cannot be"),
            format!("a number from 1 to {most}"),
        )),
    }
}

fn each<T>(value: &str, read: impl Fn(&str) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    value.split(',').map(read).collect()
}

fn month(text: &str) -> Result<u8, Wrong> {
    match text.parse::<u8>() {
        Ok(month) if (1..=12).contains(&month) => Ok(month),
        Ok(_) | Err(_) => Err(Wrong::new(
            format!("BYMONTH: `{text}` is no month"),
            "numbers from 1 to 12",
        )),
    }
}

fn month_day(text: &str) -> Result<i8, Wrong> {
    match text.parse::<i8>() {
        Ok(day) if day != 0 && (-31..=31).contains(&day) => Ok(day),
        Ok(_) | Err(_) => Err(Wrong::new(
            format!("BYMONTHDAY: `{text}` is no day of a month"),
            "numbers from 1 to 31, or from the end from -1 to -31",
        )),
    }
}

fn weekday(text: &str) -> Result<Weekday, Wrong> {
    let at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (nth, day) = text.split_at(at);
    let day = within("BYDAY", choice(day, DAYS))?;
    if nth.is_empty() {
        return Ok(Weekday { nth: None, day });
    }
    match nth.parse::<i8>() {
        Ok(number) if number != 0 && (-53..=53).contains(&number) => Ok(Weekday {
            nth: Some(number),
            day,
        }),
        Ok(_) | Err(_) => Err(Wrong::new(
            format!("BYDAY: `{text}` cannot be"),
            "days as MO, or with their number, as 1SU or -1FR",
        )),
    }
}

/// `20261231`, `20261231T220000`, both local, or `20261231T210000Z`; a date holds its whole day.
fn until(text: &str) -> Result<Until, Wrong> {
    let wrong = || {
        Wrong::new(
            format!("UNTIL: `{text}` is no moment"),
            "a date as 20261231, a local time as 20261231T220000, or UTC as 20261231T210000Z",
        )
    };
    let (digits, is_utc) = match text.strip_suffix('Z') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let whole = if digits.len() == 8 && !is_utc {
        format!("{digits}T235959")
    } else {
        digits.to_owned()
    };
    let shape = whole.len() == 15 && whole.as_bytes().get(8) == Some(&b'T');
    let parsed = if shape {
        whole.parse::<DateTime>().ok()
    } else {
        None
    };
    let local = super::seconds_at(parsed.ok_or_else(wrong)?);
    Ok(if is_utc {
        Until::Utc(local)
    } else {
        Until::Local(local)
    })
}

/// What RFC 5545 forbids, and what python-dateutil reads otherwise.
fn fits(parts: &Parts) -> Result<(), Wrong> {
    let numbered = parts.days.iter().filter(|day| day.nth.is_some()).count();
    if numbered > 0 && numbered < parts.days.len() {
        return Err(Wrong::new(
            "BYDAY: days with a number and days without stand side by side",
            "all with a number, or none; give a window of its own for each",
        ));
    }
    let most: i8 = match parts.every {
        Every::Day | Every::Week if numbered > 0 => {
            return Err(Wrong::new(
                "BYDAY: a number has no meaning in days or weeks",
                "FREQ=MONTHLY or FREQ=YEARLY with it",
            ));
        }
        Every::Year if parts.months.is_empty() => 53,
        Every::Day | Every::Week | Every::Month | Every::Year => 5,
    };
    let beyond = |day: &&Weekday| day.nth.is_some_and(|nth| nth.abs() > most);
    if let Some(day) = parts.days.iter().find(beyond) {
        let nth = day.nth.unwrap_or_default();
        return Err(Wrong::new(
            format!("BYDAY: no month or year has a day that is number {nth}"),
            format!("numbers from 1 to {most}, or from the end from -1 to -{most}"),
        ));
    }
    if parts.every == Every::Week && !parts.month_days.is_empty() {
        return Err(Wrong::new(
            "BYMONTHDAY has no meaning in weeks",
            "FREQ=MONTHLY with it, or FREQ=WEEKLY;BYDAY=…",
        ));
    }
    Ok(())
}

impl Parts {
    /// Whether the first date matters: it says which week of two, or which day.
    fn needs_date(&self) -> bool {
        let days_given = !self.days.is_empty() || !self.month_days.is_empty();
        let of_start = match self.every {
            Every::Day => false,
            Every::Week | Every::Month | Every::Year => !days_given,
        };
        self.interval > 1 || matches!(self.ends, Until::Count(_)) || of_start
    }

    /// The rule in its zone.
    ///
    /// # Errors
    /// [`Wrong`] where the start must have a date, or the rule never comes.
    pub fn rule(&self, zone: Zone, start: Start, length: Ms) -> Result<Rule, Wrong> {
        if self.needs_date() && matches!(start, Start::Daily(_)) {
            return Err(Wrong::new(
                "the rule counts from its first date, and `start` has none",
                "`start` with a date, as 2026-11-21T22:00",
            ));
        }
        let ends = match self.ends {
            Until::Never => Ends::Never,
            Until::Count(count) => Ends::Count(count),
            Until::Utc(second) => Ends::Until(second),
            Until::Local(local) => Ends::Until(zone.moment(local).0),
        };
        let rule = Rule {
            zone,
            start: start.local(),
            every: self.every,
            interval: self.interval,
            week_start: self.week_start,
            months: self.months.clone(),
            month_days: self.month_days.clone(),
            days: self.days.clone(),
            ends,
            length,
        };
        if rule.openings(i64::MIN / 4).next().is_none() {
            return Err(Wrong::new(
                "the rule never comes, up to the year 2120",
                "days that there are, as BYMONTHDAY=-1 for the last of each month",
            ));
        }
        Ok(rule)
    }
}

/// A rule as it is written.
#[must_use]
pub fn text(rule: &Rule) -> String {
    let mut parts = vec![format!("FREQ={}", word(EVERY, rule.every))];
    if rule.interval > 1 {
        parts.push(format!("INTERVAL={}", rule.interval));
    }
    let mut list = |name: &str, items: Vec<String>| {
        if !items.is_empty() {
            parts.push(format!("{name}={}", items.join(",")));
        }
    };
    list("BYMONTH", rule.months.iter().map(u8::to_string).collect());
    list(
        "BYMONTHDAY",
        rule.month_days.iter().map(i8::to_string).collect(),
    );
    let day = |day: &Weekday| {
        let nth = day.nth.map(|nth| nth.to_string()).unwrap_or_default();
        format!("{nth}{}", word(DAYS, day.day))
    };
    list("BYDAY", rule.days.iter().map(day).collect());
    if rule.week_start != 0 {
        parts.push(format!("WKST={}", word(DAYS, rule.week_start)));
    }
    match rule.ends {
        Ends::Never => {}
        Ends::Count(count) => parts.push(format!("COUNT={count}")),
        Ends::Until(second) => parts.push(format!("UNTIL={}", compact(second))),
    }
    parts.join(";")
}

/// The start of a rule as it is written: the time of day alone where the date says nothing.
#[must_use]
pub fn start_text(rule: &Rule) -> String {
    let day = rule.start.div_euclid(DAY_SECONDS);
    let text = super::show::local(rule.start);
    let counts = rule.interval > 1
        || matches!(rule.ends, Ends::Count(_))
        || (rule.every != Every::Day && rule.days.is_empty() && rule.month_days.is_empty());
    match text.split_once('T') {
        Some((_, time)) if day == FIRST_DAY && !counts => time.to_owned(),
        Some(_) | None => text,
    }
}

fn word<T: PartialEq + Copy>(words: &[(&'static str, T)], value: T) -> &'static str {
    words
        .iter()
        .find(|(_, known)| *known == value)
        .map_or("", |(word, _)| word)
}

fn compact(second: i64) -> String {
    let (day, of_day) = (
        second.div_euclid(DAY_SECONDS),
        second.rem_euclid(DAY_SECONDS),
    );
    let on = date(day);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!(
        "{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z",
        on.year, on.month, on.day
    )
}
