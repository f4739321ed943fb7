//! Lengths of time as text: `2m10s` both ways, exact to the millisecond.
//!
//! Must never know: any clock. Stories: in this file.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use windlass_engine::time::Ms;

/// Units from the largest, each with its milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];
/// Nobody waits a century; beyond it a slip of the finger is likelier.
const LENGTH_MAX_MS: u64 = 36_500 * 86_400_000;

/// A length of time in JSON: for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Length {
    /// `2m10s`
    pub text: String,
    /// Milliseconds.
    pub ms: u64,
}

impl From<Ms> for Length {
    fn from(length: Ms) -> Self {
        Self {
            text: short(length),
            ms: length.0,
        }
    }
}

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DurationError {
    /// A number without a unit.
    #[error("`{0}` has no unit")]
    NoUnit(String),
    /// A minus.
    #[error("a length of time cannot be negative")]
    Negative,
    /// Units must grow smaller, each once.
    #[error("`{0}` stands in the wrong place: d before h before m before s before ms, each once")]
    Order(String),
    /// More than a century.
    #[error("it is longer than a century")]
    TooLong,
    /// Anything else.
    #[error("it is no number with a unit")]
    Other,
}

impl DurationError {
    /// What would help, in words.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoUnit(number) => Some(format!("did you mean {number}s or {number}m?")),
            Self::Negative | Self::Order(_) | Self::TooLong => Some(self.to_string()),
            Self::Other => None,
        }
    }
}

/// Reads `1d2h3m4s5ms`, any of them left out, a fraction at the last (`1.5s`), or `0`.
///
/// # Errors
/// [`DurationError`], each with what would help.
pub fn parse(text: &str) -> Result<Ms, DurationError> {
    if text == "0" {
        return Ok(Ms(0));
    }
    if text.starts_with('-') {
        return Err(DurationError::Negative);
    }
    let mut rest = text;
    let mut next_unit = 0;
    let mut total: u64 = 0;
    let mut ended = false;
    if rest.is_empty() {
        return Err(DurationError::Other);
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        if number.is_empty() || ended {
            return Err(DurationError::Other);
        }
        if unit.is_empty() {
            return Err(if tail.is_empty() && number.parse::<u64>().is_ok() {
                DurationError::NoUnit(number.to_owned())
            } else {
                DurationError::Other
            });
        }
        let at = UNITS
            .iter()
            .position(|(name, _)| *name == unit)
            .ok_or(DurationError::Other)?;
        if at < next_unit {
            return Err(DurationError::Order(unit.to_owned()));
        }
        next_unit = at + 1;
        ended = number.contains('.');
        total = total
            .checked_add(scaled(number, UNITS[at].1)?)
            .filter(|sum| *sum <= LENGTH_MAX_MS)
            .ok_or(DurationError::TooLong)?;
        rest = tail;
    }
    Ok(Ms(total))
}

/// A number with at most three decimals, in milliseconds.
fn scaled(number: &str, unit: u64) -> Result<u64, DurationError> {
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || part.is_empty() || part.len() > 3 || part.contains('.') {
        return Err(DurationError::Other);
    }
    let whole: u64 = whole.parse().map_err(|_| DurationError::TooLong)?;
    let thousandths: u64 = format!("{part:0<3}")
        .parse()
        .map_err(|_| DurationError::Other)?;
    whole
        .checked_mul(unit)
        .and_then(|ms| ms.checked_add(thousandths * unit / 1_000))
        .ok_or(DurationError::TooLong)
}

/// Exact: what [`parse`] reads back.
#[must_use]
pub fn text(length: Ms) -> String {
    if length.0 == 0 {
        return "0s".into();
    }
    let mut rest = length.0;
    let mut out = String::new();
    for (name, unit) in UNITS {
        if rest >= unit {
            out.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    out
}

/// For people: the two largest units, tenths below ten seconds: `12d`, `2m10s`, `1.8s`.
#[must_use]
pub fn short(length: Ms) -> String {
    let ms = length.0;
    if ms < 10_000 {
        let tenths = ms / 100;
        return match tenths % 10 {
            0 => format!("{}s", tenths / 10),
            part => format!("{}.{part}s", tenths / 10),
        };
    }
    // Days alone say enough, and so do ten hours.
    let kept = match ms {
        86_400_000.. => 86_400_000,
        36_000_000.. => 3_600_000,
        3_600_000.. => 60_000,
        _ => 1_000,
    };
    text(Ms(ms / kept * kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_what_they_write() {
        for written in ["0s", "2m", "2m10s", "15d", "1d2h3m4s5ms", "250ms"] {
            assert_eq!(parse(written).map(text), Ok(written.to_owned()));
        }
        assert_eq!(parse("1.5s"), Ok(Ms(1_500)));
        assert_eq!(parse("90s").map(text), Ok("1m30s".into()));
        assert_eq!(parse("0"), Ok(Ms(0)));
    }

    #[test]
    fn what_is_no_length_is_said() {
        assert_eq!(parse("30"), Err(DurationError::NoUnit("30".into())));
        assert_eq!(parse("-2m"), Err(DurationError::Negative));
        assert_eq!(parse("2s1m"), Err(DurationError::Order("m".into())));
        assert_eq!(parse("99999999999d"), Err(DurationError::TooLong));
        for other in [
            "", "m", "2 m", "2x", "1.5.5s", "1.5m3s", "2m10", ".5s", "1.s",
        ] {
            assert!(parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn people_read_two_units() {
        let cases = [
            (0, "0s"),
            (1_849, "1.8s"),
            (4_000, "4s"),
            (59_999, "59s"),
            (130_400, "2m10s"),
            (3_725_000, "1h2m"),
            (40_000_000, "11h"),
            (1_040_000_000, "12d"),
        ];
        for (ms, expected) in cases {
            assert_eq!(short(Ms(ms)), expected);
        }
    }
}
