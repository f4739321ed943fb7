//! A broker dies under windlass's hands, or just before.

use xtask::peers::kafka::ROLL;
use xtask::peers::process::Signal;
use xtask::roll::{self, NAME};

use super::ground::{Ground, ROLLED, SOON, has};

pub fn broker_killed(ground: &mut Ground) {
    ground.register("");
    let before = ground.pids();
    let carrier = ground.roll();
    let first = ground.flying();
    ground.until_started(first, before[&first]);
    // Past the moment for which the deed itself waits.
    let met = super::ground::fast(SOON, || ground.status()["members"]["inFlight"][0]["state"] == "gating");
    assert!(met, "it is coming back:\n{}", ground.why());
    ground.lab.kill(first, Signal::KILL).expect("it runs");
    let said = carrier.ends(SOON);
    assert_eq!(said.code, 4, "{}", said.text);
    has(
        &ground.why(),
        &[
            &format!("the process of member {first} is gone"),
            &format!("windlass retry {NAME} {first}"),
        ],
    );
    assert_eq!(ground.pids().len(), 2, "nobody else is touched");
    let carrier = ground.carried();
    ground.must(&["retry", NAME, &first.to_string()]);
    ground.until_phase("paused", SOON);
    ground.must(&["continue", NAME]);
    ground.until_phase("finished", ROLLED);
    carrier.kill();
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

pub fn duplicate_registration(ground: &mut Ground) {
    ground.register("");
    let first = ground.paused_after_one();
    let active = ground.lab.active_controller().expect("one leads");
    let next = [1, 2, 3].into_iter().find(|id| *id != first && *id != active);
    let next = next.expect("one of three");
    ground.lab.kill(next, Signal::KILL).expect("it runs");
    let carrier = ground.carried();
    ground.must(&["continue", NAME]);
    let refused = "DUPLICATE_BROKER_REGISTRATION";
    let met = super::ground::within(SOON, || ground.log(next).contains(refused));
    assert!(met, "it came back before its session was over:\n{}", ground.why());
    ground.until_why(&format!("node {next}"));
    has(&ground.why(), &[&format!("node {next}")]);
    ground.until_phase("finished", ROLLED);
    let events = ground.events();
    assert!(!events.contains("failed"), "it was waited out:\n{events}");
    carrier.kill();
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}
