//! What a look at the fleet tells. A member without a process tells no release: that is a gap, as it is
//! on a real host.
//!
//! Must never know: who looks. Stories: `tests/it/`.

use super::host::incarnation;
use super::{Fleet, Health, Node, Shown};
use crate::cluster::ROOM;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::names::{MemberId, RunId};
use windlass_engine::snapshot::{self, Budget, Fact, Level, Member, Snapshot};
use windlass_engine::time::Wall;

/// Who every false cluster says it is.
pub const IDENTITY: &str = "false-cluster";

impl Node {
    /// The member as it is told now. What it runs changes with its process alone.
    pub fn seen(&mut self) -> Arc<Member> {
        let of = (self.health, self.process, self.lies);
        if let Some(shown) = self.shown.as_ref().filter(|shown| shown.of == of) {
            return shown.told.clone();
        }
        let told = Arc::new(self.looks());
        self.shown = Some(Shown {
            of,
            told: told.clone(),
        });
        told
    }

    fn looks(&self) -> Member {
        let carried = self.runs.keys().cloned();
        let (components, unversioned) = match self.health {
            Health::Well | Health::Coming if self.lies => {
                (self.told.components.clone(), BTreeSet::new())
            }
            Health::Well | Health::Coming => (self.runs.clone(), BTreeSet::new()),
            Health::Gone => (BTreeMap::new(), carried.collect()),
        };
        let health = match self.health {
            Health::Well => snapshot::Health::Healthy,
            Health::Coming => snapshot::Health::Settling("not yet in sync".into()),
            Health::Gone => snapshot::Health::Down("no process".into()),
        };
        Member {
            components,
            unversioned,
            health,
            incarnation: self.process.map(incarnation),
            ..self.told.clone()
        }
    }
}

impl Fleet {
    /// The whole cluster as it is told now.
    pub fn seen(&mut self, system: &str, at: Wall) -> Snapshot {
        let mut seen = Snapshot::empty(system, at);
        seen.identity = Some(self.identity.clone());
        let members = self.nodes.iter_mut();
        seen.members = members
            .map(|(id, node)| (id.clone(), node.seen()))
            .collect();
        let level = |at: u16| Level {
            finalized: at,
            supported: None,
        };
        let levels = self.levels.iter();
        seen.levels = levels
            .map(|(name, at)| (name.clone(), level(*at)))
            .collect();
        let well = |id: &&MemberId| {
            self.nodes
                .get(*id)
                .is_some_and(|n| n.health == Health::Well)
        };
        let budget = |group: &crate::story::Group| Budget {
            members: group.members.iter().filter(well).cloned().collect(),
            need: group.need,
            reason: group.reason.clone(),
        };
        seen.budgets = self.groups.iter().map(budget).collect();
        seen.facts.clone_from(&self.facts);
        if self.spoilt_since().is_some() {
            seen.facts.insert(ROOM.into(), Fact::Truth(false));
        }
        seen
    }

    /// Whose marks lie at the members, in words.
    #[must_use]
    pub fn marks(&self) -> Vec<(MemberId, Option<String>)> {
        let whose = |node: &Node| node.mark.as_ref().map(|mark| mark.whose.clone());
        let nodes = self.nodes.iter();
        nodes.map(|(id, node)| (id.clone(), whose(node))).collect()
    }

    /// Releases by member, for comparing ends.
    #[must_use]
    pub fn runs(&self) -> BTreeMap<MemberId, String> {
        let nodes = self.nodes.iter();
        let runs = |node: &Node| {
            let releases: Vec<String> = node.runs.values().map(ToString::to_string).collect();
            format!("{} {:?}", releases.join(" "), node.health)
        };
        nodes.map(|(id, node)| (id.clone(), runs(node))).collect()
    }

    /// Whether any mark of a run is left.
    #[must_use]
    pub fn is_marked(&self, run: &RunId) -> bool {
        let of = format!("run {run} of");
        let marks = self.nodes.values().filter_map(|node| node.mark.as_ref());
        marks.into_iter().any(|mark| mark.whose.starts_with(&of))
    }
}
