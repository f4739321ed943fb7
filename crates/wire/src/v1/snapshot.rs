//! `kind: Snapshot`: a cluster as seen at one time, as JSON (`observe -o json`).
//!
//! Must never know: how it was seen. Stories: `tests/it/status.rs`.

use crate::stamp;
use crate::v1::API_VERSION;
use serde::Serialize;
use std::collections::BTreeMap;
use windlass_engine::snapshot::{Fact, Health, Said, Snapshot, Weight};

/// A cluster as seen at one time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotView {
    /// Always [`API_VERSION`].
    pub api_version: &'static str,
    /// `Snapshot`
    pub kind: &'static str,
    /// The name under which it is registered; none: only an address was given.
    pub cluster: Option<String>,
    /// `kafka`
    pub system: String,
    /// Who it says it is; none: it did not answer.
    pub identity: Option<String>,
    /// When the looking ended.
    pub seen: String,
    /// The members, by id.
    pub members: Vec<MemberView>,
    /// Levels held by the whole cluster.
    pub levels: Vec<LevelView>,
    /// What may not be down together.
    pub budgets: Vec<BudgetView>,
    /// Answers to the questions of the catalog, by fact.
    pub facts: BTreeMap<String, FactView>,
    /// What is not whole apart from single members.
    pub troubles: Vec<String>,
    /// What could not be seen.
    pub gaps: Vec<GapView>,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// The system's own id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its components, each with its release; none: it could not be told.
    pub components: BTreeMap<String, Option<String>>,
    /// The host it runs on, where declared.
    pub host: Option<String>,
    /// Rack or zone.
    pub zone: Option<String>,
    /// `healthy`, `settling`, `down`, `unknown`
    pub health: &'static str,
    /// Why it is not healthy.
    pub why: Option<String>,
    /// Short words: `follower`, `in sync`.
    pub state: String,
    /// Holds the one active seat of its kind.
    pub active: bool,
    /// How much work sits on it.
    pub load: u32,
    /// Since when it runs.
    pub since: Option<String>,
}

/// A level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelView {
    /// Its name.
    pub name: String,
    /// What it is finalized at.
    pub finalized: u16,
    /// What every member supports.
    pub supported: Option<Span>,
}

/// Lowest and highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Lowest.
    pub min: u16,
    /// Highest.
    pub max: u16,
}

/// What may not be down together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BudgetView {
    /// Those that count.
    pub members: Vec<String>,
    /// So many must stay up.
    pub need: u32,
    /// Whose budget it is.
    pub reason: String,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FactView {
    /// Yes or no.
    Truth(bool),
    /// A number.
    Number(i64),
    /// A word.
    Word(String),
    /// Versions that were seen.
    Versions {
        /// By who runs them.
        versions: BTreeMap<String, String>,
    },
    /// Objects found.
    List(Vec<FoundView>),
    /// A verdict that was reached elsewhere: a check of your own.
    Said {
        /// `pass`, `warn`, `fail`
        said: &'static str,
        /// What was seen.
        seen: Vec<FoundView>,
    },
    /// Could not be looked at.
    Unknown {
        /// Why.
        unknown: String,
    },
}

/// One object found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundView {
    /// The system's name of it.
    pub object: String,
    /// What was seen of it.
    pub seen: String,
}

/// Something that could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GapView {
    /// About whom.
    pub about: String,
    /// The member, where it is about one.
    pub member: Option<String>,
    /// What could not be seen, and why.
    pub what: String,
    /// What to do about it.
    pub mend: String,
    /// Whether it bars an upgrade.
    pub bars: bool,
}

impl SnapshotView {
    /// Of a snapshot, with the name the user knows it by.
    #[must_use]
    pub fn of(snapshot: &Snapshot, cluster: Option<&str>) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "Snapshot",
            cluster: cluster.map(str::to_owned),
            system: snapshot.system.clone(),
            identity: snapshot.identity.as_ref().map(ToString::to_string),
            seen: stamp::rfc3339(snapshot.seen),
            members: snapshot.members.values().map(|one| member(one)).collect(),
            levels: levels(snapshot),
            budgets: snapshot.budgets.iter().map(budget).collect(),
            facts: snapshot
                .facts
                .iter()
                .map(|(name, answer)| (name.clone(), fact(answer)))
                .collect(),
            troubles: snapshot.troubles.clone(),
            gaps: snapshot.gaps.iter().map(gap).collect(),
        }
    }
}

fn member(member: &windlass_engine::snapshot::Member) -> MemberView {
    let (health, why) = match &member.health {
        Health::Healthy => ("healthy", None),
        Health::Settling(why) => ("settling", Some(why)),
        Health::Down(why) => ("down", Some(why)),
        Health::Unknown(why) => ("unknown", Some(why)),
    };
    let versioned = member
        .components
        .iter()
        .map(|(name, version)| (name.to_string(), Some(version.to_string())));
    let unversioned = member
        .unversioned
        .iter()
        .map(|name| (name.to_string(), None));
    MemberView {
        id: member.id.to_string(),
        name: member.name.clone(),
        components: unversioned.chain(versioned).collect(),
        host: member.host.clone(),
        zone: member.zone.clone(),
        health,
        why: why.cloned(),
        state: member.state.clone(),
        active: member.active,
        load: member.load,
        since: member.since.map(stamp::rfc3339),
    }
}

fn levels(snapshot: &Snapshot) -> Vec<LevelView> {
    let view = |(name, level): (&windlass_engine::names::LevelName, _)| {
        let level: &windlass_engine::snapshot::Level = level;
        LevelView {
            name: name.to_string(),
            finalized: level.finalized,
            supported: level.supported.map(|(min, max)| Span { min, max }),
        }
    };
    snapshot.levels.iter().map(view).collect()
}

fn budget(budget: &windlass_engine::snapshot::Budget) -> BudgetView {
    BudgetView {
        members: budget.members.iter().map(ToString::to_string).collect(),
        need: budget.need,
        reason: budget.reason.clone(),
    }
}

fn fact(fact: &Fact) -> FactView {
    match fact {
        Fact::Truth(truth) => FactView::Truth(*truth),
        Fact::Number(number) => FactView::Number(*number),
        Fact::Word(word) => FactView::Word(word.clone()),
        Fact::Versions(ran) => FactView::Versions {
            versions: ran
                .iter()
                .map(|(object, version)| (object.clone(), version.to_string()))
                .collect(),
        },
        Fact::List(found) => FactView::List(found.iter().map(FoundView::from).collect()),
        Fact::Said(said, seen) => FactView::Said {
            said: match said {
                Said::Pass => "pass",
                Said::Warn => "warn",
                Said::Fail => "fail",
            },
            seen: seen.iter().map(FoundView::from).collect(),
        },
        Fact::Unknown(why) => FactView::Unknown {
            unknown: why.clone(),
        },
    }
}

impl From<&windlass_engine::snapshot::Found> for FoundView {
    fn from(found: &windlass_engine::snapshot::Found) -> Self {
        Self {
            object: found.object.clone(),
            seen: found.seen.clone(),
        }
    }
}

fn gap(gap: &windlass_engine::snapshot::Gap) -> GapView {
    GapView {
        about: gap.about.clone(),
        member: gap.member.as_ref().map(ToString::to_string),
        what: gap.what.clone(),
        mend: gap.mend.clone(),
        bars: match gap.weight {
            Weight::Bars => true,
            Weight::Informs => false,
        },
    }
}
