//! What programs read: each shape once, whole.

use crate::sample::{NOON, plan, snapshot};
use windlass_engine::catalog::{Binds, Severity};
use windlass_engine::check::{Finding, Verdict};
use windlass_engine::refusal::{Because, Code, FactRef, Proof, Refusal};
use windlass_engine::snapshot::Found;
use windlass_wire::v1::finding::{FindingsView, RefusalView};
use windlass_wire::v1::plan::PlanView;
use windlass_wire::v1::snapshot::SnapshotView;

/// As JSON; the plan's hash depends on all of it, so it is taken out.
pub fn json(value: &impl serde::Serialize) -> String {
    let hash = windlass_engine::plan::name(&plan());
    serde_json::to_string_pretty(value)
        .expect("JSON")
        .replace(&hash.to_string(), "HASH")
        .replace(&hash.short(), "SHORT")
}

#[test]
fn a_snapshot() {
    insta::assert_snapshot!(json(&SnapshotView::of(&snapshot(), Some("orders"))), @r#"
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "Snapshot",
      "cluster": "orders",
      "system": "kafka",
      "identity": "cluster-x",
      "seen": "2026-11-20T12:00:00Z",
      "members": [
        {
          "id": "1",
          "name": "broker 1",
          "components": {
            "broker": "3.9.1"
          },
          "host": null,
          "zone": "a",
          "health": "settling",
          "why": "in sync 41 of 66",
          "state": "in sync",
          "active": false,
          "load": 3,
          "since": "2026-11-20T12:00:00Z"
        },
        {
          "id": "2",
          "name": "broker 2",
          "components": {
            "broker": null
          },
          "host": null,
          "zone": "a",
          "health": "unknown",
          "why": "nobody answers",
          "state": "in sync",
          "active": false,
          "load": 3,
          "since": "2026-11-20T12:00:00Z"
        },
        {
          "id": "101",
          "name": "controller 101",
          "components": {
            "controller": "3.9.1"
          },
          "host": null,
          "zone": "a",
          "health": "healthy",
          "why": null,
          "state": "in sync",
          "active": true,
          "load": 3,
          "since": "2026-11-20T12:00:00Z"
        }
      ],
      "levels": [
        {
          "name": "metadata.version",
          "finalized": 21,
          "supported": {
            "min": 1,
            "max": 21
          }
        }
      ],
      "budgets": [
        {
          "members": [
            "1",
            "2"
          ],
          "need": 1,
          "reason": "orders-3, min.insync.replicas 1"
        }
      ],
      "facts": {
        "disks": {
          "unknown": "no permission"
        },
        "quorum.lag": 0,
        "replication.single": [
          {
            "object": "topic audit",
            "seen": "1 replica, on broker 2"
          }
        ],
        "unclean": false
      },
      "troubles": [],
      "gaps": [
        {
          "about": "broker 2",
          "member": "2",
          "what": "its release: nobody answers",
          "mend": "start it",
          "bars": true
        }
      ]
    }
    "#);
}

#[test]
fn findings() {
    let finding = |check: &str, verdict: Verdict| Finding {
        check: check.into(),
        title: "each topic has more than one replica".into(),
        verdict,
        severity: Severity::Fail,
        binds: Binds::BeforeEachMember,
        seen: vec![Found {
            object: "topic audit".into(),
            seen: "1 replica".into(),
        }],
        at: NOON,
        mend: "raise it".into(),
        source: "here".into(),
    };
    let waived = Verdict::Waived {
        by: "ada".into(),
        reason: "known".into(),
        until: NOON,
    };
    let findings = [
        finding("a", Verdict::Fail),
        finding("b", Verdict::Unknown("no permission".into())),
        finding("c", waived),
    ];
    insta::assert_snapshot!(json(&FindingsView::of(&findings, None, Some("orders"), Some("4.1"))), @r#"
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "Findings",
      "cluster": "orders",
      "to": "4.1",
      "barred": true,
      "refusal": null,
      "counts": {
        "pass": 0,
        "warn": 0,
        "fail": 1,
        "unknown": 1,
        "waived": 1
      },
      "findings": [
        {
          "check": "a",
          "title": "each topic has more than one replica",
          "verdict": "fail",
          "why": null,
          "waived": null,
          "bars": true,
          "severity": "fail",
          "binds": "before-each-member",
          "seen": [
            {
              "object": "topic audit",
              "seen": "1 replica"
            }
          ],
          "at": "2026-11-20T12:00:00Z",
          "mend": "raise it",
          "source": "here"
        },
        {
          "check": "b",
          "title": "each topic has more than one replica",
          "verdict": "unknown",
          "why": "no permission",
          "waived": null,
          "bars": true,
          "severity": "fail",
          "binds": "before-each-member",
          "seen": [
            {
              "object": "topic audit",
              "seen": "1 replica"
            }
          ],
          "at": "2026-11-20T12:00:00Z",
          "mend": "raise it",
          "source": "here"
        },
        {
          "check": "c",
          "title": "each topic has more than one replica",
          "verdict": "waived",
          "why": null,
          "waived": {
            "by": "ada",
            "reason": "known",
            "until": "2026-11-20T12:00:00Z"
          },
          "bars": false,
          "severity": "fail",
          "binds": "before-each-member",
          "seen": [
            {
              "object": "topic audit",
              "seen": "1 replica"
            }
          ],
          "at": "2026-11-20T12:00:00Z",
          "mend": "raise it",
          "source": "here"
        }
      ]
    }
    "#);
}

#[test]
fn a_refusal() {
    let refusal = Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::NoPath,
        says: "no way from here to 4.1".into(),
        because: vec![Because::stands(
            "it is so".into(),
            "UP",
            vec![FactRef::Rule {
                rule: "broker-not-newer".into(),
            }],
        )],
        hints: vec!["windlass targets orders".into()],
    };
    insta::assert_snapshot!(json(&RefusalView::from(&refusal)), @r#"
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "Refusal",
      "code": "no-path",
      "says": "no way from here to 4.1",
      "because": [
        {
          "fact": "it is so",
          "source": "UP",
          "refs": [
            {
              "is": "rule",
              "name": "broker-not-newer",
              "from": null,
              "to": null,
              "track": null,
              "of": [],
              "carries": {}
            }
          ]
        }
      ],
      "proof": "plain",
      "opens": [],
      "opener": "plain",
      "hints": [
        "windlass targets orders"
      ]
    }
    "#);
}

#[test]
fn a_plan() {
    insta::assert_snapshot!(json(&PlanView::of(&plan(), Some("orders"))), @r#"
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "Plan",
      "cluster": "orders",
      "hash": "HASH",
      "short": "SHORT",
      "parent": null,
      "identity": "cluster-x",
      "goal": {
        "version": "4.1"
      },
      "start": {
        "broker": [
          "3.9.1"
        ]
      },
      "hops": [
        {
          "to": "4.1.2",
          "stages": [
            {
              "kind": "move",
              "component": "controller",
              "from": [
                "3.9.1"
              ],
              "to": "4.1.2",
              "members": [
                "101"
              ],
              "disturbs": "leaders move",
              "each": {
                "text": "8s",
                "ms": 8000
              }
            },
            {
              "kind": "move",
              "component": "broker",
              "from": [
                "3.9.1"
              ],
              "to": "4.1.2",
              "members": [
                "1",
                "2"
              ],
              "disturbs": "leaders move",
              "each": {
                "text": "8s",
                "ms": 8000
              }
            },
            {
              "kind": "act",
              "action": "preferred-leaders",
              "what": "leaders go home"
            },
            {
              "kind": "raise",
              "level": "metadata.version",
              "from": {
                "number": 21,
                "name": "3.9-IV0"
              },
              "to": {
                "number": 27,
                "name": "4.1-IV1"
              },
              "why": "asked for"
            }
          ]
        }
      ],
      "moves": 3,
      "pointOfNoReturn": {
        "hop": 1,
        "stage": 4
      },
      "mixes": [
        {
          "step": "brokers 3.9.1 → 4.1.2",
          "runs": {
            "broker": [
              "3.9.1",
              "4.1.2"
            ]
          }
        }
      ],
      "hazards": [
        {
          "id": "KAFKA-19748",
          "release": "4.1.2",
          "appliesIf": "Kafka Streams is used",
          "what": "tasks stall",
          "source": "Apache Kafka: issue tracker"
        }
      ],
      "left": [
        {
          "level": "group.version",
          "at": "0",
          "could": "1",
          "bars": "3.9"
        }
      ],
      "expected": {
        "text": "1m20s",
        "ms": 80000
      },
      "oneByOne": {
        "text": "2m",
        "ms": 120000
      }
    }
    "#);
}
