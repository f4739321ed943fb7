//! Windows as text: zones by their names, recurrence rules, local times.
//!
//! A zone becomes a table of its turns from 2020 to 2120, so that the engine needs no database of
//! zones and a frozen policy means the same for ever.
//! Must never know: the present moment. Stories: in this file and `tests/it/hours.rs`.

pub mod rule;
pub mod show;

use crate::value::Wrong;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use windlass_engine::calendar::civil::DAY_SECONDS;
use windlass_engine::calendar::rule::HORIZON;
use windlass_engine::calendar::zone::Zone;
use windlass_engine::nearest::nearest;
use windlass_engine::time::Wall;

/// 2020-01-01: tables begin here, and so does a rule whose start is a time of day alone.
pub const FIRST_DAY: i64 = 18_262;

/// A zone by its name in the tz database.
///
/// # Errors
/// [`Wrong`] where there is none of that name, with the nearest.
pub fn zone(text: &str) -> Result<Zone, Wrong> {
    zone_in(jiff::tz::db(), text)
}

/// The same, out of a given database.
///
/// # Errors
/// [`Wrong`] where there is none of that name, with the nearest.
pub fn zone_in(database: &TimeZoneDatabase, text: &str) -> Result<Zone, Wrong> {
    match database.get(text) {
        Ok(found) => {
            let name = found.iana_name().unwrap_or(text).to_owned();
            Ok(table(&found, name, FIRST_DAY, HORIZON))
        }
        Err(_) => {
            let mut wrong = Wrong::new(
                format!("there is no zone `{text}`"),
                "a name of the tz database, as Europe/Berlin or UTC",
            );
            let known: Vec<String> = database.available().map(|name| name.to_string()).collect();
            wrong.help = near(text, &known).map(|near| format!("did you mean {near}?"));
            Err(wrong)
        }
    }
}

/// The nearest name; a city alone is as good as its name with the continent.
fn near<'k>(text: &str, known: &'k [String]) -> Option<&'k str> {
    let whole = nearest(text, known.iter().map(String::as_str));
    let city = |name: &'k String| Some((name.rsplit_once('/')?.1, name.as_str()));
    whole.or_else(|| {
        let cities: Vec<(&str, &str)> = known.iter().filter_map(city).collect();
        let wanted = text.replace(' ', "_");
        let found = nearest(&wanted, cities.iter().map(|(city, _)| *city))?;
        cities
            .iter()
            .find(|(city, _)| *city == found)
            .map(|(_, name)| *name)
    })
}

/// The turns of a zone between two days.
#[must_use]
pub fn table(zone: &TimeZone, name: String, from: i64, to: i64) -> Zone {
    let begin = Timestamp::from_second(from * DAY_SECONDS).unwrap_or(Timestamp::MIN);
    let end = Timestamp::from_second(to * DAY_SECONDS).unwrap_or(Timestamp::MAX);
    let first = i64::from(zone.to_offset(begin).seconds());
    let mut turns: Vec<(i64, i64)> = Vec::new();
    let mut before = first;
    for turn in zone.following(begin) {
        if turn.timestamp() >= end {
            break;
        }
        let offset = i64::from(turn.offset().seconds());
        // Many turns change the zone's letters alone.
        if offset != before {
            turns.push((turn.timestamp().as_second(), offset));
            before = offset;
        }
    }
    Zone { name, first, turns }
}

/// When a stretch starts: at a moment, or at a time of day from the first day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Local, in seconds as if it were UTC.
    At(i64),
    /// Seconds of the day.
    Daily(i64),
}

impl Start {
    /// Local, in seconds as if it were UTC.
    #[must_use]
    pub fn local(self) -> i64 {
        match self {
            Self::At(local) => local,
            Self::Daily(second) => FIRST_DAY * DAY_SECONDS + second,
        }
    }
}

/// `22:00`, or `2026-11-21T22:00`.
///
/// # Errors
/// [`Wrong`] where it is neither, or has an offset of its own.
pub fn start(text: &str) -> Result<Start, Wrong> {
    if let Some(time) = time_of_day(text) {
        return Ok(Start::Daily(seconds_of(time)));
    }
    local(text, EndsOf::Start)
        .map(Start::At)
        .map_err(|mut wrong| {
            wrong.expected =
                "a time of day, as 22:00, or with its first date, as 2026-11-21T22:00".into();
            wrong
        })
}

/// What a date without a time means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndsOf {
    /// The first second of the day.
    Start,
    /// The first second after the day.
    End,
}

/// A local date or date and time, in seconds as if it were UTC.
///
/// # Errors
/// [`Wrong`] where it is neither, has an offset of its own, or lies outside of 2020 to 2119.
pub fn local(text: &str, whole_day: EndsOf) -> Result<i64, Wrong> {
    const EXPECTED: &str = "a local date or date and time, as 2026-12-20 or 2026-12-20T18:00";
    let mut wrong = Wrong::new(format!("`{text}` is no local time"), EXPECTED);
    let has_offset = text.ends_with(['Z', 'z'])
        || text.contains('[')
        || text.get(10..).is_some_and(|time| time.contains(['+', '-']));
    if has_offset {
        wrong.help = Some("the zone is given by `zone` beside it".into());
        return Err(wrong);
    }
    let days = if text.len() > 10 {
        None
    } else {
        text.parse::<Date>().ok()
    };
    let second = match days {
        Some(date) => {
            let date = match whole_day {
                EndsOf::Start => date,
                EndsOf::End => date.tomorrow().unwrap_or(date),
            };
            seconds_at(date.to_datetime(Time::midnight()))
        }
        None => seconds_at(text.parse::<DateTime>().map_err(|_| wrong.clone())?),
    };
    if (FIRST_DAY * DAY_SECONDS..HORIZON * DAY_SECONDS).contains(&second) {
        Ok(second)
    } else {
        wrong.says = format!("`{text}` lies outside of 2020 to 2119");
        Err(wrong)
    }
}

fn time_of_day(text: &str) -> Option<Time> {
    let shape = text.len() >= 5 && text.as_bytes().get(2) == Some(&b':');
    if shape {
        text.parse::<Time>().ok()
    } else {
        None
    }
}

fn seconds_of(time: Time) -> i64 {
    i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

/// A local time in seconds as if it were UTC.
fn seconds_at(at: DateTime) -> i64 {
    TimeZone::UTC
        .to_timestamp(at)
        .map_or(i64::MAX, |stamp| stamp.as_second())
}

/// A moment: RFC 3339, or a local time with the zone's name in brackets; without either, in the
/// zone of whoever asks, where there is one.
///
/// # Errors
/// [`Wrong`] where it is none.
pub fn moment(text: &str, zone: Option<&TimeZone>) -> Result<Wall, Wrong> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Ok(Wall(stamp.as_microsecond()));
    }
    if let Ok(zoned) = text.parse::<jiff::Zoned>() {
        return Ok(Wall(zoned.timestamp().as_microsecond()));
    }
    let here = zone.and_then(|zone| {
        let at = text.parse::<DateTime>().ok()?;
        let zoned = zone.to_ambiguous_zoned(at).compatible().ok()?;
        Some(Wall(zoned.timestamp().as_microsecond()))
    });
    here.ok_or_else(|| {
        Wrong::new(
            format!("`{text}` is no moment"),
            "date, time and zone, as 2026-11-21T22:00+01:00 or 2026-11-21T22:00[Europe/Berlin]",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_a_table_of_its_turns() {
        let berlin = zone("europe/berlin").expect("a zone");
        assert_eq!(
            (berlin.name.as_str(), berlin.first),
            ("Europe/Berlin", 3_600)
        );
        assert_eq!(berlin.turns.len(), 200);
        assert_eq!(berlin.turns.first(), Some(&(1_585_443_600, 7_200)));
        assert!(zone("UTC").expect("a zone").turns.is_empty());
    }

    #[test]
    fn a_wrong_zone_names_the_nearest() {
        let help = |text: &str| zone(text).expect_err("wrong").help;
        assert_eq!(
            help("Europe/Berln"),
            Some("did you mean Europe/Berlin?".into())
        );
        assert_eq!(help("Berlin"), Some("did you mean Europe/Berlin?".into()));
        assert_eq!(
            help("new york"),
            Some("did you mean America/New_York?".into())
        );
        assert_eq!(help("nowhere at all"), None);
    }

    #[test]
    fn starts_are_local() {
        assert_eq!(start("22:30"), Ok(Start::Daily(81_000)));
        assert_eq!(start("2026-11-21T22:00"), Ok(Start::At(1_795_298_400)));
        assert_eq!(start("2026-11-21"), Ok(Start::At(1_795_219_200)));
        assert_eq!(local("2026-11-21", EndsOf::End), Ok(1_795_305_600));
        for text in [
            "",
            "22",
            "25:00",
            "2026-11-21T22:00Z",
            "2026-11-21T22:00+01:00",
            "2019-01-01",
        ] {
            assert!(start(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_needs_a_zone_from_somewhere() {
        let at = Wall(1_795_294_800_000_000);
        assert_eq!(moment("2026-11-21T22:00+01:00", None), Ok(at));
        assert_eq!(moment("2026-11-21T22:00[Europe/Berlin]", None), Ok(at));
        assert!(moment("2026-11-21T22:00", None).is_err());
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        assert_eq!(moment("2026-11-21T22:00", Some(&berlin)), Ok(at));
        assert_eq!(moment("2026-11-21 22:00", Some(&berlin)), Ok(at));
    }
}
