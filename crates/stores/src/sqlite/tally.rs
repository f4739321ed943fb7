//! How many requests shared each commit: what figures and metrics tell of the writer.
//!
//! Must never know: what was committed. Stories: in this file.

use std::sync::atomic::{AtomicU64, Ordering};

/// Larger groups are counted as this.
const LARGEST: usize = 1_024;

/// Commits by the number of requests in them.
pub(super) struct Tally {
    commits: Box<[AtomicU64]>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            commits: (0..=LARGEST).map(|_| AtomicU64::new(0)).collect(),
        }
    }
}

impl std::fmt::Debug for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tally({} commits)", self.commits())
    }
}

impl Tally {
    /// One commit of so many requests.
    pub(super) fn count(&self, requests: usize) {
        if let Some(commits) = self.commits.get(requests.min(LARGEST)) {
            commits.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All commits.
    pub(super) fn commits(&self) -> u64 {
        self.commits.iter().map(|n| n.load(Ordering::Relaxed)).sum()
    }

    /// Half of the commits held at most so many requests; 0: there were none.
    pub(super) fn median(&self) -> usize {
        let half = self.commits().div_ceil(2);
        let mut seen = 0;
        for (requests, commits) in self.commits.iter().enumerate() {
            seen += commits.load(Ordering::Relaxed);
            if half > 0 && seen >= half {
                return requests;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_the_commits() {
        let tally = Tally::default();
        assert_eq!(tally.median(), 0);
        for requests in [1, 64, 64, 2_000] {
            tally.count(requests);
        }
        assert_eq!((tally.commits(), tally.median()), (4, 64));
    }
}
