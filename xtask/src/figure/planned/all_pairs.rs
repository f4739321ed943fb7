//! `plan-all-pairs`: how far each release is from each other in the larger recorded graph, by the engine,
//! and whether a breadth-first search over the file itself finds the same.
//!
//! Must never know: how the engine counts. Tests: the figure.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::time::Instant;

use serde_json::Value;
use windlass_engine::plan::Atlas;

use super::openshift;
use crate::workspace::{NotSo, Trouble, root};

/// Times: the best is told.
const TIMES: usize = 5;

pub(crate) fn measure() -> Result<f64, Trouble> {
    let catalog = openshift()?;
    let component = catalog.components[0].name.clone();
    let mut best = f64::MAX;
    let mut ours = BTreeMap::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        let atlas = Atlas::of(&catalog);
        let far: BTreeMap<String, BTreeMap<String, usize>> = catalog
            .releases
            .iter()
            .map(|from| {
                let far = atlas.hops(&component, &from.version, |_| true);
                let far = far.into_iter().map(|(to, hops)| (to.to_string(), hops));
                (from.version.to_string(), far.collect())
            })
            .collect();
        best = best.min(begun.elapsed().as_secs_f64());
        ours = far;
    }
    let theirs = apart()?;
    let pairs: usize = ours.values().map(BTreeMap::len).sum();
    println!("{} releases, {pairs} pairs, best of {TIMES}", ours.len());
    if ours != theirs {
        let wrong = ours.iter().find(|(from, far)| theirs.get(*from) != Some(*far));
        return Err(NotSo(format!("the two searches differ: {wrong:?}")).into());
    }
    println!("a search written apart, over the file as served, finds the same");
    Ok(best)
}

/// Breadth first over the file as it was served.
fn apart() -> Result<BTreeMap<String, BTreeMap<String, usize>>, Trouble> {
    let file = root().join("crates/wire/tests/data/cincinnati/eus-4.12.json");
    let graph: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: Vec<String> = list(&graph["nodes"])
        .iter()
        .map(|node| text(&node["version"]))
        .collect();
    let mut leads: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for edge in list(&graph["edges"]) {
        let ends: Vec<usize> = list(&edge)
            .iter()
            .filter_map(|end| usize::try_from(end.as_u64()?).ok())
            .collect();
        if let [from, to] = ends[..] {
            leads.entry(&names[from]).or_default().insert(names[to].clone());
        }
    }
    for group in list(&graph["conditionalEdges"]) {
        for edge in list(&group["edges"]) {
            let (from, to) = (text(&edge["from"]), text(&edge["to"]));
            let known = names.iter().find(|name| **name == from);
            if let Some(from) = known.filter(|_| names.contains(&to)) {
                leads.entry(from).or_default().insert(to);
            }
        }
    }
    let mut all = BTreeMap::new();
    for start in &names {
        let mut far = BTreeMap::from([(start.clone(), 0_usize)]);
        let mut open = VecDeque::from([start.clone()]);
        while let Some(at) = open.pop_front() {
            let hops = far[&at] + 1;
            for to in leads.get(at.as_str()).into_iter().flatten() {
                if !far.contains_key(to) {
                    far.insert(to.clone(), hops);
                    open.push_back(to.clone());
                }
            }
        }
        all.insert(start.clone(), far);
    }
    Ok(all)
}
