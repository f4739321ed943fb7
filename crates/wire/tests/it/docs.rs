//! docs/files.md is true: each example in it is read, and each field that is read stands in it.

use windlass_wire::diagnostic::{Ink, render};
use windlass_wire::read::read;

const FILES: &str = include_str!("../../../../docs/files.md");
const SSH: &str = include_str!("../../../../docs/ssh.md");

const SECURITY: &str = include_str!("../../../../docs/kafka-security.md");

fn examples() -> Vec<&'static str> {
    let pages = [FILES, SECURITY].into_iter();
    pages.flat_map(examples_of).collect()
}

fn examples_of(page: &'static str) -> impl Iterator<Item = &'static str> {
    page.split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
}

#[test]
fn each_example_of_the_guide_is_read() {
    let examples = examples();
    assert!(examples.len() >= 3, "found {}", examples.len());
    for example in examples {
        let found = if example.contains("kind: Snapshot") {
            crate::snapshot::read(example).err()
        } else {
            read("docs", example).err()
        };
        if let Some(found) = found {
            panic!("{}", render(&found, Ink::Plain));
        }
    }
}

#[test]
fn each_example_of_the_page_on_windows_is_read() {
    let page = include_str!("../../../../docs/windows.md");
    let (_, rest) = page.split_once("```yaml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    if let Err(found) = read("docs/windows.md", example) {
        panic!("{}", render(&found, Ink::Plain));
    }
}

#[test]
fn each_example_of_the_guide_to_ssh_is_read() {
    let examples: Vec<&str> = SSH
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        if let Err(found) = read("docs/ssh.md", example) {
            panic!("{}", render(&found, Ink::Plain));
        }
    }
}

#[test]
fn each_field_of_the_examples_is_described() {
    for field in [
        "apiVersion",
        "kind",
        "metadata.name",
        "metadata.labels",
        "spec.system",
        "spec.kafka.bootstrap",
        "spec.kafka.security",
        "spec.kafka.controllerSecurity",
        "security.plaintext",
        "tls.ca",
        "tls.certificate",
        "tls.key",
        "tls.serverName",
        "sasl.mechanism",
        "sasl.username",
        "sasl.password",
        "fromFile",
        "fromEnv",
        "fromCommand",
        "spec.release",
        "fetch.command",
        "fetch.into",
        "fetch.checksum",
        "spec.defaults",
        "hosts[].name",
        "copy.from",
        "copy.into",
        "copy.checksum",
        "spec.ssh",
        "hosts[].local",
        "hosts[].ssh",
        "ssh.address",
        "ssh.port",
        "ssh.user",
        "ssh.hostKey",
        "ssh.knownHosts",
        "ssh.key",
        "ssh.key.passphrase",
        "ssh.agent",
        "ssh.agent.socket",
        "ssh.jump",
        "ssh.sessions",
        "ssh.keepalive",
        "ssh.limit",
        "hosts[].defaults",
        "members[].id",
        "members[].dir",
        "members[].config",
        "members[].log",
        "members[].env",
        "process.start",
        "process.pidFile",
        "process.env",
        "commands.start",
        "commands.stop",
        "commands.pid",
        "commands.pidFile",
        "commands.env",
        "systemd.unit",
        "systemd.link",
        "prepare[].releases",
        "prepare[].files[].path",
        "prepare[].files[].text",
        "prepare[].files[].from",
        "prepare[].arguments",
        "prepare[].env",
        "pace.ramp",
        "pace.cap",
        "pace.mode",
        "policy.soak",
        "policy.finalize",
        "policy.via",
        "policy.patience",
        "policy.pauseLimit",
        "checks[].name",
        "checks[].title",
        "checks[].command",
        "checks[].timeout",
        "checks[].cel",
        "checks[].severity",
        "checks[].binds",
        "checks[].mend",
        "policy.windows",
        "policy.freezes",
        "policy.fit",
        "finalize.after",
        "windows[].name",
        "windows[].zone",
        "windows[].rule",
        "windows[].start",
        "windows[].duration",
        "windows[].from",
        "windows[].to",
        "spec.at",
        "spec.latest",
        "spec.inWindow",
        "spec.cluster",
        "spec.to",
        "spec.rollback",
        "spec.via",
        "spec.finalize",
        "spec.approve",
    ] {
        assert!(
            FILES.contains(&format!("`{field}`")),
            "docs/files.md lacks `{field}`"
        );
    }
}

#[test]
fn each_code_is_described() {
    for code in [
        "syntax",
        "unknown-field",
        "duplicate-key",
        "wrong-type",
        "bad-value",
        "missing-field",
        "unknown-kind",
        "unknown-system",
        "unknown-placeholder",
        "bad-expression",
        "duplicate-name",
        "too-large",
        "lint",
    ] {
        assert!(
            FILES.contains(&format!("`{code}`")),
            "docs/files.md lacks `{code}`"
        );
    }
}
