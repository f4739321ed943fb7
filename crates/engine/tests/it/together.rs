//! Members that move together: as many as every budget lets down, and zone after zone.

use crate::stage::{cluster, v};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::budget::first_passed;
use windlass_engine::names::MemberId;
use windlass_engine::plan::{Move, Start, batches};
use windlass_engine::policy::{Cap, Mode, Pace, Policy, Ramp};
use windlass_engine::snapshot::{Budget, Snapshot};
use windlass_engine::time::Ms;

/// A partition: who holds it in sync, and how many of them must stay.
type Partition = (BTreeSet<u8>, usize);

fn partitions() -> impl Strategy<Value = Vec<Partition>> {
    let one = (btree_set(1..=7_u8, 1..=5), 1..=4_usize);
    let least = |(holds, least): Partition| {
        let least = least.min(holds.len());
        (holds, least)
    };
    vec(one.prop_map(least), 1..8)
}

fn id(n: u8) -> MemberId {
    n.to_string().as_str().into()
}

fn budgets(partitions: &[Partition]) -> Vec<Budget> {
    let all = partitions.iter().map(|(holds, least)| Budget {
        members: holds.iter().map(|n| id(*n)).collect(),
        need: u32::try_from(*least).expect("few"),
        reason: "a partition".into(),
    });
    all.collect()
}

/// Nothing is lost by so many down, asked of each partition by itself.
fn holds(partitions: &[Partition], down: &BTreeSet<u8>) -> bool {
    partitions
        .iter()
        .all(|(holds, least)| holds.difference(down).count() >= *least)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// One more may go down exactly where each partition that it holds keeps its least; so a set of
    /// members can be taken down one after the other, in whatever order, exactly where brute force
    /// says that the whole set may be down.
    #[test]
    fn k_of_n_is_what_brute_force_says(partitions in partitions()) {
        let budgets = budgets(&partitions);
        for mask in 0_u8..128 {
            let down: BTreeSet<u8> = (1..=7).filter(|n| mask >> (n - 1) & 1 == 1).collect();
            let may = holds(&partitions, &down);
            for first in [false, true] {
                let mut order: Vec<u8> = down.iter().copied().collect();
                if first {
                    order.reverse();
                }
                let mut gone: BTreeSet<MemberId> = BTreeSet::new();
                let mut passed = true;
                for n in order {
                    let refs: BTreeSet<&MemberId> = gone.iter().collect();
                    passed &= first_passed(&budgets, &refs, &id(n)).is_none();
                    gone.insert(id(n));
                }
                prop_assert_eq!(passed, may, "down {:?} of {:?}", down, partitions);
            }
        }
    }

    /// Each batch of a forecast may be down together, and in each but those who wait could not join.
    #[test]
    fn a_batch_is_as_large_as_the_budgets_allow(partitions in partitions(), most in 1_u32..7) {
        let text: Vec<String> = (1..=7).map(|n| format!("{n} broker 3.9.1")).collect();
        let mut snapshot = cluster(&text.join("\n"));
        snapshot.budgets = budgets(&partitions);
        let stage = stage(&snapshot);
        let all = batches(&stage, &fixed(most), &snapshot, most, Start::Paced);
        let mut waiting: BTreeSet<u8> = (1..=7).collect();
        for batch in &all {
            let down: BTreeSet<u8> = batch.iter().map(number).collect();
            prop_assert!(!down.is_empty() && down.len() <= most as usize);
            prop_assert!(down.len() == 1 || holds(&partitions, &down), "{down:?}");
            prop_assert!(down.is_subset(&waiting));
            waiting = &waiting - &down;
            if holds(&partitions, &down) && down.len() < most as usize {
                for other in &waiting {
                    let more: BTreeSet<u8> = down.iter().copied().chain([*other]).collect();
                    prop_assert!(!holds(&partitions, &more), "{other} could go with {down:?}");
                }
            }
        }
        prop_assert!(waiting.is_empty());
    }
}

fn number(id: &MemberId) -> u8 {
    id.as_str().parse().expect("a number")
}

fn stage(snapshot: &Snapshot) -> Move {
    Move {
        component: "broker".into(),
        from: [v("3.9.1")].into(),
        to: v("4.1.2"),
        members: snapshot.members.keys().cloned().collect(),
        disturbs: String::new(),
        each: Ms(1),
    }
}

fn fixed(most: u32) -> Policy {
    Policy {
        pace: Pace {
            ramp: Ramp::Fixed,
            cap: Cap::Members(most),
            mode: Mode::Sliding,
        },
        ..Policy::default()
    }
}

/// Partitions over all sets of one broker a rack, so many of whose replicas must stay.
fn spread(text: &str, need: u32) -> Snapshot {
    let mut snapshot = cluster(text);
    let mut racks: BTreeMap<Option<String>, Vec<MemberId>> = BTreeMap::new();
    for member in snapshot.members.values() {
        racks
            .entry(member.zone.clone())
            .or_default()
            .push(member.id.clone());
    }
    let mut sets = vec![BTreeSet::new()];
    for rack in racks.values() {
        sets = sets
            .iter()
            .flat_map(|set: &BTreeSet<MemberId>| {
                rack.iter()
                    .map(move |id| set.iter().cloned().chain([id.clone()]).collect())
            })
            .collect();
    }
    let budget = |members| Budget {
        members,
        need,
        reason: "partitions".into(),
    };
    snapshot.budgets = sets.into_iter().map(budget).collect();
    snapshot
}

#[track_caller]
fn check(snapshot: &Snapshot, most: u32, expect: &str) {
    let found: Vec<String> = batches(&stage(snapshot), &fixed(most), snapshot, most, Start::Paced)
        .iter()
        .map(|batch| {
            batch
                .iter()
                .map(MemberId::as_str)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(found.join(", "), expect);
}

#[test]
fn a_rack_goes_together_where_each_partition_has_one_replica_a_rack() {
    let six = spread(
        "
        1 broker 3.9.1 zone=a
        2 broker 3.9.1 zone=a
        3 broker 3.9.1 zone=b
        4 broker 3.9.1 zone=b
        5 broker 3.9.1 zone=c
        6 broker 3.9.1 zone=c",
        2,
    );
    check(&six, 1, "1, 2, 3, 4, 5, 6");
    check(&six, 2, "1 2, 3 4, 5 6");
    check(&six, 6, "1 2, 3 4, 5 6");
}

#[test]
fn of_four_replicas_with_two_needed_two_go_together_never_three() {
    let mut four = cluster("1-4 broker 3.9.1");
    four.budgets = vec![Budget {
        members: four.members.keys().cloned().collect(),
        need: 2,
        reason: "partitions".into(),
    }];
    check(&four, 4, "1 2, 3 4");
    check(&four, 3, "1 2, 3 4");
}

#[test]
fn without_budgets_the_pace_alone_counts_and_a_ramp_grows() {
    let seven = cluster("1-7 broker 3.9.1");
    check(&seven, 3, "1 2 3, 4 5 6, 7");
    let policy = Policy {
        pace: Pace {
            ramp: Ramp::Double,
            ..fixed(4).pace
        },
        ..Policy::default()
    };
    let sizes: Vec<usize> = batches(&stage(&seven), &policy, &seven, 4, Start::Paced)
        .iter()
        .map(Vec::len)
        .collect();
    assert_eq!(sizes, [1, 2, 4]);
}
