//! A window closes in mid roll: what has begun finishes, the rest stands until the next one opens.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::process::Signal;
use xtask::peers::kafka::ROLL;
use xtask::roll;

use super::ground::{Ground, ROLLED, SOON, has, stays, within};

/// Long enough that a member begins in it, with a plan, its checks and 10 s of the catalog's before it.
const OPEN: SignedDuration = SignedDuration::from_secs(30);
/// Between the two windows.
const SHUT: SignedDuration = SignedDuration::from_secs(45);
/// Watched while it is shut.
const WATCHED: Duration = Duration::from_secs(5);

pub fn closes(ground: &mut Ground) {
    let closes = Timestamp::now() + OPEN;
    let opens = closes + SHUT;
    let ends = opens + SignedDuration::from_hours(1);
    let before = closes - SignedDuration::from_hours(1);
    let civil = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    ground.register(&format!(
        "windows:\n  \
           - {{name: first, from: \"{}\", to: \"{}\", zone: UTC}}\n  \
           - {{name: second, from: \"{}\", to: \"{}\", zone: UTC}}",
        civil(before),
        civil(closes),
        civil(opens),
        civil(ends),
    ));
    let at_first = ground.pids();
    let carrier = ground.roll();
    let first = ground.flying();
    let started = ground.until_started(first, at_first[&first]);
    assert!(
        Timestamp::now() < closes,
        "it began while the first was open"
    );
    // It comes back more slowly than there is time.
    ground.lab.kill(first, Signal::STOP).expect("it runs");
    let others = |ground: &Ground| {
        let mut pids = ground.pids();
        pids.remove(&first);
        pids
    };
    let calm = others(ground);
    let met = within(SOON, || Timestamp::now() > closes);
    assert!(met, "the first window is over");
    assert_eq!(
        ground.status()["phase"],
        "rolling",
        "what has begun goes on outside of the window:\n{}",
        ground.why()
    );
    ground.lab.kill(first, Signal::CONT).expect("it runs");
    ground.until_whole(first, ROLL[1]);
    assert_eq!(ground.pid(first), started, "it was left to finish");
    ground.until_phase("awaiting-window", SOON);
    has(&ground.why(), &["orders waits", "second"]);
    stays(WATCHED, "nothing begins while no window is open", || {
        Timestamp::now() >= opens || others(ground) == calm
    });
    ground.until_phase("finished", ROLLED);
    let now = others(ground);
    assert!(
        now.iter().all(|(id, pid)| calm[id] != *pid),
        "all were moved"
    );
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
    drop(carrier);
}
