//! Hosts reached over a real sshd, which is cut, goes away, and is not the one that was meant.

use std::thread::sleep;
use std::time::Duration;

use xtask::peers::kafka::ROLL;
use xtask::peers::sshd::{self, daemon::Sshd};
use xtask::roll::{self, NAME, over_ssh};

use super::ground::{Ground, ROLLED, SOON, fast, has, stays, within};

/// Nothing that is awaited may come to its limit because a host cannot be asked: it is gone for longer.
const PATIENCE: &str = "patience: 20s";
const AWAY: Duration = Duration::from_secs(30);
/// A member comes back meanwhile, and is seen by the others.
const WATCHED: Duration = Duration::from_secs(5);

fn server(ground: &Ground) -> Sshd {
    sshd::server().expect("a server");
    let folder = ground.windlass.folder().join("sshd");
    Sshd::start(&folder, &[]).expect("a server")
}

pub fn gone(ground: &mut Ground) {
    let mut server = server(ground);
    ground.register_as(PATIENCE, |text| over_ssh(&text, &server).expect("a file"));
    let carrier = ground.roll();
    let first = ground.flying();
    let before = ground.pid(first);
    // In mid deed: what was begun on the host finishes there.
    let met = fast(SOON, || {
        ground.mark(first).contains("\"step\": \"stopping\"")
    });
    assert!(met, "it was never told to stop");
    server.cut();
    ground.until_started(first, before);
    // While it comes back, or while its deed is asked for again.
    server.down();
    let others: Vec<(i32, i32)> = ground
        .pids()
        .into_iter()
        .filter(|(id, _)| *id != first)
        .collect();
    stays(AWAY, "nobody else is touched meanwhile", || {
        others
            .iter()
            .all(|(id, pid)| ground.lab.pid(*id) == Some(*pid))
    });
    has(
        &ground.why(),
        &[&format!("node {first} is in flight"), "Connection refused"],
    );
    server.up().expect("up again");
    ground.until_whole(first, ROLL[1]);
    // The next one is done before its host goes away: only that it came back is still to be seen.
    let met = fast(SOON, || {
        ground.status()["members"]["inFlight"][0]["state"] == "gating"
    });
    assert!(met, "the next one comes back:\n{}", ground.why());
    server.down();
    sleep(AWAY);
    let why = ground.why();
    server.up().expect("up again");
    has(
        &why,
        &["is in flight", "waiting for its host", "Connection refused"],
    );
    let said = carrier.ends(ROLLED);
    assert_eq!(said.code, 0, "{}\n{}", said.text, ground.why());
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
    let events = ground.events();
    assert!(!events.contains("did not come through"), "{events}");
    assert!(server.log().matches("Accepted publickey").count() >= 4);
}

pub fn wrong_host_key(ground: &mut Ground) {
    let mut server = server(ground);
    ground.register_as("", |text| over_ssh(&text, &server).expect("a file"));
    ground.must(&["observe", NAME]);
    let before = ground.pids();
    server.down();
    server.keygen("host", "").expect("another key");
    server.up().expect("up again");
    let words = [
        "shows the host key",
        "known_hosts line 1): it was set up anew",
        "or another host stands in its place; nothing was sent to it",
    ];
    has(&ground.ask(&["observe", NAME]).text, &words);
    let said = ground.roll().ends(SOON);
    assert_eq!(said.code, 1, "{}", said.text);
    has(&said.text, &["the exact release of node"]);
    assert_eq!(ground.pids(), before, "nothing was touched");
    // Its administrator confirms the new one.
    server.know().expect("written");
    let met = within(WATCHED, || ground.ask(&["observe", NAME]).code == 0);
    assert!(met, "{}", ground.ask(&["observe", NAME]).text);
}
