//! A cluster as it was looked at becomes a story: who is there, how long they take, what may go wrong.
//!
//! Must never know: where the look came from, or how a story is played. Stories: `crates/cli/tests/it/rehearse.rs`.

use crate::dice::Dice;
use crate::facts;
use crate::fleet::IDENTITY;
use crate::story::{
    Boots, Carriers, Fate, Group, Happening, Length, Lengths, Remedy, Story, Weather,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use windlass_engine::catalog::Catalog;
use windlass_engine::names::{ClusterName, Component, MemberId};
use windlass_engine::plan::Goal;
use windlass_engine::policy::Policy;
use windlass_engine::run::event::Approval;
use windlass_engine::snapshot::{Member, Snapshot};
use windlass_engine::time::Ms;

/// Where nothing was learned, two of three members take between 0.74 and 1.35 times the catalog's word.
const SPREAD: u64 = 30;
/// Of a member's time a fifth passes until its process ends, a fifth until the new one stays.
const PARTS: [u64; 3] = [20, 20, 60];
/// A human comes to a run that stands still within so long.
const ATTENDS_MS: u64 = 5 * 60_000;
/// Where nobody attends, a run that stands is looked on for so long.
const STANDS_MS: u64 = 3_600_000;
/// No rehearsal takes longer, in false time: windows may lie weeks apart.
const LIMIT_MS: u64 = 60 * 86_400_000;

/// How the weather is while it is rehearsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sky {
    /// Nothing goes wrong that was not asked for.
    #[default]
    Fair,
    /// What happens in an ordinary bad week.
    Rough,
    /// More than that.
    Storm,
}

/// How long members of a component took so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Took {
    /// Half took longer.
    pub median: Ms,
    /// Standard deviation of the logarithm, in hundredths.
    pub spread: u64,
}

impl Took {
    /// What the maker says.
    #[must_use]
    pub fn said(each: Ms) -> Self {
        Self {
            median: each,
            spread: SPREAD,
        }
    }

    /// What was measured; none: nothing was.
    #[must_use]
    pub fn measured(all: &[Ms]) -> Option<Self> {
        let mut all: Vec<u64> = all.iter().map(|took| took.0.max(1)).collect();
        all.sort_unstable();
        let median = *all.get(all.len() / 2)?;
        let share = |of: u64| (of as f64 / median as f64).ln().powi(2);
        let mean = all.iter().map(|of| share(*of)).sum::<f64>() / all.len() as f64;
        // A handful of measurements cannot tell that there is no spread.
        let spread = (mean.sqrt() * 100.0).round().clamp(10.0, 150.0);
        Some(Self {
            median: Ms(median),
            spread: spread as u64,
        })
    }

    fn lengths(self) -> Lengths {
        let [stop, start, well] = PARTS.map(|share| Length {
            median_ms: (self.median.0 * share / 100).max(1),
            spread: self.spread,
        });
        Lengths { stop, start, well }
    }
}

/// The story of a cluster in which nothing goes wrong. Questions that the look did not answer are answered
/// well; what it did answer stands.
#[must_use]
pub fn of(
    cluster: &ClusterName,
    seen: &Snapshot,
    catalog: &Arc<Catalog>,
    policy: &Policy,
    goal: &Goal,
) -> Story {
    let budget = |budget: &windlass_engine::snapshot::Budget| Group {
        members: budget.members.clone(),
        need: budget.need,
        reason: budget.reason.clone(),
    };
    let levels = seen.levels.iter();
    let each = catalog.components.iter();
    Story {
        name: "rehearsal".into(),
        cluster: cluster.clone(),
        identity: seen.identity.clone().unwrap_or(IDENTITY.into()),
        seed: 1,
        catalog: catalog.clone(),
        policy: policy.clone(),
        goal: goal.clone(),
        approval: Approval::InAdvance,
        cast: seen
            .members
            .values()
            .map(|one| Member::clone(one))
            .collect(),
        facts: facts::well(catalog, &seen.facts),
        groups: seen.budgets.iter().map(budget).collect(),
        levels: levels
            .map(|(name, l)| (name.clone(), l.finalized))
            .collect(),
        lengths: Took::said(Ms::minutes(1)).lengths(),
        own_lengths: each
            .map(|facts| (facts.name.clone(), Took::said(facts.restart_ms).lengths()))
            .collect(),
        fates: BTreeMap::new(),
        happenings: Vec::new(),
        weather: Weather::default(),
        faults: BTreeMap::new(),
        posts: BTreeMap::new(),
        words: Vec::new(),
        remedy: Remedy::Retry,
        attends_ms: ATTENDS_MS,
        stands_ms: STANDS_MS,
        relief_ms: (2_000, 30_000),
        carriers: Carriers::default(),
        boots: Boots::Same,
        begins: None,
        limit_ms: LIMIT_MS,
    }
}

impl Story {
    /// Members of a component take so long.
    pub fn takes(&mut self, component: Component, took: Took) {
        self.own_lengths.insert(component, took.lengths());
    }

    /// Throws what goes wrong under a sky: from the story's seed, within a length of false time.
    pub fn under(&mut self, sky: Sky, within_ms: u64) {
        let (rate, fates, flaps) = match sky {
            Sky::Fair => return,
            Sky::Rough => (15, 40, 1),
            Sky::Storm => (60, 120, 4),
        };
        self.weather = Weather {
            lost: rate,
            late: 2 * rate,
            late_most_ms: 3_000,
            doubled: rate,
            stale: rate,
            clears_ms: self.limit_ms,
        };
        let mut dice = Dice::apart(self.seed, &[0x736b_7900]);
        let ids: Vec<MemberId> = self.cast.iter().map(|cast| cast.id.clone()).collect();
        for id in &ids {
            if dice.happens(fates) {
                let fate = match dice.below(4) {
                    0 => Fate::CannotStart,
                    1 => Fate::DoesNotStay,
                    2 => Fate::DoesNotStop,
                    _ => Fate::Slow(dice.between(2, 6)),
                };
                self.fates.entry((id.clone(), 1)).or_insert(fate);
            }
        }
        let often = flaps * (1 + ids.len() as u64 / 20);
        for _ in 0..dice.below(often + 1) {
            if let Some(id) = dice.one(&ids).cloned() {
                let at = dice.below(within_ms.max(1));
                let down = dice.between(1_000, 90_000);
                self.happenings.push((at, Happening::Flaps(id, down)));
            }
        }
    }
}
