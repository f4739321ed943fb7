//! `windlass targets`: where a cluster can go.
//!
//! Must never know: how that is found out. Stories: `tests/it/address.rs`.

use super::look::Room;
use crate::args::data::TargetsArgs;
use crate::exit::{Exit, Failed};
use crate::render;
use windlass_engine::plan::targets;
use windlass_wire::v1::list;

/// Runs it.
///
/// # Errors
/// Where the cluster is not registered or does not answer.
pub async fn run(room: &Room, args: &TargetsArgs) -> Result<Exit, Failed> {
    let looked = room.look(&args.which, None).await?;
    let outlet = room.outlet();
    let found = targets(&looked.catalog, &looked.policy, &looked.snapshot);
    if outlet.is_data() {
        let views = render::targets::views(&looked.typed, &found);
        outlet.data(&list::targets(looked.name(), views));
    } else if found.is_empty() {
        outlet.line("the catalog knows no release but the one that runs");
    } else {
        outlet.lines(render::targets::lines(outlet, &looked.typed, &found));
    }
    Ok(Exit::Done)
}
