//! What was seen, as far as it differs from what was known.
//!
//! Must never know: how it was seen. Stories: in `tests/it/observation.rs`.

use crate::names::{Identity, LevelName, MemberId};
use crate::snapshot::{Budget, Fact, Gap, Health, Level, Member, Snapshot, beside};
use crate::time::{Mark, Wall};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The difference between two snapshots; with nothing known before, all of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// When the looking ended, wall time.
    pub seen: Wall,
    /// When, boot time of the carrier.
    pub at: Mark,
    /// The system, where nothing was known before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Who answered, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Option<Identity>>,
    /// Members that are new or differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Arc<Member>>,
    /// Members that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<MemberId>,
    /// All levels, where any differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<BTreeMap<LevelName, Level>>,
    /// All budgets, where any differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budgets: Option<Vec<Budget>>,
    /// Facts that are new or differ.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Fact>,
    /// All troubles, where any differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub troubles: Option<Vec<String>>,
    /// All gaps, where any differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaps: Option<Vec<Gap>>,
}

impl Observation {
    /// What of `new` differs from `known`. A member that is not in `new` is gone, unless `unseen`
    /// says in words why it could not be seen: then it stays, with that as its health.
    #[must_use]
    pub fn between(
        known: Option<&Snapshot>,
        new: &Snapshot,
        at: Mark,
        unseen: impl Fn(&MemberId) -> Option<String>,
    ) -> Self {
        let Some(known) = known else {
            return Self {
                seen: new.seen,
                at,
                system: Some(new.system.clone()),
                identity: Some(new.identity.clone()),
                members: new.members.values().cloned().collect(),
                gone: Vec::new(),
                levels: Some(new.levels.clone()),
                budgets: Some(new.budgets.clone()),
                facts: new.facts.clone(),
                troubles: Some(new.troubles.clone()),
                gaps: Some(new.gaps.clone()),
            };
        };
        // Those that could not be seen are told first.
        let (mut members, mut seen, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for (id, was, is) in beside(&known.members, &new.members) {
            match (was, is) {
                (was, Some(is)) if was != Some(is) => seen.push(is.clone()),
                (_, Some(_)) | (None, None) => {}
                (Some(was), None) => match unseen(id).map(Health::Unknown) {
                    None => gone.push(id.clone()),
                    Some(why) if was.health == why => {}
                    Some(health) => members.push(Arc::new(Member {
                        health,
                        ..Member::clone(was)
                    })),
                },
            }
        }
        members.append(&mut seen);
        Self {
            seen: new.seen,
            at,
            system: None,
            identity: (known.identity != new.identity).then(|| new.identity.clone()),
            members,
            gone,
            levels: (known.levels != new.levels).then(|| new.levels.clone()),
            budgets: (known.budgets != new.budgets).then(|| new.budgets.clone()),
            facts: new
                .facts
                .iter()
                .filter(|(k, v)| known.facts.get(*k) != Some(v))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
            troubles: (known.troubles != new.troubles).then(|| new.troubles.clone()),
            gaps: (known.gaps != new.gaps).then(|| new.gaps.clone()),
        }
    }

    /// Whether nothing but the time differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.system.is_none()
            && self.identity.is_none()
            && self.members.is_empty()
            && self.gone.is_empty()
            && self.levels.is_none()
            && self.budgets.is_none()
            && self.facts.is_empty()
            && self.troubles.is_none()
            && self.gaps.is_none()
    }

    /// Lays the difference onto what was known.
    pub fn lay_onto(&self, known: &mut Snapshot) {
        known.seen = self.seen;
        if let Some(system) = &self.system {
            known.system.clone_from(system);
        }
        if let Some(identity) = &self.identity {
            known.identity.clone_from(identity);
        }
        for id in &self.gone {
            known.members.remove(id);
        }
        for member in &self.members {
            known.members.insert(member.id.clone(), member.clone());
        }
        if let Some(levels) = &self.levels {
            known.levels.clone_from(levels);
        }
        if let Some(budgets) = &self.budgets {
            known.budgets.clone_from(budgets);
        }
        known
            .facts
            .extend(self.facts.iter().map(|(k, v)| (k.clone(), v.clone())));
        if let Some(troubles) = &self.troubles {
            known.troubles.clone_from(troubles);
        }
        if let Some(gaps) = &self.gaps {
            known.gaps.clone_from(gaps);
        }
    }
}
