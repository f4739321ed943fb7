//! Levels: what the cluster is finalized at, and what all its members support.
//!
//! Must never know: how levels are raised. Stories: `tests/it/kafka_seen.rs`.

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::catalog::Raising;
use windlass_engine::names::LevelName;
use windlass_engine::snapshot::{Found, Level};

use super::super::answers::Hello;
use super::Sight;
use super::roster::{Chair, Node, Roster};

/// The level of the metadata log's format; its newest supported one tells the line of a release.
pub const METADATA_VERSION: &str = "metadata.version";

/// What each seat said of itself; none: it did not answer.
fn hellos<'a>(roster: &'a Roster<'_>) -> Vec<(&'a Node<'a>, Option<&'a Hello>)> {
    let mut out = Vec::new();
    for node in roster.nodes.values() {
        for (_, chair) in node.chairs() {
            let hello = match chair {
                Chair::Asked(asked) => asked.hello.as_ref().ok(),
                Chair::Nowhere | Chair::Foreign(_) => None,
            };
            out.push((node, hello));
        }
    }
    out
}

/// The newest that any node knows of the finalized levels.
pub fn newest<'a>(roster: &'a Roster<'_>) -> Option<&'a Hello> {
    let all = hellos(roster).into_iter().filter_map(|(_, hello)| hello);
    all.filter(|hello| hello.finalized_epoch >= 0)
        .max_by_key(|hello| hello.finalized_epoch)
}

/// All levels by name.
pub fn levels(sight: &Sight<'_>, roster: &Roster<'_>) -> BTreeMap<LevelName, Level> {
    let hellos = hellos(roster);
    let Some(newest) = newest(roster) else {
        return BTreeMap::new();
    };
    let mut names: BTreeSet<String> = newest.finalized.keys().cloned().collect();
    names.extend(
        hellos
            .iter()
            .flat_map(|(_, hello)| hello.iter())
            .flat_map(|hello| hello.supported.keys().cloned()),
    );
    names.extend(
        sight
            .catalog
            .levels
            .iter()
            // No broker tells what humans raise: that is what the catalog says of one that is not told.
            .filter(|level| level.raise != Raising::ByHumans)
            .map(|level| level.name.to_string()),
    );
    let level = |name: &String| {
        // Who does not list a level knows it only as 0.
        let each = hellos.iter().map(|(_, hello)| {
            let hello = (*hello)?;
            Some(hello.supported.get(name).copied().unwrap_or((0, 0)))
        });
        let each: Option<Vec<(u16, u16)>> = each.collect();
        let supported = each.and_then(|each| {
            let low = each.iter().map(|(low, _)| *low).max()?;
            let high = each.iter().map(|(_, high)| *high).min()?;
            Some((low, high))
        });
        Level {
            finalized: newest.finalized.get(name).copied().unwrap_or(0),
            supported,
        }
    };
    names
        .iter()
        .map(|name| (LevelName::from(name.as_str()), level(name)))
        .collect()
}

/// Nodes that cannot live with a finalized level, or know another one.
pub fn disagreeing(roster: &Roster<'_>) -> Vec<Found> {
    let Some(newest) = newest(roster) else {
        return Vec::new();
    };
    let mut out: Vec<Found> = Vec::new();
    for (node, hello) in hellos(roster) {
        let Some(hello) = hello else { continue };
        let odd = odd(hello, newest);
        if !odd.is_empty() {
            out.push(Found {
                object: node.name(),
                seen: odd.join(", "),
            });
        }
    }
    out.dedup();
    out
}

/// In words, in what one hello does not fit the newest.
fn odd(hello: &Hello, newest: &Hello) -> Vec<String> {
    let names: BTreeSet<&String> = newest
        .finalized
        .keys()
        .chain(hello.finalized.keys())
        .collect();
    let mut odd = Vec::new();
    for name in names {
        let level = |hello: &Hello| hello.finalized.get(name).copied().unwrap_or(0);
        let (here, there) = (level(hello), level(newest));
        let (low, high) = hello.supported.get(name).copied().unwrap_or((0, 0));
        if !(low..=high).contains(&there) {
            odd.push(format!(
                "supports {name} {low} to {high}, finalized is {there}"
            ));
        } else if here != there {
            odd.push(format!("knows {name} {here}, elsewhere {there}"));
        }
    }
    odd
}
