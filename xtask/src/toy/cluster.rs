//! Which members a toy has, and what its maker says of it.
//!
//! Must never know: how it is moved.
//! Tests: the figures that use it.

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::catalog::{Catalog, Must};
use windlass_engine::names::MemberId;
use windlass_engine::snapshot::{Budget, Fact, Found, Level, Member, Snapshot};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;

use crate::workspace::{NotSo, Trouble, root};

/// One component, two releases, nothing asked.
const SERVERS: &str = "
system: toy
asOf: '2026-11-20'
components:
  - {name: server, restartMs: 1, disturbs: nobody, source: a toy}
releases:
  - {version: '1.0.0', source: a toy}
  - {version: '2.0.0', source: a toy}
lines:
  - {line: '1.0', levels: {}, source: a toy}
  - {line: '2.0', levels: {}, source: a toy}
levels: []
paths:
  - {from: '1.0', to: '2.0', source: a toy}
skew: []
checks: []
hazards: []
actions: []
";

/// The maker's facts about servers.
///
/// # Errors
/// None, while the text above is sound.
pub fn servers_facts() -> Result<Catalog, Trouble> {
    read("toy", SERVERS)
}

/// What ships about Apache Kafka.
///
/// # Errors
/// When it cannot be read.
pub fn kafka_facts() -> Result<Catalog, Trouble> {
    let file = "catalogs/kafka.yaml";
    read(file, &std::fs::read_to_string(root().join(file))?)
}

fn read(name: &str, text: &str) -> Result<Catalog, Trouble> {
    windlass_wire::catalog::load(name, text)
        .map_err(|wrong| NotSo(format!("{name} cannot be read: {wrong:?}")).into())
}

/// So many servers of release 1.0.0.
///
/// # Errors
/// None: the release is a version.
pub fn servers(count: u32) -> Result<Snapshot, Trouble> {
    let mut all = Snapshot::empty("toy", Wall(0));
    let release = Version::parse("1.0.0")?;
    for id in 1..=count {
        let member = member(id, "server", &release);
        all.members.insert(member.id.clone(), member.into());
    }
    Ok(all)
}

/// So many controllers and brokers of release 3.9.1, of which nothing bars an upgrade.
///
/// # Errors
/// None: the release is a version.
pub fn kafka(catalog: &Catalog, controllers: u32, brokers: u32) -> Result<Snapshot, Trouble> {
    let mut all = Snapshot::empty("kafka", Wall(0));
    let release = Version::parse("3.9.1")?;
    for id in 1..=controllers {
        let mut member = member(100 + id, "controller", &release);
        member.active = id == controllers;
        all.members.insert(member.id.clone(), member.into());
    }
    for id in 1..=brokers {
        let mut member = member(id, "broker", &release);
        member.zone = Some(format!("rack-{}", id % 3));
        member.load = 20;
        all.members.insert(member.id.clone(), member.into());
    }
    let level = Level {
        finalized: 21,
        supported: Some((7, 21)),
    };
    all.levels.insert("metadata.version".into(), level);
    let up: BTreeSet<MemberId> = (1..=brokers).map(id_of).collect();
    all.budgets.push(Budget {
        need: u32::try_from(up.len() / 2)?,
        members: up,
        reason: "orders-3 and 11 more partitions, min.insync.replicas 2".into(),
    });
    all.facts = catalog
        .checks
        .iter()
        .map(|check| (check.fact.clone(), met(&check.must)))
        .collect();
    Ok(all)
}

/// An answer with which a check passes.
fn met(must: &Must) -> Fact {
    match must {
        Must::BeEmpty => Fact::List(Vec::new()),
        Must::BeTrue => Fact::Truth(true),
        Must::BeAtLeast(number) | Must::BeAtMost(number) => Fact::Number(*number),
        Must::BeOneOf(words) => Fact::Word(words.first().cloned().unwrap_or_default()),
        Must::BeIn(_) => Fact::Versions(BTreeMap::new()),
        Must::CountAtMost(_) => Fact::List(Vec::new()),
        Must::CountAtLeast(least) => Fact::List(
            (0..*least)
                .map(|count| Found {
                    object: count.to_string(),
                    seen: String::new(),
                })
                .collect(),
        ),
    }
}

fn id_of(id: u32) -> MemberId {
    MemberId::from(id.to_string())
}

fn member(id: u32, component: &str, release: &Version) -> Member {
    Member {
        components: BTreeMap::from([(component.into(), release.clone())]),
        host: Some(format!("host-{id}")),
        incarnation: Some("start 0".into()),
        since: Some(Wall(0)),
        state: "in sync".into(),
        ..Member::named(id_of(id), format!("{component} {id}"))
    }
}
