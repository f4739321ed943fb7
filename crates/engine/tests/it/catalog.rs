//! Faults of a catalog that its types cannot keep out.

use crate::stage::{catalog, same};

#[track_caller]
fn check(text: &str, expect: &str) {
    let lints: Vec<String> = catalog(text)
        .lint()
        .iter()
        .map(ToString::to_string)
        .collect();
    same(&lints.join("\n"), expect);
}

#[test]
fn a_sound_catalog_has_no_fault() {
    check(
        "components: a b\nreleases: 1.0.0 1.1.0\nline: 1.0\nline: 1.1\npath: .. to ..\n\
         skew: b not newer than a",
        "",
    );
}

#[test]
fn names_that_lead_nowhere_are_found() {
    check(
        "components: a\nreleases: 1.1.0 1.0.0 1.0\nline: 1.0 form 2 1\npath: .. to 3.0 needs form 1\n\
         skew: a not newer than c",
        "
        release 1.0.0: stands after 1.1.0: releases go oldest first
        release 1.0: stands after 1.0.0: releases go oldest first
        release 1.1.0: nothing says what line 1.1 supports
        release 1.0: is a line, no release
        path .. to 3.0: leads to no release: 3.0 holds none
        line 1.0: level form is described nowhere
        line 1.0: level form: 2 is above 1
        path .. to 3.0: level form is described nowhere
        skew a-not-newer-than-c: component c is described nowhere",
    );
}

#[test]
fn doubles_missing_sources_and_rules_that_forbid_any_roll_are_found() {
    let mut twice =
        catalog("components: a a\nreleases: 1.0.0\nline: 1.0\npath: .. to ..\nskew: a equal a");
    twice.components[0].source.clear();
    let lints: Vec<String> = twice.lint().iter().map(ToString::to_string).collect();
    same(
        &lints.join("\n"),
        "
        component a: stands twice
        component a: names no source
        skew a-equal-a: forbids any roll: a component cannot move all at once",
    );
}
