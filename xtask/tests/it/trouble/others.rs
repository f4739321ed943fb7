//! Somebody else: a second windlass on the same store, one with another store, and an older self.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use xtask::peers::kafka::ROLL;
use xtask::roll::{self, NAME};

use super::ground::{Carrier, Ground, ROLLED, SOON, fast, has, said, shown, stays, within};

const WATCHED: Duration = Duration::from_secs(3);

pub fn second_windlass(ground: &mut Ground) {
    ground.register("");
    let one = ground.roll();
    ground.flying();
    let other_goal = ground.ask(&["upgrade", NAME, "--to", "4.1", "--yes"]);
    assert_eq!(other_goal.code, 1);
    has(
        &other_goal.text,
        &[
            "orders has a live run already: run 1",
            "windlass watch orders",
        ],
    );
    let two = ground.roll();
    two.until_said("has this goal already");
    let (one, two) = (one.ends(ROLLED), two.ends(ROLLED));
    shown(&two.text);
    assert_eq!((one.code, two.code), (0, 0), "{}\n{}", one.text, two.text);
    let taken = ground.events().matches("carries it, epoch").count();
    assert_eq!(taken, 1, "one carried it to its end:\n{}", ground.events());
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

pub fn other_store(ground: &mut Ground) {
    ground.register("");
    let first = ground.paused_after_one();
    let before = ground.pids();
    let other = ground.stranger();
    let roll = ["upgrade", NAME, "--to", ROLL[1], "--yes"];
    let went = Carrier::start(&other, &roll).ends(SOON);
    assert_eq!(went.code, 4, "{}", went.text);
    let ask = |words: &[&str]| said(other.ask(words).expect("it runs"));
    has(
        &ask(&["why", NAME]).text,
        &[
            "its mark could not be left at node 1: it carries the mark of store",
            "run 1 of orders",
            "windlass adopt orders, if nobody else acts",
        ],
    );
    stays(WATCHED, "what is marked by another is not touched", || {
        ground.pids() == before
    });
    let unasked = ask(&["adopt", NAME]);
    assert_eq!(unasked.code, 2);
    has(
        &unasked.text,
        &["there is no terminal to ask on", "--confirm orders"],
    );
    let adopted = ask(&["adopt", NAME, "--confirm", NAME]);
    assert_eq!(adopted.code, 0, "{}", adopted.text);
    has(
        &adopted.text,
        &[&format!("member {first}"), "orders is adopted"],
    );
    let phase = || {
        other
            .json(&["status", NAME])
            .map(|status| status["phase"].clone())
    };
    let heir = Carrier::start(&other, &["carry"]);
    // Read by the heir now or as soon as it carries.
    assert_eq!(ask(&["continue", NAME]).code, 0);
    assert!(
        within(SOON, || phase().is_ok_and(|phase| phase == "rolling")),
        "{}",
        ask(&["why", NAME]).text
    );
    // The store that was thought to be lost speaks up again: its mark is gone.
    let late = ground.carried();
    assert_eq!(ground.ask(&["continue", NAME]).code, 0);
    let why = ground.until_why("its mark could not be left");
    has(&why, &["its mark could not be left"]);
    late.kill();
    let met = within(ROLLED, || phase().is_ok_and(|phase| phase == "finished"));
    assert!(met, "{}", ask(&["why", NAME]).text);
    heir.kill();
    roll::all_run(&ground.lab, ROLL[1]).expect("all on the new release");
}

/// A `setsid` that keeps what it was asked for: the deeds as they were sent.
fn recorder(ground: &Ground) -> PathBuf {
    let folder = ground.windlass.folder().join("recorded");
    fs::create_dir(&folder).expect("a folder");
    // A deed is a script on the input, as many bytes as the last word says.
    let script = format!(
        r#"#!/bin/sh
[ "$5" = windlass-deed ] || exec /usr/bin/setsid "$@"
sent={0}/sent-$$
head -c "$6" >"$sent"
if grep -q '^main deed' "$sent"; then
    cp "$sent" {0}/deed
    for word in "$@"; do printf '%s\0' "$word"; done >{0}/words
fi
{{ cat "$sent"; exec cat; }} | exec /usr/bin/setsid "$@"
"#,
        folder.display()
    );
    let program = folder.join("setsid");
    fs::write(&program, script).expect("written");
    let made = Command::new("chmod").arg("+x").arg(&program).status();
    assert!(made.expect("chmod").success());
    folder
}

pub fn stale_deed(ground: &mut Ground) {
    ground.register("");
    let folder = recorder(ground);
    let path = format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").expect("a path")
    );
    let mut sender = ground
        .windlass
        .command(["upgrade", NAME, "--to", ROLL[1], "--yes"]);
    sender.env("PATH", path);
    let sender = Carrier::of(&ground.windlass, sender);
    let first = ground.spoiled(sender, "num.network.threads=many");
    ground.mend(first);
    let carrier = ground.carried();
    ground.must(&["retry", NAME, &first.to_string(), "--old"]);
    ground.until_whole(first, ROLL[0]);
    let before = ground.pid(first);
    // The deed of the first attempt comes at last: word by word as it was sent.
    let words = fs::read_to_string(folder.join("words")).expect("a recorded deed");
    let words: Vec<&str> = words.trim_end_matches('\0').split('\0').collect();
    let mut late = Command::new("/usr/bin/setsid");
    late.args(&words)
        .stdin(fs::File::open(folder.join("deed")).expect("a recorded deed"));
    let answer = said(late.output().expect("it runs"));
    has(&answer.text, &["fenced"]);
    let moved = fast(WATCHED, || ground.lab.pid(first) != Some(before));
    assert!(!moved, "what is late is not done: {}", answer.text);
    roll::all_run(&ground.lab, ROLL[0]).expect("all on the old release");
    ground.must(&["cancel", NAME]);
    carrier.kill();
}
