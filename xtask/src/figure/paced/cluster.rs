//! Clusters drawn by number: sizes, what may not be down together, and how long members really take.
//! What is drawn here is fixed in docs/pace.md.
//!
//! Must never know: engines, or who is to be faster. Tests: below.

use windlass_sim::dice::Dice;

/// What the catalog says that a member takes, ms.
pub(in crate::figure) const CATALOG_MS: u64 = 60_000;
/// The middle of a cluster's times lies around the catalog's by so much (hundredths of a logarithm): half
/// of all clusters are within a third of it.
const CATALOG_SPREAD: u64 = 50;
/// Members of one cluster differ by so much, drawn for each cluster: from machines that are alike to such
/// where one in six takes twice as long as the middle.
const SPREADS: (u64, u64) = (10, 60);
/// So many of a thousand members fail once, drawn for each cluster, and take another drawn time.
const FAILURES_MOST: u64 = 30;
/// Sizes, drawn evenly by logarithm within each third.
const SIZES: [(f64, f64); 3] = [(3.0, 30.0), (31.0, 300.0), (301.0, 5_000.0)];
/// Per cent: the product's own default, which is ACK's.
const CAP: u32 = 10;
/// Members of a rack: one holds 42 units, and often not all are one cluster's.
const RACKED: (u64, u64) = (20, 40);
/// Fewer racks than these hold no cluster that is spread over racks.
const RACKS_LEAST: usize = 3;
/// Members of a random budget.
const BUDGETED: (u64, u64) = (2, 12);
/// A random budget lets one member down, and one more for so many.
const SPARE_FOR: usize = 6;
/// One random budget for so many members.
const MEMBERS_A_BUDGET: usize = 3;

/// What may not be down together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::figure) enum Kind {
    Free,
    Racks,
    Budgets,
}

/// Members that share something, and how many of them may be down at once.
#[derive(Debug, Clone)]
pub(in crate::figure) struct Shared {
    pub(in crate::figure) members: Vec<usize>,
    pub(in crate::figure) spare: usize,
}

/// A cluster whose future is known to the figure.
#[derive(Debug, Clone)]
pub(in crate::figure) struct Cluster {
    pub(in crate::figure) number: u64,
    pub(in crate::figure) kind: Kind,
    /// Per cent.
    pub(in crate::figure) cap: u32,
    /// By member: the rack.
    pub(in crate::figure) racks: Option<Vec<usize>>,
    pub(in crate::figure) shared: Vec<Shared>,
    /// By member: what it will take, failures and all, ms.
    pub(in crate::figure) times: Vec<u64>,
}

impl Cluster {
    /// The cluster of a number, under the cap that is the default.
    pub(in crate::figure) fn draw(number: u64) -> Self {
        Self::capped(number, CAP)
    }

    /// The same under another cap.
    pub(in crate::figure) fn capped(number: u64, cap: u32) -> Self {
        let mut dice = Dice::apart(0x7061_6365, &[number]);
        let third = (number % 3) as usize;
        let kind = [Kind::Free, Kind::Racks, Kind::Budgets][(number / 3 % 3) as usize];
        let members = size(SIZES[third], &mut dice);
        let middle = dice.length_ms(CATALOG_MS, CATALOG_SPREAD);
        let spread = dice.between(SPREADS.0, SPREADS.1);
        let fails = dice.between(0, FAILURES_MOST);
        let times = (0..members).map(|_| {
            let once = dice.length_ms(middle, spread);
            if dice.happens(fails) {
                once + dice.length_ms(middle, spread)
            } else {
                once
            }
        });
        let times: Vec<u64> = times.collect();
        let (racks, shared) = match kind {
            Kind::Free => (None, Vec::new()),
            Kind::Racks => in_racks(members, &mut dice),
            Kind::Budgets => (None, budgeted(members, &mut dice)),
        };
        Self {
            number,
            kind,
            cap,
            racks,
            shared,
            times,
        }
    }

    pub(in crate::figure) fn members(&self) -> usize {
        self.times.len()
    }

    /// How many may ever be down at once.
    pub(in crate::figure) fn ceiling(&self) -> usize {
        (self.members() * self.cap as usize / 100).max(1)
    }

    /// By member: the places of what it shares.
    pub(in crate::figure) fn shares(&self) -> Vec<Vec<usize>> {
        let mut of = vec![Vec::new(); self.members()];
        for (place, shared) in self.shared.iter().enumerate() {
            for member in &shared.members {
                of[*member].push(place);
            }
        }
        of
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a few thousand at most"
)]
fn size((low, high): (f64, f64), dice: &mut Dice) -> usize {
    let part = dice.below(1 << 20) as f64 / f64::from(1_u32 << 20);
    (low * ((high + 1.0) / low).powf(part)) as usize
}

/// Members dealt to racks, of which no two may be weakened at once: sets of one member a rack, each of which
/// bears one member down, such that any two members of two racks share one. Lines of a plane over a prime
/// meet every pair of points of two columns once.
fn in_racks(members: usize, dice: &mut Dice) -> (Option<Vec<usize>>, Vec<Shared>) {
    let each = dice.between(RACKED.0, RACKED.1) as usize;
    let racks = (members / each).max(RACKS_LEAST).min(members);
    let of: Vec<usize> = (0..members).map(|member| member % racks).collect();
    let lines = prime_from(racks.max(members.div_ceil(racks)));
    let mut shared = Vec::new();
    for start in 0..lines {
        for slope in 0..lines {
            let places = (0..racks).map(|rack| (start + slope * rack) % lines * racks + rack);
            let set: Vec<usize> = places.filter(|member| *member < members).collect();
            if set.len() > 1 {
                shared.push(Shared {
                    members: set,
                    spare: 1,
                });
            }
        }
    }
    (Some(of), shared)
}

fn prime_from(least: usize) -> usize {
    (least.max(2)..)
        .find(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0))
        .unwrap_or(least)
}

fn budgeted(members: usize, dice: &mut Dice) -> Vec<Shared> {
    let one = |_| {
        let most = (members as u64).min(BUDGETED.1);
        let size = dice.between(BUDGETED.0, most) as usize;
        let mut set = Vec::new();
        while set.len() < size {
            let other = dice.below(members as u64) as usize;
            if !set.contains(&other) {
                set.push(other);
            }
        }
        Shared {
            members: set,
            spare: 1 + size / SPARE_FOR,
        }
    };
    (0..members.div_ceil(MEMBERS_A_BUDGET)).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_keep_their_sizes_and_kinds_and_a_number_is_always_the_same_cluster() {
        let all: Vec<Cluster> = (0..54).map(Cluster::draw).collect();
        for cluster in &all {
            let (low, high) = SIZES[(cluster.number % 3) as usize];
            let members = cluster.members() as f64;
            assert!((low..=high).contains(&members), "{members}");
            assert_eq!(cluster.racks.is_some(), cluster.kind == Kind::Racks);
            assert!(cluster.shared.iter().all(|s| s.spare < s.members.len()));
        }
        let racked = &all[3];
        let racks = racked.racks.as_ref().expect("it has racks");
        for (one, other) in (0..racked.members()).flat_map(|m| (0..m).map(move |o| (m, o))) {
            let both = |s: &&Shared| s.members.contains(&one) && s.members.contains(&other);
            let share = racked.shared.iter().filter(both).count();
            assert_eq!(
                share,
                usize::from(racks[one] != racks[other]),
                "{one} {other}"
            );
        }
        assert_eq!(all[7].times, Cluster::draw(7).times);
        assert_ne!(all[7].times, all[16].times);
    }
}
