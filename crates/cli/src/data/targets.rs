//! `windlass targets`: where a cluster can go.
//!
//! Must never know: how that is found out. Stories: `tests/it/address.rs`.

use super::look::{Room, Way};
use crate::args::data::TargetsArgs;
use crate::exit::{Exit, Failed};
use crate::outlet::spoken;
use crate::render;
use windlass_engine::plan::targets;
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
    Ok(if barred.is_some() {
        Exit::Refused
    } else {
        Exit::Done
    })
}
