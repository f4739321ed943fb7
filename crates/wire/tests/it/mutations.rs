//! A good file, damaged at random: reading and rendering never panic, and places lie in the text.

use crate::files::ORDERS;
use proptest::prelude::*;
use windlass_wire::diagnostic::{Ink, render};
use windlass_wire::read::read;

/// What is put in: structure, quotes, aliases, letters of several bytes, other line ends.
const PIECES: &[&str] = &[
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    ":",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "#",
    "&a ",
    "*a",
    "<<: ",
    "!x ",
    "---\n",
    "...\n",
    "%",
    "|",
    ">",
    "é",
    "\u{1F980}",
    "\u{0}",
    "\u{feff}",
    "{id}",
    "{idd}",
    "-1",
    "0",
    "999999999999999999999",
    "null",
    "~",
    "? ",
    ",",
];

fn look(text: &str) {
    if let Err(found) = read("orders.yaml", text) {
        assert!(!found.is_empty());
        for one in &found {
            assert!(one.line >= 1 && one.line <= text.matches('\n').count() + 1);
            assert!(one.source.get(one.span.clone()).is_some());
        }
        assert!(!render(&found, Ink::Plain).is_empty());
        assert!(!render(&found, Ink::Colour).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn damage_is_told_without_a_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, prop::sample::select(PIECES)), 1..4)
    ) {
        let mut letters: Vec<char> = ORDERS.chars().collect();
        for (at, length, piece) in cuts {
            let from = at.index(letters.len());
            let to = (from + length).min(letters.len());
            letters.splice(from..to, piece.chars());
        }
        look(&letters.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_told_without_a_panic(text in "\\PC{0,80}") {
        look(&text);
    }
}

#[test]
fn each_beginning_of_the_file_is_told_without_a_panic() {
    for (at, _) in ORDERS.char_indices() {
        look(&ORDERS[..at]);
    }
}

#[test]
fn aliases_that_multiply_and_nests_that_go_deep_end_in_words() {
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..40 {
        let below = level - 1;
        bomb.push_str(&format!("a{level}: &a{level} [*a{below}, *a{below}]\n"));
    }
    look(&bomb);
    look(&"[".repeat(10_000));
    look(&"- ".repeat(10_000));
    look(&"a: ".repeat(10_000));
    look(&"x".repeat(2_000_000));
    look(&"x:\n".repeat(200_000));
    let mut keys = String::new();
    for key in 0..90_000 {
        keys.push_str(&format!("k{key}:\n"));
    }
    look(&keys);
    look(&format!(
        "{}{keys}",
        ORDERS.split("spec:").next().unwrap_or_default()
    ));
}
