//! A plan: hops, stages, the mixes passed. Never edited; drift begets a successor.
//!
//! Must never know: how deeds are done, or the time. Stories: `tests/it/kafka.rs`.

pub mod order;

mod atlas;
mod back;
pub(crate) mod effort;
mod finalize;
mod goal;
mod make;
mod proof;
mod search;
mod seen;
mod show;
mod targets;
mod world;

pub use atlas::Atlas;
pub use back::may_return;
pub use effort::{Start, batches};
pub use make::{plan, plan_by};
pub use targets::{Standing, Target, targets};

use crate::catalog::Catalog;
use crate::hash::Hash;
use crate::names::{ActionName, Component, Identity, LevelName, MemberId};
use crate::policy::Policy;
use crate::time::Ms;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// All components at this release; a line (`4.1`) means its newest advised release.
    Version(Version),
    /// These components at these releases; all others stay.
    Of(BTreeMap<Component, Version>),
    /// The software stays; levels are raised to what it supports.
    Finalize,
    /// All components back at this older release; a line means the release of it that still runs
    /// somewhere, else its newest advised one.
    Back(Version),
}

impl Goal {
    /// The release that is asked for; none: the software stays.
    #[must_use]
    pub fn release(&self) -> Option<&Version> {
        match self {
            Self::Version(asked) | Self::Back(asked) => Some(asked),
            Self::Finalize | Self::Of(_) => None,
        }
    }

    /// The releases that hosts will need by what was asked for: the stops, and what is meant at the end.
    #[must_use]
    pub fn needs(&self, via: &[Version], catalog: &Catalog) -> Vec<Version> {
        let stops = match self {
            Self::Version(_) | Self::Of(_) => via,
            Self::Finalize | Self::Back(_) => &[],
        };
        let named = match self {
            Self::Of(ends) => Some(ends.values()),
            Self::Version(_) | Self::Finalize | Self::Back(_) => None,
        };
        let asked = stops.iter().chain(self.release());
        asked
            .chain(named.into_iter().flatten())
            .filter_map(|asked| catalog.meant(asked))
            .collect()
    }
}

/// The whole way from what runs to the goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The plan that this one follows after drift or a change of goal.
    pub parent: Option<Hash>,
    /// Which cluster, as it calls itself.
    pub identity: Identity,
    /// What is wanted, as asked.
    pub goal: Goal,
    /// Releases by component at the start.
    pub start: BTreeMap<Component, BTreeSet<Version>>,
    /// The way.
    pub hops: Vec<Hop>,
    /// Each mix that will stand, in order, with the step that leads to it; all were found allowed.
    pub mixes: Vec<MixShown>,
    /// Known trouble met on the way.
    pub hazards: Vec<HazardMet>,
    /// Levels that the software would support and that this plan leaves as they are.
    pub left: Vec<LevelLeft>,
    /// Expected time without waits for humans or windows.
    pub expected: Ms,
    /// Expected time if one member went after the other; 0 in plans of older journals, and left out
    /// of their text so that they keep their names.
    #[serde(default, skip_serializing_if = "Ms::is_zero")]
    pub one_by_one: Ms,
}

/// One release step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The release; for a hop that only raises levels, the release that stays.
    pub to: Version,
    /// What is done, in order.
    pub stages: Vec<Stage>,
}

/// One kind of change within a hop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Members are moved to the hop's release.
    Move(Move),
    /// A level is raised.
    Raise(Raise),
    /// Something is done for the cluster.
    Act(Act),
    /// A human does something, and a fact of the cluster proves it.
    Hold(Hold),
}

/// Members of a component are moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Which component names the stage (a combined member moves with its first).
    pub component: Component,
    /// Releases they may be found at.
    pub from: BTreeSet<Version>,
    /// Where they go.
    pub to: Version,
    /// Who moves, in forecast order; order is decided anew when each is chosen.
    pub members: Vec<MemberId>,
    /// What each restart does to clients, in words.
    pub disturbs: String,
    /// Expected time of one member.
    pub each: Ms,
}

/// A level is raised: a point of no return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raise {
    /// Which.
    pub level: LevelName,
    /// From.
    pub from: u16,
    /// To.
    pub to: u16,
    /// The numbers' names, where they have some.
    pub named: (String, String),
    /// Why now, in words: asked for, or what later step requires it.
    pub why: String,
}

/// Something is done for the cluster; a repeat is harmless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Which.
    pub action: ActionName,
    /// What it does, in words.
    pub what: String,
    /// A human does it, and this fact says that it is done; none: a run does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<String>,
}

/// A human does one step of raising a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Which level it belongs to.
    pub level: LevelName,
    /// Where the level goes when all steps are done.
    pub to: u16,
    /// The name of that number, where it has one.
    pub named: String,
    /// In a few words.
    pub title: String,
    /// What to do, in words.
    pub what: String,
    /// The fact that says it is done.
    pub proof: String,
    /// Whether this is the last step that can be gone back from.
    pub no_return: bool,
    /// Where it stands.
    pub source: String,
}

/// A mix as it is shown: releases by component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MixShown {
    /// The step during or after which it stands: `brokers 3.9.1 → 4.0.2`.
    pub step: String,
    /// What runs.
    pub runs: BTreeMap<Component, BTreeSet<Version>>,
}

/// Known trouble met on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HazardMet {
    /// Its name.
    pub id: String,
    /// The release that has it.
    pub release: Version,
    /// Only if this applies, in words.
    pub applies_if: Option<String>,
    /// What happens.
    pub what: String,
    /// Where it stands.
    pub source: String,
}

/// A level that stays below what the goal's software supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelLeft {
    /// Which.
    pub level: LevelName,
    /// Where it is, with its name.
    pub at: String,
    /// What finalizing would raise it to, with its name; none: only if asked by name.
    pub could: Option<String>,
    /// The newest line that can no longer come back after that.
    pub bars: Option<String>,
}

impl Plan {
    /// All member moves, counted.
    #[must_use]
    pub fn moves(&self) -> usize {
        self.stages().map(|(_, _, stage)| stage.moves()).sum()
    }

    /// Stages with the index of their hop and their own.
    pub fn stages(&self) -> impl Iterator<Item = (usize, usize, &Stage)> {
        self.hops.iter().enumerate().flat_map(|(h, hop)| {
            hop.stages
                .iter()
                .enumerate()
                .map(move |(s, stage)| (h, s, stage))
        })
    }

    /// The first step after which the old version cannot come back.
    #[must_use]
    pub fn point_of_no_return(&self) -> Option<(usize, usize)> {
        self.stages()
            .find(|(_, _, stage)| match stage {
                Stage::Raise(_) => true,
                Stage::Hold(hold) => hold.no_return,
                Stage::Move(_) | Stage::Act(_) => false,
            })
            .map(|(h, s, _)| (h, s))
    }

    /// Nothing is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hops.is_empty()
    }

    /// Whether a member moves in it.
    #[must_use]
    pub fn names(&self, id: &MemberId) -> bool {
        self.stages().any(|(_, _, stage)| match stage {
            Stage::Move(step) => step.members.contains(id),
            Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => false,
        })
    }

    /// How many members the plan touches: the number that a share in the pace's cap is taken of.
    #[must_use]
    pub fn touched(&self) -> usize {
        let mut all: Vec<&MemberId> = Vec::new();
        for (_, _, stage) in self.stages() {
            if let Stage::Move(step) = stage {
                all.extend(step.members.iter());
            }
        }
        all.sort();
        all.dedup();
        all.len()
    }

    /// The highest number of members that the policy allows down at once.
    #[must_use]
    pub fn ceiling(&self, policy: &Policy) -> u32 {
        policy.pace.ceiling(self.touched())
    }
}

impl Move {
    /// Whether members go to an older release than they run.
    #[must_use]
    pub fn goes_back(&self) -> bool {
        self.from.iter().any(|from| *from > self.to)
    }
}

impl Stage {
    /// Member moves in it.
    #[must_use]
    pub fn moves(&self) -> usize {
        match self {
            Self::Move(step) => step.members.len(),
            Self::Raise(_) | Self::Act(_) | Self::Hold(_) => 0,
        }
    }
}

/// A plan's name by its content: what a human approves is what runs.
///
/// # Panics
/// Never: a plan holds nothing that has no JSON.
#[must_use]
pub fn name(plan: &Plan) -> Hash {
    let text = serde_json::to_vec(plan).unwrap_or_default();
    assert!(!text.is_empty(), "a plan is always writable as JSON");
    Hash::of(&text)
}
