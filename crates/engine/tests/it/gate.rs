//! Members that come back, and what ails them meanwhile.

use std::collections::BTreeSet;

use windlass_engine::names::MemberId;
use windlass_engine::snapshot::{Health, Member};
use windlass_engine::time::Ms;

use crate::world::{SMALL, World};

/// What ails members.
#[derive(Debug, Default)]
pub struct Ails {
    sick: BTreeSet<MemberId>,
    hidden: BTreeSet<MemberId>,
}

impl Ails {
    pub fn mended(&mut self, member: &str) {
        self.sick.remove(&MemberId::from(member));
        self.hidden.remove(&MemberId::from(member));
    }

    /// How the member is seen, and why its host is not.
    pub fn shown(&self, member: &mut Member) -> Option<String> {
        if self.sick.contains(&member.id) {
            member.health = Health::Settling("it catches up".into());
        }
        let hidden = self.hidden.contains(&member.id);
        if hidden {
            member.components.clear();
            member.unversioned.insert("brain".into());
        }
        hidden.then(|| "k1: no answer".into())
    }
}

impl World {
    /// A member does not come back whole.
    pub fn sickens(&mut self, member: &str) -> &mut Self {
        self.ails.sick.insert(member.into());
        self
    }

    /// A member's host does not answer.
    pub fn hides(&mut self, member: &str) -> &mut Self {
        self.ails.hidden.insert(member.into());
        self
    }
}

#[test]
fn a_gate_without_progress_past_the_patience_pauses() {
    let mut world = World::of(SMALL);
    world
        .sickens("1")
        .taken(1, 1)
        .pass(Ms::minutes(4))
        .quietly()
        .pass(Ms::minutes(2))
        .tells(
            "
            member/1 failed: brain 1 made no progress for 300 s: it catches up
            halted: member/1 failed
        ",
        );
}

#[test]
fn a_member_whose_host_alone_is_not_seen_is_waited_for_and_limits_count_anew() {
    let mut world = World::of(SMALL);
    world
        .hides("1")
        .taken(1, 1)
        .pass(Ms::minutes(4))
        .quietly()
        .pass(Ms::minutes(20))
        .tells("")
        .sickens("1")
        .pass(Ms::minutes(4))
        .tells("member/1 comes nearer")
        .pass(Ms::minutes(2))
        .tells(
            "
            member/1 failed: brain 1 made no progress for 300 s: it catches up
            halted: member/1 failed
        ",
        );
}
