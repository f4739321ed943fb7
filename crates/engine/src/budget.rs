//! Whether one more member may go down, given who is down.
//!
//! Must never know: pace, or what a budget stands for. Stories: in this file.

use crate::names::MemberId;
use crate::snapshot::Budget;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

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

/// Which budgets a member stands in, by their place in the list: made once for a list, so that asking
/// costs what one member's budgets cost, not what all do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    of: BTreeMap<MemberId, Vec<usize>>,
    /// By budget: so many may be down at once.
    spare: Vec<u32>,
}

impl Index {
    /// Of a list of budgets.
    #[must_use]
    pub fn of(budgets: &[Budget]) -> Self {
        let mut of: BTreeMap<MemberId, Vec<usize>> = BTreeMap::new();
        for (place, budget) in budgets.iter().enumerate() {
            for id in &budget.members {
                of.entry(id.clone()).or_default().push(place);
            }
        }
        let spare = budgets.iter().map(|budget| {
            let members = u32::try_from(budget.members.len()).unwrap_or(u32::MAX);
            members.saturating_sub(budget.need)
        });
        Self {
            of,
            spare: spare.collect(),
        }
    }

    /// How many budgets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spare.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spare.is_empty()
    }

    /// The places of a member's budgets.
    #[must_use]
    pub fn places(&self, id: &MemberId) -> &[usize] {
        self.of.get(id).map_or(&[], Vec::as_slice)
    }

    /// How many of a budget may be down at once.
    #[must_use]
    pub fn spare(&self, place: usize) -> u32 {
        self.spare.get(place).copied().unwrap_or_default()
    }

    /// What each budget still has, given who is down.
    #[must_use]
    pub fn left<'m>(&self, down: impl IntoIterator<Item = &'m MemberId>) -> Left<'_> {
        let mut left = Left {
            index: self,
            down: vec![0; self.spare.len()],
        };
        for id in down {
            left.goes_down(id);
        }
        left
    }
}

/// What budgets still have while members go down one after another.
#[derive(Clone, Debug)]
pub struct Left<'i> {
    index: &'i Index,
    down: Vec<u32>,
}

impl Left<'_> {
    /// Whether one that is up may go down: no budget would be passed.
    #[must_use]
    pub fn lets(&self, id: &MemberId) -> bool {
        let passes = |place: &usize| self.down[*place] < self.index.spare[*place];
        self.index.places(id).iter().all(passes)
    }

    /// The same of one that is down already, and counted.
    #[must_use]
    pub fn lets_again(&self, id: &MemberId) -> bool {
        let passes = |place: &usize| self.down[*place] <= self.index.spare[*place];
        self.index.places(id).iter().all(passes)
    }

    /// One more is down.
    pub fn goes_down(&mut self, id: &MemberId) {
        for place in self.index.places(id) {
            self.down[*place] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The index says of each set of members what counting by hand says.
    #[test]
    fn the_index_says_what_counting_says() {
        let budgets = [
            budget(&["1", "2", "3"], 2),
            budget(&["2", "3", "4"], 1),
            budget(&["4"], 1),
            budget(&["5"], 2),
        ];
        let ids: Vec<MemberId> = ["1", "2", "3", "4", "5"].map(MemberId::from).to_vec();
        let index = Index::of(&budgets);
        for mask in 0_u32..32 {
            let down: BTreeSet<&MemberId> = ids
                .iter()
                .enumerate()
                .filter_map(|(at, id)| (mask >> at & 1 == 1).then_some(id))
                .collect();
            let left = index.left(down.iter().copied());
            for next in &ids {
                let counted = first_passed(&budgets, &down, next).is_none();
                let said = if down.contains(next) {
                    left.lets_again(next)
                } else {
                    left.lets(next)
                };
                assert_eq!(said, counted, "{next} with {down:?} down");
            }
        }
    }

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
