//! What may stand side by side.

use crate::stage::{catalog, cluster, same};
use windlass_engine::mix::{Mix, newly_broken};

#[track_caller]
fn check(rules: &str, seen: &str, expect: &str) {
    let catalog = catalog(&format!(
        "components: a b\nreleases: 1.0.0 1.1.0 1.2.0 2.0.0\nlevel: form\nline: 1.0 form 0 1\n\
         line: 2.0 form 1 2\n{rules}"
    ));
    let lines: Vec<String> = Mix::of(&cluster(seen))
        .check(&catalog)
        .iter()
        .map(|breach| format!("{} {breach} ({})", breach.rule, breach.source))
        .collect();
    same(&lines.join("\n"), expect);
}

#[test]
fn not_newer_counts_releases_of_members_that_can_be_ordered() {
    let rule = "skew: a not newer than b";
    check(rule, "1 a 1.0.0\n2 b 1.1.0", "");
    check(
        rule,
        "1 a 1.1.0\n2 a 1.0.0\n3 b 1.0.0",
        "a-not-newer-than-b a 1.1.0 beside b 1.0.0: it is newer (a book)",
    );
    check(rule, "1 a+b 1.1.0\n2 a+b 1.0.0", "");
    check(
        rule,
        "1 a+b 1.1.0\n2 a 2.0.0",
        "a-not-newer-than-b a 2.0.0 beside b 1.1.0: it is newer (a book)",
    );
}

#[test]
fn lines_are_counted_in_lines_of_the_catalog() {
    let rule = "skew: a within -2 0 of b";
    check(rule, "1 a 1.0.0\n2 b 1.2.0", "");
    check(
        rule,
        "1 a 1.0.0\n2 b 2.0.0",
        "a-within-b a 1.0.0 beside b 2.0.0: too far apart (a book)",
    );
    check(rule, "1 a+b 1.2.0\n2 a+b 1.0.0", "");
    check(
        rule,
        "1 a 7.0.0\n2 b 1.0.0",
        "a-within-b a 7.0.0 beside b 1.0.0: too far apart (a book)",
    );
}

#[test]
fn a_release_that_does_not_live_with_a_level_is_a_breach() {
    check("", "1 a 1.0.0\n2 b 2.0.0\nform = 1", "");
    check(
        "",
        "1 a 1.0.0\n2 b 2.0.0\nform = 2",
        "form a 1.0.0 beside form 2: 1.0 supports form 0 to 1 (a book)",
    );
}

#[test]
fn what_was_broken_before_is_not_newly_broken() {
    let catalog = catalog("components: a b\nreleases: 1.0.0 1.1.0\nskew: a not newer than b");
    let mix = |text| Mix::of(&cluster(text));
    let before = mix("1 a 1.1.0\n2 b 1.0.0");
    assert!(newly_broken(&catalog, &before, &before).is_empty());
    let after = mix("1 a 1.2.0\n2 b 1.0.0");
    assert_eq!(newly_broken(&catalog, &before, &after).len(), 1);
}
