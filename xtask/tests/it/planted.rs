//! Three planted bugs, each found by the judge of the false world; the figure `planted-bugs` tries all.

use xtask::planted::{Field, Hunted, asked};

/// One each of what the journal, the world and a human's word tell of.
const TRIED: &str = "attempt-number-reused,gate-passes-while-settling,pause-not-obeyed-for-a-batch";

#[test]
fn three_planted_bugs_are_found() {
    let field = Field::of_the_checkout().expect("a copy of the checkout");
    for bug in asked(Some(TRIED)).expect("bugs of these names") {
        let hunted = field.hunt(&bug).expect("a hunt");
        eprintln!("{}: {hunted:?}", bug.name);
        assert!(matches!(hunted, Hunted::Found { .. }), "{}", bug.name);
    }
}
