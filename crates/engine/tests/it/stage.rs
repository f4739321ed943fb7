//! What stories are told with: catalogs and clusters from short text, plans and refusals as short text.
#![allow(dead_code)]

use std::fmt::Write as _;
use windlass_engine::catalog::{
    Catalog, ComponentFacts, LevelFacts, Line, Path, Raising, Release, Skew, SkewRule, Within,
};
use windlass_engine::names::Component;
use windlass_engine::names::MemberId;
use windlass_engine::plan::{Goal, Plan, Stage};
use windlass_engine::policy::Policy;
use windlass_engine::refusal::Refusal;
use windlass_engine::snapshot::{Gap, Level, Member, Snapshot, Weight};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::{Range, Version};

/// The catalog that ships.
pub fn kafka() -> Catalog {
    serde_saphyr::from_str(include_str!("../../../../catalogs/kafka.yaml")).expect("kafka.yaml")
}

pub fn v(text: &str) -> Version {
    Version::parse(text).expect(text)
}

/// A cluster, one line a member or level:
/// `1 broker 3.9.1 zone=a load=3 active`, `7 controller+broker 3.9.1`, `metadata.version = 21`,
/// `gap broker 3: its host is not declared`;
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
        if let Some(gap) = line.strip_prefix("gap ") {
            let (about, what) = gap.split_once(": ").expect(line);
            snapshot.gaps.push(Gap {
                about: about.into(),
                member: None,
                what: what.into(),
                mend: format!("mend {about}"),
                weight: Weight::Bars,
            });
            continue;
        }
        for member in members(line) {
            snapshot.members.insert(member.id.clone(), member.into());
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
    let mut member = Member::named(
        MemberId::from(id),
        format!("{} {id}", words[0].replace('+', " and ")),
    );
    for (place, component) in words[0].split('+').enumerate() {
        // `kubelet+kube-proxy 1.30.0+1.29.0`: each its own.
        let own = words[1].split('+').nth(place);
        let release = own.unwrap_or_else(|| words[1].split('+').next().expect("one"));
        match release {
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
            Some(("since", since)) => member.since = Some(Wall(since.parse().expect(word))),
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

pub fn back(goal: &str) -> Goal {
    Goal::Back(v(goal))
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
                Stage::Hold(hold) => {
                    let end = if hold.no_return { ", no way back" } else { "" };
                    writeln!(text, "  by hand: {}{end}", hold.title)
                }
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
    for opens in &refusal.opens {
        let _ = writeln!(text, "  without {}", opens.fact);
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

/// A small catalog, one fact a line; `!` marks a release that is not advised:
/// `components: a b`, `releases: 1.0.0 1.1.0!`, `level: form`, `line: 1.0 form 0 2`,
/// `path: 1.0 to 1.1.. needs form 1`, `skew: a not newer than b`, `skew: a equal b`,
/// `skew: a within -1 1 of b`, `skew: a minors -2 0 of b@zone` (or `@node`), `action: tidy after b`.
pub fn catalog(text: &str) -> Catalog {
    let mut catalog = Catalog {
        system: "toy".into(),
        as_of: "2026-11-20".into(),
        ..Catalog::default()
    };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (kind, rest) = line.split_once(':').expect(line);
        let words: Vec<&str> = rest.split_whitespace().collect();
        take(&mut catalog, kind, &words);
    }
    catalog
}

const BOOK: &str = "a book";

fn take(catalog: &mut Catalog, kind: &str, words: &[&str]) {
    let source = || BOOK.to_string();
    match (kind, words) {
        ("components", names) => {
            let facts = |name: &&str| {
                let disturbs = format!("{name} rests");
                ComponentFacts::of(Component::from(*name), Ms(1_000), disturbs, source())
            };
            catalog.components.extend(names.iter().map(facts));
        }
        ("releases", all) => catalog.releases.extend(all.iter().map(|text| Release {
            avoid: text.ends_with('!').then(|| "withdrawn".into()),
            ..Release::of(v(text.trim_end_matches('!')), source())
        })),
        ("level", [name]) => catalog.levels.push(LevelFacts::of(
            (*name).into(),
            Raising::OnFinalize,
            source(),
        )),
        ("line", [line, levels @ ..]) => catalog.lines.push(Line::of(
            v(line),
            levels
                .chunks(3)
                .map(|l| {
                    (
                        l[0].into(),
                        (l[1].parse().expect(l[1]), l[2].parse().expect(l[2])),
                    )
                })
                .collect(),
            source(),
        )),
        ("path", [from, "to", to, needs @ ..]) => catalog.paths.push(Path {
            needs: needs
                .chunks(3)
                .map(|n| (n[1].into(), n[2].parse().expect(n[2])))
                .collect(),
            back: Some(source()),
            ..Path::of(
                Range::parse(from).expect(from),
                Range::parse(to).expect(to),
                source(),
            )
        }),
        ("skew", words) => catalog.skew.push(rule(words)),
        (kind, words) => panic!("{kind}: {words:?}"),
    }
}

fn rule(words: &[&str]) -> SkewRule {
    let (of, from, allow, word, why) = match words {
        [of, "not", "newer", "than", from] => {
            (of, from, Skew::NotNewer, "not-newer-than", "it is newer")
        }
        [of, "equal", from] => (of, from, Skew::Equal, "equal", "they differ"),
        [of, "minors", low, high, "of", from] => {
            let minors = Skew::Minors(low.parse().expect(low), high.parse().expect(high));
            (of, from, minors, "minors", "too far apart")
        }
        [of, "within", low, high, "of", from] => {
            let lines = Skew::Lines(low.parse().expect(low), high.parse().expect(high));
            (of, from, lines, "within", "too far apart")
        }
        words => panic!("{words:?}"),
    };
    let (from, within) = match from.split_once('@') {
        None => (*from, Within::Cluster),
        Some((from, "zone")) => (from, Within::Zone),
        Some((from, _)) => (from, Within::Node),
    };
    SkewRule {
        id: format!("{of}-{word}-{from}"),
        of: (*of).into(),
        from: from.into(),
        within,
        allow,
        why: why.into(),
        source: BOOK.into(),
    }
}
