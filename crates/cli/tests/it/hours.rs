//! Windows and freezes from a terminal: what is listed, and what an upgrade makes of them.

use crate::run::{User, fits};
use std::net::TcpListener;

const POLICY: &str = "
  policy:
    windows:
      - name: nights
        rule: FREQ=WEEKLY;BYDAY=SA,SU
        start: \"02:30\"
        duration: 4h
        zone: Europe/Berlin
    freezes:
      - {name: year-end, from: 2026-12-18, to: 2027-01-06, zone: Europe/Berlin}
      - {name: audit, from: 2026-12-12T04:30, to: 2026-12-12T05:30, zone: Europe/Berlin}
";

/// A user with a registered cluster at whose address nobody listens.
fn registered(policy: &str) -> User {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let user = User::new();
    user.file(
        "orders.yaml",
        &format!(
            "apiVersion: windlass.dev/v1\nkind: Cluster\nmetadata: {{name: orders}}\n\
             spec:\n  system: kafka\n  kafka: {{bootstrap: [\"127.0.0.1:{port}\"]}}\n{}",
            policy.trim_start_matches('\n')
        ),
    );
    let said = user.says("apply -f orders.yaml");
    assert_eq!(said.code, 0, "{}", said.all());
    user
}

#[test]
fn the_next_openings_with_what_freezes_take_and_what_the_clocks_do() {
    let user = registered(POLICY);
    let mut all = String::new();
    for line in [
        "window orders --from 2026-12-06T12:00Z -n 5",
        "window orders --from 2027-03-27T12:00Z -n 2",
        "window orders --from 2026-10-24T12:00Z -n 1",
        "freeze orders --from 2026-12-12T04:00Z",
        "window orders --from 2026-12-12T04:00Z -n 1 -o json",
    ] {
        let said = user.says(line);
        assert_eq!(said.code, 0, "{line}: {}", said.all());
        if !line.contains("json") {
            fits(&said.out);
        }
        all.push_str(&format!("$ windlass {line}\n{}\n", said.all()));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_cluster_without_hours_says_so_and_refuses_in_window() {
    let user = registered("");
    assert!(user.says("window orders").out.contains("has no windows"));
    assert!(user.says("freeze orders").out.contains("has no freezes"));
    let said = user.says("upgrade orders --to 4.1 --in-window --yes");
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("the cluster has no windows"),
        "{}",
        said.all()
    );
    let said = user.says("upgrade orders --to 4.1 --yes --at soon");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("`soon` is no moment"), "{}", said.all());
    let said = user.says("upgrade orders --to 4.1 --yes --latest 2020-01-01T00:00");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("nothing could begin"), "{}", said.all());
    let said = user.says("window orders --from whenever");
    assert_eq!(said.code, 2);
    user.file(
        "up.yaml",
        "apiVersion: windlass.dev/v1\nkind: Upgrade\nmetadata: {name: nov}\n\
         spec: {cluster: orders, to: \"4.1\", inWindow: true}\n",
    );
    let said = user.says("apply -f up.yaml");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("inWindow"), "{}", said.all());
}

#[test]
fn begin_is_a_word_like_the_others() {
    let user = registered(POLICY);
    user.file(
        "up.yaml",
        "apiVersion: windlass.dev/v1\nkind: Upgrade\nmetadata: {name: nov}\n\
         spec: {cluster: orders, to: \"4.1\", inWindow: true, at: 2026-11-21T22:00+01:00}\n",
    );
    let said = user.says("apply -f up.yaml");
    assert_eq!(said.code, 0, "{}", said.all());
    let said = user.says("begin orders");
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(
        said.out.contains("begin is noted for run 1"),
        "{}",
        said.all()
    );
}
