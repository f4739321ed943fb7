//! The way from a request to a plan, or to a "no".
//!
//! Must never know: how deeds are done, or the time. Stories: `tests/it/kafka.rs`.

use super::atlas::Atlas;
use super::search::{Found, search};
use super::seen::Seen;
use super::show::{Draft, write};
use super::world::{Aim, Ease, Heading, Patches, World};
use super::{Goal, Plan, back, finalize, goal, proof};
use crate::catalog::Catalog;
use crate::hash::Hash;
use crate::names::{Component, MemberId, Track};
use crate::policy::{Finalize, Policy};
use crate::refusal::Refusal;
use crate::snapshot::Snapshot;
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

/// The plan of least disruption from what runs to the goal. A plan without hops: nothing to do.
/// Members in `left` stay as they are: they stand in each mix and are never moved.
///
/// # Errors
/// A typed "no" with its proof. Hints hold commands; `{cluster}` in them stands for the name under
/// which the user registered the cluster, which the engine does not know: the doors put it in.
pub fn plan(
    catalog: &Catalog,
    policy: &Policy,
    snapshot: &Snapshot,
    goal: &Goal,
    left: &BTreeSet<MemberId>,
    parent: Option<Hash>,
) -> Result<Plan, Refusal> {
    plan_by(&Atlas::of(catalog), policy, snapshot, goal, left, parent)
}

/// The same by a catalog that was made ready before.
///
/// # Errors
/// As [`plan`].
pub fn plan_by(
    atlas: &Atlas,
    policy: &Policy,
    snapshot: &Snapshot,
    goal: &Goal,
    left: &BTreeSet<MemberId>,
    parent: Option<Hash>,
) -> Result<Plan, Refusal> {
    let catalog = atlas.catalog;
    let seen = Seen::read(atlas, snapshot, left)?;
    let (release, draft) = match goal {
        Goal::Finalize => {
            let newest = seen.releases().into_iter().max();
            let hops = finalize::hops(catalog, &seen)?;
            (newest, Draft::raising(hops))
        }
        Goal::Version(asked) => {
            let release = goal::resolve(catalog, &seen, asked)?;
            let mut draft = software(catalog, policy, &seen, &release)?;
            match policy.finalize {
                Finalize::Soon => draft.finalize(catalog, &seen, &release),
                Finalize::Never | Finalize::After(_) => {}
            }
            (Some(release), draft)
        }
        Goal::Of(asked) => {
            let ends = goal::ends(catalog, &seen, asked)?;
            let draft = parts(policy, &seen, ends)?;
            (None, draft)
        }
        // Nothing is raised on the way back, whatever the policy says of ways up.
        Goal::Back(asked) => {
            let release = back::resolve(catalog, &seen, asked)?;
            let draft = backwards(catalog, &seen, &release)?;
            (Some(release), draft)
        }
    };
    Ok(write(catalog, policy, &seen, goal, parent, release, draft))
}

/// The hops that move software.
fn software(
    catalog: &Catalog,
    policy: &Policy,
    seen: &Seen,
    release: &Version,
) -> Result<Draft, Refusal> {
    let mut aim = Aim {
        ends: goal::all_at(seen, release),
        stops: Vec::new(),
        accepted: policy.risks.clone(),
        heading: Heading::Forth,
    };
    goal::not_older(catalog, seen, release)
        .map_err(|refusal| proof::filled(seen, &aim, release, refusal))?;
    if seen.releases().iter().all(|here| here == release) {
        return Ok(Draft::raising(Vec::new()));
    }
    goal::offered(seen, &Track::default(), release)
        .map_err(|refusal| proof::beyond(seen, &aim, release, refusal))?;
    aim.stops = goal::stops(catalog, policy, seen, release)?;
    way(seen, &aim, release)
}

/// The hops that move single components. Stops of the policy are for the whole.
fn parts(
    policy: &Policy,
    seen: &Seen,
    ends: BTreeMap<Component, Version>,
) -> Result<Draft, Refusal> {
    let aim = Aim {
        ends,
        stops: Vec::new(),
        accepted: policy.risks.clone(),
        heading: Heading::Forth,
    };
    let ends = &aim.ends;
    let Some(named) = ends.values().max() else {
        return Ok(Draft::raising(Vec::new()));
    };
    goal::none_older(seen, ends).map_err(|refusal| proof::filled(seen, &aim, named, refusal))?;
    let runs = seen.runs();
    let there = |(name, end): (&Component, &Version)| {
        runs.get(name)
            .is_some_and(|here| here.iter().all(|at| at == end))
    };
    if ends.iter().all(there) {
        return Ok(Draft::raising(Vec::new()));
    }
    for (name, end) in ends.iter().filter(|end| !there(*end)) {
        goal::offered(seen, &seen.catalog.track_of(name), end)
            .map_err(|refusal| proof::beyond(seen, &aim, named, refusal))?;
    }
    way(seen, &aim, named)
}

/// The hops that move software back. Stops of the policy are for ways up.
fn backwards(catalog: &Catalog, seen: &Seen, release: &Version) -> Result<Draft, Refusal> {
    let aim = Aim {
        ends: goal::all_at(seen, release),
        stops: Vec::new(),
        accepted: BTreeSet::new(),
        heading: Heading::Back,
    };
    back::not_newer(seen, release)
        .map_err(|refusal| proof::filled(seen, &aim, release, refusal))?;
    if seen.releases().iter().all(|here| here == release) {
        return Ok(Draft::raising(Vec::new()));
    }
    back::not_finalized(catalog, seen, release)?;
    way(seen, &aim, release)
}

/// The steps of least cost, written down; first by the newest patches alone, then by all. A graph that
/// names its hops one by one is searched whole at once: its shortest way may pass an older patch.
fn way(seen: &Seen, aim: &Aim, named: &Version) -> Result<Draft, Refusal> {
    let ease = Ease::default();
    let all = [Patches::Newest, Patches::All];
    let tried = if seen.catalog.edges.is_empty() {
        &all[..]
    } else {
        &all[1..]
    };
    for patches in tried {
        let world = World::of(seen, aim, *patches, &ease);
        match search(&world) {
            Found::Way(steps) => return Ok(Draft::moving(&world, seen, &steps)),
            // That there is none at all is found out sooner than which is the best.
            Found::TooLarge | Found::Nothing if proof::is_barred(seen, aim) => break,
            Found::TooLarge => return Err(proof::too_large(&world)),
            Found::Nothing => {}
        }
    }
    Err(proof::barred(seen, aim, named))
}
