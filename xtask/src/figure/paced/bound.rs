//! No pace under the same policy is faster than this: derived in docs/pace.md.
//!
//! Must never know: how the product chooses. Tests: below.

use super::cluster::Cluster;
use super::exact;

/// Up to so many members the optimum itself is sought.
const EXACT_MOST: usize = 12;

/// How a bound was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::figure) enum By {
    /// No schedule is shorter, and there is one that is as short.
    Optimum,
    /// No schedule is shorter.
    Bound,
}

/// The least makespan that can be proven, ms.
pub(in crate::figure) fn least(cluster: &Cluster) -> (f64, By) {
    let bound = bound(cluster);
    if cluster.members() <= EXACT_MOST
        && let Some(optimum) = exact::optimum(cluster, bound)
    {
        return (optimum, By::Optimum);
    }
    (bound, By::Bound)
}

/// The largest of what work under the ramp, the longest member, budgets, and racks one by one ask for.
#[allow(clippy::cast_precision_loss, reason = "sums of ms below 2^52")]
fn bound(cluster: &Cluster) -> f64 {
    let ceiling = cluster.ceiling();
    let all: Vec<usize> = (0..cluster.members()).collect();
    let budgets = cluster.shared.iter().map(|shared| {
        let work: u64 = shared.members.iter().map(|m| cluster.times[*m]).sum();
        work as f64 / shared.spare.min(ceiling) as f64
    });
    let alone = together(&sorted(cluster, &all), ceiling, 0);
    budgets.fold(alone.max(racked(cluster)), f64::max)
}

fn sorted(cluster: &Cluster, members: &[usize]) -> Vec<u64> {
    let mut sorted: Vec<u64> = members.iter().map(|m| cluster.times[*m]).collect();
    sorted.sort_unstable();
    sorted
}

/// So many racks are tried in every order.
const ORDERED_MOST: usize = 10;

/// No two racks are weakened at once, so their times add up; which goes first, and so pays for the ramp, is
/// chosen as is best.
fn racked(cluster: &Cluster) -> f64 {
    let Some(of) = &cluster.racks else { return 0.0 };
    let ceiling = cluster.ceiling();
    let count = of.iter().max().map_or(0, |last| last + 1);
    let racks: Vec<Vec<u64>> = (0..count)
        .map(|rack| {
            let members = (0..cluster.members()).filter(|member| of[*member] == rack);
            sorted(cluster, &members.collect::<Vec<_>>())
        })
        .collect();
    if count > ORDERED_MOST {
        let steady = |rack: &Vec<u64>| together(rack, ceiling, usize::MAX);
        let first = |rack: &Vec<u64>| together(rack, ceiling, 0) - steady(rack);
        let extra = racks.iter().map(first).fold(f64::INFINITY, f64::min);
        return racks.iter().map(steady).sum::<f64>() + extra;
    }
    // By set of racks that are done: the least time.
    let mut done = vec![f64::INFINITY; 1 << count];
    done[0] = 0.0;
    for set in 0..done.len() {
        let in_set = |rack: &usize| set >> rack & 1 == 1;
        let settled: usize = (0..count).filter(in_set).map(|r| racks[r].len()).sum();
        for next in (0..count).filter(|rack| !in_set(rack)) {
            let took = done[set] + together(&racks[next], ceiling, settled);
            let after = set | 1 << next;
            done[after] = done[after].min(took);
        }
    }
    done.last().copied().unwrap_or_default()
}

/// What members take at least by themselves, when so many have settled before them: their work, and the
/// longest, before which another one goes alone where none has settled yet.
#[allow(clippy::cast_precision_loss, reason = "sums of ms below 2^52")]
fn together(sorted: &[u64], ceiling: usize, settled: usize) -> f64 {
    let longest = match (sorted.first(), sorted.last()) {
        (Some(first), Some(last)) if sorted.len() > 1 && settled == 0 => first + last,
        (_, last) => last.copied().unwrap_or_default(),
    };
    ramped(sorted, ceiling, settled).max(longest as f64)
}

/// Work under a limit of 1, 2, 4 … that grows when as many have settled: each phase needs the shortest that
/// are left, and what remains goes at the ceiling.
#[allow(clippy::cast_precision_loss, reason = "sums of ms below 2^52")]
fn ramped(sorted: &[u64], ceiling: usize, settled: usize) -> f64 {
    let (mut limit, mut done, mut time) = (1, 0, 0.0);
    // What settled before has let the limit grow.
    let mut before = settled;
    while done < sorted.len() {
        let left = sorted.len() - done;
        let phase = if limit < ceiling { limit } else { usize::MAX };
        let steps = phase.saturating_sub(before).min(left);
        before = before.saturating_sub(phase);
        let work: u64 = sorted[done..done + steps].iter().sum();
        time += work as f64 / limit as f64;
        done += steps;
        limit = (limit * 2).min(ceiling);
    }
    time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_members_take_a_round_for_each_phase_and_then_go_at_the_ceiling() {
        // 1, 2, then 9 at four at once.
        assert_eq!(ramped(&[100; 12], 4, 0), 100.0 + 100.0 + 225.0);
        assert_eq!(ramped(&[100; 3], 1, 0), 300.0);
        // Two have settled: one more at two at once, then four at once.
        assert_eq!(ramped(&[100; 5], 4, 2), 50.0 + 100.0);
        assert_eq!(ramped(&[100; 8], 4, 99), 200.0);
    }

    #[test]
    fn no_bound_is_above_the_optimum() {
        for number in (0..600).step_by(3) {
            let cluster = Cluster::capped(number, 34);
            if cluster.members() > 8 {
                continue;
            }
            let bound = bound(&cluster);
            let optimum = exact::optimum(&cluster, 0.0).expect("so few can be tried");
            assert!(bound <= optimum + 0.5, "{number}: {bound} {optimum}");
        }
    }
}
