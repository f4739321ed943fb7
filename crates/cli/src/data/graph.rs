//! `windlass graph`: releases and the ways between them, as a picture.
//!
//! Must never know: how it is drawn. Stories: `tests/it/scenarios.rs`.

use super::look::{Looked, Room, Want, Way, asked};
use crate::args::Global;
use crate::args::data::{GraphArgs, Which};
use crate::args::reach::Reach;
use crate::context::{Bare, Context};
use crate::exit::{Exit, Failed};
use crate::render::svg::graph::{Scene, picture};
use std::collections::BTreeSet;
use windlass_engine::names::ClusterName;
use windlass_engine::plan::plan;
use windlass_stores::sqlite::Opening;

/// Runs it.
///
/// # Errors
/// Where neither a system nor a cluster has that name, or the cluster does not answer.
pub async fn run(global: &Global, bare: Bare, args: &GraphArgs) -> Result<Exit, Failed> {
    if let Some(system) = &args.of
        && bare.catalogs.systems()?.contains(&system.as_str())
    {
        let catalog = bare.catalogs.of(system)?;
        bare.outlet.text(&picture(&Scene {
            title: system,
            catalog: &catalog,
            snapshot: None,
            plan: None,
            barred: None,
        }));
        return Ok(Exit::Done);
    }
    let which = Which {
        cluster: args.of.as_deref().map(ClusterName::from),
        bootstrap: Vec::new(),
        file: args.file.clone(),
    };
    let room = match which.cluster {
        Some(_) => Room::Full(Box::new(Context::open(global, bare, Opening::Look)?)),
        None => Room::Bare(bare),
    };
    let reach = Reach::default();
    let (looked, way) = match &args.to {
        None => (room.look(&which, &reach, Way::default()).await?, None),
        Some(ask) => {
            let (looked, goal) = asked(&room, &which, &reach, ask, &Want::default()).await?;
            let way = way(&looked, &goal);
            (looked, Some(way))
        }
    };
    let (found, refusal) = match way {
        None => (None, None),
        Some(Ok(found)) => (Some(found), None),
        Some(Err(refusal)) => (None, Some(refusal)),
    };
    room.outlet().text(&picture(&Scene {
        title: &looked.shown,
        catalog: &looked.catalog,
        snapshot: Some(&looked.snapshot),
        plan: found.as_ref(),
        barred: refusal.as_ref(),
    }));
    Ok(if refusal.is_some() {
        Exit::Refused
    } else {
        Exit::Done
    })
}

fn way(
    looked: &Looked,
    goal: &windlass_engine::plan::Goal,
) -> Result<windlass_engine::plan::Plan, windlass_engine::refusal::Refusal> {
    let (catalog, snapshot) = (&looked.catalog, &looked.snapshot);
    plan(
        catalog,
        &looked.policy,
        snapshot,
        goal,
        &BTreeSet::new(),
        None,
    )
}
