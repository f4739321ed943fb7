//! Texts that are no objects, and what a diagnostic looks like: whole messages.

use crate::errors::{said, wrong};
use crate::files::ORDERS;
use windlass_wire::diagnostic::{Ink, render};
use windlass_wire::read::read;

#[test]
fn a_text_that_is_no_yaml() {
    insta::assert_snapshot!(wrong("[127.0.0.1:19101, 127.0.0.1:19102]", "[127.0.0.1:19101"), @r#"
    error: this is no YAML
     --> orders.yaml:8:10
    8 |   release: "/opt/kafka/{version}"
      |          ^ illegal placement of ':' indicator
    "#);
}

#[test]
fn a_quote_that_never_ends() {
    insta::assert_snapshot!(said("apiVersion: \"windlass.dev/v1\nkind: Cluster\n"), @r#"
    error: this is no YAML
     --> orders.yaml:2:1
    2 | kind: Cluster
      | ^ invalid indentation in multiline quoted scalar
    "#);
}

#[test]
fn a_placeholder_without_quotes() {
    insta::assert_snapshot!(wrong("\"/opt/kafka/{version}\"", "{version}"), @r#"
    error: `spec.release` must be a text
     --> orders.yaml:8:12
    8 |   release: {version}
      |            ^^^^^^^^^ found an object
      = help: braces need quotes: "{version}"
    "#);
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(said("# nothing here\n---\n"), @r#"
    error: the file is empty
     --> orders.yaml:1:1
    1 | # nothing here
      | ^ expected an object with `apiVersion` and `kind`
      = help: windlass init kafka --bootstrap HOST:PORT writes a cluster file
    "#);
}

#[test]
fn a_file_that_is_no_object() {
    insta::assert_snapshot!(said("just words\n"), @r#"
    error: the document must be an object
     --> orders.yaml:1:1
    1 | just words
      | ^^^^^^^^^^ found a text
    "#);
}

#[test]
fn one_object_given_twice() {
    insta::assert_snapshot!(said(&format!("{ORDERS}---\n{ORDERS}")), @r#"
    error: Cluster `orders` is given twice
      --> orders.yaml:34:1
    34 | apiVersion: windlass.dev/v1
       | ^^^^^^^^^^ the first begins on line 1

    error: Upgrade `orders-4-1` is given twice
      --> orders.yaml:57:1
    57 | apiVersion: windlass.dev/v1
       | ^^^^^^^^^^ the first begins on line 24
    "#);
}

#[test]
fn a_prepared_file_that_leaves_the_folder() {
    let prepare = "prepare: [{releases: 4.0..3.9, files: [{path: ../x, text: a}, {path: y}, {path: z, text: a, from: b}]}]\n          dir:";
    insta::assert_snapshot!(wrong("dir:", prepare), @r#"
    error: `spec.hosts[0].members[0].prepare[0].releases`: `4.0..3.9` holds nothing: 4.0 is newer than 3.9
      --> orders.yaml:14:32
    14 |           prepare: [{releases: 4.0..3.9, files: [{path: ../x, text: a}, {path: y}, {path: z, text: a, from: b}]}]
       |                                ^^^^^^^^ expected a range of releases, as 3.3..3.9, 4.0.. or 4.1

    error: `spec.hosts[0].members[0].prepare[0].files[0].path`: `../x` leaves the member's folder
      --> orders.yaml:14:57
    14 |           prepare: [{releases: 4.0..3.9, files: [{path: ../x, text: a}, {path: y}, {path: z, text: a, from: b}]}]
       |                                                         ^^^^ expected a path under `dir`, without `..`

    error: missing field `spec.hosts[0].members[0].prepare[0].files[1].text`
      --> orders.yaml:14:73
    14 |           prepare: [{releases: 4.0..3.9, files: [{path: ../x, text: a}, {path: y}, {path: z, text: a, from: b}]}]
       |                                                                         ^^^^^^^^^ `text` must be given here: or `from`, a file of the host

    error: `spec.hosts[0].members[0].prepare[0].files[2]` has both `text` and `from`
      --> orders.yaml:14:84
    14 |           prepare: [{releases: 4.0..3.9, files: [{path: ../x, text: a}, {path: y}, {path: z, text: a, from: b}]}]
       |                                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected one of them
    "#);
}

#[test]
fn letters_beyond_ascii_keep_the_caret_in_its_place() {
    insta::assert_snapshot!(wrong("labels: {team: shop}", "labels: {tëam: «größe»}, nmae: x"), @r#"
    error: unknown field `nmae`
     --> orders.yaml:3:51
    3 | metadata: {name: orders, labels: {tëam: «größe»}, nmae: x}
      |                                                   ^^^^ did you mean `name`?
    "#);
}

#[test]
fn in_colour_the_words_are_the_same() {
    let text = ORDERS.replacen("bootstrap:", "bootstrp:", 1);
    let found = read("orders.yaml", &text).expect_err("wrong");
    let colour = render(&found, Ink::Colour);
    assert!(colour.contains("\u{1b}["));
    let mut bare = String::new();
    let mut rest = colour.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            bare.push(letter);
        }
    }
    assert_eq!(bare, render(&found, Ink::Plain));
}

#[test]
fn a_diagnostic_is_data_too() {
    let text = ORDERS.replacen("cap: 10%", "cap: 0", 1);
    let found = read("orders.yaml", &text).expect_err("wrong");
    let shown = serde_json::to_string_pretty(&found).expect("JSON");
    insta::assert_snapshot!(shown, @r#"
    [
      {
        "code": "bad-value",
        "message": "`spec.policy.pace.cap`: with a cap of 0 nothing would ever begin",
        "field": "spec.policy.pace.cap",
        "file": "orders.yaml",
        "line": 20,
        "column": 31,
        "span": {
          "start": 30,
          "end": 31
        },
        "label": "expected a count from 1, as 3, or a share from 1% to 100%, as 10%",
        "source": "    pace: {ramp: double, cap: 0, mode: sliding}"
      }
    ]
    "#);
}

#[test]
fn what_a_command_cannot_carry() {
    let text = ORDERS
        .replacen(
            "KAFKA_HEAP_OPTS: -Xmx1g",
            "1UP: x, GOOD: \"two\\nlines\"",
            1,
        )
        .replacen("start: [", "start: [[a], ", 1);
    insta::assert_snapshot!(said(&text), @r#"
    error: `spec.hosts[0].members[0].supervisor.process.start[0]` must be a text
      --> orders.yaml:18:31
    18 | ...   process: {start: [[a], "{release}/bin/kafka-server-start.sh", "{config}"], env: {1UP: x, GOOD: "two\nlines"}, pidFile: run/101...
       |                         ^^^ found a list

    error: `1UP` is no name of a variable
      --> orders.yaml:18:94
    18 | ...-server-start.sh", "{config}"], env: {1UP: x, GOOD: "two\nlines"}, pidFile: run/101.pid}
       |                                          ^^^ expected letters, digits and `_`, no digit first

    error: `spec.hosts[0].members[0].supervisor.process.env.GOOD`: it holds a line break or another control character
      --> orders.yaml:18:108
    18 | ...-start.sh", "{config}"], env: {1UP: x, GOOD: "two\nlines"}, pidFile: run/101.pid}
       |                                                 ^^^^^^^^^^^^ expected one line of text
    "#);
}

#[test]
fn arguments_for_commands_that_take_none() {
    let member = "        - {id: 1, dir: /srv/k1, config: c, supervisor: {systemd: {unit: kafka, link: /opt/kafka/current}}, prepare: [{releases: 4.0.., arguments: [-x]}]}\n  policy:";
    insta::assert_snapshot!(wrong("  policy:", member), @r#"
    error: `spec.hosts[0].members[1]`: `prepare` has `arguments`, which need the supervisor `process`
      --> orders.yaml:19:11
    19 | ... - {id: 1, dir: /srv/k1, config: c, supervisor: {systemd: {unit: kafka, link: /opt/kafka/current}}, prepare: [{releases: 4.0.., arguments: [-x]}]}
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its commands take none
       = help: put what differs into `env` or `files`
    "#);
}
