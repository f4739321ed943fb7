//! Findings: what passes, what bars, what a waiver lets pass, and what nobody can let pass.

use crate::stage::{cluster, kafka, same, to};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use windlass_engine::catalog::Must;
use windlass_engine::check::{Finding, Verdict, Waiver, judge};
use windlass_engine::plan::{Goal, Plan, plan};
use windlass_engine::policy::Policy;
use windlass_engine::snapshot::{Fact, Found, Snapshot};
use windlass_engine::time::Wall;

/// A cluster of which every question is answered well.
fn well(text: &str) -> Snapshot {
    let mut snapshot = cluster(text);
    for check in kafka().checks {
        let fact = match check.must {
            Must::BeEmpty => Fact::List(Vec::new()),
            Must::BeTrue => Fact::Truth(true),
            Must::BeAtLeast(n) | Must::BeAtMost(n) => Fact::Number(n),
            Must::BeOneOf(words) => Fact::Word(words[0].clone()),
            Must::BeIn(_) => Fact::Versions(BTreeMap::new()),
            Must::CountAtMost(_) | Must::CountAtLeast(_) => Fact::List(Vec::new()),
        };
        snapshot.facts.insert(check.fact, fact);
    }
    snapshot
}

const AT_3_9: &str = "1 controller+broker 3.9.1\nmetadata.version = 21";

fn one(object: &str, seen: &str) -> Fact {
    Fact::List(vec![Found {
        object: object.into(),
        seen: seen.into(),
    }])
}

fn planned(snapshot: &Snapshot, goal: &Goal) -> Plan {
    plan(
        &kafka(),
        &Policy::default(),
        snapshot,
        goal,
        &BTreeSet::new(),
        None,
    )
    .expect("a way")
}

/// What did not simply pass, one line each.
fn told(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let word = match &finding.verdict {
            Verdict::Pass => continue,
            Verdict::Warn => "warn".to_string(),
            Verdict::Fail => "fail".to_string(),
            Verdict::Unknown(why) => format!("unknown ({why})"),
            Verdict::Waived { by, .. } => format!("waived by {by}"),
        };
        let bars = if finding.bars() { ", bars" } else { "" };
        let seen: Vec<String> = finding
            .seen
            .iter()
            .map(|found| format!("{} {}", found.object, found.seen))
            .collect();
        let _ = writeln!(text, "{} {word}{bars}: {}", finding.check, seen.join("; "));
    }
    text
}

#[track_caller]
fn check(snapshot: &Snapshot, plan: Option<&Plan>, waivers: &[Waiver], expect: &str) {
    let findings = judge(&kafka(), &[], snapshot, plan, waivers, Wall(100));
    same(&told(&findings), expect);
}

#[test]
fn all_is_well() {
    let snapshot = well(AT_3_9);
    check(&snapshot, None, &[], "");
    check(&snapshot, Some(&planned(&snapshot, &to("4.1"))), &[], "");
}

#[test]
fn what_could_not_be_looked_at_is_never_a_pass() {
    let mut snapshot = well(AT_3_9);
    snapshot.facts.remove("partitions.offline");
    let silent = Fact::Unknown("controller 101 did not answer".into());
    snapshot.facts.insert("quorum.lagging".into(), silent);
    snapshot
        .facts
        .insert("brokers.fenced".into(), Fact::Truth(true));
    let hidden = Fact::Unknown("not allowed to ask".into());
    snapshot.facts.insert("unclean.election".into(), hidden);
    check(
        &snapshot,
        None,
        &[],
        "
        quorum.lagging unknown (controller 101 did not answer), bars:
        partitions.offline unknown (nothing was seen of partitions.offline), bars:
        brokers.fenced unknown (brokers.fenced was answered in another shape than asked), bars:
        unclean.election unknown (not allowed to ask):",
    );
}

#[test]
fn failures_bar_and_warnings_are_told() {
    let mut snapshot = well(AT_3_9);
    snapshot.facts.insert(
        "topics.single-replica".into(),
        one("topic audit", "1 replica"),
    );
    snapshot
        .facts
        .insert("partitions.offline".into(), one("audit-0", "no leader"));
    snapshot
        .facts
        .insert("quorum.majority-margin".into(), Fact::Number(0));
    snapshot
        .facts
        .insert("mode.kraft".into(), Fact::Truth(false));
    check(
        &snapshot,
        None,
        &[],
        "
        mode.kraft fail, bars: mode.kraft no
        quorum.majority-margin fail, bars: quorum.majority-margin 0, at least 1 wanted
        partitions.offline fail, bars: audit-0 no leader
        topics.single-replica warn: topic audit 1 replica",
    );
}

#[test]
fn a_waiver_lets_pass_until_it_expires_and_never_what_cannot_be_waived() {
    let waiver = |check: &str, until| Waiver {
        check: check.into(),
        by: "ada".into(),
        reason: "known".into(),
        until: Wall(until),
    };
    let mut snapshot = well(AT_3_9);
    for fact in ["partitions.offline", "brokers.fenced", "logdirs.failed"] {
        snapshot.facts.insert(fact.into(), one("x", "y"));
    }
    snapshot.facts.remove("quorum.lagging");
    snapshot
        .facts
        .insert("mode.kraft".into(), Fact::Truth(false));
    let waivers = [
        waiver("partitions.offline", 101),
        waiver("brokers.fenced", 100),
        waiver("quorum.lagging", 101),
        waiver("mode.kraft", 101),
    ];
    check(
        &snapshot,
        None,
        &waivers,
        "
        mode.kraft fail, bars: mode.kraft no
        quorum.lagging waived by ada:
        partitions.offline waived by ada: x y
        brokers.fenced fail, bars: x y
        logdirs.failed fail, bars: x y",
    );
}

#[test]
fn a_gap_that_bars_is_a_finding_that_nobody_can_waive() {
    let mut snapshot = well(&format!(
        "{AT_3_9}\ngap broker 3: its host is not declared\ngap broker 3: its log is not readable"
    ));
    let waiver = Waiver {
        check: "gap.broker-3".into(),
        by: "ada".into(),
        reason: "known".into(),
        until: Wall(1_000),
    };
    snapshot
        .facts
        .insert("logdirs.space".into(), one("/d", "3 % free"));
    check(
        &snapshot,
        None,
        &[waiver],
        "
        gap.broker-3 fail, bars: broker 3 its host is not declared; broker 3 its log is not readable
        logdirs.space warn: /d 3 % free",
    );
}

#[test]
fn checks_of_a_hop_are_asked_only_where_the_plan_has_one_of_that_kind() {
    let mut snapshot = well(AT_3_9);
    for fact in [
        "config.below-minimum",
        "release.ready",
        "voters.ghost",
        "java.version",
    ] {
        snapshot.facts.insert(fact.into(), one("x", "y"));
    }
    check(&snapshot, None, &[], "voters.ghost warn: x y");
    check(
        &snapshot,
        Some(&planned(&snapshot, &to("3.9"))),
        &[],
        "
        voters.ghost warn: x y
        release.ready fail, bars: x y",
    );
    check(
        &snapshot,
        Some(&planned(&snapshot, &to("4.1"))),
        &[],
        "
        voters.ghost warn: x y
        release.ready fail, bars: x y
        java.version fail, bars: x y
        config.below-minimum fail, bars: x y",
    );
    let mut done = well("1 controller+broker 4.1.2\nmetadata.version = 21");
    for fact in ["config.below-minimum", "release.ready", "voters.ghost"] {
        done.facts.insert(fact.into(), one("x", "y"));
    }
    check(
        &done,
        Some(&planned(&done, &Goal::Finalize)),
        &[],
        "
        voters.ghost warn: x y
        voters.ghost-finalize fail, bars: x y",
    );
}

#[test]
fn every_check_has_its_page() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/checks/");
    for check in kafka().checks {
        let page = std::fs::read_to_string(format!("{folder}{}.md", check.id));
        let page = page.unwrap_or_default();
        assert!(
            page.starts_with(&format!("# {}\n", check.id)),
            "{}",
            check.id
        );
    }
}
