//! Versions: what is shown is read as the same again, and the order is one.
//!
//! Input: a version a line; the first three are compared with each other.
//! Must never know: ranges. Tests: `cargo xtask fuzz versions`.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};
use windlass_engine::version::Version;

/// So many are compared: transitivity needs three.
const COMPARED_COUNT: usize = 3;

/// Panics where a property does not hold.
pub fn hold(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let versions: Vec<Version> = text
        .split('\n')
        .filter_map(read)
        .take(COMPARED_COUNT)
        .collect();
    for one in &versions {
        alone(one);
        for other in &versions {
            pair(one, other);
            for third in &versions {
                let sorted = one <= other && other <= third;
                assert!(
                    !sorted || one <= third,
                    "{one} ≤ {other} ≤ {third}, but not {one} ≤ {third}"
                );
                let named = one.names(other) && other.names(third);
                assert!(
                    !named || one.names(third),
                    "{one} names {other} names {third}, not {third}"
                );
            }
        }
    }
}

fn read(text: &str) -> Option<Version> {
    match Version::parse(text) {
        Ok(version) => Some(version),
        Err(error) => {
            assert_eq!(error.found, text);
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

fn alone(version: &Version) {
    let shown = version.to_string();
    assert_eq!(shown, version.as_str());
    let again = Version::parse(&shown).expect("what is shown can be read");
    assert_eq!(&again, version);
    assert_eq!(again.numbers(), version.numbers());
    let json = serde_json::to_string(version).expect("JSON");
    let back: Version = serde_json::from_str(&json).expect("what is written can be read");
    assert_eq!(&back, version);
    assert!(!version.numbers().is_empty());
    assert!(version.names(version));
    let line = version.line();
    assert_eq!(line.line(), line);
    assert_eq!(Version::parse(line.as_str()).as_ref(), Ok(&line));
    if version.numbers().len() >= 2 {
        assert!(line.names(version), "{line} does not name {version}");
    }
    assert_eq!(version.minors_from(version), Some(0));
}

fn pair(one: &Version, other: &Version) {
    let order = one.cmp(other);
    assert_eq!(other.cmp(one), order.reverse(), "{one} and {other}");
    assert_eq!(one == other, order == Ordering::Equal, "{one} and {other}");
    if one == other {
        assert_eq!(hash(one), hash(other), "{one} and {other}");
        assert!(one.names(other));
    }
    if one.numbers() != other.numbers() {
        assert_eq!(
            one.numbers().cmp(other.numbers()),
            order,
            "{one} and {other}"
        );
    }
    assert_eq!(
        one.minors_from(other),
        other.minors_from(one).map(|far| -far),
        "{one} and {other}"
    );
}

fn hash(version: &Version) -> u64 {
    let mut hasher = DefaultHasher::new();
    version.hash(&mut hasher);
    hasher.finish()
}
