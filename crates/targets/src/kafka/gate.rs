//! Gate: what a member that was restarted still owes before it counts as whole.
//!
//! Measured here, judged by the engine. A voter counts only after it was seen to fetch since this
//! process of it first answered: the quorum goes on calling the one before it caught up.
//! Must never know: connections. Stories: `tests/it/kafka_gate.rs`.

use std::collections::BTreeMap;

use windlass_engine::names::MemberId;
use windlass_engine::snapshot::{Health, Snapshot};
use windlass_engine::version::Version;

use super::answers::{Gathered, Replica};

/// What was seen of a process when its listener first answered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct First {
    incarnation: Option<String>,
    fetched_ms: i64,
    end: i64,
}

/// Members that are watched while they come back.
#[derive(Debug, Default)]
pub struct Watches {
    first: BTreeMap<MemberId, First>,
}

impl Watches {
    /// Takes a look at the quorum: whether the member, if it votes and does not lead, has fetched
    /// since this process of it was first seen to answer.
    pub fn fetched(&mut self, member: &MemberId, snapshot: &Snapshot, gathered: &Gathered) -> bool {
        let Some(seen) = snapshot.members.get(member) else {
            return true;
        };
        let Ok(id) = member.as_str().parse::<i32>() else {
            return true;
        };
        let Ok(quorum) = &gathered.quorum else {
            return false;
        };
        let Some(voter) = quorum.voters.iter().find(|voter| voter.id == id) else {
            return true;
        };
        if quorum.leader == id {
            return true;
        }
        let answers = gathered
            .controllers
            .get(&id)
            .is_some_and(|node| node.hello.is_ok());
        if !answers {
            self.first.remove(member);
            return false;
        }
        let first = self
            .first
            .get(member)
            .filter(|first| first.incarnation == seen.incarnation);
        match first {
            Some(first) => after(voter, first),
            None => {
                let first = First {
                    incarnation: seen.incarnation.clone(),
                    fetched_ms: voter.fetched_ms,
                    end: voter.end,
                };
                self.first.insert(member.clone(), first);
                false
            }
        }
    }
}

fn after(voter: &Replica, first: &First) -> bool {
    voter.fetched_ms > first.fetched_ms || voter.end > first.end
}

/// What the member owes, in words.
#[must_use]
pub fn owes(
    snapshot: &Snapshot,
    member: &MemberId,
    wanted: Option<&Version>,
    fetched: Fetched,
) -> Vec<String> {
    let mut out = Vec::new();
    let Some(seen) = snapshot.members.get(member) else {
        return vec!["is not seen in the cluster".to_string()];
    };
    match &seen.health {
        Health::Healthy => {}
        Health::Settling(why) | Health::Down(why) | Health::Unknown(why) => out.push(why.clone()),
    }
    if fetched == Fetched::NotYet && seen.health.is_healthy() {
        out.push("has not fetched from the active controller since its start".to_string());
    }
    if let Some(wanted) = wanted {
        let odd = seen
            .components
            .iter()
            .filter(|(_, runs)| !runs.names(wanted) && *runs != wanted);
        out.extend(odd.map(|(component, runs)| format!("{component} runs {runs}, not {wanted}")));
        let untold = seen.unversioned.iter();
        out.extend(untold.map(|component| format!("the release of {component} is not told yet")));
    }
    out.extend(snapshot.troubles.iter().cloned());
    out
}

/// Whether a voter was seen to fetch since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was, or need not.
    Since,
    /// Not yet.
    NotYet,
}
