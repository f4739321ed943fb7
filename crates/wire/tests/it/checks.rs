//! `policy.checks`: what becomes of it, and what is said of one that is wrong.

use crate::errors::wrong;
use crate::files::{ORDERS, cluster};
use windlass_engine::catalog::{Binds, Severity};
use windlass_engine::check::Asks;
use windlass_engine::time::Ms;
use windlass_wire::v1::Object;

fn with(checks: &str) -> String {
    ORDERS.replacen("soak: 2m", &format!("soak: 2m\n    checks:\n{checks}"), 1)
}

fn said(checks: &str) -> String {
    wrong("soak: 2m", &format!("soak: 2m\n    checks:\n{checks}"))
}

#[test]
fn checks_are_read_and_written_alike() {
    let text = with(
        "      - {name: backup, command: [/usr/bin/backup-age, --max, 24h], timeout: 5s, binds: before-hop, mend: take one}
      - name: zones
        title: every broker stands in a zone
        severity: warn
        cel: |
          cluster.members
            .filter(m, m.zone == null)
            .map(m, m.name)\n",
    );
    let read = cluster(&text);
    let checks = &read.spec.policy.checks;
    assert_eq!(checks.len(), 2);
    assert_eq!(checks[0].id().as_str(), "own.backup");
    let list = ["/usr/bin/backup-age", "--max", "24h"]
        .map(String::from)
        .to_vec();
    let timeout = Ms::seconds(5);
    assert_eq!(checks[0].asks, Asks::Command { list, timeout });
    assert_eq!(
        (checks[0].severity, checks[0].binds),
        (Severity::Fail, Binds::BeforeHop)
    );
    assert_eq!(
        (checks[1].severity, checks[1].binds),
        (Severity::Warn, Binds::Now)
    );
    let again = Object::Cluster(Box::new(read.clone()))
        .to_json()
        .to_string();
    assert_eq!(cluster(&again), read);
}

#[test]
fn what_is_wrong_with_an_expression_is_shown_where_it_stands() {
    insta::assert_snapshot!(said(
        "      - {name: a, cel: \"cluster.membrs.size() > 2\"}
      - name: b
        cel: |
          cluster.members
            .all(m, m.active &&)
      - {name: c, cel: 'size(x) = 1'}\n"
    ));
}

#[test]
fn what_is_wrong_with_a_check() {
    insta::assert_snapshot!(said(
        "      - {name: a, command: [x], cel: \"true\"}
      - {name: a, comand: [x]}
      - {name: B, command: []}
      - {name: c, command: [x], timeout: 1h, severity: bad, binds: later}
      - {name: d, cel: \"true\", timeout: 1s}\n"
    ));
}
