//! `windlass observe`: members, releases, health, and what could not be seen.
//!
//! Must never know: how it is seen. Stories: `tests/it/address.rs`.

use super::look::{Room, Way, now};
use crate::args::data::ObserveArgs;
use crate::exit::{Exit, Failed};
use crate::render;
use windlass_engine::snapshot::Weight;
use windlass_wire::v1::snapshot::SnapshotView;

/// Runs it.
///
/// # Errors
/// Where the cluster is not registered or does not answer.
pub async fn run(room: &Room, args: &ObserveArgs) -> Result<Exit, Failed> {
    let looked = room.look(&args.which, &args.reach, Way::default()).await?;
    let outlet = room.outlet();
    if outlet.is_data() {
        outlet.data(&SnapshotView::of(&looked.snapshot, looked.name()));
    } else {
        outlet.lines(render::snapshot::lines(
            outlet,
            &looked.shown,
            &looked.snapshot,
            &looked.catalog,
            now().wall,
        ));
    }
    let bars = looked
        .snapshot
        .gaps
        .iter()
        .any(|gap| gap.weight == Weight::Bars);
    Ok(if bars { Exit::Inconclusive } else { Exit::Done })
}
