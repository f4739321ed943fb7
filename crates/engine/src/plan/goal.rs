//! What a goal means: a release of the catalog, and the stops before it.
//!
//! Must never know: how a way is searched. Stories: `tests/it/kafka.rs`, `tests/it/refusal.rs`.

use super::seen::Seen;
use crate::catalog::{Catalog, Moved};
use crate::names::{Component, Track};
use crate::policy::Policy;
use crate::refusal::{Because, Code, FactRef, Proof, Refusal};
use crate::snapshot::Fact;
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
    catalog
        .meant_in(&Track::default(), asked)
        .map(|release| release.version.clone())
        .ok_or_else(|| no_such_release(catalog, asked))
}

/// Where each component is to end: for one version those of the main scheme that run on members that
/// are to move, else those that were named.
///
/// # Errors
/// [`Code::NoSuchRelease`] where there is none of that name.
pub(super) fn ends(
    catalog: &Catalog,
    seen: &Seen,
    asked: &BTreeMap<Component, Version>,
) -> Result<BTreeMap<Component, Version>, Refusal> {
    let runs = seen.runs();
    let mut ends = BTreeMap::new();
    for (name, version) in asked {
        let facts = catalog.component(name).filter(|f| f.moved == Moved::Here);
        let (Some(facts), Some(here)) = (facts, runs.get(name)) else {
            return Err(no_such_component(catalog, seen, name));
        };
        let stays = here.len() == 1 && here.contains(version);
        let release = catalog.meant_in(&facts.track, version);
        let end = match release {
            Some(release) => release.version.clone(),
            None if stays => version.clone(),
            None => return Err(no_such_release(catalog, version)),
        };
        ends.insert(name.clone(), end);
    }
    Ok(ends)
}

/// All components of the main scheme that plans move, at one release.
pub(super) fn all_at(seen: &Seen, release: &Version) -> BTreeMap<Component, Version> {
    let main = seen.movers().flat_map(|member| seen.main(member));
    main.map(|(name, _)| (name.clone(), release.clone()))
        .collect()
}

fn no_such_component(catalog: &Catalog, seen: &Seen, name: &Component) -> Refusal {
    let movable = catalog
        .components
        .iter()
        .filter(|facts| facts.moved == Moved::Here && seen.runs().contains_key(&facts.name))
        .map(|facts| facts.name.to_string());
    let movable: Vec<String> = movable.collect();
    let names: Vec<&str> = movable.iter().map(String::as_str).collect();
    Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::NoSuchRelease,
        says: format!("no component {name} of this cluster can be moved"),
        because: vec![Because::seen(
            format!("those that can be: {}", super::seen::list(&names)),
            Vec::new(),
        )],
        hints: vec!["what runs: windlass observe {cluster}".into()],
    }
}

pub(super) fn no_such_release(catalog: &Catalog, asked: &Version) -> Refusal {
    let avoided: Vec<Because> = catalog
        .releases
        .iter()
        .filter(|r| asked.names(&r.version))
        .filter_map(|r| {
            let text = format!("{} is not advised: {}", r.version, r.avoid.as_ref()?);
            let release = r.version.clone();
            Some(Because::stands(
                text,
                &r.source,
                vec![FactRef::Release { release }],
            ))
        })
        .collect();
    let mut hints = vec!["all that can be reached: windlass targets {cluster}".to_string()];
    if let Some(near) = nearest(catalog, asked) {
        hints.insert(0, format!("nearest: windlass plan {{cluster}} --to {near}"));
    }
    if avoided.is_empty() {
        let main = catalog.releases.iter().filter(|r| r.track.is_main());
        let newest = main.map(|r| &r.version).max();
        Refusal {
            opens: Vec::new(),
            opener: Proof::Plain,
            proof: Proof::Plain,
            code: Code::NoSuchRelease,
            says: format!("the {} catalog knows no release {asked}", catalog.system),
            because: vec![Because::seen(
                match newest {
                    Some(newest) => format!(
                        "the newest release it knows, as of {}, is {newest}",
                        catalog.as_of
                    ),
                    None => "it knows no release at all".into(),
                },
                Vec::new(),
            )],
            hints,
        }
    } else {
        hints.push("a release that is not advised must be asked for by its full version".into());
        Refusal {
            opens: Vec::new(),
            opener: Proof::Plain,
            proof: Proof::Plain,
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
    let main = || catalog.releases.iter().filter(|r| r.track.is_main());
    let advised = || main().filter(|r| r.avoid.is_none());
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
/// [`Code::Older`] where a member runs something newer than the goal; `proof` finds out which facts.
pub(super) fn not_older(catalog: &Catalog, seen: &Seen, goal: &Version) -> Result<(), Refusal> {
    let runs = seen.releases();
    let Some(newest) = runs.last().filter(|newest| *newest > goal) else {
        return Ok(());
    };
    let mut hints = vec![format!(
        "go on instead: windlass plan {{cluster}} --to {newest}"
    )];
    // Where some member runs something older still, only that is a release to go back to.
    let gone_back = catalog.paths.iter().any(|path| path.back.is_some());
    if gone_back && seen.movers().all(|m| seen.main(m).all(|(_, v)| v >= goal)) {
        hints.push(format!(
            "all go back, while no level is finalized above {goal}, with: windlass rollback \
             {{cluster}} --to {goal}"
        ));
    }
    if gone_back {
        hints.push(
            "a single member of a paused run goes back, while its levels are not finalized above the \
             old release, with: windlass retry {cluster} MEMBER --old"
                .into(),
        );
        let finalized = seen.levels.iter().filter(|(name, number)| {
            let absent = catalog.level(name).map_or(0, |facts| facts.absent);
            **number > absent
        });
        hints.extend(finalized.map(|(name, number)| {
            let at = catalog.level_named(name, *number);
            format!("{name} is finalized at {at}")
        }));
    }
    Err(Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::Older,
        says: format!("{goal} is older than what runs: {newest}"),
        because: Vec::new(),
        hints,
    })
}

/// The releases that every member must stand at on the way, oldest first, without the goal. A stop that
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
            opens: Vec::new(),
            opener: Proof::Plain,
            proof: Proof::Plain,
            code: Code::Via,
            says,
            because: vec![Because::seen(
                fact,
                vec![FactRef::Stop { stop: via.clone() }],
            )],
            hints: vec![format!(
                "without the stop: windlass plan {{cluster}} --to {goal}"
            )],
        };
        let at_goal = via.is_line() && via.names(goal) || via == goal;
        let passed = here.iter().all(|v| v >= via || via.names(v));
        if at_goal || passed {
            continue;
        }
        let found = catalog.meant_in(&Track::default(), via);
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
    stops.remove(goal);
    Ok(stops.into_iter().collect())
}

/// # Errors
/// [`Code::Older`] where a component runs something newer than where it is to end; `proof` finds out
/// which facts.
pub(super) fn none_older(seen: &Seen, ends: &BTreeMap<Component, Version>) -> Result<(), Refusal> {
    let newer = seen.movers().any(|member| {
        let mut ends = ends.iter();
        ends.any(|(name, end)| member.components.get(name).is_some_and(|runs| runs > end))
    });
    if !newer {
        return Ok(());
    }
    Err(Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::Older,
        says: "a component runs something newer than what was asked for".into(),
        because: Vec::new(),
        hints: vec!["what runs: windlass observe {cluster}".into()],
    })
}

/// # Errors
/// [`Code::NotOffered`] where the maker does not offer a release to a cluster of this kind, or the
/// cluster does not say what kind it is. One label that does not fit is proof enough; what opens are
/// all offers that leave this cluster out.
pub(super) fn offered(seen: &Seen, track: &Track, release: &Version) -> Result<(), Refusal> {
    let offers = seen.catalog.offers.iter();
    let binding = offers.filter(|offer| {
        let is_to = offer.to.as_ref().is_none_or(|to| to.holds(release));
        &offer.track == track && is_to
    });
    let mut unmet = binding.filter_map(|offer| {
        let mut labels = offer.only.iter();
        let (said, label, values) = labels
            .find_map(|(label, values)| Some((unmet(seen, label, values)?, label, values)))?;
        let name = label.clone();
        let said = Because::seen(said, vec![FactRef::Said { name }]);
        let text = format!("it is offered where {label} is {}", values.join(" or "));
        let fact = FactRef::Offer {
            offer: offer.id.clone(),
        };
        let only = Because::stands(text, &offer.source, vec![fact]);
        Some((said, only, offer.otherwise.clone()))
    });
    let Some((said, only, otherwise)) = unmet.next() else {
        return Ok(());
    };
    Err(Refusal {
        opens: core::iter::once(only.clone())
            .chain(unmet.map(|(_, only, _)| only))
            .collect(),
        opener: Proof::Minimal,
        proof: Proof::Minimal,
        code: Code::NotOffered,
        says: format!("{release} is not offered to this cluster"),
        because: vec![said, only],
        hints: vec![otherwise],
    })
}

/// What a cluster says under a label, where that is none of these.
fn unmet(seen: &Seen, label: &str, values: &[String]) -> Option<String> {
    match seen.snapshot.facts.get(label) {
        Some(Fact::Word(word)) if values.contains(word) => None,
        Some(Fact::Word(word)) => Some(format!("{label} is {word}")),
        Some(Fact::Unknown(why)) => Some(format!("{label} is not known: {why}")),
        Some(
            Fact::Truth(_) | Fact::Number(_) | Fact::Versions(_) | Fact::List(_) | Fact::Said(..),
        )
        | None => Some(format!("{label} is not known")),
    }
}
