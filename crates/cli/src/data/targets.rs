//! `windlass targets`: where a cluster can go.
//!
//! Must never know: how that is found out. Stories: `tests/it/address.rs`.

use super::look::{Looked, Room, Way};
use crate::args::data::TargetsArgs;
use crate::exit::{Exit, Failed};
use crate::outlet::spoken;
use crate::render;
use std::collections::BTreeSet;
use windlass_engine::catalog::Moved;
use windlass_engine::plan::{Target, targets};
use windlass_engine::version::Version;
use windlass_wire::v1::list;

/// Runs it.
///
/// # Errors
/// Where the cluster is not registered or does not answer.
pub async fn run(room: &Room, args: &TargetsArgs) -> Result<Exit, Failed> {
    let mut looked = room.look(&args.which, &args.reach, Way::default()).await?;
    looked.policy.risks.extend(args.accept_risk.iter().cloned());
    let outlet = room.outlet();
    let found = targets(&looked.catalog, &looked.policy, &looked.snapshot);
    let barred = render::targets::all_barred(&found);
    if outlet.is_data() {
        let views = render::targets::views(&looked.typed, &found);
        outlet.data(&list::targets(looked.name(), views));
    } else if found.is_empty() {
        outlet.line("the catalog knows no release but the one that runs");
    } else if let Some(here) = newest(&looked, &found) {
        let ok = outlet.style.ok();
        outlet.line(&format!(
            "{ok} {} is at {here}: newest",
            outlet.style.bold(&looked.shown)
        ));
    } else if let Some(why) = barred {
        let head = format!(
            "{} {} can go nowhere now: ",
            outlet.style.bad(),
            looked.shown
        );
        outlet.lines(render::flowing(
            outlet,
            "",
            &format!("{head}{}", spoken(why, &looked.typed)),
        ));
        outlet.note(&format!(
            "  windlass observe {} shows what is seen",
            looked.typed
        ));
    } else {
        outlet.lines(render::targets::lines(outlet, &looked.typed, &found));
    }
    Ok(if barred.is_some() && newest(&looked, &found).is_none() {
        Exit::Refused
    } else {
        Exit::Done
    })
}

/// What runs, where the catalog knows nothing newer and all of it is there.
fn newest<'l>(looked: &'l Looked, found: &[Target]) -> Option<&'l Version> {
    let members = looked.snapshot.members.values();
    let components = members.flat_map(|member| &member.components);
    let own = components.filter(|(name, _)| {
        let facts = looked.catalog.component(name);
        facts.is_some_and(|facts| facts.track.is_main() && facts.moved == Moved::Here)
    });
    let runs: BTreeSet<&Version> = own.map(|(_, version)| version).collect();
    let only = runs.first().copied().filter(|_| runs.len() == 1)?;
    found
        .iter()
        .all(|target| &target.version <= only)
        .then_some(only)
}
