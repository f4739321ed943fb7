//! Who goes first among members of a stage, on the newest snapshot.
//!
//! The one that holds the active seat goes last, so that the seat moves once. Zones go one after the
//! other, one already begun first, so that never two are weakened at once. Within a zone the one with
//! the least work goes first: what breaks then breaks little. On the way back the last one moved goes
//! first, as far as its start tells: the zone that was being moved is whole again soonest.
//! Must never know: what the seat or the work is. Stories: `tests/it/order.rs`.

use super::Move;
use crate::names::MemberId;
use crate::snapshot::{Member, Snapshot};
use crate::time::Wall;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cmp::Reverse;

/// Those of a stage's members that wait, in the order in which they should begin. One that is not in
/// the snapshot goes last. O(n log n).
#[must_use]
pub fn order(stage: &Move, waiting: &[MemberId], snapshot: &Snapshot) -> Vec<MemberId> {
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
        .map(|id| {
            let member = snapshot.members.get(id);
            (key(member, &begun, stage, &latest), id)
        })
        .collect();
    sorted.sort();
    sorted.into_iter().map(|(_, id)| id.clone()).collect()
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
/// started zone first and within it last started first (only on the way back), least work.
type Key<'a> = (u8, u8, u8, u8, Reverse<Wall>, &'a str, Reverse<Wall>, u32);

fn key<'a>(
    member: Option<&'a Member>,
    begun: &BTreeSet<&str>,
    stage: &Move,
    latest: &Starts,
) -> Key<'a> {
    let never = Reverse(Wall::default());
    let Some(member) = member else {
        return (1, 0, 0, 0, never, "", never, 0);
    };
    let own = if stage.goes_back() {
        Reverse(member.since.unwrap_or_default())
    } else {
        never
    };
    let zone = member.zone.as_deref();
    let waits = zone.is_none_or(|zone| !begun.contains(zone));
    (
        0,
        u8::from(member.active),
        u8::from(waits),
        u8::from(zone.is_none()),
        latest.get(&zone).map_or(never, |since| Reverse(*since)),
        zone.unwrap_or_default(),
        own,
        member.load,
    )
}
