//! Faults that a maker's file can hold: each is found, and a sound neighbour is not.

use crate::stage::{catalog, same, v};
use windlass_engine::catalog::{
    Advisory, Binds, Blocked, Catalog, Check, Edge, FactKind, FactNamed, Human, Matching, Must,
    Offer, Pair, Raising, Release, Risk, Severity, Skew, SkewRule, Within,
};
use windlass_engine::version::Range;

fn sound() -> Catalog {
    let mut catalog = catalog(
        "components: a b\nreleases: 1.0.0 1.1.0 1.2.0\npath: 1.0.. to 1.1..\nskew: b not newer than a",
    );
    catalog.facts.push(FactNamed {
        name: "ready".into(),
        kind: FactKind::Truth,
        unit: None,
        read: "whether it is".into(),
        source: "a book".into(),
    });
    catalog
}

#[track_caller]
fn check(change: impl FnOnce(&mut Catalog), expect: &str) {
    let mut catalog = sound();
    change(&mut catalog);
    let lints: Vec<String> = catalog.lint().iter().map(ToString::to_string).collect();
    same(&lints.join("\n"), expect);
}

fn range(text: &str) -> Range {
    Range::parse(text).expect(text)
}

fn asked(fact: &str, must: Must) -> Check {
    Check {
        id: "q".into(),
        title: "it is so".into(),
        fact: fact.into(),
        must,
        severity: Severity::Fail,
        binds: Binds::Now,
        from: None,
        to: None,
        when: None,
        mend: "mend it".into(),
        source: "a book".into(),
    }
}

fn pairs(id: &str, all: &[(&str, &str)]) -> SkewRule {
    let pair = |(of, from): &(&str, &str)| Pair {
        of: range(of),
        from: range(from),
    };
    SkewRule {
        id: id.into(),
        of: "b".into(),
        from: "a".into(),
        within: Within::Cluster,
        allow: Skew::Pairs(all.iter().map(pair).collect()),
        why: "so".into(),
        source: "a book".into(),
    }
}

#[test]
fn a_sound_catalog_has_none() {
    check(|_| {}, "");
}

#[test]
fn a_question_on_a_fact_that_nobody_answers_or_of_another_kind() {
    check(
        |c| c.checks.push(asked("readi", Must::BeTrue)),
        "check q: fact readi is declared nowhere",
    );
    check(
        |c| c.checks.push(asked("ready", Must::BeEmpty)),
        "check q: asks fact ready as a list, and it is a truth",
    );
    check(|c| c.checks.push(asked("ready", Must::BeTrue)), "");
}

#[test]
fn a_range_that_holds_no_release_or_has_its_ends_swapped() {
    check(
        |c| c.paths[0].to = range("2.0.."),
        "path 1.0.. to 2.0..: leads to no release: 2.0.. holds none",
    );
    check(
        |c| c.paths[0].from = range("1.2..1.1"),
        "path 1.2..1.1 to 1.1..: the ends of 1.2..1.1 are swapped: it holds nothing",
    );
    let mut hop = asked("ready", Must::BeTrue);
    hop.to = Some(range("3.0"));
    check(
        |c| c.checks.push(hop),
        "check q: goes to no release: 3.0 holds none",
    );
}

#[test]
fn two_rules_that_no_two_releases_satisfy() {
    check(
        |c| {
            c.skew.push(pairs("old-only", &[("1.0", "1.0")]));
            c.skew.push(pairs("new-only", &[("1.2", "1.2")]));
        },
        "skew new-only: contradicts old-only: no two releases satisfy both",
    );
    check(
        |c| c.skew.push(pairs("ahead", &[("1.2", "1.0")])),
        "skew ahead: contradicts b-not-newer-than-a: no two releases satisfy both",
    );
    check(|c| c.skew.push(pairs("some", &[("1.0", "1.0..1.1")])), "");
}

#[test]
fn an_order_of_components_against_a_rule() {
    check(
        |c| c.components.reverse(),
        "skew b-not-newer-than-a: b may never be newer than a, and yet stands before it among the components",
    );
}

#[test]
fn edges_between_releases_that_do_not_exist_and_risks_that_nobody_can_find_out() {
    check(
        |c| {
            let edge = |from: &str, to: &str, risks: &[&str]| Edge {
                from: v(from),
                to: v(to),
                risks: risks.iter().map(|risk| (*risk).into()).collect(),
            };
            c.edges.push(edge("1.0.0", "1.9.0", &[]));
            c.edges.push(edge("1.1.0", "1.0.0", &["slow"]));
            c.edges.push(edge("1.0.0", "1.1.0", &["fast"]));
            c.risks.push(Risk {
                name: "slow".into(),
                message: "it is".into(),
                matching: vec![],
                source: "a book".into(),
            });
            c.risks.push(Risk {
                name: "odd".into(),
                message: "it is".into(),
                matching: vec![Matching::Always, Matching::Fact("unheard".into())],
                source: "a book".into(),
            });
        },
        "
        edge 1.0.0 to 1.9.0: 1.9.0 is no release of this catalog
        edge 1.1.0 to 1.0.0: does not lead to a newer release
        edge 1.0.0 to 1.1.0: risk fast is described nowhere
        risk slow: nothing says how to find out whether it applies
        risk odd: fact unheard is declared nowhere",
    );
}

#[test]
fn a_path_of_which_every_hop_is_blocked() {
    check(
        |c| {
            c.blocked.push(Blocked {
                of: vec![],
                track: windlass_engine::names::Track::default(),
                from: range(".."),
                to: range("1.."),
                why: "so".into(),
                mend: "wait".into(),
                source: "a book".into(),
            });
        },
        "path 1.0.. to 1.1..: every hop along it is blocked",
    );
}

#[test]
fn blocked_hops_by_the_thousand_end_the_look_for_an_open_one() {
    let mut catalog = sound();
    for minor in 3..150 {
        let release = catalog.releases[0].clone();
        catalog.releases.push(Release {
            version: v(&format!("1.{minor}.0")),
            ..release
        });
    }
    let all = Blocked {
        of: vec![],
        track: windlass_engine::names::Track::default(),
        from: range(".."),
        to: range("1.."),
        why: "so".into(),
        mend: "wait".into(),
        source: "a book".into(),
    };
    catalog.blocked = vec![all; 2_000];
    let lints: Vec<String> = catalog.lint().iter().map(ToString::to_string).collect();
    let told =
        "path 1.0.. to 1.1..: too many hops are blocked to tell whether one along it is open";
    assert!(lints.iter().any(|lint| lint == told), "{lints:?}");
}

#[test]
fn what_has_no_source_no_remedy_or_no_value_that_is_let_through() {
    check(
        |c| {
            c.skew[0].source = " ".into();
            let mut bare = asked("ready", Must::BeTrue);
            bare.mend.clear();
            c.checks.push(bare);
            c.offers.push(Offer {
                id: "some".into(),
                track: windlass_engine::names::Track::default(),
                to: None,
                only: [("ready".to_owned(), vec![])].into(),
                otherwise: "wait".into(),
                source: "a book".into(),
            });
        },
        "
        skew b-not-newer-than-a: names no source
        check q: does not say what to do
        offer some: asks fact ready as a word, and it is a truth
        offer some: no value of ready is let through: nothing is offered",
    );
}

#[test]
fn a_level_that_humans_raise_without_a_word_how_or_a_proof() {
    let level = |raise, procedure| {
        let mut level =
            windlass_engine::catalog::LevelFacts::of("mode".into(), raise, "a book".into());
        level.procedure = procedure;
        level
    };
    check(
        |c| c.levels.push(level(Raising::ByHumans, vec![])),
        "level mode: is raised by humans, and nothing says how",
    );
    let step = Human {
        title: "turn the key".into(),
        what: "turn it".into(),
        proof: "turned".into(),
        no_return: false,
        source: "a book".into(),
    };
    check(
        |c| c.levels.push(level(Raising::ByHumans, vec![step])),
        "level mode, step `turn the key`: fact turned is declared nowhere",
    );
}

#[test]
fn an_advisory_that_is_mended_where_it_is_not() {
    check(
        |c| {
            c.advisories.push(Advisory {
                id: "CVE-1".into(),
                track: windlass_engine::names::Track::default(),
                severity: "high".into(),
                affected: vec![range("1.0..1.1")],
                fixed_in: vec![v("1.1.0"), v("1.1.9")],
                what: "a hole".into(),
                source: "a book".into(),
            });
        },
        "
        advisory CVE-1: is mended in 1.1.0, and affects it
        advisory CVE-1: is mended in 1.1.9, which is no release of this catalog
        advisory CVE-1: is mended in 1.1.9, and affects it",
    );
}
