//! Who goes first among members of a stage, on the newest snapshot.
//!
//! The one that holds the active seat goes last, so that the seat moves once. Zones go one after the
//! other, one already begun first, so that never two are weakened at once. Within a zone the one with
//! the least work goes first: what breaks then breaks little. Once a member stands on the release and
//! the limit is at its ceiling, the one that the end waits for longest goes first instead: the longest
//! by itself, or of a budget that lets few down and has much before it (`docs/pace.md`). On the way back the last one moved goes
//! first, as far as its start tells: the zone that was being moved is whole again soonest.
//! Must never know: what the seat or the work is. Stories: `tests/it/order.rs`.

use super::Move;
use crate::budget::Index;
use crate::names::MemberId;
use crate::snapshot::{Member, Snapshot};
use crate::time::{Ms, Wall};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// How long members took when they were last moved, by past runs and by this one.
pub type Times = BTreeMap<MemberId, Ms>;

/// What goes before what among members of one zone that are alike in all else.
#[derive(Clone, Copy, Debug)]
pub enum Favour<'a> {
    /// The least work, then the shortest: the release is new here, or the limit still grows.
    Least(&'a Times),
    /// What the end waits for longest: all that may be down at once is down.
    Longest(&'a Times, &'a Index),
}

/// Those of a stage's members that wait, in the order in which they should begin, least work first. One
/// that is not in the snapshot goes last. O(n log n).
#[must_use]
pub fn order(stage: &Move, waiting: &[MemberId], snapshot: &Snapshot) -> Vec<MemberId> {
    order_for(stage, waiting, snapshot, Favour::Least(&Times::new()))
}

/// The same, with what is favoured among those of a zone.
#[must_use]
pub fn order_for(
    stage: &Move,
    waiting: &[MemberId],
    snapshot: &Snapshot,
    favour: Favour<'_>,
) -> Vec<MemberId> {
    let weights = weights(stage, waiting, favour);
    let begun: BTreeSet<&str> = snapshot
        .members
        .values()
        .filter(|m| m.components.get(&stage.component) == Some(&stage.to))
        .filter_map(|m| m.zone.as_deref())
        .collect();
    let latest = if stage.goes_back() {
        starts(waiting, snapshot)
    } else {
        BTreeMap::new()
    };
    let mut sorted: Vec<(_, &MemberId)> = waiting
        .iter()
        .zip(weights)
        .map(|(id, weight)| {
            let member = snapshot.members.get(id);
            (key(member, &begun, stage, &latest, weight), id)
        })
        .collect();
    sorted.sort();
    sorted.into_iter().map(|(_, id)| id.clone()).collect()
}

/// By member that waits: what goes before its load, and what after it; the lesser goes first.
fn weights(stage: &Move, waiting: &[MemberId], favour: Favour<'_>) -> Vec<(Reverse<Ms>, Ms)> {
    let none = Reverse(Ms(0));
    match favour {
        Favour::Least(times) if times.is_empty() => waiting.iter().map(|_| (none, Ms(0))).collect(),
        Favour::Least(times) => {
            let of = |id: &MemberId| times.get(id).copied().unwrap_or(stage.each);
            waiting.iter().map(|id| (none, of(id))).collect()
        }
        Favour::Longest(times, index) => {
            let of = |id: &MemberId| times.get(id).copied().unwrap_or(stage.each);
            let mut before = vec![0_u64; index.len()];
            for id in waiting {
                let takes = of(id).0;
                for place in index.places(id) {
                    before[*place] = before[*place].saturating_add(takes);
                }
            }
            let ends = |place: &usize| Ms(before[*place] / u64::from(index.spare(*place)).max(1));
            let longest = |id: &MemberId| {
                let budgets = index.places(id).iter().map(ends).max();
                (Reverse(of(id).max(budgets.unwrap_or_default())), Ms(0))
            };
            waiting.iter().map(longest).collect()
        }
    }
}

/// By zone, none among them: when the last of those that wait was started.
type Starts<'a> = BTreeMap<Option<&'a str>, Wall>;

fn starts<'a>(waiting: &[MemberId], snapshot: &'a Snapshot) -> Starts<'a> {
    let mut latest = Starts::new();
    for member in waiting.iter().filter_map(|id| snapshot.members.get(id)) {
        let since = latest.entry(member.zone.as_deref()).or_default();
        *since = (*since).max(member.since.unwrap_or_default());
    }
    latest
}

/// Known before unknown, calm before active, begun zones before others, zones before none, last
/// started zone first and within it last started first (only on the way back), what the end waits for
/// longest (only at the ceiling), least work, shortest.
type Key<'a> = (
    (u8, u8, u8, u8),
    (Reverse<Wall>, &'a str, Reverse<Wall>),
    Reverse<Ms>,
    u32,
    Ms,
);

fn key<'a>(
    member: Option<&'a Arc<Member>>,
    begun: &BTreeSet<&str>,
    stage: &Move,
    latest: &Starts,
    (longest, shortest): (Reverse<Ms>, Ms),
) -> Key<'a> {
    let never = Reverse(Wall::default());
    let Some(member) = member else {
        return ((1, 0, 0, 0), (never, "", never), longest, 0, shortest);
    };
    let own = if stage.goes_back() {
        Reverse(member.since.unwrap_or_default())
    } else {
        never
    };
    let zone = member.zone.as_deref();
    let waits = zone.is_none_or(|zone| !begun.contains(zone));
    let started = latest.get(&zone).map_or(never, |since| Reverse(*since));
    (
        (
            0,
            u8::from(member.active),
            u8::from(waits),
            u8::from(zone.is_none()),
        ),
        (started, zone.unwrap_or_default(), own),
        longest,
        member.load,
        shortest,
    )
}
