//! Who goes first among members of a stage, on the newest snapshot.
//!
//! The one that holds the active seat goes last, so that the seat moves once. Zones go one after the
//! other, one already begun first, so that never two are weakened at once. Within a zone the one with
//! the least work goes first: what breaks then breaks little.
//! Must never know: what the seat or the work is. Stories: `tests/it/order.rs`.

use super::Move;
use crate::names::MemberId;
use crate::snapshot::{Member, Snapshot};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

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
    let mut sorted: Vec<(_, &MemberId)> = waiting
        .iter()
        .map(|id| (key(snapshot.members.get(id), &begun), id))
        .collect();
    sorted.sort();
    sorted.into_iter().map(|(_, id)| id.clone()).collect()
}

/// Known before unknown, calm before active, begun zones before others, zones before none, least work.
type Key<'a> = (u8, u8, u8, u8, &'a str, u32);

fn key<'a>(member: Option<&'a Member>, begun: &BTreeSet<&str>) -> Key<'a> {
    let Some(member) = member else {
        return (1, 0, 0, 0, "", 0);
    };
    let zone = member.zone.as_deref();
    let waits = zone.is_none_or(|zone| !begun.contains(zone));
    (
        0,
        u8::from(member.active),
        u8::from(waits),
        u8::from(zone.is_none()),
        zone.unwrap_or_default(),
        member.load,
    )
}
