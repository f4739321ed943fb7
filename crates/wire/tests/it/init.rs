//! What `init` writes, and that it parses once filled in.

use crate::files::cluster;
use crate::sample::{member, snapshot};
use windlass_engine::snapshot::{Gap, Health, Member, Snapshot, Weight};
use windlass_wire::diagnostic::{Ink, render};
use windlass_wire::init::{MARK, write_cluster_file};
use windlass_wire::read::read;
use windlass_wire::v1::reach::Reach;
use windlass_wire::v1::security::{Security, Source, Tls};
use windlass_wire::value::address;

fn written(snapshot: &Snapshot) -> String {
    let bootstrap = [
        address("127.0.0.1:19101").expect("good"),
        address("[::1]:9092").expect("good"),
    ];
    write_cluster_file(snapshot, &bootstrap, None, &"orders".into())
}

#[test]
fn the_file_marks_what_only_the_user_knows() {
    insta::assert_snapshot!(written(&snapshot()), @r#"
    # Written by windlass from what was seen.
    # cluster cluster-x, seen 2026-11-20T12:00:00Z
    # not seen: broker 2: its release: nobody answers
    # Look for `# FILL IN:` and say what only you know, then:
    # windlass apply -f orders.yaml
    apiVersion: windlass.dev/v1
    kind: Cluster
    metadata: {name: orders}
    spec:
      system: kafka
      kafka:
        bootstrap: [127.0.0.1:19101, "[::1]:9092"]
      release:                         # FILL IN: where releases lie, as "/opt/kafka/{version}"
      defaults:
        log: logs/server.log           # its log under dir, shown when it does not come back
        env: {}                        # variables it is started with, as {KAFKA_HEAP_OPTS: -Xmx4g}
        supervisor:                    # or commands, or systemd: docs/files.md
          process:
            start: ["{release}/bin/kafka-server-start.sh", "{config}"]
            pidFile: windlass.pid
      hosts:
        - name: this-machine           # the machine that windlass runs on
          local: {}
          members:
            - id: 1                    # broker 1, 3.9.1
              dir:                     # FILL IN: the folder of broker 1
              config:                  # FILL IN: its properties file, under dir
            - id: 2                    # broker 2, release not told
              dir:                     # FILL IN: the folder of broker 2
              config:                  # FILL IN: its properties file, under dir
            - id: 101                  # controller 101, 3.9.1
              dir:                     # FILL IN: the folder of controller 101
              config:                  # FILL IN: its properties file, under dir
      policy:                          # all of it optional
        pace: {ramp: double, cap: 10%, mode: sliding}
        soak: 2m                       # healthy time after the first member of a release
        finalize: never                # levels are raised by: windlass finalize
    "#);
}

#[test]
fn not_filled_in_each_marked_line_is_named() {
    each_mark_is_named(&written(&snapshot()));
    each_mark_is_named(&guarded());
}

fn each_mark_is_named(text: &str) {
    let marked: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains(MARK) && !line.starts_with('#'))
        .map(|(at, _)| at + 1)
        .collect();
    let found = read("orders.yaml", text).expect_err("nothing filled in");
    let mut lines: Vec<usize> = found.iter().map(|one| one.line).collect();
    lines.dedup();
    assert_eq!(lines, marked, "{}", render(&found, Ink::Plain));
}

#[test]
fn filled_in_it_parses() {
    let text = written(&snapshot())
        .replace("  release: ", "  release: \"/opt/kafka/{version}\" ")
        .replace("config: ", "config: server.properties ");
    let mut filled = String::new();
    let mut count = 0;
    for line in text.lines() {
        if line.contains("dir:  ") {
            count += 1;
            filled.push_str(&line.replace("dir: ", &format!("dir: /srv/k{count} ")));
        } else {
            filled.push_str(line);
        }
        filled.push('\n');
    }
    let read = cluster(&filled);
    let ids: Vec<&str> = read.spec.hosts[0]
        .members
        .iter()
        .map(|m| m.id.as_str())
        .collect();
    assert_eq!(ids, ["1", "2", "101"]);
    assert_eq!(read.spec.kafka.bootstrap[1].to_string(), "[::1]:9092");
}

/// Two nodes behind TLS, each on a machine of its own, whose controllers want another door.
fn far() -> Snapshot {
    let mut far = snapshot();
    far.members.clear();
    for (id, at) in [("1", "k1.example:9093"), ("2", "[fd00::2]:9093")] {
        let mut node = member(id, "broker", Some("3.9"), Health::Unknown("half".into()));
        node.unversioned.insert("controller".into());
        node.address = Some(at.into());
        far.members.insert(node.id.clone(), node.into());
    }
    far.gaps = vec![
        Gap {
            about: "node 1".into(),
            member: Some("1".into()),
            what: "controller listener could not be asked: no TLS".into(),
            mend: "say in `controllerSecurity` how".into(),
            weight: Weight::Bars,
        },
        Gap {
            about: "node 1".into(),
            member: Some("1".into()),
            what: "the host of node 1 is not declared".into(),
            mend: "declare its host in the cluster's file".into(),
            weight: Weight::Bars,
        },
    ];
    far
}

fn guarded() -> String {
    let tls = Tls {
        ca: Some(Source::FromFile("/etc/windlass/ca.pem".into())),
        ..Tls::default()
    };
    let security = Security {
        tls: Some(tls),
        ..Security::default()
    };
    let bootstrap = [address("k1.example:9093").expect("good")];
    write_cluster_file(&far(), &bootstrap, Some(&security), &"orders".into())
}

#[test]
fn hosts_of_their_own_are_reached_over_ssh_and_controllers_may_want_another_door() {
    insta::assert_snapshot!(guarded());
    let filled = guarded()
        .replace(
            "controllerSecurity: ",
            "controllerSecurity: {plaintext: {}} ",
        )
        .replace("release: ", "release: \"/opt/kafka/{version}\" ")
        .replace("user: ", "user: kafka ")
        .replace("dir: ", "dir: /srv/kafka ")
        .replace("config: ", "config: server.properties ");
    let read = cluster(&filled);
    let ways: Vec<&str> = read
        .spec
        .hosts
        .iter()
        .filter_map(|host| match &host.reach {
            Reach::Ssh(ssh) => Some(ssh.address.as_str()),
            Reach::Local {} => None,
        })
        .collect();
    assert_eq!(ways, ["fd00::2", "k1.example"]);
}

#[test]
fn with_no_members_seen_it_parses_at_once() {
    let mut nothing = snapshot();
    nothing.members.clear();
    assert!(cluster(&written(&nothing)).spec.hosts.is_empty());
}

#[test]
fn odd_names_cannot_break_the_file() {
    let mut odd = snapshot();
    if let Some(one) = odd.members.remove(&"1".into()) {
        let mut one = Member::clone(&one);
        one.id = "null: [\"x".into();
        one.name = "broker\n  evil: true".into();
        one.host = Some("Not A Name".into());
        odd.members.insert(one.id.clone(), one.into());
    }
    odd.gaps[0].what = "two\nlines".into();
    let found = read("orders.yaml", &written(&odd)).expect_err("nothing filled in");
    let shown = render(&found, Ink::Plain);
    assert!(
        !shown.contains("unknown field") && !shown.contains("no YAML"),
        "{shown}"
    );
}
