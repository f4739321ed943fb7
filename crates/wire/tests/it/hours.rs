//! Windows and freezes: what is read, what is said of what is wrong, and that it reads what it writes.

use crate::errors::said;
use crate::files::{ORDERS, cluster};
use windlass_engine::calendar::hours::{Answer, Keep};
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::time::Ms;
use windlass_wire::convert::{ClusterDeclared, UpgradeAsked};
use windlass_wire::hours::moment;
use windlass_wire::read::read;
use windlass_wire::v1::Object;
use windlass_wire::v1::hours::OpeningView;

fn with(policy: &str) -> String {
    let (before, _) = ORDERS.split_once("  policy:").expect("a policy");
    let lines: Vec<String> = policy
        .trim()
        .lines()
        .map(|line| format!("    {}", line.trim_end()))
        .collect();
    format!("{before}  policy:\n{}\n", lines.join("\n"))
}

fn policy(text: &str) -> Policy {
    ClusterDeclared::of(&cluster(&with(text))).policy
}

const NIGHTS: &str = "
windows:
  - {name: nights, rule: 'FREQ=WEEKLY;BYDAY=FR,SA', start: '22:00', duration: 6h, zone: Europe/Berlin}
  - {name: patch-day, rule: FREQ=MONTHLY;BYDAY=2TU;UNTIL=20271231, start: 2026-01-01T20:00, duration: 4h, zone: America/New_York}
  - {name: move, from: 2026-12-05T08:00, to: 2026-12-06, zone: UTC}
freezes:
  - {name: year-end, from: 2026-12-18, to: 2027-01-06, zone: Europe/Berlin}
  - {name: month-end, rule: FREQ=MONTHLY;BYMONTHDAY=-1, start: '00:00', duration: 2d, zone: UTC}
fit: stage
finalize: {after: 3d}
";

#[test]
fn windows_open_where_they_are_and_freezes_take_of_them() {
    let policy = policy(NIGHTS);
    assert_eq!(policy.finalize, Finalize::After(Ms::days(3)));
    let now = moment("2026-11-21T12:00Z", None).expect("a moment");
    let lines: Vec<String> = policy
        .hours
        .openings(now, 8)
        .iter()
        .map(OpeningView::of)
        .map(|o| {
            format!(
                "{} {} {} {:?} {}",
                o.name,
                o.from,
                o.from_there,
                o.freezes,
                o.left.len()
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "nights 2026-11-21T21:00:00Z Sat 2026-11-21 22:00 Europe/Berlin [] 1",
            "nights 2026-11-27T21:00:00Z Fri 2026-11-27 22:00 Europe/Berlin [] 1",
            "nights 2026-11-28T21:00:00Z Sat 2026-11-28 22:00 Europe/Berlin [] 1",
            "nights 2026-12-04T21:00:00Z Fri 2026-12-04 22:00 Europe/Berlin [] 1",
            "move 2026-12-05T08:00:00Z Sat 2026-12-05 08:00 UTC [] 1",
            "nights 2026-12-05T21:00:00Z Sat 2026-12-05 22:00 Europe/Berlin [] 1",
            "patch-day 2026-12-09T01:00:00Z Tue 2026-12-08 20:00 America/New_York [] 1",
            "nights 2026-12-11T21:00:00Z Fri 2026-12-11 22:00 Europe/Berlin [] 1",
        ]
    );
    let eaten: Vec<String> = policy
        .hours
        .openings(moment("2026-12-18T00:00Z", None).expect("a moment"), 1)
        .iter()
        .map(|shown| shown.takes.join(" "))
        .collect();
    assert_eq!(eaten, ["year-end"]);
    // 22:00 in Berlin is open; ten seconds fit.
    let open = moment("2026-11-21T22:00[Europe/Berlin]", None).expect("a moment");
    let answer = policy.hours.ask(open, Ms::seconds(10), Keep::All);
    assert!(matches!(answer, Answer::Open { window: Some(name), .. } if name == "nights"));
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let first = cluster(&with(NIGHTS));
    let text = Object::Cluster(Box::new(first.clone()))
        .to_json()
        .to_string();
    assert!(
        text.contains("FREQ=MONTHLY;BYDAY=2TU;UNTIL=20280101T045959Z"),
        "{text}"
    );
    assert_eq!(cluster(&text).spec.policy, first.spec.policy);
}

#[test]
fn an_upgrade_may_say_when() {
    let text = "
apiVersion: windlass.dev/v1
kind: Upgrade
metadata: {name: orders-at-night}
spec:
  cluster: orders
  to: 4.1
  at: 2026-11-21T22:00+01:00
  latest: 2026-11-22T02:00[Europe/Berlin]
  inWindow: true
  finalize: {after: 36h}
";
    let objects = read("up.yaml", text).expect("a good file");
    let [Object::Upgrade(upgrade)] = objects.as_slice() else {
        panic!("an upgrade");
    };
    let asked = UpgradeAsked::of(upgrade);
    assert!(asked.in_window);
    let policy = asked.policy(&policy(NIGHTS));
    assert_eq!(policy.hours.windows.len(), 3);
    assert_eq!(policy.finalize, Finalize::After(Ms::minutes(36 * 60)));
    let at = |text: &str| moment(text, None).ok();
    assert_eq!(policy.hours.earliest, at("2026-11-21T21:00Z"));
    assert_eq!(policy.hours.latest, at("2026-11-22T01:00Z"));
    let again = Object::Upgrade(upgrade.clone()).to_json().to_string();
    assert_eq!(read("up.json", &again).expect("read back"), objects);
}

/// What is said of a window with these fields: the first line, and what was expected.
fn wrong(fields: &str) -> String {
    let text = with(&format!("windows:\n  - {{{fields}}}"));
    let said = said(&text);
    let lines = said.lines().filter_map(|line| {
        let line = line.trim_start_matches(['|', ' ']);
        let told = line.starts_with("error") || line.contains('^') || line.starts_with("= help");
        told.then(|| line.trim_start_matches(['^', ' ']).to_owned())
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn ruled(rule: &str) -> String {
    wrong(&format!(
        "name: nights, rule: '{rule}', start: '22:00', duration: 6h, zone: UTC"
    ))
}

#[test]
fn a_wrong_zone_names_the_nearest() {
    insta::assert_snapshot!(said(&with(
        "windows:\n  - {name: nights, rule: FREQ=DAILY, start: '22:00', duration: 6h, zone: Europe/Berln}"
    )));
}

#[test]
fn rules_that_cannot_be_are_refused() {
    let all = [
        "FREQ=HOURLY",
        "FREQ=WEEKLY;BYDAY=XX",
        "BYDAY=MO",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVALL=2",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=2027-01-01",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=1MO,TU",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=13;BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
        "FREQ=MONTHLY",
        "nightly",
    ];
    let told: Vec<String> = all.iter().map(|rule| ruled(rule)).collect();
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn windows_that_lack_something_say_what() {
    let all = [
        "name: nights, rule: FREQ=DAILY, zone: UTC",
        "name: nights, zone: UTC",
        "name: nights, rule: FREQ=DAILY, from: 2026-12-01, to: 2026-12-02, zone: UTC",
        "name: nights, from: 2026-12-05, to: 2026-12-01, zone: UTC",
        "name: nights, from: 2026-12-05T10:00Z, to: 2026-12-06, zone: UTC",
        "name: nights, rule: FREQ=DAILY, start: '25:00', duration: 0s, zone: UTC",
    ];
    let told: Vec<String> = all.iter().map(|fields| wrong(fields)).collect();
    insta::assert_snapshot!(told.join("\n\n"));
    let twice = said(&with(
        "windows:\n  - {name: a, from: 2026-12-05, to: 2026-12-06, zone: UTC}\nfreezes:\n  - {name: a, from: 2026-12-05, to: 2026-12-06, zone: UTC}",
    ));
    assert!(twice.contains("`a` is given twice"), "{twice}");
    let odd = said(&with("finalize: later"));
    assert!(
        odd.contains("expected `never`, `soon` or {after: 3d}"),
        "{odd}"
    );
}
