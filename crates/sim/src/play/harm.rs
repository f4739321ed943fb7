//! Damage at rest: a place of the journal is hurt while nobody looks, and put back from a copy later. Who
//! carries goes on from what it knows; who would take the run meanwhile must find the damage, and wait.
//!
//! Must never know: what events mean. Stories: `tests/it/damage.rs`, the seeds.

use crate::clock::{Time, rest};
use crate::dice::Dice;
use crate::store::FalseStore;
use crate::story::{Happening, Story};
use std::sync::Arc;
use windlass_engine::names::RunId;

/// Hurts the journal as the story says, and puts it back.
pub(super) async fn hurts(story: &Story, store: Arc<FalseStore>, time: Time, run: RunId) {
    let mut dice = Dice::apart(story.seed, &[0x6875_7274]);
    let hurt = |(at, what): &(u64, Happening)| match what {
        Happening::Hurt(length) => Some((*at, *length)),
        Happening::Flaps(..)
        | Happening::Lags(..)
        | Happening::Restarted(_)
        | Happening::Lies(..)
        | Happening::WallJumps(_)
        | Happening::Killed => None,
    };
    let mut all: Vec<(u64, u64)> = story.happenings.iter().filter_map(hurt).collect();
    all.sort_unstable();
    for (at, length) in all {
        rest(at.saturating_sub(time.ms())).await;
        let mut journal = store.journal(&run);
        // What is written next is chained to the last: a copy of the file has no other last either.
        journal.pop();
        let Some(event) = dice.one(&journal).cloned() else {
            continue;
        };
        let text = event.payload.chars().count() + event.author.chars().count();
        let places = (text + event.hash.0.len()) as u64;
        let place = usize::try_from(dice.below(places)).unwrap_or(0);
        store.hurt(&run, event.seq, place);
        rest(length).await;
        store.put_back(&run, &event);
    }
}
