//! A run as it is told to somebody else: its journal, where it stands, what it knows of the cluster.
//!
//! Must never know: who it is told to. Stories: `tests/it/keep.rs`.

use super::reading::Reading;
use super::screen::view;
use super::status;
use crate::context::Context;
use crate::exit::Failed;
use windlass_runner::ports::store::RunRow;
use windlass_wire::v1::event::EventView;
use windlass_wire::v1::snapshot::SnapshotView;
use windlass_wire::v1::status::RunStatus;

/// A run as it is told.
#[derive(Debug)]
pub struct Told {
    /// Its journal.
    pub events: Vec<EventView>,
    /// Where it stands.
    pub status: RunStatus,
    /// The cluster as it was last seen.
    pub snapshot: Option<SnapshotView>,
}

/// Reads a run.
///
/// # Errors
/// Where its journal cannot be read.
pub async fn told(context: &Context, row: RunRow) -> Result<Told, Failed> {
    let run = row.run.clone();
    let carrier = context.desk.carrier(&row.cluster).await?;
    let mut events = Vec::new();
    let store = context.world.store.as_ref();
    let reading = Reading::open(store, row, None, |_, fact| {
        events.push(view(run.as_str(), fact));
    })
    .await?;
    let known = reading.run().known();
    Ok(Told {
        events,
        snapshot: known.map(|known| SnapshotView::of(known, Some(reading.cluster()))),
        status: status::view(context, &reading, carrier),
    })
}
