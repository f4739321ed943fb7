//! Six paces of others, re-built from their documents to be compared with; no part of the product.
//!
//! Each keeps the same cap and the same budgets as ours does. Must never know: the product. Tests: below.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cluster::Cluster;

/// A pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::figure) enum Other {
    /// Alibaba ACK, "Update an ACK cluster": batches of 1, 2, 4, 8 … nodes up to 10 % of them; the next batch
    /// begins when the one before it is done.
    AckBarrier,
    /// Google, GKE API, `NodePool.UpgradeSettings`: maxUnavailable + maxSurge is how many nodes are upgraded
    /// at the same time.
    GkeSurge,
    /// Microsoft, "How AKS cluster upgrades work": surge nodes are made first, then nodes are drained and
    /// imaged anew, as many at once as there are surge nodes.
    Aks,
    /// Strimzi, "Rolling pods": one pod after the other, each ready before the next.
    OneByOne,
    /// All of a rack at once under the cap, and the next rack when the one before it is done.
    RackByRack,
    /// OpenShift, "Understanding the update duration": maxUnavailable nodes at a time, zones in order.
    Mco,
}

pub(in crate::figure) const ALL: [(Other, &str); 6] = [
    (Other::AckBarrier, "ACK, ramp with barrier"),
    (Other::GkeSurge, "GKE, surge"),
    (Other::Aks, "AKS, surge made first"),
    (Other::OneByOne, "Strimzi, one by one"),
    (Other::RackByRack, "rack by rack"),
    (Other::Mco, "MCO, max unavailable"),
];

/// How long a cluster takes at a pace, ms.
pub(in crate::figure) fn makespan(cluster: &Cluster, other: Other) -> u64 {
    let all: Vec<usize> = (0..cluster.members()).collect();
    let cap = cluster.ceiling();
    let mut fleet = Fleet::new(cluster);
    match other {
        Other::AckBarrier => {
            // Rack after rack: a batch that lay across racks would wait for itself.
            let ordered = racks(cluster).concat();
            let (mut batch, mut rest) = (1, ordered.as_slice());
            while !rest.is_empty() {
                let (now, later) = rest.split_at(batch.min(rest.len()));
                fleet.all_of(now, cap);
                (batch, rest) = ((batch * 2).min(cap), later);
            }
        }
        Other::GkeSurge => fleet.all_of(&all, cap),
        Other::Aks => {
            // A surge node takes as long to be made as a node in the middle of all takes.
            let mut sorted = cluster.times.clone();
            sorted.sort_unstable();
            fleet.now = sorted[sorted.len() / 2];
            fleet.all_of(&all, cap);
        }
        Other::OneByOne => fleet.all_of(&all, 1),
        Other::RackByRack => racks(cluster)
            .iter()
            .for_each(|rack| fleet.all_of(rack, cap)),
        Other::Mco => fleet.all_of(&racks(cluster).concat(), cap),
    }
    fleet.now
}

/// Members by rack; without racks all are one.
fn racks(cluster: &Cluster) -> Vec<Vec<usize>> {
    let none = vec![0; cluster.members()];
    let of = cluster.racks.as_ref().unwrap_or(&none);
    let count = of.iter().max().map_or(0, |last| last + 1);
    let mut racks = vec![Vec::new(); count];
    for (member, rack) in of.iter().enumerate() {
        racks[*rack].push(member);
    }
    racks
}

struct Fleet<'c> {
    cluster: &'c Cluster,
    shares: Vec<Vec<usize>>,
    down: Vec<usize>,
    now: u64,
}

impl<'c> Fleet<'c> {
    fn new(cluster: &'c Cluster) -> Self {
        Self {
            cluster,
            shares: cluster.shares(),
            down: vec![0; cluster.shared.len()],
            now: 0,
        }
    }

    fn may(&self, member: usize) -> bool {
        let spare = |place: &usize| self.down[*place] < self.cluster.shared[*place].spare;
        self.shares[member].iter().all(spare)
    }

    /// All of these, in order, so many at once, each as soon as its budgets allow; done when all are.
    fn all_of(&mut self, members: &[usize], most: usize) {
        let mut waiting: Vec<usize> = members.to_vec();
        let mut flying: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
        loop {
            let mut rest = Vec::with_capacity(waiting.len());
            let mut order = waiting.into_iter();
            while flying.len() < most {
                let Some(member) = order.next() else { break };
                if !self.may(member) {
                    rest.push(member);
                    continue;
                }
                for place in &self.shares[member] {
                    self.down[*place] += 1;
                }
                flying.push(Reverse((self.now + self.cluster.times[member], member)));
            }
            rest.extend(order);
            waiting = rest;
            let Some(Reverse((ends, member))) = flying.pop() else {
                return;
            };
            self.now = ends;
            for place in &self.shares[member] {
                self.down[*place] -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::paced::cluster::Kind;

    #[test]
    fn equal_members_take_as_many_rounds_as_each_pace_says() {
        let cluster = Cluster {
            number: 0,
            kind: Kind::Free,
            cap: 40,
            racks: None,
            shared: Vec::new(),
            times: vec![10; 10],
        };
        let took: Vec<u64> = ALL.map(|(other, _)| makespan(&cluster, other)).to_vec();
        // 1, 2, 4, 3; 4, 4, 2; the same after a surge; ten; one rack.
        assert_eq!(took, [40, 30, 40, 100, 30, 30]);
    }
}
