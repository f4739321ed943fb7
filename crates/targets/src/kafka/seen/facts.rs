//! Facts: answers to the catalog's questions, by name.
//!
//! Must never know: what must be true of them. Stories: `tests/it/kafka_seen.rs`.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::messages::ApiKey;
use windlass_engine::names::LevelName;
use windlass_engine::snapshot::{Fact, Found, Snapshot};

use super::super::answers::Asked;
use super::partitions::Tally;
use super::roster::{Chair, Node, Roster, lagging};
use super::{METADATA_VERSION, Sight, declared, levels, settings};

/// 4.0 and later start on this or newer (Apache Kafka docs, upgrade page, notable changes in 4.0.0).
const JAVA_MIN_MAJOR: u32 = 17;

/// Answers all of them.
pub fn answer(sight: &Sight<'_>, roster: &Roster<'_>, tally: &Tally, out: &mut Snapshot) {
    let mut put = |name: &str, fact: Fact| {
        out.facts.insert(name.to_string(), fact);
    };
    put("identity.answers", Fact::Truth(roster.identity.is_some()));
    put("mode.kraft", kraft(roster));
    quorum(sight, roster, &mut put);
    partitions(tally, &mut put);
    put(
        "reassignments.running",
        asked(&sight.gathered.moving, |all| {
            let found = all.iter().map(|one| Found {
                object: format!("partition {}", one.partition),
                seen: format!(
                    "to brokers {:?}, from brokers {:?}",
                    one.adding, one.removing
                ),
            });
            found.collect()
        }),
    );
    put("voters.ghost", ghosts(sight, roster));
    put("brokers.fenced", fenced(sight, roster));
    put("levels.disagree", Fact::List(levels::disagreeing(roster)));
    settings::answer(sight, roster, &mut put);
    declared::answer(sight, roster, &mut put);
    ready(sight, &mut put);
    put("java.version", java(sight));
    let level = out.levels.get(&LevelName::from(METADATA_VERSION));
    let level = level.map_or_else(
        || Fact::Unknown("no node told which levels are finalized".to_string()),
        |level| Fact::Number(level.finalized.into()),
    );
    out.facts
        .insert("level.metadata.version".to_string(), level);
    let mixed = mixed(out);
    out.facts.insert("release.mixed".to_string(), mixed);
}

/// A list out of an answer, or why there is none.
fn asked<T>(answer: &Asked<T>, list: impl Fn(&T) -> Vec<Found>) -> Fact {
    match answer {
        Ok(answer) => Fact::List(list(answer)),
        Err(miss) => Fact::Unknown(miss.why.clone()),
    }
}

/// Brokers in KRaft mode, and only these, offer DescribeQuorum.
fn kraft(roster: &Roster<'_>) -> Fact {
    let mut some = false;
    for node in roster.nodes.values() {
        for (_, chair) in node.chairs() {
            if let Chair::Asked(asked) = chair
                && let Ok(hello) = &asked.hello
            {
                some = true;
                if !hello.keys.contains_key(&(ApiKey::DescribeQuorum as i16)) {
                    return Fact::Truth(false);
                }
            }
        }
    }
    if some {
        return Fact::Truth(true);
    }
    Fact::Unknown("no node answered".to_string())
}

fn quorum(sight: &Sight<'_>, roster: &Roster<'_>, put: &mut impl FnMut(&str, Fact)) {
    let quorum = match &sight.gathered.quorum {
        Ok(quorum) => quorum,
        Err(miss) => {
            put("quorum.answers", Fact::Truth(false));
            for name in ["quorum.lagging", "quorum.majority-margin", "quorum.voters"] {
                put(name, Fact::Unknown(miss.why.clone()));
            }
            return;
        }
    };
    let still = sight.still.is_some_and(|still| still > super::STILL_MAX);
    put(
        "quorum.answers",
        Fact::Truth(roster.leader.is_some() && !still),
    );
    let behind: BTreeSet<i32> = lagging(quorum).map(|voter| voter.id).collect();
    let voters = quorum.voters.iter().map(|voter| voter.id);
    let there = |id: &i32| roster.caught_up.contains(id) || roster.unheard.contains(id);
    let found = voters.filter(|id| !there(id)).map(|id| Found {
        object: format!("controller {id}"),
        seen: if behind.contains(&id) {
            "behind the active controller"
        } else {
            "does not answer"
        }
        .to_string(),
    });
    let found: Vec<Found> = found.collect();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let majority = quorum.voters.len() / 2 + 1;
    let margin = number(roster.caught_up.len()) - number(majority);
    let unheard: Vec<String> = roster.unheard.iter().map(ToString::to_string).collect();
    let why = format!("voters {} could not be asked", unheard.join(", "));
    // One that is behind, or a margin that is wide enough, is told whoever was not heard.
    let lags = if unheard.is_empty() || !found.is_empty() {
        Fact::List(found)
    } else {
        Fact::Unknown(why.clone())
    };
    let margin = if unheard.is_empty() || margin > 0 {
        Fact::Number(margin)
    } else {
        Fact::Unknown(why)
    };
    put("quorum.lagging", lags);
    put("quorum.majority-margin", margin);
    put("quorum.voters", Fact::Number(number(quorum.voters.len())));
}

fn partitions(tally: &Tally, put: &mut impl FnMut(&str, Fact)) {
    // What hangs on min.insync.replicas is not known where that could not be read.
    let facts: [(&str, Vec<Found>, Option<String>); 5] = [
        ("partitions.offline", tally.leaderless(), None),
        (
            "partitions.under-replicated",
            tally.under_replicated(),
            None,
        ),
        ("topics.single-replica", tally.single(), None),
        (
            "partitions.under-min-isr",
            tally.under_min(),
            tally.untold(),
        ),
        ("topics.no-headroom", tally.no_headroom(), tally.untold()),
    ];
    for (name, found, untold) in facts {
        let unseen = tally.unseen().map(|miss| miss.why.clone());
        put(
            name,
            unseen.or(untold).map_or(Fact::List(found), Fact::Unknown),
        );
    }
}

/// Nodes that are registered or vote, and are not there: they block finalizing, or majorities.
fn ghosts(sight: &Sight<'_>, roster: &Roster<'_>) -> Fact {
    let quorum = match &sight.gathered.quorum {
        Ok(quorum) => quorum,
        Err(miss) => return Fact::Unknown(miss.why.clone()),
    };
    let mut out = Vec::new();
    let undeclared = |node: &&Node<'_>| !sight.hosts.contains_key(&node.member);
    for node in roster.nodes.values().filter(undeclared) {
        if let Some(chair) = &node.controller {
            let votes = quorum.voters.iter().any(|voter| voter.id == node.id);
            let seen = if votes {
                "votes"
            } else {
                "is registered, does not vote"
            };
            // A voter whose address is not known may well be there: that is a gap, no ghost.
            let unseen = votes && matches!(chair, Chair::Nowhere);
            if !chair.answers() && !unseen {
                out.push(Found {
                    object: format!("controller {}", node.id),
                    seen: format!("{seen}, does not answer, has no declared host"),
                });
            }
        }
        if let Some(chair) = &node.broker
            && roster.fenced.contains(&node.id)
            && !chair.answers()
        {
            out.push(Found {
                object: format!("broker {}", node.id),
                seen: "is registered and fenced, does not answer, has no declared host".to_string(),
            });
        }
    }
    Fact::List(out)
}

/// Members whose Java 4.0 does not start on.
fn java(sight: &Sight<'_>) -> Fact {
    let mut out = Vec::new();
    if sight.runtimes.is_empty() {
        return Fact::Unknown("no host is declared".to_string());
    }
    for (member, told) in sight.runtimes {
        // What the next start names counts, not what the process runs on now.
        let files = sight
            .files
            .get(member)
            .and_then(|files| files.as_ref().ok());
        let named = files.and_then(|files| files.java.clone());
        let (told, runs) = match named {
            Some(named) => (named.map(Some), "would be started on"),
            None => (told.clone(), "runs on"),
        };
        let version = match told {
            Ok(Some(version)) => version,
            Ok(None) => {
                return Fact::Unknown(format!("the Java of member {member} could not be told"));
            }
            Err(why) => return Fact::Unknown(format!("the Java of member {member}: {why}")),
        };
        if version
            .numbers()
            .first()
            .is_none_or(|major| *major < JAVA_MIN_MAJOR)
        {
            out.push(Found {
                object: format!("member {member}"),
                seen: format!("{runs} Java {version}"),
            });
        }
    }
    Fact::List(out)
}

/// Brokers that are known and not let in. Releases before 4.0 do not list them: there, those that are
/// known otherwise and not listed as let in.
fn fenced(sight: &Sight<'_>, roster: &Roster<'_>) -> Fact {
    if let Err(miss) = &sight.gathered.topics {
        return Fact::Unknown(miss.why.clone());
    }
    let brokers = roster.nodes.values().filter(|node| node.broker.is_some());
    let out = brokers
        .filter(|node| !roster.listed.contains(&node.id))
        .map(|node| Found {
            object: format!("broker {}", node.id),
            seen: if roster.fenced.contains(&node.id) {
                "registered, and not let in"
            } else {
                "not registered, or not let in"
            }
            .to_string(),
        });
    Fact::List(out.collect())
}

fn ready(sight: &Sight<'_>, put: &mut impl FnMut(&str, Fact)) {
    let unknown = if sight.ready.releases.is_empty() {
        Some("no release is wanted yet")
    } else if sight.hosts.is_empty() {
        Some("no host is declared")
    } else {
        None
    };
    let found = sight.ready.missing.iter().map(|(member, release, why)| {
        let host = sight.hosts.get(member).map(|seen| seen.host.as_str());
        let on = host.map(|host| format!(" on {host}")).unwrap_or_default();
        Found {
            object: format!("member {member}"),
            seen: format!("{release} is not ready{on}: {why}"),
        }
    });
    put(
        "release.ready",
        match unknown {
            Some(why) => Fact::Unknown(why.to_string()),
            None => Fact::List(found.collect()),
        },
    );
}

/// More than one release side by side: each with its members.
fn mixed(snapshot: &Snapshot) -> Fact {
    let mut by_release: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for member in snapshot.members.values() {
        for version in member.components.values() {
            by_release
                .entry(version.as_str())
                .or_default()
                .insert(&member.name);
        }
    }
    if by_release.len() < 2 {
        return Fact::List(Vec::new());
    }
    let found = by_release.into_iter().map(|(release, members)| Found {
        object: format!("release {release}"),
        seen: members.into_iter().collect::<Vec<_>>().join(", "),
    });
    Fact::List(found.collect())
}
