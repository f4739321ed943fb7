//! `cargo xtask tidy`: the floors against the real manifests, and the house rules that no compiler holds.
//!
//! Must never know: how to mend what it finds.
//! Tests: beside each rule, and this checkout each time it runs.

mod floors;
mod length;
mod names;
mod pointers;
mod words;

use crate::shapes;
use crate::workspace::{NotSo, Trouble, files, packages, root};

/// Prints everything that is against the rules.
///
/// # Errors
/// When something is, or the checkout cannot be read.
pub fn run() -> Result<(), Trouble> {
    let files = files()?;
    let mut findings = floors::findings(&packages()?);
    findings.extend(names::findings(&files));
    let mut lengths = Vec::new();
    for path in &files {
        // What is not text has no words and no lines to count.
        let Ok(text) = std::fs::read_to_string(root().join(path)) else {
            continue;
        };
        findings.extend(words::findings(path, &text));
        findings.extend(pointers::findings(path, &text, &files));
        lengths.push((path.as_str(), text.lines().count()));
    }
    findings.extend(shapes::findings()?);
    let ratchet = std::fs::read_to_string(root().join(length::RATCHET)).unwrap_or_default();
    findings.extend(length::findings(&ratchet, &lengths));
    findings.iter().for_each(|finding| eprintln!("{finding}"));
    match findings.len() {
        0 => Ok(()),
        1 => Err(NotSo("1 thing is not tidy".into()).into()),
        count => Err(NotSo(format!("{count} things are not tidy")).into()),
    }
}
