//! `cargo xtask shapes`: docs/json.md, read off the types that are printed, so that it cannot lie.
//!
//! Must never know: a field by name; all it writes below the head comes from the sources.
//! Tests: beside each part; `cargo xtask tidy` says when the page is stale.

mod read;

use crate::workspace::{Trouble, root};

const PAGE: &str = "docs/json.md";

/// What is written by hand: which command prints which shape, and what may be relied on.
const HEAD: &str = include_str!("shapes/head.md");

/// Where the types stand, in the order of the page.
const SOURCES: [&str; 18] = [
    "crates/wire/src/v1/snapshot.rs",
    "crates/wire/src/v1/list.rs",
    "crates/wire/src/v1/finding.rs",
    "crates/wire/src/v1/plan.rs",
    "crates/wire/src/v1/rehearsal.rs",
    "crates/wire/src/v1/status.rs",
    "crates/cli/src/live/status.rs",
    "crates/wire/src/v1/event.rs",
    "crates/cli/src/live/replay.rs",
    "crates/cli/src/data/apply.rs",
    "crates/wire/src/diff.rs",
    "crates/cli/src/keep/backup.rs",
    "crates/cli/src/keep/restore.rs",
    "crates/cli/src/keep/prune.rs",
    "crates/cli/src/keep/doctor.rs",
    "crates/cli/src/keep/bundle.rs",
    "crates/cli/src/data/version.rs",
    "crates/wire/src/duration.rs",
];

/// Writes the page anew.
///
/// # Errors
/// When a source cannot be read, or a field says nothing of itself.
pub fn run() -> Result<(), Trouble> {
    std::fs::write(root().join(PAGE), page()?)?;
    println!("{PAGE} is written");
    Ok(())
}

/// What is wrong with the page that stands.
///
/// # Errors
/// As [`run`].
pub fn findings() -> Result<Vec<String>, Trouble> {
    let stands = std::fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    Ok(if stands == page()? {
        Vec::new()
    } else {
        vec![format!(
            "{PAGE}: is not what the types say; `cargo xtask shapes` writes it anew"
        )]
    })
}

fn page() -> Result<String, Trouble> {
    let mut page = HEAD.to_owned();
    for source in SOURCES {
        let text = std::fs::read_to_string(root().join(source))?;
        page.push_str(&read::shapes(source, &text)?);
    }
    Ok(page)
}
