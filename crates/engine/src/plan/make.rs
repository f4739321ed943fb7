//! The way from a request to a plan, or to a "no".
//!
//! Must never know: how deeds are done, or the time. Stories: `tests/it/kafka.rs`.

use super::search::{Ease, Found, Step, search};
use super::seen::Seen;
use super::show::{Draft, write};
use super::world::{Heading, Patches, World};
use super::{Goal, Plan, back, finalize, goal, proof};
use crate::catalog::Catalog;
use crate::hash::Hash;
use crate::names::MemberId;
use crate::policy::{Finalize, Policy};
use crate::refusal::Refusal;
use crate::snapshot::Snapshot;
use crate::version::Version;
use alloc::collections::BTreeSet;
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
    let seen = Seen::read(catalog, snapshot, left)?;
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
    goal::not_older(catalog, seen, release)?;
    if seen.releases().iter().all(|here| here == release) {
        return Ok(Draft::raising(Vec::new()));
    }
    let stops = goal::stops(catalog, policy, seen, release)?;
    let (world, steps) = way(catalog, seen, &stops, Heading::Forth)?;
    Ok(Draft::moving(&world, seen, &steps))
}

/// The hops that move software back. Stops of the policy are for ways up.
fn backwards(catalog: &Catalog, seen: &Seen, release: &Version) -> Result<Draft, Refusal> {
    back::not_newer(seen, release)?;
    if seen.releases().iter().all(|here| here == release) {
        return Ok(Draft::raising(Vec::new()));
    }
    back::not_finalized(catalog, seen, release)?;
    let stops = core::slice::from_ref(release);
    let (world, steps) = way(catalog, seen, stops, Heading::Back)?;
    Ok(Draft::moving(&world, seen, &steps))
}

/// The steps of least cost; first by the newest patches alone, then by all.
fn way<'a>(
    catalog: &'a Catalog,
    seen: &Seen,
    stops: &[Version],
    heading: Heading,
) -> Result<(World<'a>, Vec<Step>), Refusal> {
    for patches in [Patches::Newest, Patches::All] {
        let world = World::of(catalog, seen, stops, patches, heading);
        match search(&world, &Ease::default()) {
            Found::Way(steps) => return Ok((world, steps)),
            Found::TooLarge => return Err(proof::too_large(&world)),
            Found::Nothing => {}
        }
    }
    Err(proof::barred(catalog, seen, stops, heading))
}
