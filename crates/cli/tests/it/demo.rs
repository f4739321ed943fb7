//! False clusters, played by the real binary: engine, runner, store and terminal are those of every command.

use crate::run::{Said, User, fits};
use std::process::{Child, Stdio};

/// No wait of these stories takes longer unless something hangs.
const WITHIN: &str = "60s";

fn well(user: &User, line: &str) -> Said {
    let said = user.says(line);
    assert_eq!(said.code, 0, "{line}: {}", said.all());
    fits(&said.out);
    fits(&said.err);
    said
}

/// All that was said, however its lines are broken.
fn flat(said: &Said) -> String {
    let all = format!("{} {}", said.err, said.out);
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A demo that goes on while other things are said.
fn plays(user: &User, line: &str) -> Child {
    let mut command = user.command(line);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("windlass starts")
}

/// Waits until a run of a fresh demo is there, and has come so far.
fn comes_to(user: &User, state: &str) {
    let line = format!("demo wait --for {state} --timeout {WITHIN}");
    for _ in 0..2_000 {
        let said = user.says(&line);
        let early = said.err.contains("nothing is played") || said.err.contains("has no run");
        if !early {
            assert_eq!(said.code, 0, "{line}: {}", said.all());
            return;
        }
    }
    panic!("no run was ever begun");
}

#[test]
fn without_anything_a_cluster_is_raised_to_its_end() {
    let user = User::new();
    let said = well(&user, "demo --speed 500");
    let all = flat(&said);
    assert!(!all.contains('\u{1b}'), "no colour, no cursor: {all}");
    for words in [
        "false-kafka is a false cluster of 6 members",
        "500 times as fast as in life",
        "over 4.0.2 → 4.1.2, 12 moves",
        "broker 3 is whole at 4.1.2, 12 of 12",
        "✓ run 1 finished: false-kafka is at 4.1.2",
        "windlass demo finalize false-kafka",
        "false-kafka was a false one",
    ] {
        assert!(all.contains(words), "{words}: {all}");
    }
    // The user's own store was never opened.
    assert!(
        !user
            .home()
            .join(".local/state/windlass/windlass.db")
            .exists()
    );
    assert!(flat(&well(&user, "runs")).contains("no runs yet"));
    // What was played can be looked at, and is a cluster like any other.
    let seen = well(&user, "demo observe").out;
    assert!(
        seen.contains("false-kafka   kafka 4.1.2   6 members, all healthy"),
        "{seen}"
    );
    let back = flat(&well(&user, "demo rollback --yes"));
    assert!(back.contains("false-kafka is at 3.9.1"), "{back}");
    let up = flat(&well(&user, "demo upgrade --to 4.1 --finalize --yes"));
    assert!(up.contains("metadata.version 3.9-IV0 → 4.1-IV1"), "{up}");
    // The next one is fresh.
    let again = flat(&well(&user, "demo --speed 500"));
    assert!(
        again.contains("run 4 finished: false-kafka is at 4.1.2"),
        "{again}"
    );
}

#[test]
fn one_cluster_of_each_system_at_once() {
    let user = User::new();
    let said = flat(&well(&user, "demo --all --speed 2000"));
    for words in [
        "false-acp cannot be played: humans do steps of it, which no run takes",
        "8 false clusters, one of each system that can be played",
        "then: windlass demo continue kafka",
        "then windlass demo --all: it goes on where it was",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let runs = well(&user, "demo runs").out;
    let finished = runs
        .lines()
        .filter(|line| line.contains(" finished "))
        .count();
    assert_eq!(finished, 8, "{runs}");
}

#[test]
fn the_list_says_what_can_be_played() {
    let user = User::new();
    let list = well(&user, "demo --list").out;
    insta::assert_snapshot!(list);
    let json = user.says("demo --list -o json").out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let items = json["items"].as_array().expect("a list");
    assert_eq!(items.len(), crate::run::SYSTEMS.len());
    // Nothing was begun by looking.
    assert!(!user.home().join(".local").exists());
    let wrong = user.says("demo kumma");
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("did you mean `windlass demo kuma`?"),
        "{}",
        wrong.err
    );
    let early = user.says("demo pause");
    assert_eq!(early.code, 2);
    assert!(
        early.err.contains("start one: windlass demo"),
        "{}",
        early.err
    );
}

#[test]
fn a_second_terminal_pauses_spoils_and_mends() {
    let user = User::new();
    let mut player = plays(&user, "demo kong-mesh --speed 60");
    comes_to(&user, "rolling");
    let told = flat(&well(&user, "demo pause"));
    assert!(told.contains("✓ run 1: "), "{told}");
    comes_to(&user, "paused");
    let told = flat(&well(&user, "demo why"));
    assert!(
        told.contains("windlass demo continue false-kong-mesh"),
        "{told}"
    );
    assert_eq!(user.says("demo fail nobody").code, 2);
    let told = flat(&well(&user, "demo fail data-plane-east-4"));
    assert!(told.contains("it will not start"), "{told}");
    well(&user, "demo continue");
    // Without a terminal nobody would mend it there: whoever plays leaves.
    assert_eq!(player.wait().expect("an end").code(), Some(4));
    let told = flat(&well(&user, "demo why"));
    assert!(told.contains("did not come"), "{told}");
    assert!(
        told.contains("windlass demo retry false-kong-mesh data-plane-east-4"),
        "{told}"
    );
    let json = user.says("demo why -o json").out;
    assert!(
        json.contains("windlass demo retry false-kong-mesh"),
        "{json}"
    );
    let help = well(&user, "demo retry --help").out;
    assert!(help.contains("windlass demo retry"), "{help}");
    let other = user.says("demo fail 3 --of acp");
    assert!(
        other.err.contains("start it: windlass demo acp"),
        "{}",
        other.err
    );
    let mut carrier = plays(&user, "demo carry 1");
    well(&user, "demo retry");
    let told = well(&user, &format!("demo wait --timeout {WITHIN}"));
    assert!(flat(&told).contains("finished"), "{}", told.all());
    assert_eq!(carrier.wait().expect("an end").code(), Some(0));
    let seen = well(&user, "demo observe").out;
    assert!(
        seen.contains("kong-mesh 2.13.10   8 members, all healthy"),
        "{seen}"
    );
}

#[test]
fn killed_and_begun_again_it_goes_on() {
    let user = User::new();
    let mut player = plays(&user, "demo kong-mesh --speed 60");
    comes_to(&user, "rolling");
    player.kill().expect("killed");
    player.wait().expect("an end");
    let told = well(&user, "demo status").out;
    assert!(told.contains("false-kong-mesh"), "{told}");
    let told = flat(&well(&user, "demo kong-mesh --speed 61"));
    assert!(
        told.contains("run 1 stood here, and is gone on with"),
        "{told}"
    );
    assert!(told.contains("--speed 61 is for a fresh cluster"), "{told}");
    assert!(
        told.contains("✓ run 1 finished: false-kong-mesh is at 2.13.10"),
        "{told}"
    );
    // What is thrown away is gone.
    let fresh = flat(&well(&user, "demo kong-mesh --fresh --speed 2000"));
    assert!(fresh.contains("✓ run 1 finished"), "{fresh}");
}
