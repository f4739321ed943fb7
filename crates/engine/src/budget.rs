//! Whether one more member may go down, given who is down.
//!
//! Must never know: pace, or what a budget stands for. Stories: in this file.

use crate::names::MemberId;
use crate::snapshot::Budget;
use alloc::collections::BTreeSet;

/// The first budget that one more member down would pass; none: it may go down.
/// `down` are those that are down or in flight, whatever an older snapshot says of them.
#[must_use]
pub fn first_passed<'b>(
    budgets: &'b [Budget],
    down: &BTreeSet<&MemberId>,
    next: &MemberId,
) -> Option<&'b Budget> {
    budgets
        .iter()
        .filter(|budget| budget.members.contains(next))
        .find(|budget| {
            let up = budget
                .members
                .iter()
                .filter(|id| *id != next && !down.contains(id))
                .count();
            up < budget.need as usize
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(members: &[&str], need: u32) -> Budget {
        Budget {
            members: members.iter().map(|id| MemberId::from(*id)).collect(),
            need,
            reason: "test".into(),
        }
    }

    #[test]
    fn of_four_replicas_with_two_needed_two_may_be_down_not_three() {
        let budgets = [budget(&["1", "2", "3", "4"], 2)];
        let (one, two, three) = (
            MemberId::from("1"),
            MemberId::from("2"),
            MemberId::from("3"),
        );
        assert!(first_passed(&budgets, &[].into(), &one).is_none());
        assert!(first_passed(&budgets, &[&one].into(), &two).is_none());
        assert!(first_passed(&budgets, &[&one, &two].into(), &three).is_some());
    }

    #[test]
    fn a_member_outside_of_a_budget_is_not_held_by_it() {
        assert!(first_passed(&[budget(&["1", "2"], 2)], &[].into(), &"3".into()).is_none());
    }
}
