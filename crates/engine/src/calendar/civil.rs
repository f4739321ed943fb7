//! Days as numbers: the proleptic Gregorian calendar, days counted from 1970-01-01.
//!
//! Must never know: zones. Stories: in this file.

/// Days since 1970-01-01.
pub type Day = i64;

/// Seconds in a day without a change of offset.
pub const DAY_SECONDS: i64 = 86_400;

/// A date: year, month from 1, day of the month from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
}

/// The number of a date. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
#[must_use]
pub fn number(date: Date) -> Day {
    let year = if date.month <= 2 {
        date.year - 1
    } else {
        date.year
    };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let shifted = (date.month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + date.day - 1;
    let day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + day - 719_468
}

/// The date of a number: the same work, backwards.
#[must_use]
pub fn date(day: Day) -> Date {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day - era * 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    Date {
        year: year + era * 400 + i64::from(month <= 2),
        month,
        day: of_year - (153 * shifted + 2) / 5 + 1,
    }
}

/// The day of the week, Monday is 0. 1970-01-01 was a Thursday.
#[must_use]
pub fn weekday(day: Day) -> u8 {
    u8::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}

/// Days in a month; the month may run over: 13 is January of the next year.
#[must_use]
pub fn days_in(year: i64, month: i64) -> i64 {
    first_of(year, month + 1) - first_of(year, month)
}

/// The first day of a month; the month may run over.
#[must_use]
pub fn first_of(year: i64, month: i64) -> Day {
    let months = year * 12 + month - 1;
    number(Date {
        year: months.div_euclid(12),
        month: months.rem_euclid(12) + 1,
        day: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_are_each_others_inverse_over_eight_centuries() {
        assert_eq!(
            date(0),
            Date {
                year: 1970,
                month: 1,
                day: 1
            }
        );
        let mut before = date(-150_001);
        for day in -150_000..150_000 {
            let here = date(day);
            assert_eq!(number(here), day);
            assert!(before < here);
            before = here;
        }
    }

    #[test]
    fn months_know_their_length_and_days_their_name() {
        assert_eq!((days_in(2024, 2), days_in(2026, 2)), (29, 28));
        assert_eq!((days_in(1900, 2), days_in(2000, 2)), (28, 29));
        assert_eq!(days_in(2026, 12), 31);
        // 2026-11-21 is a Saturday.
        let day = number(Date {
            year: 2026,
            month: 11,
            day: 21,
        });
        assert_eq!(weekday(day), 5);
    }
}
