//! What `apply --dry-run` shows.

use crate::files::{ORDERS, cluster};
use windlass_wire::diff::diff;
use windlass_wire::v1::Object;

fn object(text: &str) -> serde_json::Value {
    Object::Cluster(Box::new(cluster(text))).to_json()
}

fn shown(from: &[(&str, &str)]) -> String {
    let mut text = ORDERS.to_owned();
    for (old, new) in from {
        assert!(text.contains(old), "{old}");
        text = text.replacen(old, new, 1);
    }
    let changes = diff(&object(ORDERS), &object(&text));
    let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn the_same_is_no_difference() {
    assert_eq!(shown(&[]), "");
    assert_eq!(
        shown(&[("soak: 2m", "soak: 120s")]),
        "",
        "the same length in other words"
    );
}

#[test]
fn fields_change_come_and_go() {
    insta::assert_snapshot!(shown(&[
        ("soak: 2m", "soak: 5m"),
        ("labels: {team: shop}", "labels: {tier: one}"),
        ("log: logs/server.log", "log: \"logs/{id}.log\""),
        ("127.0.0.1:19102", "127.0.0.1:19103"),
    ]), @r#"
    - metadata.labels.team: shop
    + metadata.labels.tier: one
    ~ spec.hosts[k1].members[101].log: logs/server.log → logs/101.log
    ~ spec.kafka.bootstrap: ["127.0.0.1:19101","127.0.0.1:19102"] → ["127.0.0.1:19101","127.0.0.1:19103"]
    ~ spec.policy.soak: 2m → 5m
    "#);
}

#[test]
fn members_and_hosts_are_told_apart_by_name() {
    let members = "        - {id: 1, dir: /srv/k1, supervisor: {systemd: {unit: kafka, link: /opt/kafka/current}}}\n    - {name: k2, local: {}, members: []}\n  policy:";
    insta::assert_snapshot!(shown(&[("id: 101", "id: 102"), ("  policy:", members)]), @r#"
    - spec.hosts[k1].members[101]: {"config":"controller.properties","dir":"/srv/k101","env":{"KAFKA_HEAP_OPTS":"-Xmx1g"},"id":"101","log":"logs/server.log","supervisor":{"process":{"pidFile":"run/101.pid","start":["{release}/bin/kafka-server-start.sh","{config}"]}}}
    + spec.hosts[k1].members[102]: {"config":"controller.properties","dir":"/srv/k101","env":{"KAFKA_HEAP_OPTS":"-Xmx1g"},"id":"102","log":"logs/server.log","supervisor":{"process":{"pidFile":"run/101.pid","start":["{release}/bin/kafka-server-start.sh","{config}"]}}}
    + spec.hosts[k1].members[1]: {"dir":"/srv/k1","id":"1","supervisor":{"systemd":{"link":"/opt/kafka/current","unit":"kafka"}}}
    + spec.hosts[k2]: {"local":{},"members":[],"name":"k2"}
    "#);
}

#[test]
fn lists_of_plain_values_and_other_types_are_shown_whole() {
    let old = serde_json::json!({"a": [1, 2], "b": {"c": "x"}, "d": ""});
    let new = serde_json::json!({"a": [1], "b": "x", "d": null});
    let lines: Vec<String> = diff(&old, &new).iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "~ a: [1,2] → [1]",
            "~ b: {\"c\":\"x\"} → x",
            "~ d: \"\" → null"
        ]
    );
}
