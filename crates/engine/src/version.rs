//! Versions as they are written, and ranges over them.
//!
//! A version keeps its text. It compares by its numbers, then by its suffix, and only within the
//! scheme of one system; the engine never compares versions of two systems.
//! Must never know: any maker's rules. Stories: in this file.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A release or a line of releases: `4.1.2`, `4.1`, `3.9-IV0`. A copy shares what was read once.
#[derive(Clone)]
pub struct Version(Arc<Read>);

/// What a text says.
struct Read {
    text: Box<str>,
    numbers: Box<[u32]>,
    suffix: Box<str>,
}

/// A text that is no version.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{found}` is no version: expected numbers joined by dots, as 4.1 or 4.1.2")]
pub struct VersionError {
    /// What stood there.
    pub found: String,
}

impl Version {
    /// Reads `[v]N(.N)*[suffix]`; the suffix begins at the first `-`, `+` or letter.
    ///
    /// # Errors
    /// [`VersionError`] where no number leads, a number does not fit, or a dot stands loose: two together
    /// are the mark of a [`Range`], which could not be told from them.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let wrong = || VersionError {
            found: text.to_string(),
        };
        let body = text.strip_prefix('v').unwrap_or(text);
        // `2.1.x` names the line 2.1.
        let body = body.strip_suffix(".x").unwrap_or(body);
        let end = body
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(body.len());
        let (digits, suffix) = body.split_at(end);
        let numbers = digits
            .split('.')
            .map(|part| part.parse::<u32>().map_err(|_| wrong()))
            .collect::<Result<Vec<u32>, _>>()?;
        let loose = suffix.ends_with('.') || suffix.contains("..");
        if loose || suffix.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(wrong());
        }
        Ok(Self::new(text, numbers, suffix))
    }

    fn new(text: &str, numbers: Vec<u32>, suffix: &str) -> Self {
        Self(Arc::new(Read {
            text: text.into(),
            numbers: numbers.into(),
            suffix: suffix.into(),
        }))
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The numbers, first the major.
    #[must_use]
    pub fn numbers(&self) -> &[u32] {
        &self.0.numbers
    }

    /// The first two numbers as a version of their own: `4.1.2` → `4.1`.
    #[must_use]
    pub fn line(&self) -> Self {
        let [major, minor] = self.line_numbers();
        let text = alloc::format!("{major}.{minor}");
        Self::new(&text, alloc::vec![major, minor], "")
    }

    /// The first two numbers, 0 for what is not written: two releases of one line have the same.
    #[must_use]
    pub fn line_numbers(&self) -> [u32; 2] {
        let number = |at: usize| self.numbers().get(at).copied().unwrap_or(0);
        [number(0), number(1)]
    }

    /// How many minors lie from `from` to this one; none where the first numbers differ.
    #[must_use]
    pub fn minors_from(&self, from: &Self) -> Option<i64> {
        let ([one, of], [other, from]) = (self.line_numbers(), from.line_numbers());
        (one == other).then(|| i64::from(of) - i64::from(from))
    }

    /// Whether this one, read as a prefix, names `other`: `4.1` names `4.1.2` and `4.1`, not `4.10`.
    #[must_use]
    pub fn names(&self, other: &Self) -> bool {
        other.numbers().starts_with(self.numbers())
            && (self.0.suffix.is_empty() || self.0.suffix == other.0.suffix)
    }

    /// Whether only a line is named (fewer than three numbers).
    #[must_use]
    pub fn is_line(&self) -> bool {
        self.numbers().len() < 3
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        self.numbers()
            .cmp(other.numbers())
            .then_with(|| by_suffix(&self.0.suffix, &other.0.suffix))
    }
}

/// What is still to become the release of its numbers comes before it; a maker's own build of it after.
const BEFORE: [&str; 8] = ["alpha", "beta", "dev", "ec", "fc", "pre", "rc", "snapshot"];

/// Numbers in suffixes count as numbers: `-rc.9` before `-rc.10`, `+k3s1` before `+k3s2`.
fn by_suffix(one: &str, other: &str) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let rank = |suffix: &str| {
        let word = suffix
            .trim_start_matches(['-', '.', '+'])
            .to_ascii_lowercase();
        let early = suffix.starts_with('-') && BEFORE.iter().any(|before| word.starts_with(before));
        match (early, suffix.is_empty()) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        }
    };
    rank(one)
        .cmp(&rank(other))
        .then_with(|| pieces(one).cmp(pieces(other)))
        .then_with(|| one.cmp(other))
}

/// Runs of digits as numbers, all else as text.
fn pieces(suffix: &str) -> impl Iterator<Item = (u64, &str)> {
    let mut rest = suffix;
    core::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(if digits {
            (piece.parse().unwrap_or(u64::MAX), "")
        } else {
            (0, piece)
        })
    })
}
impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        // As the order says: different suffixes are never the same release.
        Arc::ptr_eq(&self.0, &other.0)
            || self.numbers() == other.numbers() && self.0.suffix == other.0.suffix
    }
}
impl Eq for Version {}
impl core::hash::Hash for Version {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.numbers().hash(state);
        self.0.suffix.hash(state);
    }
}
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl Serialize for Version {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// A range of versions with both ends in it, each end read as a prefix: `3.3..4.0` holds `4.0.2`.
/// `3.3..` and `..4.0` are open, a single version is a range of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The oldest that is in; none: no lower end.
    pub from: Option<Version>,
    /// The newest that is in, with all that it names; none: no upper end.
    pub to: Option<Version>,
}

impl Range {
    /// Reads `A..B`, `A..`, `..B` or `A`.
    ///
    /// # Errors
    /// [`VersionError`] where an end is no version.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let end = |part: &str| match part.trim() {
            "" => Ok(None),
            some => Version::parse(some).map(Some),
        };
        match text.split_once("..") {
            Some((from, to)) => Ok(Self {
                from: end(from)?,
                to: end(to)?,
            }),
            None => Version::parse(text.trim()).map(|one| Self {
                from: Some(one.clone()),
                to: Some(one),
            }),
        }
    }

    /// Whether the version lies within.
    #[must_use]
    pub fn holds(&self, version: &Version) -> bool {
        let above = self
            .from
            .as_ref()
            .is_none_or(|from| from <= version || from.names(version));
        let below = self
            .to
            .as_ref()
            .is_none_or(|to| version <= to || to.names(version));
        above && below
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if from == to => write!(f, "{from}"),
            (from, to) => {
                from.iter().try_for_each(|v| write!(f, "{v}"))?;
                f.write_str("..")?;
                to.iter().try_for_each(|v| write!(f, "{v}"))
            }
        }
    }
}
impl Serialize for Range {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str) -> Version {
        Version::parse(text).expect(text)
    }

    #[test]
    fn versions_keep_their_text_and_compare_by_number() {
        assert!(v("4.9.0") < v("4.10.0") && v("3.9.2") < v("4.0.0"));
        assert_eq!(v("v1.31.2-aliyun.1").to_string(), "v1.31.2-aliyun.1");
        assert_eq!(v("v1.31.2").numbers(), [1, 31, 2]);
        assert_eq!(v("4.1.2").line().to_string(), "4.1");
    }

    #[test]
    fn what_comes_before_a_release_and_what_is_built_of_it() {
        let order = [
            "4.16.0-ec.2",
            "4.16.0-rc.9",
            "4.16.0-rc.10",
            "4.16.0",
            "4.16.0-aliyun.1",
        ];
        assert!(order.windows(2).all(|pair| v(pair[0]) < v(pair[1])));
        assert!(v("1.31.2+k3s1") < v("1.31.2+k3s2") && v("1.31.2") < v("v1.31.2-aliyun.1"));
        assert_eq!(v("2.1.x"), v("2.1"));
    }

    #[test]
    fn a_line_names_its_releases_only() {
        assert!(v("4.1").names(&v("4.1.2")) && v("4.1").names(&v("4.1")));
        assert!(!v("4.1").names(&v("4.10.0")) && !v("4.1.2").names(&v("4.1")));
    }

    #[test]
    fn what_is_no_version_is_said() {
        for text in [
            "",
            "latest",
            "4..1",
            "4.1.",
            "4 1",
            "99999999999",
            "4.1-a.",
            "4.1-a..b",
        ] {
            assert!(Version::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_that_is_shown_is_read_as_the_same() {
        // Shown without its blank, the first end would run into the dots.
        assert!(Range::parse("1.31-aliyun. .. 4.0").is_err());
        for text in ["1.31-a.b .. 4.0", "v1.31.x..", ".. 4.0+k3s1", "..", "4.0"] {
            let range = Range::parse(text).expect(text);
            assert_eq!(Range::parse(&range.to_string()), Ok(range));
        }
    }

    #[test]
    fn a_range_holds_all_that_its_ends_name() {
        let range = Range::parse("3.3..4.0").expect("a range");
        assert!(range.holds(&v("3.3.0")) && range.holds(&v("4.0.2")) && range.holds(&v("3.9.1")));
        assert!(!range.holds(&v("4.1.0")) && !range.holds(&v("3.2.9")));
        assert!(Range::parse("4.0..").expect("open").holds(&v("9.9")));
        assert_eq!(
            Range::parse("3.3..4.0").expect("a range").to_string(),
            "3.3..4.0"
        );
    }
}
