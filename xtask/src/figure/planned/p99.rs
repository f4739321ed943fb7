//! `plan-p99`: the time of a whole plan, every mix checked and audited, on one core with a warm catalog;
//! the worst of three families of clusters.
//!
//! Must never know: how a plan is made. Tests: the figure.

use std::collections::BTreeSet;

use windlass_engine::audit::Book;
use windlass_engine::catalog::Catalog;
use windlass_engine::plan::{Atlas, Goal};
use windlass_engine::policy::Policy;

use super::{Times, add, cluster, newest, openshift, shipped};
use crate::figure::disk;
use crate::workspace::Trouble;

/// How far kubelets may lag, in lines.
const LAG: usize = 3;

/// Each family is measured so often, and the best is told: other work on the machine makes it worse.
const ROUNDS: usize = 5;

pub(crate) fn measure() -> Result<f64, Trouble> {
    let graph = openshift()?;
    let (allowed, barred) = (eyes_open(&graph), Policy::default());
    let allowed = best("openshift, conditional hops allowed", || {
        pairs(&graph, &allowed)
    })?;
    let barred = best("openshift, conditional hops barred", || {
        pairs(&graph, &barred)
    })?;
    let kubernetes = best("kubernetes", kubernetes)?;
    let kuma = best("kuma, three zones", kuma)?;
    println!("best of {ROUNDS}; load {}", disk::load());
    let all = [allowed, barred, kubernetes, kuma];
    Ok(all.into_iter().fold(0.0, f64::max) / 1_000.0)
}

/// The best p99 of some rounds, in microseconds.
fn best(name: &str, round: impl Fn() -> Result<Times, Trouble>) -> Result<f64, Trouble> {
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        best = best.min(told(name, round()?));
    }
    Ok(best)
}

fn told(name: &str, mut times: Times) -> f64 {
    let p99 = times.p99();
    let sum: f64 = times.found.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "a mean of thousands")]
    let mean = sum / times.found.len() as f64;
    let most = times.found.last().copied().unwrap_or_default();
    println!(
        "{name:<40} {:>6} plans, {:>6} refused; mean {mean:.0} us, p99 {p99:.0} us, most {most:.0} us",
        times.found.len(),
        times.refused.len(),
    );
    p99
}

fn eyes_open(catalog: &Catalog) -> Policy {
    let risks = catalog.risks.iter().map(|risk| risk.name.clone());
    Policy {
        risks: risks.collect::<BTreeSet<_>>(),
        ..Policy::default()
    }
}

/// All pairs of releases that some chain of hops joins.
fn pairs(catalog: &Catalog, policy: &Policy) -> Result<Times, Trouble> {
    let (atlas, book) = (Atlas::of(catalog), Book::of(catalog));
    let component = &catalog.components[0].name;
    let mut times = Times::default();
    for from in &catalog.releases {
        let mut snapshot = cluster(&catalog.system);
        add(&mut snapshot, &[component.as_str()], &from.version, None);
        let reached = atlas.hops(component, &from.version, |risk| policy.risks.contains(risk));
        for (to, _) in reached.into_iter().filter(|(_, hops)| *hops > 0) {
            times.take(&atlas, &book, policy, &snapshot, &Goal::Version(to))?;
        }
    }
    Ok(times)
}

/// Each allowed trio of control plane, kubelet and kube-proxy, to each line from there on.
fn kubernetes() -> Result<Times, Trouble> {
    let catalog = shipped("kubernetes")?;
    let (atlas, book) = (Atlas::of(&catalog), Book::of(&catalog));
    let lines = newest(&catalog);
    let policy = Policy::default();
    let plane = [
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
    ];
    let mut times = Times::default();
    for (at, here) in lines.iter().enumerate() {
        for kubelet in &lines[at.saturating_sub(LAG)..=at] {
            for proxy in &lines[at.saturating_sub(LAG)..=at] {
                let mut snapshot = cluster("kubernetes");
                for _ in 0..3 {
                    add(&mut snapshot, &plane, here, None);
                    add(&mut snapshot, &["kubelet"], kubelet, None);
                    add(&mut snapshot, &["kube-proxy"], proxy, None);
                }
                for to in &lines[at..] {
                    let goal = Goal::Version(to.clone());
                    times.take(&atlas, &book, &policy, &snapshot, &goal)?;
                }
            }
        }
    }
    Ok(times)
}

/// A global and three zones, each up to two lines behind it, to each line from there on.
fn kuma() -> Result<Times, Trouble> {
    let catalog = shipped("kuma")?;
    let (atlas, book) = (Atlas::of(&catalog), Book::of(&catalog));
    let lines = newest(&catalog);
    let policy = Policy::default();
    let mut times = Times::default();
    for (at, here) in lines.iter().enumerate() {
        let behind = at.saturating_sub(2)..=at;
        for a in behind.clone() {
            for b in a..=at {
                for c in b..=at {
                    let mut snapshot = cluster("kuma");
                    add(&mut snapshot, &["global-cp"], here, None);
                    for (zone, line) in [("a", a), ("b", b), ("c", c)] {
                        add(&mut snapshot, &["zone-cp"], &lines[line], Some(zone));
                        for _ in 0..3 {
                            add(&mut snapshot, &["data-plane"], &lines[line], Some(zone));
                        }
                    }
                    for to in &lines[at..] {
                        let goal = Goal::Version(to.clone());
                        times.take(&atlas, &book, &policy, &snapshot, &goal)?;
                    }
                }
            }
        }
    }
    Ok(times)
}
