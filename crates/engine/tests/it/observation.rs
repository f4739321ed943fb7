//! Stories of observations: only what differs is told, and laying it on gives what was seen.

use crate::stage::cluster;
use proptest::prelude::*;
use windlass_engine::names::MemberId;
use windlass_engine::run::observation::Observation;
use windlass_engine::snapshot::{Budget, Gap, Health, Snapshot, Weight};
use windlass_engine::time::{Mark, Wall};

fn between(known: Option<&Snapshot>, new: &Snapshot) -> Observation {
    Observation::between(known, new, Mark::default(), |_| None)
}

#[test]
fn two_looks_at_the_same_differ_in_nothing() {
    let seen = cluster("1 broker 3.9.1\n2 broker 3.9.1");
    assert!(between(Some(&seen), &seen).is_empty());
    assert!(!between(None, &seen).is_empty());
}

#[test]
fn a_member_that_could_not_be_seen_stays_and_is_not_known_to_be_well() {
    let mut known = cluster("1 broker 3.9.1\n2 broker 3.9.1");
    let new = cluster("1 broker 3.9.1");
    let unseen = |id: &MemberId| (id.as_str() == "2").then(|| "no route".to_string());
    let seen = Observation::between(Some(&known), &new, Mark::default(), unseen);
    seen.lay_onto(&mut known);
    let two = &known.members[&"2".into()];
    assert_eq!(two.health, Health::Unknown("no route".into()));
    // The same again is no news.
    let again = Observation::between(Some(&known), &new, Mark::default(), unseen);
    assert!(again.is_empty(), "{again:?}");
}

fn snapshots() -> impl Strategy<Value = Snapshot> {
    let members = prop::collection::btree_map(1u32..6, (0usize..3, 0u32..3), 0..5);
    (members, 0u32..3, 0usize..3, 0i64..9).prop_map(|(members, need, gaps, at)| {
        let lines: Vec<String> = members
            .iter()
            .map(|(id, (release, load))| {
                let release = ["3.9.1", "4.0.0", "4.1.0"][*release];
                format!("{id} broker {release} load={load}")
            })
            .collect();
        let mut seen = cluster(&lines.join("\n"));
        seen.seen = Wall(at);
        seen.budgets = vec![Budget {
            members: seen.members.keys().cloned().collect(),
            need,
            reason: "r".into(),
        }];
        seen.gaps = (0..gaps)
            .map(|n| Gap {
                about: format!("broker {n}"),
                member: None,
                what: "w".into(),
                mend: "m".into(),
                weight: Weight::Informs,
            })
            .collect();
        seen
    })
}

proptest! {
    #[test]
    fn laying_a_difference_onto_what_was_known_gives_what_was_seen(
        known in snapshots(),
        new in snapshots(),
    ) {
        let difference = between(Some(&known), &new);
        let text = serde_json::to_string(&difference).expect("text");
        let back: Observation = serde_json::from_str(&text).expect("an observation");
        prop_assert_eq!(&back, &difference);
        let mut laid = known;
        back.lay_onto(&mut laid);
        prop_assert_eq!(laid, new);
    }
}
