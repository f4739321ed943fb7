//! What hosts show of members: the configuration file that the next start will read, against the
//! process that runs and the release that is wanted; and what lies in the log directories.
//!
//! A file that was edited after the start bites only at the next one: in the middle of a roll.
//! Must never know: to which release we go; the catalog says where a fact binds. Stories:
//! `tests/it/kafka_files.rs`.

use super::super::answers::Setting;
use super::super::files::Files;
use super::Sight;
use super::roster::{Chair, Node, Roster};
use super::settings::{is_removed, is_secret, shown};
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::snapshot::{Fact, Found};

/// Numbers that a server reads at its start, with the lowest that it takes (Apache Kafka docs, broker
/// configurations): anything else ends it at once.
const NUMBERS: [(&str, i64); 14] = [
    ("num.network.threads", 1),
    ("num.io.threads", 1),
    ("num.replica.fetchers", i64::MIN),
    ("num.recovery.threads.per.data.dir", 1),
    ("background.threads", 1),
    ("log.segment.bytes", 14),
    ("log.retention.check.interval.ms", 1),
    ("min.insync.replicas", 1),
    ("num.partitions", 1),
    ("queued.max.requests", 1),
    ("message.max.bytes", 0),
    ("offsets.topic.num.partitions", 1),
    ("transaction.state.log.num.partitions", 1),
    ("broker.heartbeat.interval.ms", i64::MIN),
];

/// What names a configuration of log4j 1 to a JVM.
const LOG4J_1: &str = "-Dlog4j.configuration=";

/// Percent, of which a volume has a hundred.
const WHOLE_PERCENT: u128 = 100;
/// With less than this free, a node that starts may not come up at all: it writes before it serves.
const FREE_MIN_PERCENT: u128 = 5;

/// A member with what its host shows.
struct Known<'a> {
    name: String,
    node: &'a Node<'a>,
    files: &'a Files,
    settings: &'a BTreeMap<String, String>,
}

/// Answers what is asked of files on hosts.
pub(super) fn answer(sight: &Sight<'_>, roster: &Roster<'_>, put: &mut impl FnMut(&str, Fact)) {
    put("config.file", readable(sight, roster));
    put("config.edited", edited(sight, roster));
    put("config.bad-value", each(sight, roster, bad_values));
    put("config.identity", each(sight, roster, identity));
    put("storage.formatted", each(sight, roster, formatted));
    put(
        "storage.identity",
        each(sight, roster, |one| storage(one, roster)),
    );
    put("disk.space", each(sight, roster, space));
    put("mode.migration", migration(sight, roster));
    put("logging.log4j1", logging(sight, roster));
    // Metric kafka.network:type=RequestMetrics,name=DeprecatedRequestsPerSec is had by JMX alone.
    put(
        "clients.old",
        Fact::Unknown("a broker tells it by JMX only, which windlass does not speak".to_string()),
    );
}

/// Members whose files are read, or why that of some member could not be.
fn known<'a>(sight: &'a Sight<'_>, roster: &'a Roster<'_>) -> Result<Vec<Known<'a>>, String> {
    let mut out = Vec::new();
    if sight.files.is_empty() {
        return Err("no host is declared".to_string());
    }
    for node in roster.nodes.values() {
        // One without a host is a gap that bars already.
        let Some(files) = sight.files.get(&node.member) else {
            continue;
        };
        let name = node.name();
        let files = match files {
            Ok(files) => files,
            Err(why) => return Err(format!("files of {name}: {why}")),
        };
        match &files.settings {
            Some(Ok(settings)) => out.push(Known {
                name,
                node,
                files,
                settings,
            }),
            // That it cannot be read is a finding of its own.
            Some(Err(_)) => {}
            None => return Err(format!("the configuration file of {name} is not declared")),
        }
    }
    Ok(out)
}

fn each(sight: &Sight<'_>, roster: &Roster<'_>, of: impl Fn(&Known<'_>) -> Vec<String>) -> Fact {
    let found = |one: &Known<'_>| -> Vec<Found> {
        let say = |seen| Found {
            object: one.name.clone(),
            seen,
        };
        of(one).into_iter().map(say).collect()
    };
    match known(sight, roster) {
        Ok(all) => Fact::List(all.iter().flat_map(found).collect()),
        Err(why) => Fact::Unknown(why),
    }
}

fn readable(sight: &Sight<'_>, roster: &Roster<'_>) -> Fact {
    if let Err(why) = known(sight, roster) {
        return Fact::Unknown(why);
    }
    let found = roster.nodes.values().filter_map(|node| {
        let files = sight.files.get(&node.member)?.as_ref().ok()?;
        let why = files.settings.as_ref()?.as_ref().err()?;
        Some(Found {
            object: node.name(),
            seen: why.clone(),
        })
    });
    Fact::List(found.collect())
}

/// What is set in the process that runs, where it tells.
fn running<'a>(node: &'a Node<'_>) -> Option<&'a [Setting]> {
    node.chairs().find_map(|(_, chair)| match chair {
        Chair::Asked(asked) => asked.settings.as_deref().ok(),
        Chair::Nowhere | Chair::Foreign(_) => None,
    })
}

/// Keys that the file says otherwise than the process that runs.
fn edited(sight: &Sight<'_>, roster: &Roster<'_>) -> Fact {
    each(sight, roster, |one| {
        let Some(running) = running(one.node) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        let by_name: BTreeMap<&str, &Setting> = running
            .iter()
            .map(|setting| (setting.name.as_str(), setting))
            .collect();
        for (key, value) in one.settings {
            match by_name.get(key.as_str()) {
                None => out.push(format!("{} was added", shown(key, Some(value)))),
                // What is set for the whole cluster, or hidden, tells nothing of the file.
                Some(setting) if setting.dynamic => {}
                Some(Setting {
                    value: Some(was), ..
                }) if !same(was, value) => out.push(format!(
                    "{}, the process runs with {}",
                    shown(key, Some(value)),
                    if is_secret(key) { "another" } else { was }
                )),
                Some(_) => {}
            }
        }
        let set = |setting: &&Setting| {
            let by_start = format!("{}=", setting.name);
            !setting.dynamic
                && setting.value.is_some()
                && !one.settings.contains_key(&setting.name)
                && !DERIVED.contains(&setting.name.as_str())
                && !one
                    .files
                    .words
                    .iter()
                    .any(|word| word.starts_with(&by_start))
        };
        let mut gone: Vec<&Setting> = running.iter().filter(set).collect();
        // Brokers answer in an order of their own: what is said must not change with it.
        gone.sort_by(|a, b| a.name.cmp(&b.name));
        out.extend(gone.iter().map(|setting| {
            format!(
                "{} was taken out",
                shown(&setting.name, setting.value.as_deref())
            )
        }));
        out
    })
}

/// Keys that a server sets for itself out of others.
const DERIVED: [&str; 2] = ["broker.id", "node.id"];

/// The same to Kafka: it trims, and reads lists and booleans loosely.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let parts: Vec<String> = text.split(',').map(|part| part.trim().to_owned()).collect();
        let text = parts.join(",");
        match text.to_ascii_lowercase().as_str() {
            word @ ("true" | "false") => word.to_owned(),
            _ => text,
        }
    };
    if let (Ok(one), Ok(other)) = (one.trim().parse::<f64>(), other.trim().parse::<f64>()) {
        return (one - other).abs() < f64::EPSILON;
    }
    plain(one) == plain(other)
}

fn bad_values(one: &Known<'_>) -> Vec<String> {
    let bad = NUMBERS.iter().filter_map(|(key, least)| {
        let value = one.settings.get(*key)?;
        match value.trim().parse::<i64>() {
            Ok(number) if number >= *least => None,
            Ok(_) => Some(format!("{key}={value}, at least {least} wanted")),
            Err(_) => Some(format!("{key}={value} is no number")),
        }
    });
    bad.collect()
}

/// The id in the file must be the member's own.
fn identity(one: &Known<'_>) -> Vec<String> {
    let id = one
        .settings
        .get("node.id")
        .or(one.settings.get("broker.id"));
    match id {
        Some(id) if id.trim() == one.node.id.to_string() => Vec::new(),
        Some(id) => vec![format!("its file says node.id={id}")],
        None => vec!["its file says no node.id".to_string()],
    }
}

fn formatted(one: &Known<'_>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for dir in &one.files.dirs {
        match &dir.meta {
            // A server formats an empty directory by itself beside one that is formatted.
            Ok(Some(_)) => return Vec::new(),
            Ok(None) => out.push(format!("{} has no meta.properties", dir.path)),
            Err(why) => out.push(why.clone()),
        }
    }
    out
}

/// What the directories say of whose they are.
fn storage(one: &Known<'_>, roster: &Roster<'_>) -> Vec<String> {
    let mut out = Vec::new();
    let metas = one.files.dirs.iter();
    for (path, meta) in metas.filter_map(|dir| Some((&dir.path, dir.meta.as_ref().ok()?.as_ref()?)))
    {
        let cluster = meta.get("cluster.id");
        if let (Some(cluster), Some(ours)) = (cluster, &roster.identity)
            && cluster != ours
        {
            out.push(format!(
                "{path} is of cluster {cluster}, this one is {ours}"
            ));
        }
        if let Some(id) = meta.get("node.id")
            && id.trim() != one.node.id.to_string()
        {
            out.push(format!("{path} is of node {id}"));
        }
    }
    out
}

fn space(one: &Known<'_>) -> Vec<String> {
    let mut out = BTreeSet::new();
    for dir in &one.files.dirs {
        let Some(volume) = dir.volume.filter(|volume| volume.total_bytes > 0) else {
            continue;
        };
        let free = u128::from(volume.free_bytes) * WHOLE_PERCENT / u128::from(volume.total_bytes);
        if free < FREE_MIN_PERCENT {
            out.insert(format!("{}: {free} % free", dir.path));
        }
    }
    out.into_iter().collect()
}

/// Nodes that were left in the migration from ZooKeeper.
fn migration(sight: &Sight<'_>, roster: &Roster<'_>) -> Fact {
    const KEY: &str = "zookeeper.metadata.migration.enable";
    let on = |value: &str| value.trim().eq_ignore_ascii_case("true");
    let mut out = BTreeSet::new();
    for node in roster.nodes.values() {
        let runs = running(node).unwrap_or_default().iter();
        let runs = runs.filter(|setting| setting.name == KEY);
        if runs.filter_map(|setting| setting.value.as_deref()).any(on) {
            out.insert(Found {
                object: node.name(),
                seen: format!("{KEY}=true"),
            });
        }
    }
    for one in known(sight, roster).unwrap_or_default() {
        if one.settings.get(KEY).is_some_and(|value| on(value)) {
            out.insert(Found {
                object: one.name,
                seen: format!("{KEY}=true"),
            });
        }
    }
    Fact::List(out.into_iter().collect())
}

/// Members that would be started with a configuration of log4j 1.
fn logging(sight: &Sight<'_>, roster: &Roster<'_>) -> Fact {
    if sight.files.is_empty() {
        return Fact::Unknown("no host is declared".to_string());
    }
    let mut out = Vec::new();
    for node in roster.nodes.values() {
        match sight.files.get(&node.member) {
            None => {}
            Some(Err(why)) => return Fact::Unknown(format!("files of {}: {why}", node.name())),
            Some(Ok(files)) => {
                // `KAFKA_LOG4J_OPTS=-Dlog4j.configuration=file:… -D…`, or an argument of its own.
                let mut parts = files.words.iter().flat_map(|word| word.split_whitespace());
                if let Some(at) = parts.find_map(|part| part.split_once(LOG4J_1)) {
                    out.push(Found {
                        object: node.name(),
                        seen: format!("would be started with {LOG4J_1}{}", at.1),
                    });
                }
            }
        }
    }
    Fact::List(out)
}

/// What stands in files and is not set in the process that runs, by member; for facts that ask both.
pub(super) fn next_settings(
    sight: &Sight<'_>,
    roster: &Roster<'_>,
    so: impl Fn(&str, &str) -> bool,
) -> Vec<Found> {
    let mut out = Vec::new();
    for one in known(sight, roster).unwrap_or_default() {
        let here = running(one.node).unwrap_or_default();
        for (key, value) in one.settings.iter().filter(|(key, value)| so(key, value)) {
            let told = here.iter().any(|setting| {
                setting.name == *key && setting.value.as_ref().is_none_or(|was| same(was, value))
            });
            if !told || is_removed(key) && here.iter().all(|setting| setting.name != *key) {
                out.push(Found {
                    object: one.name.clone(),
                    seen: format!(
                        "{} in its file, read at the next start",
                        shown(key, Some(value))
                    ),
                });
            }
        }
    }
    out
}
