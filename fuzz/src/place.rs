//! What is said of a bad text: each place lies in it, the line that is shown is its line, and it can be
//! rendered.
//!
//! Must never know: which reader said it.
//! Tests: used by all targets that read files.

use windlass_wire::diagnostic::{Diagnostic, Ink, render};

/// Panics where the diagnostics do not fit the text that they are about.
pub fn fit(found: &[Diagnostic], text: &str) {
    assert!(!found.is_empty(), "refused without a word");
    let lines: Vec<&str> = text.split('\n').collect();
    for one in found {
        assert!(!one.message.is_empty(), "a diagnostic without words");
        let line = one.line.checked_sub(1).and_then(|at| lines.get(at));
        let Some(line) = line else {
            panic!("line {} of {}: {}", one.line, lines.len(), one.message);
        };
        let line = line.strip_suffix('\r').unwrap_or(line);
        shown(&one.source, line);
        let marked = line.get(one.span.clone());
        assert!(
            marked.is_some(),
            "the mark {:?} is not in the line",
            one.span
        );
        let before = &line[..one.span.start];
        assert_eq!(
            one.column,
            before.chars().count() + 1,
            "the column is another"
        );
    }
    assert!(!render(found, Ink::Plain).is_empty());
    assert!(!render(found, Ink::Colour).is_empty());
    let told = serde_json::to_string(found);
    assert!(told.is_ok(), "cannot be told as JSON: {told:?}");
}

/// The line itself, but for letters that are hidden behind stars.
fn shown(source: &str, line: &str) {
    assert_eq!(
        source.len(),
        line.len(),
        "the line that is shown is another"
    );
    let same = |(one, other): (u8, u8)| one == other || one == b'*';
    assert!(
        source.bytes().zip(line.bytes()).all(same),
        "the line that is shown is another"
    );
}
