//! What stories are told with: catalogs and clusters from short text, plans and refusals as short text.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use windlass_engine::catalog::Catalog;
use windlass_engine::names::MemberId;
use windlass_engine::plan::{Goal, Plan, Stage};
use windlass_engine::policy::Policy;
use windlass_engine::refusal::Refusal;
use windlass_engine::snapshot::{Health, Level, Member, Snapshot};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;

/// The catalog that ships.
pub fn kafka() -> Catalog {
    serde_saphyr::from_str(include_str!("../../../../catalogs/kafka.yaml")).expect("kafka.yaml")
}

pub fn v(text: &str) -> Version {
    Version::parse(text).expect(text)
}

/// A cluster, one line a member or level:
/// `1 broker 3.9.1 zone=a load=3 active`, `7 controller+broker 3.9.1`, `metadata.version = 21`;
/// release `?` is a gap.
pub fn cluster(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::empty("kafka", Wall(1_000_000));
    snapshot.identity = Some("a-cluster".into());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some((name, number)) = line.split_once(" = ") {
            let level = Level {
                finalized: number.parse().expect(line),
                supported: None,
            };
            snapshot.levels.insert(name.into(), level);
            continue;
        }
        for member in members(line) {
            snapshot.members.insert(member.id.clone(), member);
        }
    }
    snapshot
}

/// `1` or `1-5000` for the id.
fn members(line: &str) -> Vec<Member> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (first, last) = words[0].split_once('-').unwrap_or((words[0], words[0]));
    let ids = first.parse::<u32>().expect(line)..=last.parse().expect(line);
    ids.map(|id| member(&id.to_string(), &words[1..])).collect()
}

fn member(id: &str, words: &[&str]) -> Member {
    let mut member = Member {
        id: MemberId::from(id),
        name: format!("{} {id}", words[0].replace('+', " and ")),
        components: BTreeMap::new(),
        unversioned: BTreeSet::new(),
        host: None,
        zone: None,
        health: Health::Healthy,
        incarnation: None,
        since: None,
        active: false,
        load: 0,
        progress: 0,
        state: String::new(),
    };
    for component in words[0].split('+') {
        match words[1] {
            "?" => {
                member.unversioned.insert(component.into());
            }
            release => {
                member.components.insert(component.into(), v(release));
            }
        }
    }
    for word in &words[2..] {
        match word.split_once('=') {
            Some(("zone", zone)) => member.zone = Some(zone.into()),
            Some(("load", load)) => member.load = load.parse().expect(word),
            Some(_) => panic!("{word}"),
            None => member.active = *word == "active",
        }
    }
    member
}

pub fn to(goal: &str) -> Goal {
    Goal::Version(v(goal))
}

pub fn via(stops: &[&str]) -> Policy {
    Policy {
        via: stops.iter().map(|stop| v(stop)).collect(),
        ..Policy::default()
    }
}

/// Hops and stages, one line each.
pub fn told(plan: &Plan) -> String {
    let mut text = String::new();
    for hop in &plan.hops {
        let _ = writeln!(text, "hop {}", hop.to);
        for stage in &hop.stages {
            let _ = match stage {
                Stage::Move(step) => {
                    let from: Vec<String> = step.from.iter().map(ToString::to_string).collect();
                    let who: Vec<&str> = step.members.iter().map(MemberId::as_str).collect();
                    let from = from.join(", ");
                    writeln!(
                        text,
                        "  {} {from} → {}: {}",
                        step.component,
                        step.to,
                        who.join(" ")
                    )
                }
                Stage::Raise(raise) => writeln!(
                    text,
                    "  raise {} {} → {}",
                    raise.level, raise.named.0, raise.named.1
                ),
                Stage::Act(act) => writeln!(text, "  {}", act.action),
            };
        }
    }
    text
}

/// A refusal as it would be read.
pub fn refused(refusal: &Refusal) -> String {
    let mut text = format!("{}: {}\n", refusal.code.name(), refusal.says);
    for because in &refusal.because {
        let _ = write!(text, "  because {}", because.fact);
        let _ = match &because.source {
            Some(source) => writeln!(text, " ({source})"),
            None => writeln!(text),
        };
    }
    for hint in &refusal.hints {
        let _ = writeln!(text, "  hint {hint}");
    }
    text
}

/// Compares texts without their indentation by the story's own.
pub fn same(found: &str, expect: &str) {
    let lines = |text: &str| -> Vec<String> {
        let all: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
        let indent = all
            .iter()
            .map(|l| l.len() - l.trim_start().len())
            .min()
            .unwrap_or(0);
        all.iter()
            .map(|l| l[indent..].trim_end().to_string())
            .collect()
    };
    assert!(
        lines(found) == lines(expect),
        "found:\n{found}\nexpected:\n{expect}"
    );
}
