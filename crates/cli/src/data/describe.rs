//! `windlass describe`: a registered cluster as it was declared.
//!
//! Must never know: any cluster's system. Stories: `tests/it/clusters.rs`.

use crate::args::data::DescribeArgs;
use crate::assemble::registered;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::render;
use windlass_runner::ledger::summary_of;
use windlass_wire::convert::ClusterDeclared;
use windlass_wire::stamp;

/// Runs it. As JSON or YAML: the object itself, which `apply` reads again.
///
/// # Errors
/// Where it is not registered.
pub async fn run(context: &Context, args: &DescribeArgs) -> Result<Exit, Failed> {
    let outlet = &context.outlet;
    let registration = context.desk.registered(&args.cluster).await?;
    let kept = registered(&registration)?;
    let cluster = kept.cluster;
    if outlet.is_data() {
        outlet.data(&cluster);
        return Ok(Exit::Done);
    }
    let live = context.world.store.live().await?;
    let run = live
        .iter()
        .find(|row| row.cluster == args.cluster)
        .map(|row| {
            let says = summary_of(row).map(|line| format!("{}: {}", line.phase, line.says));
            format!("{} {}", row.run, says.unwrap_or_default())
        });
    let now = context.now().wall;
    let waivers = kept.waivers.iter().map(|waiver| {
        let (name, spec) = (&waiver.metadata.name, &waiver.spec);
        let until = stamp::long(spec.until, &context.zone);
        let ends = if spec.until > now { "until" } else { "ended" };
        let by = spec.by.as_deref().unwrap_or("nobody");
        format!(
            "{} {ends} {until}, by {by}: {} ({name})",
            spec.check, spec.reason
        )
    });
    let known = render::cluster::Known {
        identity: registration.identity.map(|who| who.to_string()),
        changed: stamp::long(registration.changed, &context.zone),
        run,
        waivers: waivers.collect(),
    };
    outlet.lines(render::cluster::describe(
        outlet,
        &ClusterDeclared::of(&cluster),
        &known,
    ));
    Ok(Exit::Done)
}
