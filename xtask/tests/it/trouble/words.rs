//! What a human says to a run, and what comes of nobody saying anything.

use std::process::{Command, Stdio};

use xtask::peers::kafka::ROLL;
use xtask::roll::{self, NAME};

use super::ground::{Ground, ROLLED, SOON, has, within};

pub fn all_of_them(ground: &mut Ground) {
    ground.register("");
    let carrier = ground.roll();
    let first = ground.flying();
    let said = ground.ask(&["cancel", NAME]);
    has(
        &said.text,
        &[
            "not now: members are moving",
            "pause first: windlass pause orders",
        ],
    );
    assert_eq!(said.code, 1);
    has(
        &ground.must(&["pause", NAME]),
        &[&format!(
            "nothing more begins; what has begun finishes: node {first}"
        )],
    );
    ground.until_phase("paused", SOON);
    has(&ground.why(), &["paused by", "windlass continue orders"]);
    let others: Vec<i32> = [1, 2, 3].into_iter().filter(|id| *id != first).collect();
    let (second, third) = (others[0], others[1]);
    has(
        &ground.must(&["skip", NAME, &third.to_string(), "--yes"]),
        &[&format!(
            "node {third} is left as it stands; 1 other member is left to move"
        )],
    );
    has(&ground.must(&["continue", NAME]), &["goes on"]);
    assert_eq!(ground.flying(), second);
    has(
        &ground.must(&["stop", NAME]),
        &["hands leave at the next safe point"],
    );
    ground.until_phase("stopped", SOON);
    let said = carrier.ends(SOON);
    assert_eq!(said.code, 5, "{}", said.text);
    has(&said.text, &["stopped"]);
    let met = within(SOON, || ground.pids().len() == 3);
    assert!(
        met,
        "what was told to stop is started again: {:?}",
        ground.pids()
    );
    // Done stays done, left stays left: a new run takes what remains, and is cancelled before it begins.
    ground.lab.wait_healthy(SOON).expect("well");
    ground
        .carry(&["upgrade", NAME, "--to", ROLL[1], "-d"])
        .ends(SOON);
    ground.until_phase("awaiting-approval", SOON);
    has(&ground.must(&["cancel", NAME]), &["cancelled"]);
    ground.until_phase("cancelled", SOON);
    assert!(roll::all_run(&ground.lab, ROLL[1]).is_err(), "one was left");
}

pub fn expiry(ground: &mut Ground) {
    ground.register("pauseLimit: 1s");
    ground.paused_after_one();
    let carrier = ground.carried();
    let met = within(SOON, || {
        ground.events().contains("its pause has passed its limit")
    });
    assert!(met, "the limit was seen passed:\n{}", ground.events());
    assert_eq!(
        ground.status()["phase"],
        "paused",
        "one sighting ends nothing"
    );
    carrier.kill();
    // The kernel's own clock of this process: more than an hour of boot time later.
    let carry = ground.windlass.command(["carry"]);
    let mut later = Command::new("unshare");
    later
        .args([
            "--time",
            "--boottime",
            "4000",
            "--monotonic",
            "4000",
            "--fork",
            "--kill-child",
        ])
        .arg(carry.get_program())
        .args(carry.get_args())
        .env("WINDLASS_STORE", ground.windlass.store())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut later = later.spawn().expect("unshare starts");
    let met = within(SOON, || ground.status()["phase"] == "expired");
    later.kill().unwrap_or_default();
    later.wait().expect("it ends");
    assert!(met, "the pause expired:\n{}", ground.why());
    has(&ground.why(), &["paused for longer than its limit"]);
    ground
        .lab
        .wait_healthy(ROLLED)
        .expect("nothing was touched");
}
