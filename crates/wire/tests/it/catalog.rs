//! Catalogs that are right, and that are not.

use windlass_wire::catalog::{linted, load};
use windlass_wire::diagnostic::{Ink, render};

const SMALL: &str = r#"
system: kafka
asOf: 2026-11-20
components:
  - {name: controller, restartMs: 5000, disturbs: nothing, source: here}
releases:
  - {version: 4.0.2, source: here}
  - {version: 4.10, source: here, avoid: withdrawn}
lines:
  - {line: 4.0, levels: {metadata.version: [7, 25]}, source: here}
levels:
  - {name: metadata.version, raise: on-finalize, names: {25: 4.0-IV3}, oneWay: [23], source: here}
paths:
  - {from: 3.3..3.9, to: 4.0, needs: {metadata.version: 7}, source: here}
skew:
  - {id: lag, of: controller, from: controller, allow: {lines: [-1, 1]}, why: so, source: here}
  - {id: not-newer, of: controller, from: controller, allow: not-newer, why: so, source: here}
checks:
  - id: replication.single
    title: t
    fact: f
    must: {be-at-least: 3}
    severity: fail-always
    binds: before-hop
    mend: m
    source: here
hazards:
  - {id: KAFKA-1, at: 4.1.0, what: w, source: here}
actions:
  - {name: preferred-leaders, after: controller, what: w, source: here}
"#;

fn wrong(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    match load("kafka.yaml", &SMALL.replacen(from, to, 1)) {
        Ok(_) => "read without a word".into(),
        Err(found) => render(&found, Ink::Plain),
    }
}

#[test]
fn a_catalog_is_read_and_versions_keep_their_text() {
    let catalog = load("kafka.yaml", SMALL).expect("a good catalog");
    assert_eq!(catalog.releases[1].version.to_string(), "4.10");
    assert_eq!(catalog.lines[0].line.to_string(), "4.0");
    let again = serde_json::to_string(&catalog).expect("JSON");
    assert_eq!(
        serde_json::from_str::<windlass_engine::catalog::Catalog>(&again).expect("back"),
        catalog
    );
}

#[test]
fn an_unknown_field_of_a_catalog_is_named() {
    insta::assert_snapshot!(wrong("restartMs", "restartMS"), @r#"
    error: unknown field `restartMS`
     --> kafka.yaml:5:24
    5 |   - {name: controller, restartMS: 5000, disturbs: nothing, source: here}
      |                        ^^^^^^^^^ did you mean `restartMs`?
    "#);
}

#[test]
fn an_unknown_word_of_a_catalog_is_named() {
    insta::assert_snapshot!(wrong("on-finalize", "on-finalise"), @r#"
    error: `on-finalise` is not known
      --> kafka.yaml:12:37
    12 |   - {name: metadata.version, raise: on-finalise, names: {25: 4.0-IV3}, oneWay: [23], source: here}
       |                                     ^^^^^^^^^^^ did you mean `on-finalize`?
    "#);
}

#[test]
fn a_missing_field_of_a_catalog_is_named() {
    insta::assert_snapshot!(wrong(", disturbs: nothing", ""), @r#"
    error: missing field `disturbs`
     --> kafka.yaml:5:41
    5 |   - {name: controller, restartMs: 5000, source: here}
      |                                         ^^^^^^ `disturbs` must be given in this object
    "#);
}

#[test]
fn a_version_that_is_none_is_named() {
    insta::assert_snapshot!(wrong("4.0.2", "newest"), @r#"
    error: `newest` does not fit
     --> kafka.yaml:7:15
    7 |   - {version: newest, source: here}
      |               ^^^^^^ `newest` is no version: expected numbers joined by dots, as 4.1 or 4.1.2
    "#);
}

#[test]
fn a_number_that_is_none_is_named() {
    insta::assert_snapshot!(wrong("5000", "soon"), @r#"
    error: `soon` does not fit
     --> kafka.yaml:5:35
    5 |   - {name: controller, restartMs: soon, disturbs: nothing, source: here}
      |                                   ^^^^ expected a whole number
    "#);
}

#[test]
fn a_key_given_twice_is_named() {
    insta::assert_snapshot!(wrong("asOf: 2026-11-20", "asOf: 2026-11-20\nsystem: kafka"), @r#"
    error: `system` is given twice
     --> kafka.yaml:4:1
    4 | system: kafka
      | ^^^^^^ it stands on line 2 already
      = help: keep one of the two
    "#);
}

#[test]
fn the_catalog_of_kafka_is_read() {
    let text = include_str!("../../../../catalogs/kafka.yaml");
    if let Err(found) = load("catalogs/kafka.yaml", text) {
        panic!("{}", render(&found, Ink::Plain));
    }
}

/// A catalog with nothing but a list of so many of the same.
fn many(list: &str, count: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<String> = (0..count).map(|at| format!("  - {}\n", item(at))).collect();
    format!("system: s\nasOf: 2026-11-20\n{list}:\n{}", items.concat())
}

#[test]
fn more_than_can_be_compared_is_named() {
    let text = many("releases", 2_001, |at| {
        format!("{{version: 1.{at}, source: a}}")
    });
    let found = load("s.yaml", &text).expect_err("too many");
    insta::assert_snapshot!(render(&found, Ink::Plain), @r#"
    error: 2001 objects beside hops, above 2000
     --> s.yaml:4:3
    4 |   - {version: 1.0, source: a}
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ most of them are releases
    "#);
}

#[test]
fn aliases_by_the_million_and_deep_nests_end_in_words() {
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..40 {
        let below = level - 1;
        bomb.push_str(&format!("a{level}: &a{level} [*a{below}, *a{below}]\n"));
    }
    let merged = format!("{bomb}<<: *a39\n");
    for text in [
        bomb,
        merged,
        "system: &a [".repeat(1_000),
        "[".repeat(10_000),
        "- ".repeat(10_000),
        "x\n".repeat(6 << 20),
    ] {
        let found = load("s.yaml", &text).expect_err("no catalog");
        assert!(!render(&found, Ink::Plain).is_empty());
    }
}

#[test]
fn thousands_of_faults_are_found_in_time() {
    let text = many("edges", 10_000, |at| {
        format!("{{from: 1.{at}.0, to: 2.{at}.0}}")
    });
    let catalog = load("s.yaml", &text).expect("a catalog, if a bad one");
    let lints = catalog.lint();
    assert!(lints.len() >= 20_000);
    assert_eq!(linted("s.yaml", &text, &lints).len(), 100);
}
