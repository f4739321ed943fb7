//! Moments as text: RFC 3339, always with a zone.
//!
//! Must never know: which zone the reader lives in; the door tells it. Stories: in this file.

use crate::value::Wrong;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use windlass_engine::time::Wall;

/// What is shown of a moment that no calendar holds.
const BEYOND: &str = "beyond the calendar";

/// For programs: UTC, microseconds where there are any: `2026-11-20T13:02:11.5Z`.
#[must_use]
pub fn rfc3339(moment: Wall) -> String {
    Timestamp::from_microsecond(moment.0).map_or_else(|_| BEYOND.into(), |stamp| stamp.to_string())
}

/// For people: date, time to the second and offset in their zone: `2026-11-20 14:02:11+01:00`.
#[must_use]
pub fn long(moment: Wall, zone: &TimeZone) -> String {
    written(moment, zone, "%Y-%m-%d %H:%M:%S%:z")
}

/// The day alone, as catalogs write it: `2026-11-20`.
#[must_use]
pub fn day(moment: Wall, zone: &TimeZone) -> String {
    written(moment, zone, "%Y-%m-%d")
}

/// For people, where the day is plain: `14:02:11+01:00`.
#[must_use]
pub fn clock(moment: Wall, zone: &TimeZone) -> String {
    written(moment, zone, "%H:%M:%S%:z")
}

fn written(moment: Wall, zone: &TimeZone, form: &str) -> String {
    Timestamp::from_microsecond(moment.0).map_or_else(
        |_| BEYOND.into(),
        |stamp| stamp.to_zoned(zone.clone()).strftime(form).to_string(),
    )
}

/// Reads RFC 3339; a stamp without a zone is refused.
///
/// # Errors
/// [`Wrong`] where it is no stamp, or has no zone.
pub fn parse(text: &str) -> Result<Wall, Wrong> {
    text.parse::<Timestamp>()
        .map(|stamp| Wall(stamp.as_microsecond()))
        .map_err(|_| {
            Wrong::new(
                format!("`{text}` is no moment"),
                "date, time and zone, as 2026-11-20T14:00:00+01:00",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_what_it_writes_and_needs_a_zone() {
        let moment = Wall(1_795_179_731_500_000);
        assert_eq!(rfc3339(moment), "2026-11-20T13:02:11.5Z");
        assert_eq!(parse("2026-11-20T14:02:11.5+01:00"), Ok(moment));
        assert!(parse("2026-11-20T14:02:11").is_err());
        assert!(parse("yesterday").is_err());
        assert_eq!(rfc3339(Wall(i64::MAX)), BEYOND);
    }

    #[test]
    fn people_read_their_own_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let moment = Wall(1_795_179_731_500_000);
        assert_eq!(long(moment, &zone), "2026-11-20 14:02:11+01:00");
        assert_eq!(clock(moment, &zone), "14:02:11+01:00");
    }
}
