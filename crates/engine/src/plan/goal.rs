//! What a goal means: a release of the catalog, and the stops before it.
//!
//! Must never know: how a way is searched. Stories: `tests/it/kafka.rs`, `tests/it/refusal.rs`.

use super::seen::Seen;
use crate::catalog::Catalog;
use crate::policy::Policy;
use crate::refusal::{Because, Code, Refusal};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// The release that is meant: a line names its newest advised one, a full version itself.
///
/// # Errors
/// [`Code::NoSuchRelease`] where the catalog has none of that name.
pub(super) fn resolve(catalog: &Catalog, seen: &Seen, asked: &Version) -> Result<Version, Refusal> {
    let here = seen.releases();
    if here.len() == 1 && here.contains(asked) {
        return Ok(asked.clone());
    }
    let found = if asked.is_line() {
        catalog.newest(asked)
    } else {
        catalog.release(asked)
    };
    found
        .map(|release| release.version.clone())
        .ok_or_else(|| no_such_release(catalog, asked))
}

pub(super) fn no_such_release(catalog: &Catalog, asked: &Version) -> Refusal {
    let avoided: Vec<Because> = catalog
        .releases
        .iter()
        .filter(|r| asked.names(&r.version))
        .filter_map(|r| {
            Some(Because {
                fact: format!("{} is not advised: {}", r.version, r.avoid.as_ref()?),
                source: Some(r.source.clone()),
            })
        })
        .collect();
    let mut hints = vec!["all that can be reached: windlass targets {cluster}".to_string()];
    if let Some(near) = nearest(catalog, asked) {
        hints.insert(0, format!("nearest: windlass plan {{cluster}} --to {near}"));
    }
    if avoided.is_empty() {
        let newest = catalog.releases.iter().map(|r| &r.version).max();
        Refusal {
            code: Code::NoSuchRelease,
            says: format!("the {} catalog knows no release {asked}", catalog.system),
            because: vec![Because {
                fact: match newest {
                    Some(newest) => format!(
                        "the newest release it knows, as of {}, is {newest}",
                        catalog.as_of
                    ),
                    None => "it knows no release at all".into(),
                },
                source: None,
            }],
            hints,
        }
    } else {
        hints.push("a release that is not advised must be asked for by its full version".into());
        Refusal {
            code: Code::NoSuchRelease,
            says: format!("{asked} has no release that is advised"),
            because: avoided,
            hints,
        }
    }
}

/// The advised release nearest to a version that is none: the newest of its line, else the newest
/// before it, else the oldest after it.
fn nearest(catalog: &Catalog, asked: &Version) -> Option<Version> {
    let advised = || catalog.releases.iter().filter(|r| r.avoid.is_none());
    catalog
        .newest(&asked.line())
        .or_else(|| {
            advised()
                .filter(|r| &r.version < asked)
                .max_by(|a, b| a.version.cmp(&b.version))
        })
        .or_else(|| advised().min_by(|a, b| a.version.cmp(&b.version)))
        .map(|r| r.version.clone())
}

/// # Errors
/// [`Code::Older`] where a member runs something newer than the goal.
pub(super) fn not_older(catalog: &Catalog, seen: &Seen, goal: &Version) -> Result<(), Refusal> {
    let mut newer: BTreeMap<&Version, Vec<&str>> = BTreeMap::new();
    for member in seen.movers() {
        if let Some(newest) = member.components.values().max().filter(|v| *v > goal) {
            newer.entry(newest).or_default().push(&member.name);
        }
    }
    let Some((newest, _)) = newer.last_key_value() else {
        return Ok(());
    };
    let finalized = seen
        .levels
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(name, number)| Because {
            fact: format!(
                "{name} is finalized at {}",
                catalog.level_named(name, *number)
            ),
            source: None,
        });
    let mut hints = vec![format!(
        "go on instead: windlass plan {{cluster}} --to {newest}"
    )];
    // Where some member runs something older still, only that is a release to go back to.
    if seen
        .movers()
        .all(|m| m.components.values().all(|v| v >= goal))
    {
        hints.push(format!(
            "all go back, while no level is finalized above {goal}, with: windlass rollback \
             {{cluster}} --to {goal}"
        ));
    }
    hints.push(
        "a single member of a paused run goes back, while its levels are not finalized above the \
         old release, with: windlass retry {cluster} MEMBER --old"
            .into(),
    );
    Err(Refusal {
        code: Code::Older,
        says: format!("{goal} is older than what runs: {newest}"),
        because: newer
            .iter()
            .map(|(release, names)| Because {
                fact: format!("{release} runs on {}", super::seen::list(names)),
                source: None,
            })
            .chain(finalized)
            .collect(),
        hints,
    })
}

/// The releases that every member must stand at on the way, oldest first, the goal last. A stop that
/// all have passed is none.
///
/// # Errors
/// [`Code::Via`] where a stop is no release, or lies beyond the goal.
pub(super) fn stops(
    catalog: &Catalog,
    policy: &Policy,
    seen: &Seen,
    goal: &Version,
) -> Result<Vec<Version>, Refusal> {
    let here = seen.releases();
    let mut stops = BTreeSet::new();
    for via in &policy.via {
        let wrong = |says: String, fact: String| Refusal {
            code: Code::Via,
            says,
            because: vec![Because { fact, source: None }],
            hints: vec![format!(
                "without the stop: windlass plan {{cluster}} --to {goal}"
            )],
        };
        let at_goal = via.is_line() && via.names(goal) || via == goal;
        let passed = here.iter().all(|v| v >= via || via.names(v));
        if at_goal || passed {
            continue;
        }
        let found = if via.is_line() {
            catalog.newest(via)
        } else {
            catalog.release(via)
        };
        let Some(stop) = found else {
            return Err(wrong(
                format!("the stop {via} is no release that is advised"),
                format!("the {} catalog knows none of that name", catalog.system),
            ));
        };
        if &stop.version > goal {
            return Err(wrong(
                format!("the stop {via} lies beyond the goal {goal}"),
                format!("{} is newer than {goal}", stop.version),
            ));
        }
        stops.insert(stop.version.clone());
    }
    stops.insert(goal.clone());
    Ok(stops.into_iter().collect())
}
