//! `spec.kafka.security`: what is read, what is refused, and that no secret is shown again.

use crate::errors::{said, wrong};
use crate::files::{ORDERS, cluster};
use windlass_wire::init::write_cluster_file;
use windlass_wire::read::read;
use windlass_wire::v1::Object;
use windlass_wire::v1::security::{Mechanism, Source};
use windlass_wire::value::address;

const GUARDED: &str = r#"
    security:
      tls:
        ca: {fromFile: keys/ca.pem}
        certificate: {fromFile: /etc/windlass/client.pem}
        key: {fromCommand: [vault, read, -field=key, "kafka/{id}"]}
        serverName: kafka.example
      sasl:
        mechanism: SCRAM-SHA-512
        username: ops
        password: {fromEnv: KAFKA_PASSWORD}
    controllerSecurity:
      tls:"#;

/// The good file with this beside `bootstrap`.
fn with(security: &str) -> String {
    let bootstrap = "bootstrap: [127.0.0.1:19101, 127.0.0.1:19102]";
    assert!(ORDERS.contains(bootstrap));
    ORDERS.replacen(bootstrap, &format!("{bootstrap}{security}"), 1)
}

fn sasl(password: &str) -> String {
    said(&with(&format!(
        "\n    security:\n      sasl:\n        mechanism: PLAIN\n        username: ops\n        {password}"
    )))
}

#[test]
fn all_of_it_is_read_and_reads_again_as_it_is_kept() {
    let mut first = cluster(&with(GUARDED));
    let kafka = &first.spec.kafka;
    let security = kafka.security.clone().expect("given");
    let tls = security.tls.expect("given");
    assert_eq!(tls.ca, Some(Source::FromFile("keys/ca.pem".into())));
    assert_eq!(tls.server_name.as_deref(), Some("kafka.example"));
    let sasl = security.sasl.expect("given");
    assert_eq!(sasl.mechanism, Mechanism::ScramSha512);
    assert_eq!(sasl.password, Source::FromEnv("KAFKA_PASSWORD".into()));
    // `tls:` alone means TLS: it must never be read as none.
    let controllers = kafka.controller_security.clone().expect("given");
    assert!(controllers.tls.is_some());

    let security = first.spec.kafka.security.as_mut().expect("given");
    security.anchor("/srv/files".as_ref());
    let kept = Object::Cluster(Box::new(first.clone())).to_json();
    assert_eq!(cluster(&kept.to_string()), first);
    assert!(kept.to_string().contains("/srv/files/keys/ca.pem"));
    assert!(kept.to_string().contains("\"/etc/windlass/client.pem\""));
}

#[test]
fn a_password_in_the_file_is_refused_and_not_shown() {
    insta::assert_snapshot!(sasl("password: hunter2"), @r#"
    error: `spec.kafka.security.sasl.password` must say where it lies, not what it is
      --> orders.yaml:12:19
    12 |         password: *******
       |                   ^^^^^^^ expected an object with one of `fromFile`, `fromEnv`, `fromCommand`
       = help: password: {fromFile: FILE}
    "#);
}

#[test]
fn no_secret_is_shown_wherever_it_stands() {
    for text in [
        sasl("passwrod: hunter2"),
        sasl("password: {text: hunter2}"),
        sasl("password: \"hunter2"),
        sasl("password: [hunter2]"),
        sasl("password: hunter2\n        passwd: hunter2"),
        said(&with("\n    password: hunter2")),
        said(&with(
            "\n    security: {sasl: {mechanism: PLAIN, username: ops, password: hunter2, user: x}}",
        )),
        said(&with("\n    security:\n      tls: {key: hunter2}")),
    ] {
        assert!(
            text.contains("error") && !text.contains("hunter2"),
            "{text}"
        );
    }
}

#[test]
fn an_unknown_mechanism_names_the_nearest() {
    let text = with(
        "\n    security: {sasl: {mechanism: SCRAM-SHA-521, username: ops, password: {fromEnv: P}}}",
    );
    insta::assert_snapshot!(said(&text), @r#"
    error: `spec.kafka.security.sasl.mechanism`: `SCRAM-SHA-521` is not known
     --> orders.yaml:8:34
    8 |     security: {sasl: {mechanism: SCRAM-SHA-521, username: ops, password: {fromEnv: P}}}
      |                                  ^^^^^^^^^^^^^ expected one of `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`
      = help: did you mean `SCRAM-SHA-512`?
    "#);
}

#[test]
fn nothing_and_two_things_are_no_security() {
    insta::assert_snapshot!(said(&with("\n    security: {}\n    controllerSecurity: {plaintext: {}, tls: {}}")), @r#"
    error: `spec.kafka.security` says nothing
     --> orders.yaml:8:15
    8 |     security: {}
      |               ^^ expected `tls`, `sasl`, or both

    error: `spec.kafka.controllerSecurity` says two things
     --> orders.yaml:9:25
    9 |     controllerSecurity: {plaintext: {}, tls: {}}
      |                         ^^^^^^^^^^^^^^^^^^^^^^^^ expected `plaintext` alone, or `tls`, `sasl`, or both
    "#);
}

#[test]
fn security_without_a_value_is_not_read_as_none() {
    insta::assert_snapshot!(said(&with("\n    security:")), @r#"
    error: `spec.kafka.security` has no value
     --> orders.yaml:8:5
    8 |     security:
      |     ^^^^^^^^ expected `tls`, `sasl`, or both; or `plaintext: {}`
    "#);
}

#[test]
fn a_certificate_needs_its_key_and_one_place() {
    insta::assert_snapshot!(said(&with("\n    security: {tls: {certificate: {fromFile: c.pem, fromEnv: C}}}")), @r#"
    error: missing field `spec.kafka.security.tls.key`
     --> orders.yaml:8:16
    8 |     security: {tls: {certificate: {fromFile: c.pem, fromEnv: C}}}
      |                ^^^ `key` must be given here: the private key of `certificate`

    error: `spec.kafka.security.tls.certificate` must name one place
     --> orders.yaml:8:35
    8 |     security: {tls: {certificate: {fromFile: c.pem, fromEnv: C}}}
      |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected one of `fromFile`, `fromEnv`, `fromCommand`
    "#);
}

#[test]
fn a_slip_of_the_pen_names_the_field_that_was_meant() {
    insta::assert_snapshot!(wrong("bootstrap: [127.0.0.1:19101, 127.0.0.1:19102]", "bootstrap: [127.0.0.1:19101]\n    securty: {tls: {}}"), @r#"
    error: unknown field `securty`
     --> orders.yaml:8:5
    8 |     securty: {tls: {}}
      |     ^^^^^^^ did you mean `security`?
    "#);
}

#[test]
fn what_init_writes_of_it_is_read_as_the_same() {
    let security = cluster(&with(GUARDED)).spec.kafka.security;
    let mut snapshot = crate::sample::snapshot();
    snapshot.members.clear();
    let bootstrap = [address("k1.example:9093").expect("good")];
    let text = write_cluster_file(&snapshot, &bootstrap, security.as_ref(), &"orders".into());
    assert_eq!(cluster(&text).spec.kafka.security, security, "{text}");
    let found = read("orders.yaml", &text.replace("fromEnv", "fromEmv"));
    assert!(found.is_err());
}
