//! Events as sentences and as data.

use crate::sample::{NOON, plan, snapshot, v};
use std::collections::BTreeSet;
use std::sync::Arc;
use windlass_engine::effect::Manner;
use windlass_engine::hash::Hash;
use windlass_engine::names::Subject;
use windlass_engine::run::command::{Answered, Command};
use windlass_engine::run::event::{Approver, Began, Cause, End, Event};
use windlass_engine::run::observation::Observation;
use windlass_engine::time::{Mark, Ms};
use windlass_wire::v1::event::{EventView, Filed, says};

fn call(subject: &Subject) -> String {
    match subject {
        Subject::Member(id) => format!("broker {id}"),
        Subject::Level(name) => format!("level {name}"),
        Subject::Action(name) => format!("action {name}"),
    }
}

fn began() -> Event {
    Event::Began(Began {
        subject: Subject::Member("2".into()),
        attempt: 2,
        tries: 2,
        found: BTreeSet::from([v("3.9.1")]),
        to: Some(v("4.1.2")),
        manner: Manner::Gentle,
        at: Mark::default(),
    })
}

#[test]
fn a_journal_reads_as_sentences() {
    let at = Mark::default();
    let two = || Subject::Member("2".into());
    let mut later = snapshot();
    if let Some(one) = later.members.get_mut(&"1".into()) {
        Arc::make_mut(one).state = "fenced".into();
    }
    let events = [
        Event::Taken {
            epoch: 3,
            holder: "pid 7 on k1".into(),
            at,
        },
        Event::Observed(Observation::between(None, &snapshot(), at, |_| None)),
        Event::Observed(Observation::between(Some(&snapshot()), &later, at, |_| {
            None
        })),
        Event::Observed(Observation::between(Some(&later), &later, at, |_| None)),
        Event::Judged {
            findings: Vec::new(),
            at,
        },
        Event::Planned(Arc::new(plan())),
        Event::Approved {
            plan: Hash::of(b""),
            by: Approver::Nobody("it adds nothing".into()),
        },
        Event::Claimed { epoch: 3 },
        Event::StageBegan { hop: 0, stage: 1 },
        began(),
        Event::Settled {
            subject: two(),
            attempt: 2,
            version: Some(v("4.1.2")),
            incarnation: None,
            at,
        },
        Event::SoakBegan {
            need: Ms::minutes(2),
            why: "first on 4.1.2".into(),
            at,
        },
        Event::Commanded {
            seq: 1,
            by: "ada".into(),
            command: Command::Cancel,
            answered: Answered::NotNow {
                why: "2 in flight".into(),
                instead: "pause first".into(),
            },
            at,
            wall: NOON,
        },
        Event::Halted {
            cause: Cause::Failure { subject: two() },
            at,
            wall: NOON,
        },
        Event::Ended(End::Stopped(vec![(two(), "told to stop".into())])),
    ];
    let lines: Vec<String> = events.iter().map(|event| says(event, &call)).collect();
    let short = windlass_engine::plan::name(&plan()).short();
    insta::assert_snapshot!(lines.join("\n").replace(&short, "SHORT"), @r#"
    pid 7 on k1 carries it, epoch 3
    saw 3 members, 1 gap
    saw broker 1: fenced
    looked at the cluster
    0 checks asked, nothing bars
    planned SHORT: 1 hop, 3 restarts
    plan e3b0c4 goes on unasked: it adds nothing
    left its mark at every member, epoch 3
    hop 1, stage 2 began
    broker 2 goes to 4.1.2, try 2
    broker 2 is whole at 4.1.2
    waits for 2m of healthy time: first on 4.1.2
    ada: cancel: not now: 2 in flight
    stands still: broker 2 did not come through
    stopped, left broker 2
    "#);
}

#[test]
fn an_event_is_data_too() {
    let filed = Filed {
        run: "12",
        seq: 31,
        at: NOON,
        author: "pid 7 on k1",
    };
    let views = [
        EventView::of(&began(), filed, &call),
        EventView::of(&Event::Proven, filed, &call),
    ];
    insta::assert_snapshot!(serde_json::to_string_pretty(&views).expect("JSON"), @r#"
    [
      {
        "run": "12",
        "seq": 31,
        "at": "2026-11-20T12:00:00Z",
        "author": "pid 7 on k1",
        "event": "began",
        "subject": "member/2",
        "says": "broker 2 goes to 4.1.2, try 2",
        "data": {
          "at": {
            "boot": 0,
            "ms": 0
          },
          "attempt": 2,
          "found": [
            "3.9.1"
          ],
          "manner": "gentle",
          "subject": "member/2",
          "to": "4.1.2",
          "tries": 2
        }
      },
      {
        "run": "12",
        "seq": 31,
        "at": "2026-11-20T12:00:00Z",
        "author": "pid 7 on k1",
        "event": "proven",
        "subject": null,
        "says": "the goal holds, seen",
        "data": null
      }
    ]
    "#);
}
