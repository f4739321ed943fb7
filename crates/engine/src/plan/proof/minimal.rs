//! The fewest of many facts that still do what all of them do.
//!
//! Divide and conquer (Junker, QuickXplain, 2004): with k facts needed of n, about k log(n/k) questions.
//! Must never know: what the facts are. Stories: in this file.

use alloc::vec::Vec;

/// No proof of a real catalog needed a tenth of it; each question is a search.
const QUESTIONS_MAX: usize = 2_000;

/// Whether the facts found are known to be the fewest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Least {
    /// Without any one of them it does not hold.
    Sure,
    /// The limit was reached before that was known.
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

/// A set of facts for which `holds` is true, from which none can be left out. `holds` must be true of
/// all facts together, and must stay true where facts are added. Of several such sets those with
/// earlier facts are preferred.
pub(super) fn least<T: Clone + PartialEq>(facts: &[T], holds: impl Fn(&[T]) -> bool) -> Needed<T> {
    let mut asking = Asking {
        holds,
        questions: 0,
    };
    if asking.holds(&[]) {
        return Needed {
            facts: Vec::new(),
            known: Least::Sure,
        };
    }
    let needed = asking.needed(&[], Grown::No, facts);
    Needed {
        facts: facts
            .iter()
            .filter(|f| needed.contains(f))
            .cloned()
            .collect(),
        known: if asking.questions < QUESTIONS_MAX {
            Least::Sure
        } else {
            Least::Unsure
        },
    }
}

/// Whether the ground was added to since it was last asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grown {
    Yes,
    No,
}

struct Asking<F> {
    holds: F,
    questions: usize,
}

impl<F> Asking<F> {
    fn holds<T>(&mut self, facts: &[T]) -> bool
    where
        F: Fn(&[T]) -> bool,
    {
        self.questions += 1;
        self.questions < QUESTIONS_MAX && (self.holds)(facts)
    }

    fn needed<T: Clone>(&mut self, ground: &[T], grown: Grown, facts: &[T]) -> Vec<T>
    where
        F: Fn(&[T]) -> bool,
    {
        if grown == Grown::Yes && self.holds(ground) {
            return Vec::new();
        }
        if facts.len() <= 1 {
            return facts.to_vec();
        }
        let (first, second) = facts.split_at(facts.len() / 2);
        let with_first: Vec<T> = ground.iter().chain(first).cloned().collect();
        let of_second = self.needed(&with_first, Grown::Yes, second);
        let with_second: Vec<T> = ground.iter().chain(&of_second).cloned().collect();
        let grown = if of_second.is_empty() {
            Grown::No
        } else {
            Grown::Yes
        };
        let mut needed = self.needed(&with_second, grown, first);
        needed.extend(of_second);
        needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_remains_and_earlier_facts_are_preferred() {
        let all: Vec<u32> = (0..64).collect();
        let asked = core::cell::Cell::new(0);
        let needed = least(&all, |kept| {
            asked.set(asked.get() + 1);
            kept.contains(&7) && (kept.contains(&20) || kept.contains(&50))
        });
        assert_eq!(
            (needed.facts, needed.known),
            (alloc::vec![7, 20], Least::Sure)
        );
        assert!(asked.get() < 40, "{}", asked.get());
    }

    #[test]
    fn nothing_is_needed_where_nothing_suffices() {
        assert!(least(&[1, 2], |_| true).facts.is_empty());
    }
}
