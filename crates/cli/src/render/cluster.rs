//! Registered clusters, as they were declared.
//!
//! Must never know: the store. Stories: `tests/it/clusters.rs`.

use super::table::{Cell, Table};
use super::{labelled, names};
use crate::outlet::Outlet;
use crate::outlet::style::Tone;
use windlass_engine::calendar::Stretch;
use windlass_engine::policy::{Finalize, Mode, Ramp};
use windlass_engine::time::Ms;
use windlass_wire::convert::{ClusterDeclared, SupervisorDeclared};
use windlass_wire::duration::text;
use windlass_wire::v1::cluster::Release;
use windlass_wire::v1::list::ClusterView;
use windlass_wire::v1::reach::Reach;
use windlass_wire::v1::security::Security;
use windlass_wire::value::cap_text;

/// Columns of the labels.
const LABEL: usize = 11;

/// A line for each cluster.
#[must_use]
pub fn list(outlet: &Outlet, clusters: &[ClusterView]) -> Vec<String> {
    let mut table = Table::new(&[
        "NAME",
        "SYSTEM",
        "MEMBERS",
        "RUN",
        "BOOTSTRAP",
        "LABELS",
        "IDENTITY",
    ]);
    for cluster in clusters {
        let labels: Vec<String> = cluster
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        table.row(vec![
            Cell::toned(cluster.name.clone(), Tone::Bold),
            Cell::plain(cluster.system.clone()),
            Cell::plain(cluster.members.to_string()),
            Cell::plain(cluster.run.clone().unwrap_or_else(|| "-".into())),
            Cell::plain(cluster.bootstrap.join(" ")),
            Cell::plain(labels.join(" ")),
            Cell::toned(cluster.identity.clone().unwrap_or_default(), Tone::Dim),
        ]);
    }
    table.lines(outlet)
}

/// What is known of a registered cluster besides its declaration, in words.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who it says it is.
    pub identity: Option<String>,
    /// When its registration last changed.
    pub changed: String,
    /// Its live run, in a sentence.
    pub run: Option<String>,
    /// What may pass, a sentence each.
    pub waivers: Vec<String>,
}

/// All of a declaration.
#[must_use]
pub fn describe(outlet: &Outlet, declared: &ClusterDeclared, known: &Known) -> Vec<String> {
    let style = &outlet.style;
    let mut lines = vec![format!(
        "{}   {}   {}",
        style.bold(declared.name.as_str()),
        declared.system.name(),
        style.dim(&format!("registered {}", known.changed))
    )];
    let mut say = |label: &str, text: &str| lines.extend(labelled(outlet, label, LABEL, text));
    say(
        "identity",
        known
            .identity
            .as_deref()
            .unwrap_or("not asked yet: windlass observe"),
    );
    let labels: Vec<String> = declared
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    if !labels.is_empty() {
        say("labels", &labels.join(" "));
    }
    let bootstrap: Vec<String> = declared.bootstrap.iter().map(ToString::to_string).collect();
    say("bootstrap", &names(outlet, &bootstrap, " "));
    if let Some(security) = &declared.security {
        say("security", &spoken(security));
    }
    if let Some(security) = &declared.controller_security {
        say("controllers", &spoken(security));
    }
    match &declared.release {
        Some(Release::Folder(folder)) => say("releases", folder),
        Some(Release::Fetch(fetch)) => say(
            "releases",
            &format!("{}, fetched by {}", fetch.into, fetch.command.join(" ")),
        ),
        Some(Release::Copy(copy)) => say(
            "releases",
            &format!("{}, sent from {}", copy.into, copy.from),
        ),
        None => say("releases", "not declared: no member can be moved"),
    }
    say("policy", &policy(declared));
    for waiver in &known.waivers {
        say("waived", waiver);
    }
    if let Some(run) = &known.run {
        say("run", run);
    }
    if declared.members.is_empty() {
        say("hosts", "none declared: it can be looked at, not moved");
        return lines;
    }
    let mut table = Table::new(&["MEMBER", "HOST", "DIR", "CONFIG", "STARTED BY"]);
    for member in &declared.members {
        let under = |path: &Option<String>| {
            let path = path.clone().unwrap_or_default();
            path.strip_prefix(&format!("{}/", member.dir))
                .map_or(path.clone(), str::to_owned)
        };
        let by = match &member.supervisor {
            SupervisorDeclared::Process { start, .. } => start.join(" "),
            SupervisorDeclared::Commands { start, .. } => {
                let each: Vec<String> = start.iter().map(|one| one.join(" ")).collect();
                format!("{} (its own supervisor)", each.join(", then "))
            }
        };
        table.row(vec![
            Cell::toned(member.id.to_string(), Tone::Bold),
            Cell::plain(host(declared, &member.host)),
            Cell::plain(member.dir.clone()),
            Cell::plain(under(&member.config)),
            Cell::plain(by),
        ]);
    }
    lines.extend(table.lines(outlet));
    lines
}

/// How listeners are spoken to: `TLS, SCRAM-SHA-512 as ops`.
fn spoken(security: &Security) -> String {
    let tls = security.tls.as_ref().map(|tls| match &tls.certificate {
        Some(_) => "TLS with a certificate of ours".to_owned(),
        None => "TLS".to_owned(),
    });
    let sasl = security.sasl.as_ref();
    let sasl = sasl.map(|sasl| format!("{} as {}", sasl.mechanism.name(), sasl.username));
    let parts: Vec<String> = tls.into_iter().chain(sasl).collect();
    if parts.is_empty() {
        "plain text".into()
    } else {
        parts.join(", ")
    }
}

/// A host by its name, and by whom and where where that is over ssh.
fn host(declared: &ClusterDeclared, name: &str) -> String {
    match declared.hosts.get(name) {
        Some(Reach::Ssh(ssh)) => {
            let port = match ssh.port {
                22 => String::new(),
                port => format!(" port {port}"),
            };
            format!("{name} (ssh {}@{}{port})", ssh.user, ssh.address)
        }
        Some(Reach::Local {}) | None => name.to_owned(),
    }
}

fn policy(declared: &ClusterDeclared) -> String {
    let policy = &declared.policy;
    let ramp = match policy.pace.ramp {
        Ramp::Double => "doubling",
        Ramp::Fixed => "fixed",
    };
    let mode = match policy.pace.mode {
        Mode::Sliding => "sliding",
        Mode::Barrier => "in batches",
    };
    let finalize = match policy.finalize {
        Finalize::Never => "levels raised only by windlass finalize".to_owned(),
        Finalize::Soon => "levels raised at the end of each run".to_owned(),
        Finalize::After(length) => {
            format!(
                "levels raised by a run of its own, {} after each",
                text(length)
            )
        }
    };
    let soak = match policy.soak {
        Ms(0) => "no soak".to_owned(),
        soak => format!("soak {}", text(soak)),
    };
    let via: Vec<&str> = policy.via.iter().map(|stop| stop.as_str()).collect();
    let via = if via.is_empty() {
        String::new()
    } else {
        format!("; by way of {}", via.join(", "))
    };
    let named = |what: &str, all: &[Stretch]| {
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        if names.is_empty() {
            String::new()
        } else {
            format!("; {what} {}", names.join(", "))
        }
    };
    format!(
        "{ramp} to {}, {mode}; {soak}; {finalize}{via}{}{}",
        cap_text(policy.pace.cap),
        named("windows", &policy.hours.windows),
        named("freezes", &policy.hours.freezes)
    )
}
