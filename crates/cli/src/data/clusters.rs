//! `windlass clusters`: the register.
//!
//! Must never know: any cluster's system. Stories: `tests/it/clusters.rs`.

use crate::args::data::ClustersArgs;
use crate::assemble::declared;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::render;
use windlass_engine::names::Identity;
use windlass_wire::convert::ClusterDeclared;
use windlass_wire::v1::list::{self, ClusterView};

/// Runs it.
///
/// # Errors
/// Where the store fails.
pub async fn run(context: &Context, _args: &ClustersArgs) -> Result<Exit, Failed> {
    let outlet = &context.outlet;
    let live = context.world.store.live().await?;
    let mut views = Vec::new();
    for registration in context.world.store.registrations().await? {
        let run = live.iter().find(|row| row.cluster == registration.name);
        views.push(ClusterView::of(
            &ClusterDeclared::of(&declared(&registration)?),
            registration.identity.as_ref().map(Identity::as_str),
            run.map(|row| row.run.as_str()),
            registration.changed,
        ));
    }
    if outlet.is_data() {
        outlet.data(&list::clusters(views));
    } else if views.is_empty() {
        outlet.note("no cluster is registered");
        outlet.note("  windlass init kafka --bootstrap HOST:PORT > orders.yaml");
        outlet.note("  windlass apply -f orders.yaml");
    } else {
        outlet.lines(render::cluster::list(outlet, &views));
    }
    Ok(Exit::Done)
}
