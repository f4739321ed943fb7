//! Files that are right: what becomes of them.

use windlass_wire::read::read;
use windlass_wire::v1::Object;
use windlass_wire::v1::cluster::Cluster;

pub const ORDERS: &str = include_str!("../data/orders.yaml");

/// The only cluster of a text.
pub fn cluster(text: &str) -> Cluster {
    match read("orders.yaml", text) {
        Ok(objects) => objects
            .into_iter()
            .find_map(|object| match object {
                Object::Cluster(cluster) => Some(*cluster),
                Object::Upgrade(_) | Object::Waiver(_) => None,
            })
            .expect("a cluster"),
        Err(found) => panic!(
            "{}",
            windlass_wire::diagnostic::render(&found, windlass_wire::diagnostic::Ink::Plain)
        ),
    }
}

#[test]
fn the_file_of_the_guide_is_read_with_all_defaults_worked_in() {
    let objects = read("orders.yaml", ORDERS).expect("a good file");
    let shown: Vec<String> = objects
        .iter()
        .map(|o| serde_json::to_string_pretty(&o.to_json()).expect("JSON"))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "Cluster",
      "metadata": {
        "labels": {
          "team": "shop"
        },
        "name": "orders"
      },
      "spec": {
        "hosts": [
          {
            "local": {},
            "members": [
              {
                "config": "controller.properties",
                "dir": "/srv/k101",
                "env": {
                  "KAFKA_HEAP_OPTS": "-Xmx1g"
                },
                "id": "101",
                "log": "logs/server.log",
                "supervisor": {
                  "process": {
                    "pidFile": "run/101.pid",
                    "start": [
                      "{release}/bin/kafka-server-start.sh",
                      "{config}"
                    ]
                  }
                }
              }
            ],
            "name": "k1"
          }
        ],
        "kafka": {
          "bootstrap": [
            "127.0.0.1:19101",
            "127.0.0.1:19102"
          ]
        },
        "policy": {
          "finalize": "never",
          "pace": {
            "cap": "10%",
            "mode": "sliding",
            "ramp": "double"
          },
          "patience": "5m",
          "pauseLimit": "15d",
          "soak": "2m"
        },
        "release": "/opt/kafka/{version}",
        "system": "kafka"
      }
    }
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "Upgrade",
      "metadata": {
        "name": "orders-4-1"
      },
      "spec": {
        "approve": true,
        "cluster": "orders",
        "finalize": "soon",
        "to": "4.1",
        "via": [
          "4.0"
        ]
      }
    }
    "#);
}

#[test]
fn an_object_reads_back_from_its_own_json_in_one_line_or_many() {
    let objects = read("orders.yaml", ORDERS).expect("a good file");
    for object in objects {
        let json = object.to_json();
        let pretty = serde_json::to_string_pretty(&json).expect("JSON");
        for text in [json.to_string(), pretty] {
            assert_eq!(
                read("registered", &text),
                Ok(vec![object.clone()]),
                "{text}"
            );
        }
    }
}

#[test]
fn defaults_of_spec_and_host_are_worked_into_members_and_the_nearest_word_wins() {
    let read = cluster(
        r#"
apiVersion: windlass.dev/v1
kind: Cluster
metadata: {name: orders}
spec:
  system: kafka
  kafka: {bootstrap: [k1:9092]}
  release: "/opt/kafka/{version}"
  defaults:
    dir: /srv/k{id}
    config: server.properties
    log: logs/server.log
    env: {A: spec, B: spec, C: spec, D: spec}
    supervisor: {process: {start: ["{release}/bin/start", "{config}"], pidFile: "run/{id}.pid", env: {B: spec process}}}
    prepare:
      - {releases: ..3.9, arguments: [--old]}
  hosts:
    - name: k1
      local:
      defaults: {env: {C: host}, config: host.properties}
      members:
        - id: 1
        - {id: 2, dir: /data/two/, env: {D: member}, log: "logs/{id}.log", prepare: []}
"#,
    );
    let host = &read.spec.hosts[0];
    let shown = serde_json::to_string_pretty(&host.members).expect("JSON");
    insta::assert_snapshot!(shown, @r#"
    [
      {
        "id": "1",
        "dir": "/srv/k1",
        "config": "host.properties",
        "log": "logs/server.log",
        "supervisor": {
          "process": {
            "start": [
              "{release}/bin/start",
              "{config}"
            ],
            "pidFile": "run/{id}.pid"
          }
        },
        "env": {
          "A": "spec",
          "B": "spec process",
          "C": "host",
          "D": "spec"
        },
        "prepare": [
          {
            "releases": "..3.9",
            "arguments": [
              "--old"
            ]
          }
        ]
      },
      {
        "id": "2",
        "dir": "/data/two",
        "config": "host.properties",
        "log": "logs/2.log",
        "supervisor": {
          "process": {
            "start": [
              "{release}/bin/start",
              "{config}"
            ],
            "pidFile": "run/{id}.pid"
          }
        },
        "env": {
          "A": "spec",
          "B": "spec process",
          "C": "host",
          "D": "member"
        }
      }
    ]
    "#);
}

#[test]
fn a_large_object_reads_back_from_one_line() {
    let mut read_first = cluster(ORDERS);
    let pattern = read_first.spec.hosts[0].members[0].clone();
    for id in 1000..2000 {
        let mut member = pattern.clone();
        member.id = id.to_string().into();
        member.dir = format!("/srv/{}/{id}", "x".repeat(100));
        member.log = None;
        member.env.insert("LONG".into(), "y: # \" \\ ' ".repeat(10));
        read_first.spec.hosts[0].members.push(member);
    }
    let object = Object::Cluster(Box::new(read_first));
    let text = object.to_json().to_string();
    assert_eq!(read("registered", &text), Ok(vec![object]));
}
