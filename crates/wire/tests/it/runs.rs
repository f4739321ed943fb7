//! Lists, and where runs stand, as JSON: whole outputs.

use crate::sample::{NOON, plan, snapshot, v};
use std::collections::BTreeSet;
use std::sync::Arc;
use windlass_engine::catalog::Catalog;
use windlass_engine::effect::{Failure, FailureCode, Manner};
use windlass_engine::hash::Hash;
use windlass_engine::plan::Goal;
use windlass_engine::policy::Policy;
use windlass_engine::run::Run;
use windlass_engine::run::event::{Approval, Approver, Began, Cause, Event, Request};
use windlass_engine::run::observation::Observation;
use windlass_engine::time::{Mark, Now, Wall};
use windlass_wire::convert::ClusterDeclared;
use windlass_wire::v1::list::{self, Advice, ClusterView, RunLine, RunView, TargetView};
use windlass_wire::v1::status::{Around, RunStatus};

#[test]
fn lists() {
    let targets = list::targets(
        Some("orders"),
        vec![
            TargetView::of(
                &v("4.1.2"),
                Advice::Recommended,
                1,
                None,
                "newest of its line",
            ),
            TargetView::of(&v("3.8.1"), Advice::Barred, 0, Some("older"), ""),
        ],
    );
    let line = RunLine {
        run: "12",
        cluster: "orders",
        goal: Some(&Goal::Finalize),
        phase: "rolling",
        says: "broker 2 is restarting",
        moved: 1,
        touched: 6,
        created: NOON,
        ended: None,
    };
    let runs = list::runs(None, vec![RunView::from(&line)]);
    let declared = ClusterDeclared::of(&crate::files::cluster(crate::files::ORDERS));
    let clusters = list::clusters(vec![ClusterView::of(
        &declared,
        Some("x"),
        Some("12"),
        NOON,
    )]);
    insta::assert_snapshot!([crate::status::json(&targets), crate::status::json(&runs), crate::status::json(&clusters)].join("\n"), @r#"
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "Targets",
      "cluster": "orders",
      "items": [
        {
          "version": "4.1.2",
          "advice": "recommended",
          "hops": 1,
          "why": null,
          "note": "newest of its line"
        },
        {
          "version": "3.8.1",
          "advice": "barred",
          "hops": 0,
          "why": "older",
          "note": ""
        }
      ]
    }
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "RunList",
      "cluster": null,
      "items": [
        {
          "run": "12",
          "cluster": "orders",
          "goal": {
            "finalize": true
          },
          "phase": "rolling",
          "says": "broker 2 is restarting",
          "moved": 1,
          "touched": 6,
          "created": "2026-11-20T12:00:00Z",
          "ended": null
        }
      ]
    }
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "ClusterList",
      "cluster": null,
      "items": [
        {
          "name": "orders",
          "system": "kafka",
          "identity": "x",
          "labels": {
            "team": "shop"
          },
          "bootstrap": [
            "127.0.0.1:19101",
            "127.0.0.1:19102"
          ],
          "members": 1,
          "run": "12",
          "changed": "2026-11-20T12:00:00Z"
        }
      ]
    }
    "#);
}

fn run() -> Run {
    let catalog = Catalog {
        system: "kafka".into(),
        as_of: "2026-11-20".into(),
        ..Catalog::default()
    };
    let request = Request {
        cluster: "orders".into(),
        goal: Goal::Version(v("4.1")),
        catalog: Hash::of(b"catalog"),
        policy: Hash::of(b"policy"),
        approval: Approval::Asked,
        waivers: Vec::new(),
        by: "ada".into(),
        took: std::collections::BTreeMap::new(),
    };
    let plan = Arc::new(plan());
    let name = windlass_engine::plan::name(&plan);
    let at = |seconds: u64| Mark {
        boot: 1,
        ms: seconds * 1_000,
    };
    let began = |id: &str, seconds: u64| {
        Event::Began(Began {
            subject: windlass_engine::names::Subject::Member(id.into()),
            attempt: 1,
            tries: 1,
            found: BTreeSet::from([v("3.9.1"), v("4.1.2")]),
            to: Some(v("4.1.2")),
            manner: Manner::Gentle,
            at: at(seconds),
        })
    };
    let member = |id: &str| windlass_engine::names::Subject::Member(id.into());
    let events = [
        Event::Taken {
            epoch: 1,
            holder: "pid 7 on k1".into(),
            at: at(1),
        },
        Event::Observed(Observation::between(None, &snapshot(), at(2), |_| None)),
        Event::Judged {
            findings: Vec::new(),
            at: at(2),
        },
        Event::Planned(plan),
        Event::Approved {
            plan: name,
            by: Approver::Human("ada".into()),
        },
        Event::Claimed { epoch: 1 },
        Event::StageBegan { hop: 0, stage: 0 },
        began("101", 10),
        Event::Moved {
            subject: member("101"),
            attempt: 1,
            at: at(14),
        },
        Event::Settled {
            subject: member("101"),
            attempt: 1,
            version: Some(v("4.1.2")),
            incarnation: None,
            at: at(15),
        },
        Event::StageDone { hop: 0, stage: 0 },
        Event::StageBegan { hop: 0, stage: 1 },
        began("1", 20),
        Event::Failed {
            subject: member("1"),
            attempt: 1,
            failure: Failure {
                code: FailureCode::DidNotStay,
                step: "starting 4.1.2".into(),
                what: "its process ended after 1.8s".into(),
                log: vec!["Invalid value abc".into()],
            },
        },
        Event::Halted {
            cause: Cause::Failure {
                subject: member("1"),
            },
            at: at(22),
            wall: NOON,
        },
    ];
    Run::replay(request, Arc::new(catalog), Policy::default(), &events)
}

#[test]
fn a_run_that_stands_still() {
    let around = Around {
        run: "12".into(),
        cluster: "orders".into(),
        created: Wall(NOON.0 - 60_000_000),
        ended: None,
        carrier: Some("pid 7 on k1".into()),
    };
    let now = Now {
        wall: Wall(NOON.0 + 360_000_000),
        mono: Mark {
            boot: 1,
            ms: 382_000,
        },
    };
    insta::assert_snapshot!(crate::status::json(&RunStatus::of(&run(), &around, now)), @r#"
    {
      "apiVersion": "windlass.dev/v1",
      "kind": "RunStatus",
      "run": "12",
      "cluster": "orders",
      "identity": "cluster-x",
      "goal": {
        "version": "4.1"
      },
      "phase": "paused",
      "since": "2026-11-20T12:00:00Z",
      "standing": {
        "motion": "stands",
        "reason": "failure",
        "sentence": "broker 1 did not come through",
        "details": [
          "its process ended after 1.8s (step: starting 4.1.2; try 1)",
          "last lines of its log:",
          "  Invalid value abc"
        ],
        "for": {
          "text": "6m",
          "ms": 360000
        },
        "next": [
          "mend it, then: windlass retry orders 1",
          "or put the old release back: windlass retry orders 1 --old",
          "or leave it as it stands: windlass skip orders 1"
        ]
      },
      "carrier": "pid 7 on k1",
      "hop": {
        "index": 1,
        "of": 1,
        "to": "4.1.2"
      },
      "stage": {
        "index": 2,
        "of": 4,
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
        },
        "done": 0,
        "total": 2
      },
      "members": {
        "done": 1,
        "total": 3,
        "inFlight": [
          {
            "subject": "member/1",
            "name": "broker 1",
            "state": "failed",
            "step": null,
            "to": "4.1.2",
            "attempt": 1,
            "for": {
              "text": "6m2s",
              "ms": 362000
            },
            "failure": "its process ended after 1.8s"
          }
        ],
        "waiting": [
          "2"
        ],
        "skipped": []
      },
      "limit": 1,
      "plan": {
        "hash": "HASH",
        "short": "SHORT",
        "expected": {
          "text": "1m20s",
          "ms": 80000
        }
      },
      "soak": null,
      "evidence": {
        "asOf": "2026-11-20T12:00:00Z",
        "stale": true,
        "unwell": [
          "1"
        ],
        "unseen": [
          "2"
        ]
      },
      "barring": [],
      "refusal": null,
      "ended": null
    }
    "#);
}
