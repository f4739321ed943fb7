//! Whole outputs of a cluster of three controllers and three brokers.

use super::plan::{Mixes, Whose};
use super::{
    findings, plan as plan_words, refusal, snapshot as snapshot_words, targets as target_words,
};
use crate::args::Form;
use crate::catalogs::Catalogs;
use crate::exit::Failed;
use crate::outlet::Outlet;
use crate::outlet::style::{Glyphs, Ink, Style};
use insta::assert_snapshot;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::catalog::{Binds, Catalog, Severity};
use windlass_engine::check::{Finding, Verdict};
use windlass_engine::names::Component;
use windlass_engine::plan::order::Times;
use windlass_engine::plan::{Goal, Plan, plan, targets};
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::refusal::Refusal;
use windlass_engine::snapshot::{Found, Gap, Health, Level, Member, Snapshot, Weight};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;

const SEEN: Wall = Wall(1_795_179_731_500_000);
const NOW: Wall = Wall(1_795_179_731_900_000);
const DAY_US: i64 = 86_400_000_000;

fn outlet(width: usize) -> Outlet {
    let style = Style {
        ink: Ink::None,
        glyphs: Glyphs::Unicode,
    };
    Outlet::fixed(Form::Table, width, style)
}

fn catalog() -> Result<Arc<Catalog>, Failed> {
    Catalogs::new(None).of("kafka")
}

fn version(text: &str) -> Result<Version, Failed> {
    Version::parse(text).map_err(|why| Failed::says(why.to_string()))
}

fn member(id: &str, component: &str, state: &str) -> Result<Member, Failed> {
    Ok(Member {
        components: BTreeMap::from([(Component::from(component), version("3.9.1")?)]),
        host: Some(format!("k{}", id.chars().last().unwrap_or('0'))),
        since: Some(Wall(SEEN.0 - 12 * DAY_US)),
        active: state == "active",
        state: state.into(),
        ..Member::named(id.into(), format!("{component} {id}"))
    })
}

fn orders() -> Result<Snapshot, Failed> {
    let mut snapshot = Snapshot::empty("kafka", SEEN);
    snapshot.identity = Some("f3UYXHP-kB9edEObYRXVXA".into());
    for (id, state) in [("101", "follower"), ("102", "follower"), ("103", "active")] {
        let controller = member(id, "controller", state)?;
        snapshot.members.insert(id.into(), controller.into());
    }
    for (id, load, zone) in [("1", 22, "a"), ("2", 21, "b"), ("3", 23, "c")] {
        let mut broker = member(id, "broker", "in sync")?;
        broker.load = load;
        broker.zone = Some(zone.into());
        snapshot.members.insert(id.into(), broker.into());
    }
    for (name, finalized, high) in [("metadata.version", 21, 21), ("kraft.version", 0, 1)] {
        let level = Level {
            finalized,
            supported: Some((0, high)),
        };
        snapshot.levels.insert(name.into(), level);
    }
    Ok(snapshot)
}

/// With broker 2 down, broker 3 coming back, and hosts that nobody declared.
fn ailing() -> Result<Snapshot, Failed> {
    let mut snapshot = orders()?;
    for (id, health) in [
        ("2", Health::Down("its process ended 4s ago".into())),
        ("3", Health::Settling("in sync 41 of 66".into())),
    ] {
        if let Some(broker) = snapshot.members.get_mut(&id.into()) {
            Arc::make_mut(broker).health = health;
        }
    }
    snapshot
        .troubles
        .push("3 partitions are below min.insync.replicas".into());
    for id in ["101", "102"] {
        snapshot.gaps.push(Gap {
            about: format!("controller {id}"),
            member: Some(id.into()),
            what: format!("the host of controller {id} is not declared"),
            mend: "declare its host in the cluster's file".into(),
            weight: Weight::Bars,
        });
    }
    Ok(snapshot)
}

/// The way, or the "no".
fn way(snapshot: &Snapshot, goal: &str, policy: &Policy) -> Result<Result<Plan, Refusal>, Failed> {
    let goal = Goal::Version(version(goal)?);
    Ok(plan(
        &*catalog()?,
        policy,
        snapshot,
        &goal,
        &BTreeSet::new(),
        None,
    ))
}

fn finding(check: &str, verdict: Verdict) -> Finding {
    Finding {
        check: check.into(),
        title: "every topic has more than one replica".into(),
        severity: if verdict == Verdict::Fail {
            Severity::Fail
        } else {
            Severity::Warn
        },
        verdict,
        binds: Binds::BeforeEachMember,
        seen: (0..7)
            .map(|n| Found {
                object: format!("audit-{n}"),
                seen: "on broker 2, RF 1".into(),
            })
            .collect(),
        at: SEEN,
        mend: "raise the replication factor, or accept that it cannot be written meanwhile".into(),
        source: "Apache Kafka docs, replication".into(),
    }
}

fn fitting(width: usize, lines: &[String]) -> String {
    for line in lines {
        assert!(
            crate::outlet::style::columns(line) <= width,
            "wider than {width}: {line}"
        );
    }
    lines.join("\n")
}

fn no(refusal: Refusal) -> Failed {
    Failed::says(refusal.says)
}

#[test]
fn a_healthy_cluster() -> Result<(), Failed> {
    let lines = snapshot_words::lines(&outlet(80), "orders", &orders()?, &*catalog()?, NOW);
    assert_snapshot!(fitting(80, &lines));
    Ok(())
}

#[test]
fn an_ailing_cluster() -> Result<(), Failed> {
    let lines = snapshot_words::lines(&outlet(80), "orders", &ailing()?, &*catalog()?, NOW);
    assert_snapshot!(fitting(80, &lines));
    Ok(())
}

#[test]
fn a_narrow_terminal() -> Result<(), Failed> {
    let lines = snapshot_words::lines(&outlet(50), "orders", &ailing()?, &*catalog()?, NOW);
    assert_snapshot!(fitting(50, &lines));
    Ok(())
}

#[test]
fn colours_change_nothing_but_colours() -> Result<(), Failed> {
    let painted = Style {
        ink: Ink::Colour,
        glyphs: Glyphs::Unicode,
    };
    let painted = Outlet::fixed(Form::Table, 80, painted);
    let strip = |line: &String| {
        let mut parts = line.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            text + part.split_once('m').map_or("", |(_, rest)| rest)
        })
    };
    let (catalog, seen) = (catalog()?, ailing()?);
    let plain = snapshot_words::lines(&outlet(80), "orders", &seen, &catalog, NOW);
    let with = snapshot_words::lines(&painted, "orders", &seen, &catalog, NOW);
    assert!(with.iter().any(|line| line.contains('\u{1b}')));
    assert_eq!(with.iter().map(strip).collect::<Vec<_>>(), plain);
    Ok(())
}

#[test]
fn where_it_can_go() -> Result<(), Failed> {
    let found = targets(&*catalog()?, &Policy::default(), &orders()?);
    let lines = target_words::lines(&outlet(80), "orders", &found);
    assert_snapshot!(fitting(80, &lines));
    Ok(())
}

/// A plan for orders, as a terminal of 80 columns shows it.
fn told(seen: &Snapshot, policy: &Policy, way: &Plan, mixes: Mixes) -> Result<String, Failed> {
    let catalog = catalog()?;
    let whose = Whose {
        shown: "orders",
        typed: "orders",
        snapshot: seen,
        policy,
        catalog: &catalog,
        took: &Times::new(),
    };
    Ok(fitting(
        80,
        &plan_words::lines(&outlet(80), &whose, way, mixes),
    ))
}

#[test]
fn a_plan_over_two_hops() -> Result<(), Failed> {
    let policy = Policy {
        via: vec![version("4.0")?],
        ..Policy::default()
    };
    let seen = orders()?;
    let way = way(&seen, "4.1", &policy)?.map_err(no)?;
    assert_snapshot!(told(&seen, &policy, &way, Mixes::Shown)?);
    Ok(())
}

#[test]
fn a_plan_without_return() -> Result<(), Failed> {
    let policy = Policy {
        finalize: Finalize::Soon,
        ..Policy::default()
    };
    let seen = orders()?;
    let way = way(&seen, "4.1", &policy)?.map_err(no)?;
    assert_snapshot!(told(&seen, &policy, &way, Mixes::Counted)?);
    Ok(())
}

#[test]
fn a_no() -> Result<(), Failed> {
    let Err(told) = way(&orders()?, "3.8", &Policy::default())? else {
        return Err(Failed::says("3.8 is older, and there is a way"));
    };
    assert_snapshot!(fitting(80, &refusal::lines(&outlet(80), "orders", &told)));
    Ok(())
}

#[test]
fn findings_what_bars_last() -> Result<(), Failed> {
    let waived = Verdict::Waived {
        by: "anna".into(),
        reason: "audit may pause".into(),
        until: Wall(SEEN.0 + 7 * DAY_US),
    };
    let found = [
        finding("voters.ghost", Verdict::Fail),
        finding("replication.single", Verdict::Warn),
        finding("java.version", Verdict::Unknown("nothing was seen".into())),
        finding("levels", Verdict::Pass),
        finding("min.isr", waived),
    ];
    let lines = findings::lines(&outlet(80), "orders", &found, &TimeZone::UTC);
    assert_snapshot!(fitting(80, &lines));
    Ok(())
}
