//! `windlass forget`: takes a cluster out of the register.
//!
//! Must never know: the cluster itself; it is not touched. Stories: `tests/it/clusters.rs`.

use crate::args::data::ForgetArgs;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use windlass_engine::nearest::nearest;
use windlass_runner::ports::store::Registration;

/// Runs it.
///
/// # Errors
/// Where it is not registered, or the store fails.
pub async fn run(context: &Context, args: &ForgetArgs) -> Result<Exit, Failed> {
    let (outlet, name) = (&context.outlet, &args.cluster);
    let registration = context.desk.registered(name).await?;
    if let Some(waiver) = &args.waiver {
        return self::waiver(context, registration, waiver).await;
    }
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

async fn waiver(context: &Context, of: Registration, name: &str) -> Result<Exit, Failed> {
    let mut kept = crate::assemble::registered(&of)?;
    let cluster = &of.name;
    let Some(at) = kept.waivers.iter().position(|w| w.metadata.name == name) else {
        let known = kept.waivers.iter().map(|w| w.metadata.name.as_str());
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("windlass describe {cluster} names them"),
        };
        return Err(Failed::hinted(
            format!("{cluster} has no waiver {name}"),
            hint,
        ));
    };
    let gone = kept.waivers.remove(at);
    let registration = Registration {
        object: kept.text(),
        changed: context.now().wall,
        ..of
    };
    context.world.store.register(registration).await?;
    let check = gone.spec.check;
    context.outlet.note(&format!(
        "waiver {name} is forgotten: {check} bars the next run again"
    ));
    Ok(Exit::Done)
}
