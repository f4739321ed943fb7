//! Marks and locks of single hosts, for those who come host by host.
//!
//! Must never know: why. Stories: `xtask/tests/it/wires.rs` of xtask.

use super::host::{incarnation, whose};
use super::{Fleet, Mark, Node};
use windlass_engine::effect::ClaimAnswer;
use windlass_engine::names::MemberId;
use windlass_engine::version::Version;
use windlass_runner::ports::target::Fence;

impl Node {
    /// The name of its process; none: it has none.
    #[must_use]
    pub fn incarnation(&self) -> Option<String> {
        self.process.map(incarnation)
    }

    /// The release that its process tells; one that lies tells that of the beginning.
    #[must_use]
    pub fn tells(&self) -> Option<&Version> {
        let told = if self.lies {
            &self.told.components
        } else {
            &self.runs
        };
        told.values().next()
    }
}

impl Fleet {
    /// A request to leave a mark at one member. A deed under way is waited for.
    ///
    /// # Errors
    /// When to ask again, where a deed holds the host.
    pub fn claim_at(&mut self, id: &MemberId, fence: &Fence) -> Result<ClaimAnswer, u64> {
        let Some(node) = self.nodes.get_mut(id) else {
            return Ok(ClaimAnswer::Unreachable {
                member: id.clone(),
                why: "there is no such member".into(),
            });
        };
        let ours = whose(fence);
        match &node.mark {
            Some(mark) if mark.whose != ours => {
                return Ok(ClaimAnswer::Foreign {
                    member: id.clone(),
                    whose: mark.whose.clone(),
                });
            }
            Some(mark) if mark.epoch > fence.epoch => {
                return Ok(ClaimAnswer::Fenced { member: id.clone() });
            }
            Some(_) | None => {}
        }
        if let Some(deed) = node.deed.as_ref().filter(|deed| deed.ended.is_none()) {
            return Err(deed.next);
        }
        if node.mark.is_none() {
            // Attempts count within a run: what the one before did is closed.
            node.deed = None;
        }
        node.mark = Some(Mark {
            whose: ours,
            epoch: fence.epoch,
        });
        Ok(ClaimAnswer::Claimed)
    }

    /// Takes a run's mark away from one member.
    pub fn release_at(&mut self, id: &MemberId, fence: &Fence) {
        let Some(node) = self.nodes.get_mut(id) else {
            return;
        };
        let ours = |mark: &Mark| mark.whose == whose(fence) && mark.epoch <= fence.epoch;
        if node.mark.as_ref().is_some_and(ours) {
            node.mark = None;
        }
    }

    /// Whether a host gives its lock to a run, or when to ask again, where a deed holds it.
    ///
    /// # Errors
    /// Whose mark lies there, if not that run's.
    pub fn may_hold(&self, id: &MemberId, fence: &Fence) -> Result<Option<u64>, ClaimAnswer> {
        let node = self.nodes.get(id);
        let deed = node.and_then(|node| node.deed.as_ref());
        if let Some(deed) = deed.filter(|deed| deed.ended.is_none()) {
            return Ok(Some(deed.next));
        }
        match node.and_then(|node| node.mark.as_ref()) {
            Some(mark) if mark.whose == whose(fence) && mark.epoch <= fence.epoch => Ok(None),
            Some(mark) if mark.whose != whose(fence) => Err(ClaimAnswer::Foreign {
                member: id.clone(),
                whose: mark.whose.clone(),
            }),
            Some(_) | None => Err(ClaimAnswer::Fenced { member: id.clone() }),
        }
    }
}
