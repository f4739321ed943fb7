//! The optimum of a small cluster: every order of beginnings that may be best, tried.
//!
//! A schedule in which each member begins as early as its order allows is as short as any other of that
//! order (docs/pace.md), so it is enough to try orders; most are cut off by what is left at least.
//! Must never know: how the product chooses. Tests: below, and `bound`.

use super::cluster::Cluster;

/// Beginnings tried before the optimum is given up.
const TRIED_MOST: u64 = 500_000;

/// The least makespan, ms; none where it was not found in time. `least` is known to be a bound: a schedule
/// that is as short ends the search.
pub(super) fn optimum(cluster: &Cluster, least: f64) -> Option<f64> {
    let mut by_length: Vec<usize> = (0..cluster.members()).collect();
    by_length.sort_by_key(|member| std::cmp::Reverse(cluster.times[*member]));
    let sum: u64 = cluster.times.iter().sum();
    if cluster.ceiling() == 1 {
        return Some(sum as f64);
    }
    let mut search = Search {
        cluster,
        shares: cluster.shares(),
        by_length,
        least,
        best: sum + 1,
        tried: 0,
    };
    search.next(&State {
        begun: 0,
        settled: 0,
        now: 0,
        flying: Vec::new(),
        last_rack: None,
    })?;
    Some(search.best as f64)
}

#[derive(Clone)]
struct State {
    /// Members that have begun, as bits.
    begun: u32,
    settled: usize,
    now: u64,
    /// Ends and members.
    flying: Vec<(u64, usize)>,
    last_rack: Option<usize>,
}

struct Search<'c> {
    cluster: &'c Cluster,
    shares: Vec<Vec<usize>>,
    by_length: Vec<usize>,
    least: f64,
    best: u64,
    tried: u64,
}

impl Search<'_> {
    /// Tries all that may begin next; none: given up.
    fn next(&mut self, state: &State) -> Option<()> {
        self.tried += 1;
        if self.tried > TRIED_MOST {
            return None;
        }
        if self.best as f64 <= self.least + 0.5 {
            return Some(());
        }
        let ends = state.flying.iter().map(|(ends, _)| *ends).max();
        let left: Vec<usize> = (0..self.cluster.members())
            .filter(|member| state.begun >> member & 1 == 0)
            .collect();
        if left.is_empty() {
            self.best = self.best.min(ends.unwrap_or(state.now));
            return Some(());
        }
        let mut same = Vec::new();
        for member in self.by_length.clone() {
            let rack = self.cluster.racks.as_ref().map(|racks| racks[member]);
            if state.begun >> member & 1 == 1 || !self.keeps_racks(state, rack, &left) {
                continue;
            }
            // Two that are alike in all need not both be tried.
            let alike = (self.cluster.times[member], &self.shares[member], rack);
            if same.contains(&alike.0) && self.shares[member].is_empty() && rack.is_none() {
                continue;
            }
            same.push(alike.0);
            let after = self.begin(state, member, rack);
            if self.promises(&after) < self.best as f64 - 0.5 {
                self.next(&after)?;
            }
        }
        Some(())
    }

    /// A rack that was begun is begun to its last member before another one.
    fn keeps_racks(&self, state: &State, rack: Option<usize>, left: &[usize]) -> bool {
        let (Some(racks), Some(last)) = (&self.cluster.racks, state.last_rack) else {
            return true;
        };
        rack == Some(last) || left.iter().all(|member| racks[*member] != last)
    }

    /// One more begins, as early as limit and budgets allow, and not before the one before it.
    fn begin(&self, state: &State, member: usize, rack: Option<usize>) -> State {
        let mut after = state.clone();
        after.flying.sort_unstable();
        while !self.may(&after, member) {
            let (ends, _) = after.flying.remove(0);
            after.now = after.now.max(ends);
            after.settled += 1;
            // Whoever ends at the same moment has ended, too.
            while after.flying.first().is_some_and(|(also, _)| *also <= ends) {
                after.flying.remove(0);
                after.settled += 1;
            }
        }
        after.begun |= 1 << member;
        after.last_rack = rack;
        let ends = after.now + self.cluster.times[member];
        after.flying.push((ends, member));
        after
    }

    fn may(&self, state: &State, member: usize) -> bool {
        let limit = limit(state.settled, self.cluster.ceiling());
        state.flying.len() < limit
            && self.shares[member].iter().all(|place| {
                let shared = &self.cluster.shared[*place];
                let down = state.flying.iter();
                let down = down.filter(|(_, flies)| shared.members.contains(flies));
                down.count() < shared.spare
            })
    }

    /// What a schedule that begins so takes at least.
    fn promises(&self, state: &State) -> f64 {
        let cluster = self.cluster;
        let ends = state.flying.iter().map(|(ends, _)| *ends).max();
        let waits = |member: &usize| state.begun >> member & 1 == 0;
        let left: Vec<u64> = (0..cluster.members())
            .filter(waits)
            .map(|member| cluster.times[member])
            .collect();
        // What flies has so much before it, and all of it may go at the ceiling.
        let flying: u64 = state.flying.iter().map(|(ends, _)| ends - state.now).sum();
        let work: u64 = left.iter().sum();
        let ceiling = cluster.ceiling();
        let now = state.now as f64;
        let work = now + (work + flying) as f64 / ceiling as f64;
        // The longest that waits begins now at the earliest.
        let longest = now + left.iter().max().copied().unwrap_or_default() as f64;
        let budgets = cluster.shared.iter().map(|shared| {
            let of = |member: &usize| {
                let flies = state.flying.iter().find(|(_, flies)| flies == member);
                flies.map_or_else(
                    || {
                        if waits(member) {
                            cluster.times[*member]
                        } else {
                            0
                        }
                    },
                    |(ends, _)| ends - state.now,
                )
            };
            let work: u64 = shared.members.iter().map(of).sum();
            now + work as f64 / shared.spare.min(ceiling) as f64
        });
        let ends = ends.unwrap_or_default() as f64;
        budgets.fold(work.max(longest).max(ends), f64::max)
    }
}

/// How many may be down when so many have settled.
pub(super) fn limit(settled: usize, ceiling: usize) -> usize {
    let (mut limit, mut from) = (1, 0);
    while limit < ceiling && settled >= from + limit {
        from += limit;
        limit = (limit * 2).min(ceiling);
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::paced::cluster::Kind;

    fn of(times: &[u64], cap: u32) -> Cluster {
        Cluster {
            number: 0,
            kind: Kind::Free,
            cap,
            racks: None,
            shared: Vec::new(),
            times: times.to_vec(),
        }
    }

    #[test]
    fn the_limit_grows_when_as_many_have_settled() {
        let limits: Vec<usize> = (0..9).map(|settled| limit(settled, 5)).collect();
        assert_eq!(limits, [1, 2, 2, 4, 4, 4, 4, 5, 5]);
    }

    #[test]
    fn the_shortest_goes_first_and_the_longest_beside_all_others() {
        // 1 alone; then 9 beside 4 and 5.
        assert_eq!(optimum(&of(&[9, 4, 1, 5], 50), 0.0), Some(10.0));
        // One at a time: the sum.
        assert_eq!(optimum(&of(&[9, 4, 1, 5], 10), 0.0), Some(19.0));
    }
}
