//! Files that are wrong: the whole of what a user reads, one story for each kind of error.

use crate::files::ORDERS;
use windlass_wire::diagnostic::{Ink, render};
use windlass_wire::read::read;

/// What is said of a text.
pub fn said(text: &str) -> String {
    match read("orders.yaml", text) {
        Ok(_) => "read without a word".into(),
        Err(found) => render(&found, Ink::Plain),
    }
}

/// What is said of the good file after one change.
pub fn wrong(from: &str, to: &str) -> String {
    assert!(ORDERS.contains(from), "{from}");
    said(&ORDERS.replacen(from, to, 1))
}

#[test]
fn an_unknown_field_names_the_nearest() {
    insta::assert_snapshot!(wrong("bootstrap:", "bootstrp:"), @r#"
    error: unknown field `bootstrp`
     --> orders.yaml:7:5
    7 |     bootstrp: [127.0.0.1:19101, 127.0.0.1:19102]
      |     ^^^^^^^^ did you mean `bootstrap`?
    "#);
}

#[test]
fn an_unknown_field_near_to_nothing_names_all() {
    insta::assert_snapshot!(wrong("soak: 2m", "colour: red"), @r#"
    error: unknown field `colour`
      --> orders.yaml:21:5
    21 |     colour: red
       |     ^^^^^^ expected one of `pace`, `soak`, `finalize`, `via`, `acceptRisks`, `patience`, `pauseLimit`, `checks`, `windows`, `freezes`, `fit`
    "#);
}

#[test]
fn a_duplicate_key_names_the_first() {
    insta::assert_snapshot!(wrong("  system: kafka", "  system: kafka\n  system: kafka"), @r#"
    error: `system` is given twice
     --> orders.yaml:6:3
    6 |   system: kafka
      |   ^^^^^^ it stands on line 5 already
      = help: keep one of the two
    "#);
}

#[test]
fn a_wrong_type_says_what_was_found() {
    insta::assert_snapshot!(wrong("bootstrap: [127.0.0.1:19101, 127.0.0.1:19102]", "bootstrap: 127.0.0.1:19101"), @r#"
    error: `spec.kafka.bootstrap` must be a list
     --> orders.yaml:7:16
    7 |     bootstrap: 127.0.0.1:19101
      |                ^^^^^^^^^^^^^^^ found a text
    "#);
}

#[test]
fn an_object_where_a_text_belongs() {
    insta::assert_snapshot!(wrong("soak: 2m", "soak: {minutes: 2}"), @r#"
    error: `spec.policy.soak` must be a text
      --> orders.yaml:21:11
    21 |     soak: {minutes: 2}
       |           ^^^^^^^^^^^^ found an object
    "#);
}

#[test]
fn a_cap_of_zero() {
    insta::assert_snapshot!(wrong("cap: 10%", "cap: 0"), @r#"
    error: `spec.policy.pace.cap`: with a cap of 0 nothing would ever begin
      --> orders.yaml:20:31
    20 |     pace: {ramp: double, cap: 0, mode: sliding}
       |                               ^ expected a count from 1, as 3, or a share from 1% to 100%, as 10%
    "#);
}

#[test]
fn a_cap_above_all() {
    insta::assert_snapshot!(wrong("cap: 10%", "cap: 150%"), @r#"
    error: `spec.policy.pace.cap`: 150% is more than all members
      --> orders.yaml:20:31
    20 |     pace: {ramp: double, cap: 150%, mode: sliding}
       |                               ^^^^ expected a count from 1, as 3, or a share from 1% to 100%, as 10%
    "#);
}

#[test]
fn a_negative_cap_and_a_negative_length() {
    let text = ORDERS
        .replacen("cap: 10%", "cap: -1", 1)
        .replacen("soak: 2m", "soak: -2m", 1);
    insta::assert_snapshot!(said(&text), @r#"
    error: `spec.policy.pace.cap`: `-1` is no cap
      --> orders.yaml:20:31
    20 |     pace: {ramp: double, cap: -1, mode: sliding}
       |                               ^^ expected a count from 1, as 3, or a share from 1% to 100%, as 10%

    error: `spec.policy.soak`: `-2m` is no length of time
      --> orders.yaml:21:11
    21 |     soak: -2m
       |           ^^^ expected numbers with units d h m s ms, as 2m10s
       = help: a length of time cannot be negative
    "#);
}

#[test]
fn a_length_without_a_unit() {
    insta::assert_snapshot!(wrong("soak: 2m", "soak: 120"), @r#"
    error: `spec.policy.soak`: `120` is no length of time
      --> orders.yaml:21:11
    21 |     soak: 120
       |           ^^^ expected numbers with units d h m s ms, as 2m10s
       = help: did you mean 120s or 120m?
    "#);
}

#[test]
fn a_port_out_of_range() {
    insta::assert_snapshot!(wrong("127.0.0.1:19102", "127.0.0.1:70000"), @r#"
    error: `spec.kafka.bootstrap[1]`: port 70000 is out of range
     --> orders.yaml:7:34
    7 |     bootstrap: [127.0.0.1:19101, 127.0.0.1:70000]
      |                                  ^^^^^^^^^^^^^^^ expected a port from 1 to 65535
    "#);
}

#[test]
fn an_address_without_a_port_and_one_with_a_scheme() {
    insta::assert_snapshot!(wrong("[127.0.0.1:19101, 127.0.0.1:19102]", "[k1, \"kafka://k2:9092\"]"), @r#"
    error: `spec.kafka.bootstrap[0]`: `k1` has no port
     --> orders.yaml:7:17
    7 |     bootstrap: [k1, "kafka://k2:9092"]
      |                 ^^ expected HOST:PORT, as 127.0.0.1:9092 or [::1]:9092

    error: `spec.kafka.bootstrap[1]`: `kafka://k2:9092` is no address
     --> orders.yaml:7:21
    7 |     bootstrap: [k1, "kafka://k2:9092"]
      |                     ^^^^^^^^^^^^^^^^^ expected HOST:PORT, as 127.0.0.1:9092 or [::1]:9092
      = help: without the scheme: k2:9092
    "#);
}

#[test]
fn an_empty_bootstrap() {
    insta::assert_snapshot!(wrong("[127.0.0.1:19101, 127.0.0.1:19102]", "[]"), @r#"
    error: `spec.kafka.bootstrap` is empty
     --> orders.yaml:7:16
    7 |     bootstrap: []
      |                ^^ expected at least one HOST:PORT
    "#);
}

#[test]
fn an_address_given_twice() {
    insta::assert_snapshot!(wrong("127.0.0.1:19102", "127.0.0.1:19101"), @r#"
    error: `spec.kafka.bootstrap[1]` stands in the list already
     --> orders.yaml:7:34
    7 |     bootstrap: [127.0.0.1:19101, 127.0.0.1:19101]
      |                                  ^^^^^^^^^^^^^^^ given twice
      = help: keep one of the two
    "#);
}

#[test]
fn two_members_with_one_id() {
    let member = "        - {id: 101, dir: /srv/other, supervisor: {systemd: {unit: kafka, link: /opt/kafka/current}}}\n  policy:";
    insta::assert_snapshot!(wrong("  policy:", member), @r#"
    error: member `101` is given twice
      --> orders.yaml:19:16
    19 |         - {id: 101, dir: /srv/other, supervisor: {systemd: {unit: kafka, link: /opt/kafka/current}}}
       |                ^^^ it stands on line 13 already
    "#);
}

#[test]
fn two_members_in_one_folder() {
    let member = "        - {id: 102, dir: /srv/k101, supervisor: {systemd: {unit: kafka, link: /opt/kafka/current}}}\n  policy:";
    insta::assert_snapshot!(wrong("  policy:", member), @r#"
    error: `spec.hosts[0].members[1]`: the folder /srv/k101 is member 101's already
      --> orders.yaml:19:11
    19 |         - {id: 102, dir: /srv/k101, supervisor: {systemd: {unit: kafka, link: /opt/kafka/current}}}
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ each member needs a folder of its own
       = help: {id} in `dir` tells them apart
    "#);
}

#[test]
fn two_hosts_with_one_name() {
    let host = "    - {name: k1, local: {}, members: []}\n  policy:";
    insta::assert_snapshot!(wrong("  policy:", host), @r#"
    error: host `k1` is given twice
      --> orders.yaml:19:14
    19 |     - {name: k1, local: {}, members: []}
       |              ^^ another host has this name
       = help: put all its members under one
    "#);
}

#[test]
fn a_missing_field_and_one_without_a_value() {
    let text = ORDERS
        .replacen("          dir: /srv/k101\n", "", 1)
        .replacen("system: kafka", "system:", 1)
        .replacen("  release: \"/opt/kafka/{version}\"\n", "", 1);
    insta::assert_snapshot!(said(&text), @r#"
    error: missing field `spec.release`
     --> orders.yaml:4:1
    4 | spec:
      | ^^^^ `release` must be given here: where releases lie, as "/opt/kafka/{version}"

    error: `spec.system` has no value
     --> orders.yaml:5:3
    5 |   system:
      |   ^^^^^^ expected the kind of cluster, as kafka

    error: missing field `spec.hosts[0].members[0].dir`
      --> orders.yaml:12:11
    12 |         - id: 101
       |           ^^ `dir` must be given here: the member's folder (or under `defaults`)
    "#);
}

#[test]
fn a_missing_config_that_commands_need() {
    insta::assert_snapshot!(wrong("          config: controller.properties\n", ""), @r#"
    error: missing field `spec.hosts[0].members[0].config`
      --> orders.yaml:13:11
    13 |         - id: 101
       |           ^^ `config` must be given here: its configuration file, named by `{config}`
    "#);
}

#[test]
fn an_unknown_kind_and_api_version() {
    let text = ORDERS
        .replacen("kind: Cluster", "kind: Clutser", 1)
        .replacen("windlass.dev/v1", "windlass.dev/v2", 1);
    insta::assert_snapshot!(said(&text), @r#"
    error: `apiVersion`: `windlass.dev/v2` is not known
     --> orders.yaml:1:13
    1 | apiVersion: windlass.dev/v2
      |             ^^^^^^^^^^^^^^^ expected `windlass.dev/v1`
      = help: did you mean `windlass.dev/v1`?

    error: `kind`: `Clutser` is not known
     --> orders.yaml:2:7
    2 | kind: Clutser
      |       ^^^^^^^ expected one of `Cluster`, `Upgrade`, `Waiver`
      = help: did you mean `Cluster`?
    "#);
}

#[test]
fn an_unknown_system() {
    insta::assert_snapshot!(wrong("system: kafka", "system: kafak"), @r#"
    error: `spec.system`: `kafak` is not known
     --> orders.yaml:5:11
    5 |   system: kafak
      |           ^^^^^ expected `kafka`
      = help: did you mean `kafka`?
    "#);
}

#[test]
fn an_unknown_placeholder() {
    insta::assert_snapshot!(wrong("{release}/bin", "{relaese}/bin"), @r#"
    error: `spec.hosts[0].members[0].supervisor.process.start[0]`: unknown placeholder `{relaese}`
      --> orders.yaml:18:31
    18 |             process: {start: ["{relaese}/bin/kafka-server-start.sh", "{config}"], env: {KAFKA_HEAP_OPTS: -Xmx1g}, pidFile: run/101.pid}
       |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected one of `{release}`, `{version}`, `{config}`, `{id}`, `{dir}`
       = help: did you mean `{release}`?
    "#);
}

#[test]
fn a_placeholder_that_is_not_to_be_had_there() {
    insta::assert_snapshot!(wrong("/srv/k101", "\"/srv/{version}\""), @r#"
    error: `spec.hosts[0].members[0].dir`: `{version}` is not to be had here
      --> orders.yaml:14:16
    14 |           dir: "/srv/{version}"
       |                ^^^^^^^^^^^^^^^^ expected `{id}`
    "#);
}

#[test]
fn a_release_folder_that_is_the_same_for_all() {
    insta::assert_snapshot!(wrong("/opt/kafka/{version}", "/opt/kafka"), @r#"
    error: `spec.release`: `/opt/kafka` is the same for each release
     --> orders.yaml:8:12
    8 |   release: "/opt/kafka"
      |            ^^^^^^^^^^^^ expected an absolute path with {version} in it, as /opt/kafka/{version}
    "#);
}

#[test]
fn a_word_that_is_not_known() {
    insta::assert_snapshot!(wrong("mode: sliding", "mode: slidng"), @r#"
    error: `spec.policy.pace.mode`: `slidng` is not known
      --> orders.yaml:20:42
    20 |     pace: {ramp: double, cap: 10%, mode: slidng}
       |                                          ^^^^^^ expected `sliding` or `barrier`
       = help: did you mean `sliding`?
    "#);
}

#[test]
fn a_name_that_is_none() {
    insta::assert_snapshot!(wrong("name: orders", "name: My Orders"), @r#"
    error: `metadata.name`: `My Orders` is no name
     --> orders.yaml:3:18
    3 | metadata: {name: My Orders, labels: {team: shop}}
      |                  ^^^^^^^^^ expected at most 63 of a-z, 0-9, `-`, `.`, a letter or digit at both ends
    "#);
}

#[test]
fn a_supervisor_with_two_ways_and_a_way_that_is_not_there() {
    let text = ORDERS
        .replacen(
            "            process:",
            "            systemd: {unit: kafka, link: /opt/kafka/current}\n            process:",
            1,
        )
        .replacen("local: {}", "telnet: {address: k1}", 1);
    insta::assert_snapshot!(said(&text), @r#"
    error: missing field `spec.hosts[0].local`
      --> orders.yaml:10:7
    10 |     - name: k1
       |       ^^^^ `local` must be given here: how the machine is reached: `local: {}`, or `ssh` with `user` and its keys

    error: unknown field `telnet`
      --> orders.yaml:11:7
    11 |       telnet: {address: k1}
       |       ^^^^^^ expected one of `name`, `local`, `ssh`, `defaults`, `members`

    error: `spec.hosts[0].members[0].supervisor` must name one way
      --> orders.yaml:18:13
    18 |             systemd: {unit: kafka, link: /opt/kafka/current}
       |             ^^^^^^^ expected one of `process`, `commands`, `systemd`
    "#);
}

#[test]
fn a_fetch_with_a_bad_checksum() {
    insta::assert_snapshot!(wrong(
        "release: \"/opt/kafka/{version}\"",
        "release: {fetch: {command: [], into: \"opt/{version}\", checksum: {4.1.2: md5:00, new: sha256:00}}}"
    ), @r#"
    error: `spec.release.fetch.command` is empty
     --> orders.yaml:8:30
    8 |   release: {fetch: {command: [], into: "opt/{version}", checksum: {4.1.2: md5:00, new: sha256:00}}}
      |                              ^^ expected a program and its arguments

    error: `spec.release.fetch.into`: `opt/{version}` is no absolute path
     --> orders.yaml:8:40
    8 |   release: {fetch: {command: [], into: "opt/{version}", checksum: {4.1.2: md5:00, new: sha256:00}}}
      |                                        ^^^^^^^^^^^^^^^ expected an absolute path with {version} in it, as /opt/kafka/{version}

    error: `spec.release.fetch.checksum.4.1.2`: `md5:00` is no checksum
     --> orders.yaml:8:75
    8 |   release: {fetch: {command: [], into: "opt/{version}", checksum: {4.1.2: md5:00, new: sha256:00}}}
      |                                                                           ^^^^^^ expected sha256: and 64 hexadecimal digits

    error: `new` is no version
     --> orders.yaml:8:83
    8 |   release: {fetch: {command: [], into: "opt/{version}", checksum: {4.1.2: md5:00, new: sha256:00}}}
      |                                                                                   ^^^ expected numbers joined by dots, as 4.1 or 4.1.2
    "#);
}

#[test]
fn a_way_back_makes_no_stop_and_raises_nothing() {
    insta::assert_snapshot!(said("apiVersion: windlass.dev/v1
kind: Upgrade
metadata: {name: back}
spec: {cluster: orders, to: 3.9, rollback: true, via: [4.0], finalize: soon}
"), @r#"
    error: `via` is for ways up, and `rollback` is set
     --> orders.yaml:4:55
    4 | spec: {cluster: orders, to: 3.9, rollback: true, via: [4.0], finalize: soon}
      |                                                       ^^^^^ no stop is made and no level is raised on the way back
      = help: take it out

    error: `finalize` is for ways up, and `rollback` is set
     --> orders.yaml:4:72
    4 | spec: {cluster: orders, to: 3.9, rollback: true, via: [4.0], finalize: soon}
      |                                                                        ^^^^ no stop is made and no level is raised on the way back
      = help: take it out
    "#);
}
