//! Files of users: what is applied, what changes, what is wrong.

use crate::run::{User, fits};
use insta::assert_snapshot;
use std::io::Write;
use std::process::Stdio;

pub const SMALL: &str = r#"apiVersion: windlass.dev/v1
kind: Cluster
metadata: {name: orders, labels: {team: shop}}
spec:
  system: kafka
  kafka:
    bootstrap: [127.0.0.1:1]
  release: "/opt/kafka/{version}"
  hosts:
    - name: k1
      local: {}
      members:
        - id: 101
          dir: /srv/k101
          config: controller.properties
          supervisor:
            process: {start: ["{release}/bin/kafka-server-start.sh", "{config}"], pidFile: run/101.pid}
"#;

const UPGRADE: &str = "\
apiVersion: windlass.dev/v1
kind: Upgrade
metadata: {name: orders-4-1}
spec: {cluster: orders, to: 4.1}
";

#[test]
fn a_file_is_applied_changed_and_left_alone() {
    let user = User::new();
    user.file("orders.yaml", SMALL);
    let mut story = String::new();
    let mut tell =
        |words: &str| story.push_str(&format!("$ windlass {words}\n{}\n", user.says(words).all()));
    tell("apply -f orders.yaml --dry-run");
    tell("clusters");
    tell("apply -f orders.yaml");
    tell("apply -f orders.yaml");
    user.file(
        "orders.yaml",
        &SMALL
            .replace("k101", "k1")
            .replace("team: shop", "team: web, tier: one"),
    );
    tell("apply -f orders.yaml --dry-run");
    tell("apply -f orders.yaml");
    tell("apply -f orders.yaml --dry-run");
    fits(&story);
    assert_snapshot!(story);
}

#[test]
fn an_upgrade_in_a_file_is_asked_for_once() {
    let user = User::new();
    user.file("orders.yaml", SMALL);
    user.file("up.yaml", UPGRADE);
    user.file("both.yaml", &format!("{SMALL}---\n{UPGRADE}"));
    let mut story = String::new();
    let mut tell =
        |words: &str| story.push_str(&format!("$ windlass {words}\n{}\n", user.says(words).all()));
    tell("apply -f up.yaml");
    tell("apply -f both.yaml --dry-run");
    tell("apply -f both.yaml");
    tell("apply -f both.yaml");
    user.file("other.yaml", &UPGRADE.replace("orders-4-1", "orders-again"));
    tell("apply -f other.yaml");
    tell("forget orders");
    fits(&story);
    assert_snapshot!(story);
}

#[test]
fn what_is_wrong_with_files_is_shown_all_at_once_and_nothing_is_changed() {
    let user = User::new();
    user.file("good.yaml", SMALL);
    user.file(
        "bad.yaml",
        &SMALL
            .replace("bootstrap:", "bootstrp:")
            .replace("id: 101", "id: [101]"),
    );
    assert_snapshot!(user.says("apply -f good.yaml -f bad.yaml").all());
    assert!(
        user.says("clusters")
            .err
            .contains("no cluster is registered")
    );
    let coloured = user.says("apply -f bad.yaml --color always");
    assert!(coloured.err.contains('\u{1b}'));
}

#[test]
fn files_that_cannot_be_read() {
    let user = User::new();
    std::fs::write(user.home().join("bytes.yaml"), [0x61, 0xff, 0x62]).expect("a file");
    user.file("empty.yaml", "");
    user.file("half.yaml", "apiVersion: [");
    let all: Vec<String> = ["nothing.yaml", "bytes.yaml", "empty.yaml", "half.yaml", "."]
        .iter()
        .map(|file| format!("{}\n", user.says(&format!("apply -f {file}")).all()))
        .collect();
    assert_snapshot!(all.join("\n"));
}

#[test]
fn a_file_can_be_piped_in() {
    let user = User::new();
    let mut command = user.command("apply -f -");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("windlass starts");
    child
        .stdin
        .take()
        .expect("stdin")
        .write_all(SMALL.as_bytes())
        .expect("written");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0));
    let json = user.says("apply -f - -o json");
    assert_eq!(json.code, 2, "an empty file is no file: {}", json.out);
}
