//! Settings and log directories of nodes, read for what a newer release would trip over.
//!
//! Only what somebody set counts, never a default.
//! Must never know: to which release we go; the catalog says where a fact binds. Stories: `tests/it/kafka_seen.rs`.

use windlass_engine::snapshot::{Fact, Found};

use super::super::answers::{LogDir, NodeAnswers, Setting};
use super::Sight;
use super::declared::next_settings;
use super::roster::{Chair, Roster};

/// Settings that 4.0 no longer knows (Apache Kafka docs, upgrade page, notable changes in 4.0.0).
/// A trailing `*` stands for any ending.
const REMOVED: [&str; 13] = [
    "auto.include.jmx.reporter",
    "log.message.timestamp.difference.max.ms",
    "inter.broker.protocol.version",
    "log.message.format.version",
    "zookeeper.*",
    "delegation.token.master.key",
    "control.plane.listener.name",
    "password.encoder.*",
    "broker.id.generation.enable",
    "reserved.broker.max.id",
    "offsets.commit.required.acks",
    "metrics.jmx.blacklist",
    "metrics.jmx.whitelist",
];

/// The smallest segment that 4.0 takes (KIP-1030), in bytes.
const SEGMENT_MIN_BYTES: i64 = 1_048_576;

/// Settings whose minimum 4.0 raised (KIP-1030): a broker below it does not start.
const MINIMA: [(&str, i64); 3] = [
    ("log.segment.bytes", SEGMENT_MIN_BYTES),
    ("remote.log.manager.copier.thread.pool.size", 1),
    ("remote.log.manager.expiration.thread.pool.size", 1),
];

/// Percent, of which a volume has a hundred.
const WHOLE_PERCENT: i128 = 100;

/// A volume with less free is told: a replica that catches up after a restart writes what it missed.
const FREE_MIN_PERCENT: i128 = 10;

/// Answers what is asked of settings and log directories.
pub fn answer(sight: &Sight<'_>, roster: &Roster<'_>, put: &mut impl FnMut(&str, Fact)) {
    put(
        "config.removed-keys",
        also_next(
            settings(roster, |setting| is_removed(&setting.name)),
            next_settings(sight, roster, |key, _| is_removed(key)),
        ),
    );
    put(
        "config.below-minimum",
        also_next(
            settings(roster, |setting| {
                let value = setting.value.as_deref();
                value.is_some_and(|value| is_below(&setting.name, value))
            }),
            next_settings(sight, roster, is_below),
        ),
    );
    put("topics.below-minimum", topics_below(sight));
    put(
        "config.controlled-shutdown",
        also_next(
            settings(roster, |setting| {
                setting
                    .value
                    .as_deref()
                    .is_some_and(|value| is_abrupt(&setting.name, value))
            }),
            next_settings(sight, roster, is_abrupt),
        ),
    );
    put("unclean.election", unclean(sight, roster));
    put("logdirs.failed", failed(roster));
    put("logdirs.space", space(roster));
}

/// Whether 4.0 no longer knows a key.
pub(super) fn is_removed(name: &str) -> bool {
    REMOVED.iter().any(|key| match key.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *key,
    })
}

/// Whether a value may not be told: `ssl.keystore.password`, `sasl.jaas.config`, keys and tokens.
pub(super) fn is_secret(name: &str) -> bool {
    let words = [
        "password",
        "secret",
        "jaas",
        "credential",
        "token",
        "ssl.keystore.key",
        "master.key",
    ];
    words
        .iter()
        .any(|word| name.to_ascii_lowercase().contains(word))
}

/// `name=value`, with what is secret hidden.
pub(super) fn shown(name: &str, value: Option<&str>) -> String {
    let value = value.filter(|_| !is_secret(name)).unwrap_or("(hidden)");
    format!("{name}={value}")
}

fn is_below(name: &str, value: &str) -> bool {
    let least = MINIMA.iter().find(|(known, _)| *known == name);
    let value = value.trim().parse::<i64>().ok();
    least
        .zip(value)
        .is_some_and(|((_, least), value)| value < *least)
}

/// Whether a stop would leave leaders where they are.
fn is_abrupt(name: &str, value: &str) -> bool {
    name == "controlled.shutdown.enable" && value.trim().eq_ignore_ascii_case("false")
}

/// What runs, and what stands in files for the next start.
fn also_next(fact: Fact, next: Vec<Found>) -> Fact {
    match fact {
        Fact::List(mut found) => {
            found.extend(next);
            found.sort();
            found.dedup();
            Fact::List(found)
        }
        Fact::Truth(_)
        | Fact::Number(_)
        | Fact::Word(_)
        | Fact::Versions(_)
        | Fact::Said(..)
        | Fact::Unknown(_) => fact,
    }
}

/// Topics with segments smaller than 4.0 takes.
fn topics_below(sight: &Sight<'_>) -> Fact {
    let topics = match &sight.gathered.topic_settings {
        Ok(topics) => topics,
        Err(miss) => return Fact::Unknown(miss.why.clone()),
    };
    let found = topics.iter().filter_map(|(topic, settings)| {
        let bytes = settings
            .segment_bytes
            .filter(|bytes| *bytes < SEGMENT_MIN_BYTES)?;
        Some(Found {
            object: format!("topic {topic}"),
            seen: format!("segment.bytes={bytes}"),
        })
    });
    Fact::List(found.collect())
}

/// Every seat whose listener was asked, with the name of its node.
fn asked<'a>(
    roster: &'a Roster<'_>,
) -> impl Iterator<Item = (String, &'static str, &'a NodeAnswers)> {
    roster.nodes.values().flat_map(|node| {
        node.chairs().filter_map(|(seat, chair)| match chair {
            Chair::Asked(asked) => Some((node.name(), seat, *asked)),
            Chair::Nowhere | Chair::Foreign(_) => None,
        })
    })
}

/// Settings that somebody set and that are so, on each broker; controllers where they tell them.
fn settings(roster: &Roster<'_>, so: impl Fn(&Setting) -> bool) -> Fact {
    let mut out: Vec<Found> = Vec::new();
    for (name, seat, node) in asked(roster) {
        match &node.settings {
            Ok(all) => {
                for setting in all.iter().filter(|setting| so(setting)) {
                    out.push(Found {
                        object: name.clone(),
                        seen: shown(&setting.name, setting.value.as_deref()),
                    });
                }
            }
            Err(miss) if seat == super::BROKER => {
                return Fact::Unknown(format!("settings of {name}: {}", miss.why));
            }
            Err(_) => {}
        }
    }
    out.sort();
    out.dedup();
    Fact::List(out)
}

fn unclean(sight: &Sight<'_>, roster: &Roster<'_>) -> Fact {
    let topics = match &sight.gathered.topic_settings {
        Ok(topics) => topics,
        Err(miss) => return Fact::Unknown(miss.why.clone()),
    };
    const NAME: &str = "unclean.leader.election.enable";
    let on = |setting: &Setting| setting.name == NAME && setting.value.as_deref() == Some("true");
    let Fact::List(mut out) = settings(roster, on) else {
        return settings(roster, on);
    };
    out.extend(
        topics
            .iter()
            .filter(|(_, one)| one.unclean)
            .map(|(topic, _)| Found {
                object: format!("topic {topic}"),
                seen: format!("{NAME}=true"),
            }),
    );
    Fact::List(out)
}

/// All log directories of brokers, or why some could not be seen.
fn dirs<'a>(roster: &'a Roster<'_>) -> Result<Vec<(String, &'a LogDir)>, String> {
    let mut out = Vec::new();
    for (name, seat, node) in asked(roster) {
        if seat != super::BROKER {
            continue;
        }
        match &node.log_dirs {
            Ok(dirs) => out.extend(dirs.iter().map(|dir| (name.clone(), dir))),
            Err(miss) => return Err(format!("log directories of {name}: {}", miss.why)),
        }
    }
    Ok(out)
}

fn failed(roster: &Roster<'_>) -> Fact {
    let found = |dirs: Vec<(String, &LogDir)>| {
        let found = dirs.into_iter().filter_map(|(object, dir)| {
            let why = dir.error.as_ref()?;
            Some(Found {
                object,
                seen: format!("{}: {why}", dir.path),
            })
        });
        found.collect()
    };
    dirs(roster).map_or_else(Fact::Unknown, |dirs| Fact::List(found(dirs)))
}

/// Log directories on volumes with less than a tenth free.
fn space(roster: &Roster<'_>) -> Fact {
    let dirs = match dirs(roster) {
        Ok(dirs) => dirs,
        Err(why) => return Fact::Unknown(why),
    };
    let mut told = dirs
        .iter()
        .filter(|(_, dir)| dir.total_bytes > 0 && dir.usable_bytes >= 0)
        .peekable();
    if told.peek().is_none() {
        return Fact::Unknown("no broker told the size of its volumes".to_string());
    }
    let full = told.filter_map(|(object, dir)| {
        let free = i128::from(dir.usable_bytes) * WHOLE_PERCENT / i128::from(dir.total_bytes);
        (free < FREE_MIN_PERCENT).then(|| Found {
            object: object.clone(),
            seen: format!("{}: {free} % free", dir.path),
        })
    });
    Fact::List(full.collect())
}
