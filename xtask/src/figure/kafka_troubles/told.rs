//! Stories told by a program of tests, and what their output says of each.
//!
//! Must never know: what is spoiled.
//! Tests: below.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::copy::{Copied, Programs};
use crate::troubles::ASKED;
use crate::workspace::{NotSo, Trouble};

/// Where the stories' assertions stand, from the root of the workspace.
const STORIES: &str = "tests/it/trouble/";

/// Tells these stories, prints what becomes of each as it comes, and gives all that was said.
pub(super) fn tell(
    copied: &Copied,
    programs: &Programs,
    names: &[&str],
) -> Result<String, Trouble> {
    let words = ["trouble::troubles_of", "--nocapture", "--test-threads", "1"];
    let mut told = copied
        .told_by(programs)
        .args(words)
        .env(ASKED, names.join(","))
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let said = told.stderr.take();
    let said = said.ok_or_else(|| NotSo("the tests say nothing".into()))?;
    let mut text = String::new();
    for line in BufReader::new(said).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if line.starts_with("trouble ") && line.contains("met, ") {
            println!("  {line}");
        }
        text.push_str(&line);
        text.push('\n');
    }
    told.wait()?;
    Ok(text)
}

/// What was said while this story was told.
pub(super) fn section<'a>(text: &'a str, name: &str) -> &'a str {
    let Some((_, after)) = text.split_once(&format!("trouble {name} begins")) else {
        return "";
    };
    let end = after.match_indices("\ntrouble ").find(|(at, _)| {
        let line = after[*at..].trim_start().lines().next().unwrap_or_default();
        line.contains(" begins: ")
    });
    end.map_or(after, |(at, _)| &after[..at])
}

pub(super) fn is_met(text: &str, name: &str) -> bool {
    section(text, name).contains(&format!("trouble {name} was met"))
}

/// The place of the story's own assertion, where that is what failed.
pub(super) fn failed_at(text: &str, name: &str) -> Option<String> {
    let mut lines = section(text, name).lines();
    let line = lines.find(|line| line.contains(" panicked at "))?;
    let (_, at) = line.split_once(" panicked at ")?;
    at.contains(STORIES)
        .then(|| at.trim_end_matches(':').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "thread 'x' (1) panicked at xtask/tests/it/trouble/room.rs:7:5:\nno “full”\n";
    const OTHER: &str = "thread 'x' (1) panicked at xtask/src/peers/kafka/lab.rs:7:5:\n";

    #[test]
    fn only_the_storys_own_assertion_counts() {
        let begun = "trouble store-full begins: the disk\n";
        assert_eq!(
            failed_at(&format!("{begun}{OWN}"), "store-full").as_deref(),
            Some("xtask/tests/it/trouble/room.rs:7:5")
        );
        assert_eq!(failed_at(&format!("{begun}{OTHER}"), "store-full"), None);
        assert_eq!(failed_at(OWN, "store-full"), None);
        assert_eq!(failed_at(begun, "store-full"), None);
    }

    #[test]
    fn what_is_said_of_one_is_not_said_of_the_one_before() {
        let text = format!(
            "trouble one begins: first\ntrouble one was met, 1.0 s\n\
             trouble two begins: second\n{OWN}trouble two was not met, 2.0 s\n"
        );
        assert!(is_met(&text, "one") && !is_met(&text, "two"));
        assert_eq!(failed_at(&text, "one"), None);
        assert!(failed_at(&text, "two").is_some());
        assert!(!is_met(&text, "three"));
    }
}
