//! Ranges: what is shown is read as the same again, and what a range holds is what its ends say.
//!
//! Input: a range on the first line, versions on those after.
//! Must never know: catalogs. Tests: `cargo xtask fuzz ranges`.

use windlass_engine::version::{Range, Version};

/// So many are asked for: enough for two ends and what lies between and beyond.
const ASKED_MAX_COUNT: usize = 6;

/// Panics where a property does not hold.
pub fn hold(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let Some(Ok(range)) = lines.next().map(Range::parse) else {
        return;
    };
    again(&range);
    let asked: Vec<Version> = lines
        .filter_map(|line| Version::parse(line).ok())
        .take(ASKED_MAX_COUNT)
        .collect();
    for version in &asked {
        ends(&range, version);
    }
    whole(&range, &asked);
}

fn again(range: &Range) {
    let shown = range.to_string();
    let back = Range::parse(&shown);
    assert_eq!(back.as_ref(), Ok(range), "shown as {shown}");
    let json = serde_json::to_string(range).expect("JSON");
    let back: Range = serde_json::from_str(&json).expect("what is written can be read");
    assert_eq!(&back, range);
}

/// A range is both of its halves; a half is open to one side; a single version is all that it names.
fn ends(range: &Range, version: &Version) {
    let Range { from, to } = range.clone();
    let above = Range {
        from: from.clone(),
        to: None,
    };
    let below = Range {
        from: None,
        to: to.clone(),
    };
    assert_eq!(
        range.holds(version),
        above.holds(version) && below.holds(version)
    );
    if let Some(from) = &from {
        assert!(above.holds(from));
        assert_eq!(above.holds(version), version >= from || from.names(version));
    }
    if let Some(to) = &to {
        assert!(below.holds(to));
        assert_eq!(below.holds(version), version <= to || to.names(version));
    }
    match (&from, &to) {
        (None, None) => assert!(range.holds(version)),
        (Some(from), Some(to)) if from == to => {
            assert_eq!(
                range.holds(version),
                from.names(version),
                "{range}: {version}"
            );
        }
        (Some(_) | None, Some(_) | None) => {}
    }
}

/// What lies between two that are in is in, where the ends are numbers alone.
fn whole(range: &Range, asked: &[Version]) {
    let plain = |end: &Option<Version>| {
        end.as_ref()
            .is_none_or(|end| end.as_str().chars().all(|c| c.is_ascii_digit() || c == '.'))
    };
    if !(plain(&range.from) && plain(&range.to)) {
        return;
    }
    let mut sorted = asked.to_vec();
    sorted.sort();
    let first = sorted.iter().position(|v| range.holds(v));
    let last = sorted.iter().rposition(|v| range.holds(v));
    if let (Some(first), Some(last)) = (first, last) {
        for between in &sorted[first..=last] {
            assert!(range.holds(between), "{range} has a hole at {between}");
        }
    }
}
