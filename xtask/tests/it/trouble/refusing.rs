//! A broker that refuses the new release, one that cannot come back, and one that does not end.

use std::net::TcpListener;

use xtask::peers::kafka::ROLL;
use xtask::peers::process::Signal;
use xtask::roll::{self, NAME};

use super::ground::{Ground, ROLLED, SOON, fast, has};

pub fn bad_key(ground: &mut Ground) {
    ground.register("");
    let first = ground.spoiled(ground.roll(), "num.network.threads=many");
    let others = ground.pids();
    assert_eq!(others.len(), 2, "nobody else is touched: {others:?}");
    let why = ground.why();
    has(
        &why,
        &[
            &format!("node {first} did not come through"),
            "Invalid value many for configuration num.network.threads",
            &format!("mend it, then: windlass retry {NAME} {first}"),
            &format!("windlass retry {NAME} {first} --old"),
            &format!("windlass skip {NAME} {first}"),
        ],
    );
    ground.mend(first);
    let carrier = ground.carried();
    has(
        &ground.must(&["retry", NAME, &first.to_string()]),
        &[&format!("node {first} is tried again at {}", ROLL[1])],
    );
    ground.until_phase("finished", ROLLED);
    carrier.kill();
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

pub fn below_minimum_old(ground: &mut Ground) {
    ground.register("");
    let first = ground.spoiled(ground.roll(), "log.segment.bytes=20000");
    has(
        &ground.why(),
        &[
            "Invalid value 20000 for configuration log.segment.bytes",
            &format!("windlass retry {NAME} {first} --old"),
        ],
    );
    let carrier = ground.carried();
    has(
        &ground.must(&["retry", NAME, &first.to_string(), "--old"]),
        &[&format!("goes back to {}", ROLL[0])],
    );
    ground.until_whole(first, ROLL[0]);
    roll::all_run(&ground.lab, ROLL[0]).expect("all on the old release");
    ground.must(&["cancel", NAME]);
    ground.until_phase("cancelled", SOON);
    carrier.kill();
}

pub fn port_taken(ground: &mut Ground) {
    ground.register("");
    let carrier = ground.roll();
    let first = ground.flying();
    let (_, address) = ground.lab.brokers()[usize::try_from(first - 1).expect("small")];
    let mut taken = None;
    let met = fast(SOON, || {
        taken = TcpListener::bind(address).ok();
        taken.is_some()
    });
    assert!(met, "the port of node {first} was never free");
    let said = carrier.ends(SOON);
    assert_eq!(said.code, 4, "{}", said.text);
    has(
        &ground.why(),
        &[
            &format!("node {first} did not come through"),
            "Address already in use",
        ],
    );
    drop(taken);
    let carrier = ground.carried();
    ground.must(&["retry", NAME, &first.to_string()]);
    ground.until_whole(first, ROLL[1]);
    ground.rest(carrier);
}

pub fn hangs_in_stop(ground: &mut Ground) {
    ground.register("patience: 6s");
    let carrier = ground.roll();
    let first = ground.flying();
    let before = ground.pid(first);
    let met = fast(SOON, || {
        ground.mark(first).contains("\"step\": \"stopping\"")
    });
    assert!(met, "it was never told to stop");
    xtask::peers::process::signal(before, Signal::STOP);
    let said = carrier.ends(SOON);
    assert_eq!(said.code, 4, "{}", said.text);
    assert_eq!(
        ground.lab.pid(first),
        Some(before),
        "it hangs, and is left so"
    );
    has(
        &ground.why(),
        &[
            "was told to stop and made no progress for 6 s",
            &format!("windlass retry {NAME} {first} --kill"),
        ],
    );
    let carrier = ground.carried();
    has(
        &ground.must(&["retry", NAME, &first.to_string(), "--kill"]),
        &["what does not end is killed"],
    );
    ground.until_whole(first, ROLL[1]);
    assert_ne!(ground.pid(first), before);
    ground.rest(carrier);
}
