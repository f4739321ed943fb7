//! Stories of `scenarios/`: files and command lines in, whole outputs compared. docs/scenarios.md
//! teaches the form.
//!
//! After a change that is meant: `WINDLASS_SCENARIOS=write cargo test -p windlass --test it scenarios`
//! writes what is said now; read the difference before it is kept.

use crate::run::{SYSTEMS, User};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Issue 5 asks for so many at least.
const STORIES_LEAST_COUNT: usize = 60;

/// One story as its file tells it.
struct Story {
    /// Its title, and what it says before its first part.
    head: String,
    parts: Vec<Part>,
}

enum Part {
    /// A file in the user's folder.
    File { name: String, text: String },
    /// A command line, and the whole of what it says.
    Run { words: String, said: String },
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

/// Every story, by its path below the folder.
fn stories() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut open = vec![folder()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "txt") {
                let name = path.strip_prefix(folder()).expect("below it");
                found.push((name.display().to_string(), path.clone()));
            }
        }
    }
    found.sort();
    found
}

fn read(text: &str) -> Story {
    let mut story = Story {
        head: String::new(),
        parts: Vec::new(),
    };
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("--- $ windlass ") {
            let words = words.to_owned();
            story.parts.push(Part::Run {
                words,
                said: String::new(),
            });
        } else if let Some(name) = line.strip_prefix("--- ") {
            let name = name.to_owned();
            story.parts.push(Part::File {
                name,
                text: String::new(),
            });
        } else {
            let place = match story.parts.last_mut() {
                None => &mut story.head,
                Some(Part::File { text, .. }) => text,
                Some(Part::Run { said, .. }) => said,
            };
            place.push_str(line);
            place.push('\n');
        }
    }
    story
}

/// The story again, with what the real binary says.
fn told(story: &Story) -> String {
    let user = User::new();
    let mut text = story.head.clone();
    for part in &story.parts {
        match part {
            Part::File { name, text: held } => {
                user.file(name, held);
                write!(text, "--- {name}\n{held}").expect("text");
            }
            Part::Run { words, .. } => {
                let mut command = user.command(words);
                command.env("COLUMNS", "100");
                let said = user.said(command);
                write!(text, "--- $ windlass {words}\n{}", said.out).expect("text");
                for line in said.err.lines() {
                    writeln!(text, "! {line}").expect("text");
                }
                if said.code != 0 {
                    writeln!(text, "exit {}", said.code).expect("text");
                }
            }
        }
    }
    text
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "whoever writes stories asks it to write what was said"
)]
fn every_story_is_told_as_it_is_written() {
    let writes = std::env::var_os("WINDLASS_SCENARIOS").is_some_and(|word| word == "write");
    let stories = stories();
    assert!(
        stories.len() >= STORIES_LEAST_COUNT,
        "only {}",
        stories.len()
    );
    let (mut titles, mut systems, mut wrong) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (name, path) in &stories {
        let written = std::fs::read_to_string(path).expect("a story");
        let story = read(&written);
        let title = story.head.lines().next().unwrap_or_default().to_owned();
        assert!(title.starts_with("# "), "{name} has no title");
        assert!(titles.insert(title), "{name}: another story has its title");
        let runs = story
            .parts
            .iter()
            .any(|part| matches!(part, Part::Run { .. }));
        assert!(runs, "{name} runs nothing");
        systems.insert(name.split('/').next().unwrap_or_default().to_owned());
        let told = told(&story);
        if told == written {
            continue;
        }
        if writes {
            std::fs::write(path, told).expect("written");
        } else {
            let (now, then): (Vec<&str>, Vec<&str>) =
                (told.lines().collect(), written.lines().collect());
            let at = now
                .iter()
                .zip(&then)
                .take_while(|(one, other)| one == other)
                .count();
            wrong.push(format!(
                "{name}:{}\n  written {}\n  said    {}",
                at + 1,
                then.get(at).unwrap_or(&"(its end)"),
                now.get(at).unwrap_or(&"(its end)")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        stories.len(),
        wrong.join("\n")
    );
    for system in SYSTEMS {
        assert!(systems.contains(system), "no story of {system}");
    }
}

#[test]
fn every_command_of_the_guide_runs() {
    let user = User::new();
    let page = include_str!("../../../../docs/planning.md");
    let ran = user.types(page, |line| {
        let (words, file) = match line.split_once(" > ") {
            Some((words, file)) => (words, Some(file)),
            None => (line, None),
        };
        let said = user.says(words);
        assert!(
            matches!(said.code, 0 | 1 | 3 | 10),
            "{line}: {}",
            said.all()
        );
        assert!(!said.err.contains("error:"), "{line}: {}", said.all());
        if let Some(file) = file {
            user.file(file, &said.out);
        }
    });
    assert!(ran >= 10, "only {ran}");
}
