//! Commands about runs on a cluster that nobody has ever reached: what can be said and done all the same.

use crate::run::{User, fits};
use std::net::TcpListener;

/// A user with a registered cluster at whose address nobody listens.
fn registered() -> User {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let user = User::new();
    user.file(
        "orders.yaml",
        &format!(
            "apiVersion: windlass.dev/v1\nkind: Cluster\nmetadata: {{name: orders}}\n\
             spec:\n  system: kafka\n  kafka: {{bootstrap: [\"127.0.0.1:{port}\"]}}\n"
        ),
    );
    let said = user.says("apply -f orders.yaml");
    assert_eq!(said.code, 0, "{}", said.all());
    user
}

/// The same, with a run that was asked for in a file and never carried.
fn asked() -> User {
    let user = registered();
    user.file(
        "up.yaml",
        "apiVersion: windlass.dev/v1\nkind: Upgrade\nmetadata: {name: nov}\n\
         spec: {cluster: orders, to: \"4.1\"}\n",
    );
    let said = user.says("apply -f up.yaml");
    assert_eq!(said.code, 0, "{}", said.all());
    user
}

fn words(user: &User, line: &str, code: i32) -> String {
    let said = user.says(line);
    assert_eq!(said.code, code, "{line}: {}", said.all());
    fits(&said.out);
    fits(&said.err);
    said.all().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn without_a_terminal_somebody_must_have_approved() {
    let user = registered();
    let told = words(&user, "upgrade orders --to 4.1", 2);
    assert!(told.contains("there is no terminal to ask on"), "{told}");
    assert!(words(&user, "status", 0).contains("no run is live"));
    assert!(words(&user, "runs", 0).contains("no runs yet"));
}

#[test]
fn a_cluster_that_does_not_answer_leaves_no_run_in_the_way() {
    let user = registered();
    let told = words(&user, "upgrade orders --to 4.1 --yes", 2);
    assert!(told.contains("the cluster does not answer"), "{told}");
    let told = words(&user, "status", 0);
    assert!(told.contains("no run is live"), "{told}");
    assert!(words(&user, "runs", 0).contains("cancelled"));
}

#[test]
fn a_run_that_nobody_carries_says_so_first() {
    let user = asked();
    for line in ["status", "status orders", "why orders", "why 1"] {
        let told = words(&user, line, 0);
        assert!(
            told.starts_with("nobody has carried run 1 since it was asked for at"),
            "{line}: {told}"
        );
    }
    let events = words(&user, "events orders", 0);
    assert!(
        events.contains("anna@") && events.contains("asked for 4.1 on orders"),
        "{events}"
    );
    let told = words(&user, "pause orders", 0);
    assert!(told.contains("windlass carry 1"), "{told}");
    let told = words(&user, "approve orders --yes", 1);
    assert!(told.contains("no plan yet"), "{told}");
    let told = words(&user, "wait orders --timeout 200ms", 3);
    assert!(told.contains("the time is over"), "{told}");
}

#[test]
fn another_goal_is_refused_and_the_live_run_named() {
    let user = asked();
    let told = words(&user, "upgrade orders --to 4.0 --yes", 1);
    assert!(
        told.contains("run 1") && told.contains("windlass cancel orders"),
        "{told}"
    );
}

#[test]
fn cancel_works_on_a_silent_cluster() {
    let user = asked();
    let told = words(&user, "cancel orders", 0);
    assert!(
        told.contains("run 1: cancelled") && told.contains("it has ended"),
        "{told}"
    );
    let told = words(&user, "cancel orders", 1);
    assert!(told.contains("run 1 has ended (cancelled)"), "{told}");
    assert!(words(&user, "wait orders", 5).contains("cancelled"));
    assert!(words(&user, "watch orders", 5).contains("nothing was done"));
    let told = words(&user, "replay 1 --at 1", 0);
    assert!(
        told.contains("after event 1") && told.contains("nothing was seen yet"),
        "{told}"
    );
    assert!(words(&user, "replay 1 --at 99", 2).contains("has only"));
}

#[test]
fn programs_read_json() {
    let user = asked();
    let read = |line: &str| -> serde_json::Value {
        let said = user.says(line);
        assert_eq!(said.code, 0, "{line}: {}", said.all());
        serde_json::from_str(&said.out).expect("JSON")
    };
    assert_eq!(read("status -o json")["items"][0]["phase"], "requested");
    let one = read("status orders -o json");
    assert_eq!(
        (&one["run"], &one["carrier"]),
        (&"1".into(), &serde_json::Value::Null)
    );
    assert_eq!(read("events 1 -o json")["items"][0]["event"], "requested");
    assert_eq!(read("runs -o json")["items"][0]["cluster"], "orders");
    assert_eq!(read("replay 1 -o json")["decided"]["kind"], "RunStatus");
}

#[test]
fn a_background_carrier_waits_for_a_silent_cluster_and_ends_with_its_run() {
    let user = asked();
    let mut carrier = user.command("carry 1").spawn().expect("a carrier");
    // It asks the cluster, waits, asks again; whichever of the two it does, the word comes through.
    let mut told = String::new();
    for _ in 0..20 {
        let said = user.says("cancel 1");
        told = said.all();
        if user.says("wait 1 --for ended --timeout 1s").code == 0 {
            break;
        }
    }
    let left = carrier.wait().expect("it ends by itself");
    assert_eq!(left.code(), Some(5), "{told}");
}

#[test]
fn a_way_back_must_be_told_where_no_journal_tells_it() {
    let user = registered();
    for line in [
        "rollback orders --yes",
        "rollback orders --dry-run",
        "plan orders --rollback",
        "check orders --rollback",
    ] {
        let told = words(&user, line, 2);
        assert!(
            told.contains("no run of orders tells which release it came from")
                && told.contains("--to RELEASE"),
            "{line}: {told}"
        );
    }
    let told = words(&user, "plan --bootstrap 127.0.0.1:1 --rollback", 2);
    assert!(told.contains("has no journal"), "{told}");
    let told = words(&user, "rollback orders --to 3.9", 2);
    assert!(told.contains("there is no terminal to ask on"), "{told}");
    assert!(words(&user, "runs", 0).contains("no runs yet"));
}

#[test]
fn a_live_run_is_given_the_way_back_or_ended_first() {
    let user = asked();
    let told = words(&user, "rollback orders --to 3.9 --yes", 1);
    for part in [
        "run 1",
        "or windlass pause orders ! then windlass retarget orders --rollback --to 3.9",
        "windlass cancel orders",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // It has moved nobody, so it does not tell where the cluster came from.
    let told = words(&user, "retarget orders --rollback", 2);
    assert!(told.contains("--to RELEASE"), "{told}");
}

#[test]
fn a_way_back_in_a_file_is_the_same_as_the_command() {
    let user = registered();
    user.file(
        "back.yaml",
        "apiVersion: windlass.dev/v1\nkind: Upgrade\nmetadata: {name: nov-back}\n\
         spec: {cluster: orders, to: 3.9.1, rollback: true}\n",
    );
    let told = words(&user, "apply -f back.yaml", 0);
    assert!(told.contains("orders → back to 3.9.1"), "{told}");
    let told = words(&user, "rollback orders --to 4.0 --yes", 1);
    assert!(told.contains("run 1"), "{told}");
    assert!(words(&user, "runs", 0).contains("3.9.1 (back)"));
}
