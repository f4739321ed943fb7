//! A cluster file written from what was seen, with a marked line for each thing only the user knows.
//!
//! Must never know: how it was seen. Stories: `tests/it/init.rs`.

use crate::v1::security::{Security, Source};
use crate::value::{Address, address, name};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;
use windlass_engine::names::{ClusterName, Component};
use windlass_engine::snapshot::{Gap, Member, Snapshot};

/// Stands before what the user must put in.
pub const MARK: &str = "# FILL IN:";
/// The host of members that are reached here, or of which nothing is known; a name, no address.
const HOST: &str = "this-machine";
/// What is mended by filling in the file that is being written is no news in it.
const MENDED_HERE: &str = "declare its host";
/// The component whose listeners are often guarded in another way than the others'.
const CONTROLLER: &str = "controller";
/// Comments stand in one column, so that the lines to fill in meet the eye.
const COMMENT_COLUMN: usize = 34;

/// The file of a cluster as it was seen: it parses once each marked line is filled in.
#[must_use]
pub fn write_cluster_file(
    snapshot: &Snapshot,
    bootstrap: &[Address],
    security: Option<&Security>,
    cluster: &ClusterName,
) -> String {
    let mut out = String::new();
    let seen = crate::stamp::rfc3339(snapshot.seen);
    let identity = snapshot
        .identity
        .as_ref()
        .map_or("not told", |i| i.as_str());
    let addresses: Vec<String> = bootstrap.iter().map(|a| quoted(&a.to_string())).collect();
    line(&mut out, "# Written by windlass from what was seen.", "");
    line(&mut out, &format!("# cluster {identity}, seen {seen}"), "");
    let news = |gap: &&Gap| !gap.mend.starts_with(MENDED_HERE);
    for gap in snapshot.gaps.iter().filter(news) {
        line(
            &mut out,
            &format!("# not seen: {}: {}", gap.about, flat(&gap.what)),
            "",
        );
    }
    line(
        &mut out,
        &format!("# Look for `{MARK}` and say what only you know, then:"),
        "",
    );
    line(&mut out, &format!("# windlass apply -f {cluster}.yaml"), "");
    line(&mut out, "apiVersion: windlass.dev/v1", "");
    line(&mut out, "kind: Cluster", "");
    line(
        &mut out,
        &format!("metadata: {{name: {}}}", quoted(cluster.as_str())),
        "",
    );
    line(&mut out, "spec:", "");
    line(
        &mut out,
        &format!("  system: {}", quoted(&snapshot.system)),
        "",
    );
    line(&mut out, &format!("  {}:", snapshot.system), "");
    line(
        &mut out,
        &format!("    bootstrap: [{}]", addresses.join(", ")),
        "",
    );
    if let Some(security) = security {
        line(&mut out, "    security:", "");
        guarded(&mut out, security);
        if controllers_are_apart(snapshot) {
            fill(
                &mut out,
                "    controllerSecurity:",
                "how controllers are spoken to: docs/kafka-security.md",
            );
        }
    }
    let hosts = hosts(snapshot);
    // Where each has a machine of its own, they are most often alike.
    let alike = hosts.len() > 1 && hosts.values().all(|host| host.members.len() == 1);
    let folders = if alike {
        Folders::InDefaults
    } else {
        Folders::OfEach
    };
    if !hosts.is_empty() {
        fill(
            &mut out,
            "  release:",
            "where releases lie, as \"/opt/kafka/{version}\"",
        );
        if hosts.values().any(|host| host.way != Way::Here) {
            far(&mut out);
        }
        line(&mut out, "  defaults:", "");
        if folders == Folders::InDefaults {
            fill(&mut out, "    dir:", "the folder of each on its host");
            fill(&mut out, "    config:", "its properties file, under dir");
        }
        let wish = "its log under dir, shown when it does not come back";
        line(&mut out, "    log: logs/server.log", &format!("# {wish}"));
        let wish = "variables it is started with, as {KAFKA_HEAP_OPTS: -Xmx4g}";
        line(&mut out, "    env: {}", &format!("# {wish}"));
        line(
            &mut out,
            "    supervisor:",
            "# or commands, or systemd: docs/files.md",
        );
        line(&mut out, "      process:", "");
        let start = "        start: [\"{release}/bin/kafka-server-start.sh\", \"{config}\"]";
        line(&mut out, start, "");
        line(&mut out, "        pidFile: windlass.pid", "");
        line(&mut out, "  hosts:", "");
    }
    for (name, host) in hosts {
        let (about, way) = match host.way {
            Way::Here => (
                "# the machine that windlass runs on",
                "local: {}".to_owned(),
            ),
            Way::ByName => ("", "ssh: {}".to_owned()),
            Way::At(address) => ("", format!("ssh: {{address: {}}}", json(&address))),
        };
        line(&mut out, &format!("    - name: {}", quoted(&name)), about);
        line(&mut out, &format!("      {way}"), "");
        line(&mut out, "      members:", "");
        for member in host.members {
            of_member(&mut out, member, folders);
        }
    }
    line(&mut out, "  policy:", "# all of it optional");
    line(
        &mut out,
        "    pace: {ramp: double, cap: 10%, mode: sliding}",
        "",
    );
    line(
        &mut out,
        "    soak: 2m",
        "# healthy time after the first member of a release",
    );
    line(
        &mut out,
        "    finalize: never",
        "# levels are raised by: windlass finalize",
    );
    out
}

/// How the listeners were spoken to when they were seen.
fn guarded(out: &mut String, security: &Security) {
    let Security {
        plaintext,
        tls,
        sasl,
    } = security;
    if plaintext.is_some() {
        line(out, "      plaintext: {}", "");
    }
    if let Some(tls) = tls {
        let parts = [
            ("ca", &tls.ca),
            ("certificate", &tls.certificate),
            ("key", &tls.key),
        ];
        let given = parts
            .into_iter()
            .filter_map(|(name, source)| Some((name, place(source.as_ref()?))));
        let name = tls.server_name.as_deref().map(quoted);
        let fields: Vec<(&str, String)> =
            given.chain(name.map(|name| ("serverName", name))).collect();
        if fields.is_empty() {
            line(out, "      tls: {}", "# as this machine trusts");
        } else {
            line(out, "      tls:", "");
        }
        for (name, value) in fields {
            line(out, &format!("        {name}: {value}"), "");
        }
    }
    if let Some(sasl) = sasl {
        line(out, "      sasl:", "");
        let mechanism = sasl.mechanism.name();
        line(out, &format!("        mechanism: {mechanism}"), "");
        let username = quoted(&sasl.username);
        line(out, &format!("        username: {username}"), "");
        let password = place(&sasl.password);
        line(out, &format!("        password: {password}"), "");
    }
}

fn place(source: &Source) -> String {
    match source {
        Source::FromFile(path) => format!("{{fromFile: {}}}", json(path)),
        Source::FromEnv(name) => format!("{{fromEnv: {}}}", json(name)),
        Source::FromCommand(words) => {
            let words: Vec<String> = words.iter().map(|word| json(word)).collect();
            format!("{{fromCommand: [{}]}}", words.join(", "))
        }
    }
}

/// In double quotes, as YAML reads them too.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Somebody answered, and controllers did not, asked in the same way.
fn controllers_are_apart(snapshot: &Snapshot) -> bool {
    let answered = |member: &Arc<Member>| !member.components.is_empty();
    let controller = Component::from(CONTROLLER);
    let silent = |member: &Arc<Member>| member.unversioned.contains(&controller);
    snapshot.members.values().any(answered) && snapshot.members.values().any(silent)
}

/// Who windlass is to hosts over ssh: the names of files that docs/ssh.md makes beside this one.
fn far(out: &mut String) {
    line(out, "  ssh:", "# how hosts are reached: docs/ssh.md");
    fill(out, "    user:", "whom it logs in as: who runs the members");
    let known = "# their host keys, as ssh-keyscan prints them";
    line(out, "    key: {fromFile: id_ed25519}", "# or agent: {}");
    line(out, "    knownHosts: known_hosts", known);
}

/// A machine, and who is on it.
struct Host<'a> {
    way: Way,
    members: Vec<&'a Member>,
}

/// Where it is asked what the folders and files of members are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Folders {
    /// Once for all.
    InDefaults,
    /// Of each member.
    OfEach,
}

/// How a machine is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// Windlass is on it.
    Here,
    /// Its name is its address.
    ByName,
    /// Its address is no name.
    At(String),
}

/// Members by host, in the order of their ids. Where none is declared, it is told by where a member says
/// that it is reached.
fn hosts(snapshot: &Snapshot) -> BTreeMap<String, Host<'_>> {
    let mut hosts: BTreeMap<String, Host<'_>> = BTreeMap::new();
    for member in snapshot.members.values() {
        let declared = member.host.as_deref().and_then(|host| name(host).ok());
        let told = member.address.as_deref().and_then(|at| address(at).ok());
        let (called, way) = match (declared, told.map(|at| at.host)) {
            (Some(declared), _) => (declared, Way::Here),
            (None, Some(host)) if !is_here(&host) => match name(&host.to_ascii_lowercase()) {
                Ok(name) => (name, Way::ByName),
                Err(_) => (format!("host-of-{}", member.id), Way::At(host)),
            },
            (None, Some(_) | None) => (HOST.to_owned(), Way::Here),
        };
        let members = Vec::new();
        let host = hosts.entry(called).or_insert(Host { way, members });
        host.members.push(member);
    }
    hosts
}

fn is_here(host: &str) -> bool {
    let ip: Option<IpAddr> = host.parse().ok();
    host == "localhost" || ip.is_some_and(|ip| ip.is_loopback())
}

fn of_member(out: &mut String, member: &Member, folders: Folders) {
    let releases: Vec<String> = member
        .components
        .values()
        .map(ToString::to_string)
        .collect();
    let release = releases.first().map_or("release not told", String::as_str);
    let about = format!("# {}, {release}", flat(&member.name));
    line(
        out,
        &format!("        - id: {}", quoted(member.id.as_str())),
        &about,
    );
    if folders == Folders::InDefaults {
        return;
    }
    fill(
        out,
        "          dir:",
        &format!("the folder of {}", flat(&member.name)),
    );
    fill(out, "          config:", "its properties file, under dir");
}

fn fill(out: &mut String, field: &str, what: &str) {
    line(out, field, &format!("{MARK} {what}"));
}

fn line(out: &mut String, text: &str, comment: &str) {
    if comment.is_empty() {
        out.push_str(text);
    } else {
        // Writing into a String cannot fail.
        let _ = write!(out, "{text:<COMMENT_COLUMN$} {comment}");
    }
    out.push('\n');
}

/// As it stands where YAML reads it back as the same text, else in double quotes.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let first = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    let sound = first
        && text.chars().all(plain)
        && !text.ends_with(':')
        && !matches!(text, "null" | "true" | "false");
    if sound { text.to_owned() } else { json(text) }
}

/// In one line, so that a comment ends where it should.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
