//! The cluster is not well: before the start, between two moves, and in mid roll.

use std::time::Duration;

use xtask::peers::kafka::ask::Topic;
use xtask::peers::kafka::{ROLL, Role};
use xtask::peers::process::Signal;
use xtask::roll::{self, NAME};

use super::ground::{Ground, ROLLED, SOON, has, stays, within};

/// Long enough that a windlass which looks away would have begun: it chooses within half a second.
const WATCHED: Duration = Duration::from_secs(5);

pub fn under_min_isr_before(ground: &mut Ground) {
    ground.register("");
    let thin = Topic {
        name: "thin",
        partitions: 3,
        replicas: 3,
        min_in_sync: 3,
    };
    ground.lab.create_topic(&thin).expect("a topic");
    let met = within(SOON, || {
        ground
            .ask(&["check", NAME])
            .text
            .contains("topics.no-headroom")
    });
    assert!(
        met,
        "it has no room:\n{}",
        ground.ask(&["check", NAME]).text
    );
    ground.apply(
        "waiver.yaml",
        "apiVersion: windlass.dev/v1\nkind: Waiver\nmetadata: {name: thin-may-pause}\nspec:\n  \
         cluster: orders\n  check: topics.no-headroom\n  reason: thin may pause\n  by: anna\n  \
         until: 2999-01-01T00:00:00Z\n",
    );
    has(
        &ground.ask(&["check", NAME]).text,
        &["waived by anna until", "thin may pause"],
    );
    ground.lab.kill(3, Signal::KILL).expect("it runs");
    let mut last = String::new();
    let met = within(SOON, || {
        last = ground.ask(&["check", NAME]).text;
        last.contains("partitions.under-min-isr")
    });
    assert!(met, "the thin topic is seen:\n{last}");
    has(
        &last,
        &[
            "topic thin",
            "below min.insync.replicas",
            "upgrade is barred",
        ],
    );
    let before = ground.pids();
    let said = ground.roll().ends(SOON);
    assert_eq!(said.code, 1, "{}", said.text);
    has(&said.text, &["the exact release of node 3 is not known"]);
    assert_eq!(ground.pids(), before, "nothing was touched");
}

pub fn under_min_isr_midway(ground: &mut Ground) {
    ground.register("");
    let first = ground.paused_after_one();
    let active = ground.lab.active_controller().expect("one leads");
    let ids = [1, 2, 3];
    let hung = ids.into_iter().find(|id| *id != first && *id != active);
    let hung = hung.expect("one of three");
    ground.lab.kill(hung, Signal::STOP).expect("it runs");
    let before = ground.pids();
    let mut last = String::new();
    let met = within(SOON, || {
        last = ground.ask(&["observe", NAME]).text;
        last.contains("could not be asked")
    });
    assert!(met, "its silence is seen:\n{last}");
    let carrier = ground.carried();
    ground.must(&["continue", NAME]);
    let why = ground.until_why("bar it");
    has(
        &why,
        &[
            &format!("gap.node-{hung}"),
            "gave no answer",
            "quorum.majority-margin",
            "mend it and the run goes on by itself",
        ],
    );
    stays(WATCHED, "nothing begins while a broker hangs", || {
        ground.pids() == before
    });
    ground.lab.kill(hung, Signal::CONT).expect("it runs");
    ground.until_phase("finished", ROLLED);
    carrier.kill();
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

pub fn dies_in_a_pause(ground: &mut Ground) {
    ground.register("");
    let first = ground.paused_after_one();
    let active = ground.lab.active_controller().expect("one leads");
    let ids = [1, 2, 3];
    let dead = ids.into_iter().find(|id| *id != first && *id != active);
    let dead = dead.expect("one of three");
    ground.lab.kill(dead, Signal::KILL).expect("it runs");
    let carrier = ground.carried();
    ground.must(&["continue", NAME]);
    let words = format!("the exact release of node {dead} is not known");
    let why = ground.until_why(&words);
    has(
        &why,
        &["orders waits", "plans again once all of it can be seen"],
    );
    let before = ground.pids();
    stays(WATCHED, "nothing begins meanwhile", || {
        ground.pids() == before
    });
    ground.lab.start(dead, ROLL[0]).expect("it starts");
    ground.finished_after_restarts();
    carrier.kill();
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

pub fn active_controller(ground: &mut Ground) {
    ground.register("");
    // It is the last that moves, so that the first is another.
    let active = ground.lab.active_controller().expect("one leads");
    let mut carrier = ground.roll();
    let first = ground.flying();
    assert_ne!(first, active);
    ground.until_down(first);
    ground.lab.kill(active, Signal::KILL).expect("it runs");
    let third = 6 - first - active;
    let calm = ground.pid(third);
    stays(
        WATCHED * 2,
        "nobody else is stopped without a quorum",
        || ground.lab.pid(third) == Some(calm),
    );
    let why = ground.until_why("bar it");
    has(
        &why,
        &[
            "quorum.majority-margin",
            "mend it and the run goes on by itself",
        ],
    );
    carrier.attends();
    drop(carrier);
    let carrier = ground.carried();
    ground.lab.start(active, ROLL[0]).expect("it starts");
    ground.finished_after_restarts();
    carrier.kill();
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

pub fn two_controllers_gone(ground: &mut Ground) {
    ground.register("");
    let mut carrier = ground.roll();
    let first = ground.flying();
    let controllers: Vec<i32> = ground
        .lab
        .nodes()
        .into_iter()
        .filter(|(id, role)| *role == Role::Controller && *id != first)
        .map(|(id, _)| id)
        .take(2)
        .collect();
    for id in &controllers {
        ground.lab.kill(*id, Signal::KILL).expect("it runs");
    }
    let met = within(SOON, || {
        controllers.iter().all(|id| ground.lab.pid(*id).is_none())
    });
    assert!(met, "both are gone");
    let left: Vec<(i32, i32)> = ground
        .pids()
        .into_iter()
        .filter(|(id, _)| *id != first)
        .collect();
    stays(WATCHED * 2, "nothing is stopped without a quorum", || {
        left.iter()
            .all(|(id, pid)| ground.lab.pid(*id) == Some(*pid))
    });
    has(
        &ground.ask(&["observe", NAME]).text,
        &["no active controller answers"],
    );
    has(&ground.why(), &["orders"]);
    carrier.attends();
    drop(carrier);
    let carrier = ground.carried();
    for id in controllers {
        ground.lab.start(id, ROLL[0]).expect("it starts");
    }
    ground.finished_after_restarts();
    carrier.kill();
}
