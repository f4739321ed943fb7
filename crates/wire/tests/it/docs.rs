//! docs/files.md is true: each example in it is read, and each field that is read stands in it.

use windlass_wire::diagnostic::{Ink, render};
use windlass_wire::read::read;

const FILES: &str = include_str!("../../../../docs/files.md");

fn examples() -> Vec<&'static str> {
    FILES
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect()
}

#[test]
fn each_example_of_the_guide_is_read() {
    let examples = examples();
    assert!(examples.len() >= 3, "found {}", examples.len());
    for example in examples {
        if let Err(found) = read("docs/files.md", example) {
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
        "spec.release",
        "fetch.command",
        "fetch.into",
        "fetch.checksum",
        "spec.defaults",
        "hosts[].name",
        "hosts[].local",
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
        "spec.cluster",
        "spec.to",
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
    ] {
        assert!(
            FILES.contains(&format!("`{code}`")),
            "docs/files.md lacks `{code}`"
        );
    }
}
