//! The cluster file by which windlass registers a lab.
//!
//! Must never know: windlass's types. A user writes this file by hand too, so it is text here.
//! Tests: here.

use std::fmt::Write as _;
use std::path::Path;

/// One node in the file.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub id: i32,
    pub folder: &'a Path,
}

/// What stands in the file.
#[derive(Debug)]
pub(super) struct Content<'a> {
    pub name: &'a str,
    pub bootstrap: &'a [String],
    /// YAML beside `bootstrap:`, not indented; empty for none.
    pub security: &'a str,
    pub releases: &'a Path,
    pub environment: &'a [(String, String)],
    pub members: &'a [Member<'a>],
    /// YAML under `policy:`, not indented; empty for none.
    pub policy: &'a str,
}

pub(super) fn text(content: &Content<'_>) -> String {
    let Content {
        name,
        bootstrap,
        security,
        releases,
        environment,
        members,
        policy,
    } = content;
    let environment: Vec<String> = environment
        .iter()
        .map(|(name, value)| format!("{name}: \"{value}\""))
        .collect();
    let mut text = format!(
        "apiVersion: windlass.dev/v1
kind: Cluster
metadata: {{name: {name}}}
spec:
  system: kafka
  kafka:
    bootstrap: [{bootstrap}]
{security}  release: \"{releases}/{{version}}\"
  hosts:
    - name: loopback
      local: {{}}
      members:
",
        bootstrap = bootstrap
            .iter()
            .map(|address| format!("\"{address}\""))
            .collect::<Vec<_>>()
            .join(", "),
        security = security
            .lines()
            .map(|line| format!("    {line}\n"))
            .collect::<String>(),
        releases = releases.display(),
    );
    // Writing into a string cannot fail.
    for Member { id, folder } in *members {
        write!(
            text,
            "        - id: {id}
          dir: \"{folder}\"
          config: server.properties
          log: logs/server.log
          supervisor:
            process:
              start: [\"{{release}}/bin/kafka-server-start.sh\", \"{{config}}\"]
              env: {{{environment}}}
              pidFile: run/{id}.pid
",
            folder = folder.display(),
            environment = environment.join(", "),
        )
        .unwrap_or_default();
    }
    if !policy.is_empty() {
        text.push_str("  policy:\n");
        for line in policy.lines() {
            writeln!(text, "    {line}").unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_each_node_and_the_policy() {
        let text = text(&Content {
            name: "orders",
            bootstrap: &["127.0.0.1:1".to_owned(), "127.0.0.1:2".to_owned()],
            security: "security:\n  tls: {}\n",
            releases: Path::new("/r"),
            environment: &[("KAFKA_HEAP_OPTS".to_owned(), "-Xmx1g".to_owned())],
            members: &[Member {
                id: 1,
                folder: Path::new("/l/k1"),
            }],
            policy: "soak: 0s\nfinalize: never\n",
        });
        assert_eq!(
            text,
            "apiVersion: windlass.dev/v1
kind: Cluster
metadata: {name: orders}
spec:
  system: kafka
  kafka:
    bootstrap: [\"127.0.0.1:1\", \"127.0.0.1:2\"]
    security:
      tls: {}
  release: \"/r/{version}\"
  hosts:
    - name: loopback
      local: {}
      members:
        - id: 1
          dir: \"/l/k1\"
          config: server.properties
          log: logs/server.log
          supervisor:
            process:
              start: [\"{release}/bin/kafka-server-start.sh\", \"{config}\"]
              env: {KAFKA_HEAP_OPTS: \"-Xmx1g\"}
              pidFile: run/1.pid
  policy:
    soak: 0s
    finalize: never
"
        );
    }
}
