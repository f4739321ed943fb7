//! The fewest of many facts that still do what all of them do.
//!
//! Divide and conquer first (Junker, QuickXplain, 2004): with k facts needed of n, about k log(n/k)
//! questions. That is right where a fact more never undoes what the others do. Some do: a member that
//! breaks a rule already lets others break it, too. So whatever was found is thinned again, one fact
//! after the other, until none can go: that alone is what is told to be sure.
//! Must never know: what the facts are. Stories: in this file.

use crate::refusal::PLANNER_CALLS_MAX;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A search that ends without an answer takes as long as all others together: after so many of them
/// none is begun any more.
const UNKNOWN_MAX: usize = 3;

/// Bits in a word of a set.
const WORD: usize = 64;

/// What is known of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// The search was given up, or not begun.
    Unknown,
}

/// Whether the facts found are known to be the fewest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Least {
    /// It holds of them, and without any one of them it does not.
    Sure,
    /// A limit was reached before that was known.
    Unsure,
}

/// Facts that suffice.
#[derive(Debug)]
pub(super) struct Needed<T> {
    /// Them, in the order given.
    pub facts: Vec<T>,
    /// What is known of them.
    pub known: Least,
}

/// A set of facts for which `holds` answers yes, from which none can be left out. Of several such sets
/// those with earlier facts are preferred. Where it does not hold of all together, all are returned.
pub(super) fn least<T: Clone>(facts: &[T], holds: impl FnMut(&[&T]) -> Answer) -> Needed<T> {
    let mut asking = Asking {
        facts,
        holds,
        known: BTreeMap::new(),
        unknown: 0,
    };
    let all: Vec<usize> = (0..facts.len()).collect();
    let mut quick = asking.needed(&[], Grown::Yes, &all);
    quick.sort_unstable();
    let (kept, known) = if asking.ask(&quick) == Answer::Yes {
        asking.thinned(quick, 1)
    } else if asking.ask(&all) == Answer::Yes {
        asking.thinned(all, facts.len().div_ceil(2))
    } else {
        (all, Least::Unsure)
    };
    Needed {
        facts: kept.iter().map(|at| facts[*at].clone()).collect(),
        known,
    }
}

/// Whether the ground was added to since it was last asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grown {
    Yes,
    No,
}

/// Sets are places of facts, lowest first.
struct Asking<'a, T, F> {
    facts: &'a [T],
    holds: F,
    /// By set, a bit a fact.
    known: BTreeMap<Vec<u64>, Answer>,
    unknown: usize,
}

impl<'a, T, F: FnMut(&[&'a T]) -> Answer> Asking<'a, T, F> {
    fn ask(&mut self, set: &[usize]) -> Answer {
        let mut bits = alloc::vec![0_u64; self.facts.len().div_ceil(WORD)];
        for at in set {
            bits[at / WORD] |= 1 << (at % WORD);
        }
        if let Some(known) = self.known.get(&bits) {
            return *known;
        }
        if self.is_spent() {
            return Answer::Unknown;
        }
        let chosen: Vec<&T> = set.iter().map(|at| &self.facts[*at]).collect();
        let answer = (self.holds)(&chosen);
        self.unknown += usize::from(answer == Answer::Unknown);
        self.known.insert(bits, answer);
        answer
    }

    fn is_spent(&self) -> bool {
        self.known.len() >= PLANNER_CALLS_MAX || self.unknown >= UNKNOWN_MAX
    }

    fn needed(&mut self, ground: &[usize], grown: Grown, facts: &[usize]) -> Vec<usize> {
        if grown == Grown::Yes && self.ask(ground) == Answer::Yes {
            return Vec::new();
        }
        if facts.len() <= 1 {
            return facts.to_vec();
        }
        let (first, second) = facts.split_at(facts.len() / 2);
        let of_second = self.needed(&joined(ground, first), Grown::Yes, second);
        let grown = if of_second.is_empty() {
            Grown::No
        } else {
            Grown::Yes
        };
        let mut needed = self.needed(&joined(ground, &of_second), grown, first);
        needed.extend(of_second);
        needed
    }

    /// Takes away so many at once where it holds without them, then fewer, at last one by one, the last
    /// first, until a round of single ones takes nothing away.
    fn thinned(&mut self, mut kept: Vec<usize>, mut size: usize) -> (Vec<usize>, Least) {
        loop {
            if self.is_spent() {
                return (kept, Least::Unsure);
            }
            let (mut gone, mut doubt) = (false, false);
            let mut end = kept.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let without: Vec<usize> = [&kept[..start], &kept[end..]].concat();
                match self.ask(&without) {
                    Answer::Yes => {
                        kept = without;
                        gone = true;
                    }
                    Answer::No => {}
                    Answer::Unknown => doubt = true,
                }
                end = start;
            }
            match (size > 1, gone, doubt) {
                (true, ..) => size = size.div_ceil(2),
                (false, true, _) => {}
                (false, false, true) => return (kept, Least::Unsure),
                (false, false, false) => return (kept, Least::Sure),
            }
        }
    }
}

fn joined(one: &[usize], other: &[usize]) -> Vec<usize> {
    let mut all = [one, other].concat();
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked holds.
    fn answer(holds: impl Fn() -> bool) -> Answer {
        if holds() { Answer::Yes } else { Answer::No }
    }

    #[test]
    fn only_what_is_needed_remains_and_earlier_facts_are_preferred() {
        let all: Vec<u32> = (0..64).collect();
        let mut asked = 0;
        let needed = least(&all, |kept| {
            asked += 1;
            answer(|| kept.contains(&&7) && (kept.contains(&&20) || kept.contains(&&50)))
        });
        assert_eq!(
            (needed.facts, needed.known),
            (alloc::vec![7, 20], Least::Sure)
        );
        assert!(asked < 40, "{asked}");
    }

    #[test]
    fn nothing_is_needed_where_it_holds_of_nothing() {
        let needed = least(&[1, 2], |_| Answer::Yes);
        assert!(needed.facts.is_empty() && needed.known == Least::Sure);
    }

    #[test]
    fn facts_that_undo_one_another_are_thinned_until_none_can_go() {
        // 3 undoes what 5 does unless 1 is there.
        let all: Vec<u32> = (0..8).collect();
        let holds = |kept: &[&u32]| {
            let has = |fact: u32| kept.contains(&&fact);
            has(5) && (!has(3) || has(1))
        };
        let needed = least(&all, |kept| answer(|| holds(kept)));
        assert_eq!((needed.facts, needed.known), (alloc::vec![5], Least::Sure));
    }

    #[test]
    fn what_is_not_known_is_never_taken_for_sure() {
        let all: Vec<u32> = (0..8).collect();
        let needed = least(&all, |kept| {
            if kept.len() < 4 {
                Answer::Unknown
            } else {
                Answer::Yes
            }
        });
        assert_eq!(needed.known, Least::Unsure);
        assert!(needed.facts.len() >= 4, "{:?}", needed.facts);
    }

    #[test]
    fn a_limit_ends_it_with_what_still_holds() {
        let all: Vec<u32> = (0..2_500).collect();
        let needed = least(&all, |kept| answer(|| kept.len() == 2_500));
        assert_eq!((needed.facts.len(), needed.known), (2_500, Least::Unsure));
    }
}
