//! Damage at rest: a place of the journal is hurt while nobody looks, and put back from a copy later. Who
//! carries goes on from what it knows; who would take the run meanwhile must find the damage, and wait.
//!
//! Must never know: what events mean. Stories: `tests/it/damage.rs`, the seeds.

use super::Play;
use crate::clock::rest;
use crate::dice::Dice;
use crate::story::Happening;
use std::future::Future;
use std::pin::pin;
use windlass_engine::names::RunId;
use windlass_runner::ports::store::Stored;

/// What places are thrown from.
const HURT: u64 = 0x6875_7274;

impl Play<'_> {
    /// Does the work, and hurts the journal meanwhile, as the story says; afterwards it is whole again.
    pub(super) async fn with_harm(&self, run: &RunId, work: impl Future<Output = ()>) {
        let mut dice = Dice::apart(self.story.seed, &[HURT]);
        let mut work = pin!(work);
        for (at, length) in self.hurts() {
            let before = at.saturating_sub(self.time.ms());
            tokio::select! {
                biased;
                () = &mut work => return,
                () = rest(before) => {}
            }
            let sound = self.hurt(run, &mut dice);
            let is_over = tokio::select! {
                biased;
                () = &mut work => true,
                () = rest(length) => false,
            };
            if let Some(sound) = sound {
                self.store.put_back(run, &sound);
            }
            if is_over {
                return;
            }
        }
        work.await;
    }

    /// When the journal is hurt, and for how long.
    fn hurts(&self) -> Vec<(u64, u64)> {
        let hurt = |(at, what): &(u64, Happening)| Some((*at, what.hurt_ms()?));
        let mut all: Vec<(u64, u64)> = self.story.happenings.iter().filter_map(hurt).collect();
        all.sort_unstable();
        all
    }

    /// Hurts some place; what lay there.
    fn hurt(&self, run: &RunId, dice: &mut Dice) -> Option<Stored> {
        let mut journal = self.store.journal(run);
        // What is written next is chained to the last.
        journal.pop();
        let sound = dice.one(&journal)?.clone();
        let text = sound.payload.chars().count() + sound.author.chars().count();
        let places = (text + sound.hash.0.len()) as u64;
        let place = usize::try_from(dice.below(places)).unwrap_or(0);
        self.store.hurt(run, sound.seq, place);
        Some(sound)
    }
}
