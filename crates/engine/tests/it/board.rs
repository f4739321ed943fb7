//! Mixes checked on a board that was made once, against each pair asked of the rules.

use crate::stage::catalog;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use windlass_engine::catalog::{Bond, Catalog, Pair, Skew, Within};
use windlass_engine::mix::{Board, Found, Mix, Place};
use windlass_engine::names::Component;
use windlass_engine::version::{Range, Version};

const RELEASES: [&str; 4] = ["1.0.0", "1.1.0", "1.1.1", "2.0.0"];
const NAMES: [&str; 3] = ["a", "b", "c"];
const KINDS: [&[&str]; 5] = [&["a"], &["b"], &["c"], &["a", "b"], &["b", "c"]];
const SAYS: [&str; 7] = [
    "not newer than",
    "equal",
    "within -1 0 of",
    "within -1 1 of",
    "minors -1 0 of",
    "minors 0 2 of",
    PAIRS,
];
/// Written as `equal`, which has no words of its own in stories.
const PAIRS: &str = "pairs";
const PLACES: [&str; 3] = ["", "@zone", "@node"];

/// Rules, and a level that the oldest and the newest line do not share.
fn rules(drawn: &[(usize, usize, usize, usize)]) -> Catalog {
    let mut text = String::from(
        "components: a b c\nreleases: 1.0.0 1.1.0 1.1.1 2.0.0\nlevel: form\nline: 1.0 form 0 1\n\
         line: 2.0 form 1 2\n",
    );
    for (of, says, from, place) in drawn {
        let (of, from) = (NAMES[*of], NAMES[*from]);
        let (says, place) = (SAYS[*says], PLACES[*place]);
        let says = if says == PAIRS { "equal" } else { says };
        writeln!(text, "skew: {of} {says} {from}{place}").expect("a line");
    }
    let mut catalog = catalog(&text);
    for (rule, (_, says, ..)) in catalog.skew.iter_mut().zip(drawn) {
        if SAYS[*says] == PAIRS {
            let pair = |of: &str, from: &str| Pair {
                of: Range::parse(of).expect(of),
                from: Range::parse(from).expect(from),
            };
            rule.id.push_str("-pairs");
            rule.allow = Skew::Pairs(vec![pair("..1.0", "1.1"), pair("1.1..", "1.1.1..")]);
        }
    }
    catalog
}

/// Members by kind, zone and a release for each of their components.
type Drawn = Vec<(usize, usize, [usize; 2])>;

fn mix(drawn: &Drawn, form: u16) -> Mix {
    let mut mix = Mix::default();
    for (kind, zone, at) in drawn {
        let names = KINDS[*kind].iter().map(|name| Component::from(*name));
        let place = Place {
            kind: names.clone().collect(),
            zone: (*zone > 0).then(|| format!("zone-{zone}")),
        };
        let at = at
            .iter()
            .map(|at| Version::parse(RELEASES[*at]).expect("a release"));
        let runs: BTreeMap<Component, Version> = names.zip(at).collect();
        let stands = mix.stands.entry(place).or_default();
        for (name, version) in &runs {
            let of_name = stands.entry(name.clone()).or_default();
            of_name.insert(version.clone());
        }
        mix.members.insert(runs);
    }
    mix.levels.insert("form".into(), form);
    mix
}

/// Each pair of each two places asked of each rule, and each release of the level: rule and pair.
fn apart(catalog: &Catalog, mix: &Mix) -> BTreeSet<(String, String, String)> {
    let mut found = BTreeSet::new();
    for rule in &catalog.skew {
        let lines = catalog.lines_of(&rule.of);
        let mut pairs: Vec<(&Version, &Version, Bond)> = Vec::new();
        match rule.within {
            Within::Node => {
                for runs in &mix.members {
                    let both = runs.get(&rule.of).zip(runs.get(&rule.from));
                    pairs.extend(both.map(|(of, from)| (of, from, Bond::Apart)));
                }
            }
            Within::Cluster | Within::Zone => {
                for (one, stand) in &mix.stands {
                    for (other, beside) in &mix.stands {
                        if rule.within == Within::Zone && one.zone != other.zone {
                            continue;
                        }
                        let whole = |place: &Place| {
                            let kind = &place.kind;
                            rule.of != rule.from
                                && kind.contains(&rule.of)
                                && kind.contains(&rule.from)
                        };
                        let bond = if whole(one) && whole(other) {
                            Bond::Together
                        } else {
                            Bond::Apart
                        };
                        for of in stand.get(&rule.of).into_iter().flatten() {
                            let from = beside.get(&rule.from).into_iter().flatten();
                            pairs.extend(from.map(|from| (of, from, bond)));
                        }
                    }
                }
            }
        }
        let bad = pairs.into_iter();
        let bad = bad.filter(|(of, from, bond)| !rule.allows(&lines, of, from, *bond));
        found.extend(bad.map(|(of, from, _)| {
            let (one, other) = (format!("{} {of}", rule.of), format!("{} {from}", rule.from));
            (rule.id.clone(), one, other)
        }));
    }
    for (name, version) in mix.stands.values().flatten().flat_map(|(name, all)| {
        let all = all.iter();
        all.map(move |version| (name, version))
    }) {
        let form = mix.levels[&"form".into()];
        if catalog
            .line(version)
            .is_some_and(|line| !line.supports(&"form".into(), form))
        {
            let (one, other) = (format!("{name} {version}"), format!("form {form}"));
            found.insert(("form".into(), one, other));
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_board_made_of_all_finds_in_each_mix_what_the_rules_say_of_each_pair(
        drawn in vec((0..NAMES.len(), 0..SAYS.len(), 0..NAMES.len(), 0..PLACES.len()), 1..6),
        all in vec((0..KINDS.len(), 0..3_usize, [0..RELEASES.len(), 0..RELEASES.len()]), 2..12),
        some in btree_set(0..12_usize, 1..8),
        form in 0..3_u16,
    ) {
        let catalog = rules(&drawn);
        let widest = mix(&all, form);
        let board = Board::of(&catalog, &widest);
        let part = all.iter().enumerate().filter(|(index, _)| some.contains(index));
        let part = mix(&part.map(|(_, member)| *member).collect(), form);
        for mix in [&widest, &part] {
            let mut found = Found::default();
            board.check(&board.seats(mix).expect("all of it is on the board"), &mut found);
            let breaches = board.breaches(&found);
            prop_assert_eq!(found.is_empty(), breaches.is_empty());
            prop_assert!(found.count() as usize >= breaches.len());
            prop_assert_eq!(&breaches, &mix.check(&catalog));
            let names: BTreeSet<_> = breaches.into_iter().map(|b| (b.rule, b.one, b.other)).collect();
            prop_assert_eq!(names, apart(&catalog, mix));
        }
    }
}

#[test]
fn what_a_board_was_not_made_for_has_no_seats() {
    let catalog = rules(&[(0, 0, 1, 0)]);
    let known = vec![(0, 0, [0, 0]), (1, 0, [0, 0])];
    let (small, large) = (mix(&known, 1), mix(&vec![(0, 0, [1, 0])], 1));
    let board = Board::of(&catalog, &small);
    assert!(board.seats(&small).is_some());
    assert!(board.seats(&large).is_none());
    assert!(board.seats(&mix(&known, 2)).is_none());
}
