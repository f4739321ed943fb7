//! `windlass forget`: takes a cluster out of the register.
//!
//! Must never know: the cluster itself; it is not touched. Stories: `tests/it/clusters.rs`.

use crate::args::data::ForgetArgs;
use crate::context::Context;
use crate::exit::{Exit, Failed};

/// Runs it.
///
/// # Errors
/// Where it is not registered, or the store fails.
pub async fn run(context: &Context, args: &ForgetArgs) -> Result<Exit, Failed> {
    let (outlet, name) = (&context.outlet, &args.cluster);
    context.desk.registered(name).await?;
    let live = context.world.store.live().await?;
    if let Some(row) = live.iter().find(|row| row.cluster == *name) {
        outlet.note(&format!(
            "{}  run {} of {name} lives",
            outlet.notes.bad_word("refused"),
            row.run
        ));
        outlet.note(&format!(
            "  windlass status {name}, or windlass cancel {name}, then forget it"
        ));
        return Ok(Exit::Refused);
    }
    context.world.store.forget(name).await?;
    outlet.note(&format!(
        "{name} is forgotten; the cluster itself was not touched"
    ));
    Ok(Exit::Done)
}
