//! A small cluster and a plan for it, for the stories of what goes out.

use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::names::{Component, MemberId};
use windlass_engine::plan::{
    Act, Goal, HazardMet, Hop, LevelLeft, MixShown, Move, Plan, Raise, Stage,
};
use windlass_engine::snapshot::{
    Budget, Fact, Found, Gap, Health, Level, Member, Snapshot, Weight,
};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::Version;

pub const NOON: Wall = Wall(1_795_176_000_000_000);

pub fn v(text: &str) -> Version {
    Version::parse(text).expect(text)
}

pub fn member(id: &str, component: &str, release: Option<&str>, health: Health) -> Member {
    let name = Component::from(component);
    Member {
        components: release.map(|r| (name.clone(), v(r))).into_iter().collect(),
        unversioned: release.is_none().then_some(name).into_iter().collect(),
        zone: Some("a".into()),
        health,
        incarnation: Some("boot-1 pid 7".into()),
        since: Some(NOON),
        active: id == "101",
        load: 3,
        state: "in sync".into(),
        ..Member::named(id.into(), format!("{component} {id}"))
    }
}

pub fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot::empty("kafka", NOON);
    snapshot.identity = Some("cluster-x".into());
    let settling = Health::Settling("in sync 41 of 66".into());
    for one in [
        member("101", "controller", Some("3.9.1"), Health::Healthy),
        member("1", "broker", Some("3.9.1"), settling),
        member(
            "2",
            "broker",
            None,
            Health::Unknown("nobody answers".into()),
        ),
    ] {
        snapshot.members.insert(one.id.clone(), one.into());
    }
    let level = Level {
        finalized: 21,
        supported: Some((1, 21)),
    };
    snapshot.levels.insert("metadata.version".into(), level);
    snapshot.budgets.push(Budget {
        members: ["1", "2"].map(MemberId::from).into(),
        need: 1,
        reason: "orders-3, min.insync.replicas 1".into(),
    });
    let found = Found {
        object: "topic audit".into(),
        seen: "1 replica, on broker 2".into(),
    };
    snapshot.facts = BTreeMap::from([
        ("replication.single".into(), Fact::List(vec![found])),
        ("quorum.lag".into(), Fact::Number(0)),
        ("unclean".into(), Fact::Truth(false)),
        ("disks".into(), Fact::Unknown("no permission".into())),
    ]);
    snapshot.gaps.push(Gap {
        about: "broker 2".into(),
        member: Some("2".into()),
        what: "its release: nobody answers".into(),
        mend: "start it".into(),
        weight: Weight::Bars,
    });
    snapshot
}

pub fn plan() -> Plan {
    let all = |release: &str| BTreeSet::from([v(release)]);
    let step = |component: &str, members: &[&str]| {
        Stage::Move(Move {
            component: component.into(),
            from: all("3.9.1"),
            to: v("4.1.2"),
            members: members.iter().map(|id| MemberId::from(*id)).collect(),
            disturbs: "leaders move".into(),
            each: Ms::seconds(8),
        })
    };
    Plan {
        parent: None,
        identity: "cluster-x".into(),
        goal: Goal::Version(v("4.1")),
        start: BTreeMap::from([("broker".into(), all("3.9.1"))]),
        hops: vec![Hop {
            to: v("4.1.2"),
            stages: vec![
                step("controller", &["101"]),
                step("broker", &["1", "2"]),
                Stage::Act(Act {
                    action: "preferred-leaders".into(),
                    what: "leaders go home".into(),
                    by_hand: None,
                }),
                Stage::Raise(Raise {
                    level: "metadata.version".into(),
                    from: 21,
                    to: 27,
                    named: ("3.9-IV0".into(), "4.1-IV1".into()),
                    why: "asked for".into(),
                }),
            ],
        }],
        mixes: vec![MixShown {
            step: "brokers 3.9.1 → 4.1.2".into(),
            runs: BTreeMap::from([("broker".into(), [v("3.9.1"), v("4.1.2")].into())]),
        }],
        hazards: vec![HazardMet {
            id: "KAFKA-19748".into(),
            release: v("4.1.2"),
            applies_if: Some("Kafka Streams is used".into()),
            what: "tasks stall".into(),
            source: "Apache Kafka: issue tracker".into(),
        }],
        left: vec![LevelLeft {
            level: "group.version".into(),
            at: "0".into(),
            could: Some("1".into()),
            bars: Some("3.9".into()),
        }],
        expected: Ms::seconds(80),
        one_by_one: Ms::minutes(2),
    }
}
