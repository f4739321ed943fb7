//! The nearest right name to a wrong one.
//!
//! Must never know: what the names are of. Stories: in this file.

use alloc::vec;
use alloc::vec::Vec;

/// A slip is at most one edit in so many letters: `bootstrp` is near `bootstrap`, `cat` is not near `log`.
const LETTERS_PER_SLIP: usize = 3;

/// The known name that was most likely meant, if any is near enough.
#[must_use]
pub fn nearest<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let limit = (wrong.chars().count() / LETTERS_PER_SLIP).max(1);
    let folded = wrong.to_lowercase();
    known
        .into_iter()
        .map(|name| (edits(&folded, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= limit && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
fn edits(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = core::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_another_word_is_not() {
        let known = ["bootstrap", "release", "hosts", "policy"];
        assert_eq!(nearest("bootstrp", known), Some("bootstrap"));
        assert_eq!(nearest("relaese", known), Some("release"));
        assert_eq!(nearest("Policy", known), Some("policy"));
        assert_eq!(nearest("colour", known), None);
    }

    #[test]
    fn a_swap_is_one_slip() {
        assert_eq!(edits("ab", "ba"), 1);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
