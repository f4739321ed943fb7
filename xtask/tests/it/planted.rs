//! Three planted bugs, each found by the judge of the false world; the figure `planted-bugs` tries all.

use xtask::planted::{Field, Hunted, asked};

/// One each of what the journal, the world and a human's word tell of.
const TRIED: &str = "attempt-number-reused,gate-passes-while-settling,pause-not-obeyed-for-a-batch";

#[test]
fn three_planted_bugs_are_found() {
    let field = Field::of_the_checkout().unwrap();
    for bug in asked(Some(TRIED)).unwrap() {
        let hunted = field.hunt(&bug).unwrap();
        eprintln!("{}: {hunted:?}", bug.name);
        assert!(matches!(hunted, Hunted::Found { .. }), "{}", bug.name);
    }
}
