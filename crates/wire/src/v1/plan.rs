//! `kind: Plan`: the whole way to a goal, as JSON (`plan -o json`).
//!
//! Must never know: how it was found. Stories: `tests/it/status.rs`.

use crate::duration::Length;
use crate::v1::API_VERSION;
use crate::value::{Wrong, version};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::forecast::Forecast;
use windlass_engine::names::Component;
use windlass_engine::plan::{Goal, Plan, Stage, name};
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::version::Version;

/// Releases by component.
pub type Runs = BTreeMap<String, Vec<String>>;

/// The whole way to a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanView {
    /// Always [`API_VERSION`].
    pub api_version: String,
    /// `Plan`
    pub kind: String,
    /// The name of the cluster, where it has one.
    pub cluster: Option<String>,
    /// Its name by content; what is approved.
    pub hash: String,
    /// The first six digits of it.
    pub short: String,
    /// The plan that it follows.
    pub parent: Option<String>,
    /// Which cluster, as it calls itself.
    pub identity: String,
    /// What is wanted.
    pub goal: GoalView,
    /// Releases at the start.
    pub start: Runs,
    /// The way.
    pub hops: Vec<HopView>,
    /// How many members move, all hops together.
    pub moves: usize,
    /// Where the old version can no longer come back; none: it always can.
    pub point_of_no_return: Option<Place>,
    /// Each mix that will stand, in order.
    pub mixes: Vec<MixView>,
    /// Known trouble on the way.
    pub hazards: Vec<HazardView>,
    /// Levels that stay lower than the software would support.
    pub left: Vec<LeftView>,
    /// Expected time without waits for humans.
    pub expected: Length,
    /// Expected time if one member went after the other.
    pub one_by_one: Length,
    /// How long it will take with what its members took before; not in files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<TakesView>,
    /// What was asked for besides the goal; only in files, where a plan is made anew from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedView>,
}

/// How long a plan will take, without waits for humans and windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TakesView {
    /// As likely longer as shorter.
    pub about: Length,
    /// One in ten is done before.
    pub low: Length,
    /// One in ten takes longer.
    pub high: Length,
    /// Members that move.
    pub members: usize,
    /// Of them those of which it is known what they took before.
    pub known: usize,
}

/// What was asked for besides the goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedView {
    /// Stops on the way.
    pub via: Vec<String>,
    /// Risks that are taken.
    pub accept_risks: Vec<String>,
    /// Levels are raised at the end.
    pub finalize: bool,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GoalView {
    /// A release or a line.
    Version(String),
    /// Levels as high as the software supports.
    Finalize(bool),
    /// The way back to a release or a line.
    Back(String),
    /// Single components, each at a release or a line.
    Of(BTreeMap<String, String>),
}

impl From<&Goal> for GoalView {
    fn from(goal: &Goal) -> Self {
        match goal {
            Goal::Version(version) => Self::Version(version.to_string()),
            Goal::Finalize => Self::Finalize(true),
            Goal::Back(version) => Self::Back(version.to_string()),
            Goal::Of(ends) => Self::Of(
                ends.iter()
                    .map(|(name, version)| (name.to_string(), version.to_string()))
                    .collect(),
            ),
        }
    }
}

/// A goal in a few words: `4.1`, `finalize`, `3.9.1 (back)`.
#[must_use]
pub fn goal_word(goal: &Goal) -> String {
    match goal {
        Goal::Version(version) => version.to_string(),
        Goal::Finalize => "finalize".into(),
        Goal::Back(version) => format!("{version} (back)"),
        Goal::Of(ends) => {
            let ends = ends
                .iter()
                .map(|(name, version)| format!("{name} {version}"));
            ends.collect::<Vec<_>>().join(", ")
        }
    }
}

/// A stage of the plan, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which hop.
    pub hop: usize,
    /// Which stage in it.
    pub stage: usize,
}

/// One release step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopView {
    /// The release.
    pub to: String,
    /// What is done, in order.
    pub stages: Vec<StageView>,
}

/// One kind of change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum StageView {
    /// Members move.
    Move {
        /// Which component.
        component: String,
        /// Releases they may be found at.
        from: Vec<String>,
        /// Where they go.
        to: String,
        /// Who, in forecast order.
        members: Vec<String>,
        /// What each restart does to clients.
        disturbs: String,
        /// Expected time of one member.
        each: Length,
    },
    /// A level is raised: the old version cannot come back.
    Raise {
        /// Which.
        level: String,
        /// From, as a number and by name.
        from: NumberView,
        /// To.
        to: NumberView,
        /// Why now.
        why: String,
    },
    /// Something is done for the cluster.
    Act {
        /// Which action.
        action: String,
        /// What it does.
        what: String,
        /// A human does it, and this fact says that it is done; none: a run does it.
        #[serde(skip_serializing_if = "Option::is_none")]
        by_hand: Option<String>,
    },
    /// A human does one step of raising a level.
    Hold {
        /// Which level.
        level: String,
        /// Where it goes when all steps are done.
        to: NumberView,
        /// In a few words.
        title: String,
        /// What to do.
        what: String,
        /// The fact that says it is done.
        proof: String,
        /// Whether the old way cannot come back after it.
        no_return: bool,
        /// Where it stands.
        source: String,
    },
}

/// A number of a level, with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberView {
    /// The number.
    pub number: u16,
    /// Its name; empty where it has none.
    pub name: String,
}

/// A mix that will stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MixView {
    /// The step that leads to it.
    pub step: String,
    /// What runs.
    pub runs: Runs,
}

/// Known trouble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HazardView {
    /// Its name.
    pub id: String,
    /// The release that has it.
    pub release: String,
    /// Only if this applies.
    pub applies_if: Option<String>,
    /// What happens.
    pub what: String,
    /// Where it stands.
    pub source: String,
}

/// A level that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftView {
    /// Which.
    pub level: String,
    /// Where it is.
    pub at: String,
    /// What finalizing would raise it to.
    pub could: Option<String>,
    /// The newest line that could not come back after that.
    pub bars: Option<String>,
}

impl PlanView {
    /// Of a plan, with the name the user knows the cluster by.
    #[must_use]
    pub fn of(plan: &Plan, cluster: Option<&str>) -> Self {
        let hash = name(plan);
        Self {
            api_version: API_VERSION.into(),
            kind: "Plan".into(),
            cluster: cluster.map(str::to_owned),
            hash: hash.to_string(),
            short: hash.short(),
            parent: plan.parent.as_ref().map(ToString::to_string),
            identity: plan.identity.to_string(),
            goal: GoalView::from(&plan.goal),
            start: runs(&plan.start),
            hops: plan.hops.iter().map(hop).collect(),
            moves: plan.moves(),
            point_of_no_return: plan.point_of_no_return().map(|(hop, stage)| Place {
                hop: hop + 1,
                stage: stage + 1,
            }),
            mixes: plan.mixes.iter().map(mix).collect(),
            hazards: plan.hazards.iter().map(hazard).collect(),
            left: plan.left.iter().map(left).collect(),
            expected: plan.expected.into(),
            one_by_one: plan.one_by_one.into(),
            takes: None,
            asked: None,
        }
    }

    /// The same, with how long it will take.
    #[must_use]
    pub fn taking(mut self, forecast: &Forecast) -> Self {
        self.takes = Some(TakesView {
            about: forecast.about.into(),
            low: forecast.low.into(),
            high: forecast.high.into(),
            members: forecast.grounds.members,
            known: forecast.grounds.known,
        });
        self
    }

    /// The same as a file, with what was asked for besides the goal.
    #[must_use]
    pub fn with(mut self, policy: &Policy) -> Self {
        self.asked = Some(AskedView {
            via: policy.via.iter().map(ToString::to_string).collect(),
            accept_risks: policy.risks.iter().map(ToString::to_string).collect(),
            finalize: matches!(policy.finalize, Finalize::Soon),
        });
        self
    }
}

impl GoalView {
    /// The goal itself.
    ///
    /// # Errors
    /// Where a release in it is none.
    pub fn read(&self) -> Result<Goal, Wrong> {
        Ok(match self {
            Self::Version(text) => Goal::Version(version(text)?),
            Self::Finalize(_) => Goal::Finalize,
            Self::Back(text) => Goal::Back(version(text)?),
            Self::Of(ends) => {
                let ends = ends.iter().map(|(name, text)| {
                    let version = version(text)?;
                    Ok((Component::from(name.as_str()), version))
                });
                Goal::Of(ends.collect::<Result<_, Wrong>>()?)
            }
        })
    }
}

fn texts(versions: &BTreeSet<Version>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

fn runs(runs: &BTreeMap<Component, BTreeSet<Version>>) -> Runs {
    runs.iter()
        .map(|(component, versions)| (component.to_string(), texts(versions)))
        .collect()
}

fn hop(hop: &windlass_engine::plan::Hop) -> HopView {
    HopView {
        to: hop.to.to_string(),
        stages: hop.stages.iter().map(StageView::from).collect(),
    }
}

impl From<&Stage> for StageView {
    fn from(stage: &Stage) -> Self {
        match stage {
            Stage::Move(step) => Self::Move {
                component: step.component.to_string(),
                from: texts(&step.from),
                to: step.to.to_string(),
                members: step.members.iter().map(ToString::to_string).collect(),
                disturbs: step.disturbs.clone(),
                each: step.each.into(),
            },
            Stage::Raise(raise) => Self::Raise {
                level: raise.level.to_string(),
                from: NumberView {
                    number: raise.from,
                    name: raise.named.0.clone(),
                },
                to: NumberView {
                    number: raise.to,
                    name: raise.named.1.clone(),
                },
                why: raise.why.clone(),
            },
            Stage::Act(act) => Self::Act {
                action: act.action.to_string(),
                what: act.what.clone(),
                by_hand: act.by_hand.clone(),
            },
            Stage::Hold(hold) => Self::Hold {
                level: hold.level.to_string(),
                to: NumberView {
                    number: hold.to,
                    name: hold.named.clone(),
                },
                title: hold.title.clone(),
                what: hold.what.clone(),
                proof: hold.proof.clone(),
                no_return: hold.no_return,
                source: hold.source.clone(),
            },
        }
    }
}

fn mix(mix: &windlass_engine::plan::MixShown) -> MixView {
    MixView {
        step: mix.step.clone(),
        runs: runs(&mix.runs),
    }
}

fn hazard(met: &windlass_engine::plan::HazardMet) -> HazardView {
    HazardView {
        id: met.id.clone(),
        release: met.release.to_string(),
        applies_if: met.applies_if.clone(),
        what: met.what.clone(),
        source: met.source.clone(),
    }
}

fn left(left: &windlass_engine::plan::LevelLeft) -> LeftView {
    LeftView {
        level: left.level.to_string(),
        at: left.at.clone(),
        could: left.could.clone(),
        bars: left.bars.clone(),
    }
}
