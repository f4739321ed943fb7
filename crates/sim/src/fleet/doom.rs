//! What a human does to a false world while it is played.
//!
//! Must never know: who. Stories: the demo's.

use super::Fleet;
use crate::story::Fate;
use windlass_engine::names::MemberId;

impl Fleet {
    /// The next deed on a member meets this.
    pub fn doom(&mut self, id: &MemberId, fate: Fate) {
        if let Some(node) = self.nodes.get(id) {
            self.fates.insert((id.clone(), node.touches + 1), fate);
        }
    }
}
