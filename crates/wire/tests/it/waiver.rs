//! Waivers in files, and beside their cluster in a register.

use windlass_engine::time::Wall;
use windlass_wire::diagnostic::{Ink, render};
use windlass_wire::read::read;
use windlass_wire::registered::Registered;
use windlass_wire::v1::Object;

use crate::files::ORDERS;

const AUDIT: &str = "apiVersion: windlass.dev/v1
kind: Waiver
metadata: {name: audit}
spec:
  cluster: orders
  check: topics.no-headroom
  reason: audit may pause
  until: 2026-12-01T08:00:00+01:00
";

#[test]
fn what_is_kept_is_read_again_and_ends_in_time() {
    let text = format!("{ORDERS}\n---\n{AUDIT}");
    let kept = Registered::read("orders.yaml", &text)
        .expect("good")
        .expect("a cluster");
    let again = Registered::read("as kept", &kept.text()).expect("good");
    assert_eq!(again, Some(kept.clone()));
    let until = kept.waivers[0].spec.until;
    assert_eq!(kept.given(Wall(until.0 - 1)).len(), 1);
    assert_eq!(kept.given(until), Vec::new());
    let alone = Registered::new(kept.cluster);
    assert!(!alone.text().contains("---"));
}

#[test]
fn the_object_names_all_that_it_lets_pass() {
    let objects = read("audit.yaml", AUDIT).expect("good");
    let [Object::Waiver(waiver)] = objects.as_slice() else {
        panic!("one waiver");
    };
    insta::assert_snapshot!(Object::Waiver(waiver.clone()).to_json(), @r#"{"apiVersion":"windlass.dev/v1","kind":"Waiver","metadata":{"name":"audit"},"spec":{"check":"topics.no-headroom","cluster":"orders","reason":"audit may pause","until":"2026-12-01T07:00:00Z"}}"#);
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    let text = AUDIT
        .replace("reason: audit may pause", "reasons: \"\"")
        .replace("until: 2026-12-01T08:00:00+01:00", "until: tomorrow");
    let found = read("audit.yaml", &text).expect_err("wrong");
    insta::assert_snapshot!(render(&found, Ink::Plain), @r#"
    error: unknown field `reasons`
     --> audit.yaml:7:3
    7 |   reasons: ""
      |   ^^^^^^^ did you mean `reason`?

    error: `spec.until`: `tomorrow` is no moment
     --> audit.yaml:8:10
    8 |   until: tomorrow
      |          ^^^^^^^^ expected date, time and zone, as 2026-11-21T22:00+01:00 or 2026-11-21T22:00[Europe/Berlin]
    "#);
}
