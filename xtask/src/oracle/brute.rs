//! The brute force: a small world, what is broken in it, and its way of fewest moves and hops by plain
//! Dijkstra.
//!
//! A step moves all members of one kind that are behind a release to it, as a stage of a plan does; it is
//! legal where each order of them, stopped anywhere, breaks nothing that was not broken before.
//! Must never know: the engine. Tests: one floor up.

use std::collections::BTreeSet;

/// What a member runs, by component; none: it does not carry it.
pub(crate) type Runs = Vec<Option<u8>>;

/// How far the one may be from the other, in releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rule {
    pub of: usize,
    pub from: usize,
    pub far: (i8, i8),
}

/// What a maker says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Facts {
    pub components: usize,
    pub releases: u8,
    pub rules: Vec<Rule>,
    pub paths: BTreeSet<(u8, u8)>,
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub facts: Facts,
    pub start: Vec<Runs>,
    pub goal: u8,
}

/// A stage of a plan: who goes where, and what they are expected to run before.
#[derive(Debug)]
pub(crate) struct Turn {
    pub who: Vec<usize>,
    pub from: BTreeSet<u8>,
    pub to: u8,
}

/// Which rule, and what stands beside what.
type Broken = BTreeSet<(usize, u8, u8)>;

impl World {
    fn broken(&self, mix: &[Runs]) -> Broken {
        let mut broken = Broken::new();
        for (index, rule) in self.facts.rules.iter().enumerate() {
            for (i, one) in mix.iter().enumerate() {
                let Some(of) = one[rule.of] else { continue };
                for (j, other) in mix.iter().enumerate() {
                    let Some(from) = other[rule.from] else {
                        continue;
                    };
                    // A component does not stand beside itself.
                    if i == j && rule.of == rule.from {
                        continue;
                    }
                    if !is_allowed(*rule, (one, of), (other, from)) {
                        broken.insert((index, of, from));
                    }
                }
            }
        }
        broken
    }

    /// Whether a member may go to a release, by the paths alone.
    fn is_open(&self, runs: &Runs, to: u8) -> bool {
        let mut leaving = runs.iter().flatten().filter(|at| **at != to);
        leaving.all(|at| self.facts.paths.contains(&(*at, to)))
    }

    /// These members at a release, where each order of them breaks nothing new.
    fn in_each_order(&self, mix: &[Runs], who: &[usize], to: u8) -> Option<Vec<Runs>> {
        let before = self.broken(mix);
        let mut all = mix.to_vec();
        for mask in 1_u32..1 << who.len() {
            all.clone_from_slice(mix);
            for (bit, member) in who.iter().enumerate() {
                if mask >> bit & 1 == 1 {
                    go(&mut all[*member], to);
                }
            }
            if !self.broken(&all).is_subset(&before) {
                return None;
            }
        }
        Some(all)
    }

    /// All that can be done next: how many move, where to, and what stands then.
    fn next(&self, mix: &[Runs]) -> Vec<(usize, u8, Vec<Runs>)> {
        let kinds: BTreeSet<Vec<bool>> = mix.iter().map(kind).collect();
        let steps = kinds
            .iter()
            .flat_map(|kind| (0..=self.goal).map(move |to| (kind, to)));
        let steps = steps.filter_map(|(of, to)| {
            let behind = |runs: &Runs| {
                let mut all = runs.iter().flatten();
                all.clone().any(|at| *at < to) && all.all(|at| *at <= to)
            };
            let who: Vec<usize> = (0..mix.len())
                .filter(|i| &kind(&mix[*i]) == of && behind(&mix[*i]))
                .collect();
            if who.is_empty() || !who.iter().all(|i| self.is_open(&mix[*i], to)) {
                return None;
            }
            Some((who.len(), to, self.in_each_order(mix, &who, to)?))
        });
        steps.collect()
    }

    fn arrived(&self, mix: &[Runs]) -> bool {
        mix.iter().flatten().flatten().all(|at| *at == self.goal)
    }

    /// The fewest moves, and of those the fewest hops; none: there is no way.
    pub fn best(&self) -> Option<(usize, usize)> {
        let mut open = BTreeSet::from([((0, 0), self.start.clone(), None)]);
        let mut done = BTreeSet::new();
        while let Some((cost, mix, last)) = open.pop_first() {
            if self.arrived(&mix) {
                return Some(cost);
            }
            if !done.insert((mix.clone(), last)) {
                continue;
            }
            for (moves, to, next) in self.next(&mix) {
                let hop = usize::from(last != Some(to));
                open.insert(((cost.0 + moves, cost.1 + hop), next, Some(to)));
            }
        }
        None
    }

    /// Whether each order of the members of each stage is legal, and all end at the goal.
    pub fn is_sound(&self, turns: &[Turn]) -> bool {
        let mut mix = self.start.clone();
        for Turn { who, to, .. } in turns {
            let known = who.iter().all(|i| mix.get(*i).is_some());
            if !known || !who.iter().all(|i| self.is_open(&mix[*i], *to)) {
                return false;
            }
            match self.in_each_order(&mix, who, *to) {
                Some(next) => mix = next,
                None => return false,
            }
        }
        self.arrived(&mix)
    }

    /// Whether the members moved in just this order are, and all end at the goal.
    pub fn is_legal(&self, turns: &[Turn]) -> bool {
        let mut mix = self.start.clone();
        let mut before = self.broken(&mix);
        for Turn { who, from, to } in turns {
            for member in who {
                let Some(runs) = mix.get(*member) else {
                    return false;
                };
                let again = runs.iter().flatten().all(|at| at == to);
                let mut leaving = runs.iter().flatten().filter(|at| *at != to);
                let expected = leaving.all(|at| from.contains(at));
                if again || !expected || !self.is_open(runs, *to) {
                    return false;
                }
                go(&mut mix[*member], *to);
                let now = self.broken(&mix);
                if !now.is_subset(&before) {
                    return false;
                }
                before = now;
            }
        }
        self.arrived(&mix)
    }
}

/// Where both carry both, they are moved at once: only the distance counts.
fn is_allowed(rule: Rule, (one, of): (&Runs, u8), (other, from): (&Runs, u8)) -> bool {
    let (low, high) = rule.far;
    let far = of.cast_signed() - from.cast_signed();
    let within = |far: i8| low <= far && far <= high;
    let whole = |runs: &Runs| runs[rule.of].is_some() && runs[rule.from].is_some();
    let at_once = rule.of != rule.from && whole(one) && whole(other);
    within(far) || at_once && within(-far)
}

fn kind(runs: &Runs) -> Vec<bool> {
    runs.iter().map(Option::is_some).collect()
}

fn go(runs: &mut Runs, to: u8) {
    runs.iter_mut().flatten().for_each(|at| *at = to);
}
