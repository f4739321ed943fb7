//! `adopt`: members that carry another store's mark are taken over, after a human has typed the
//! cluster's name.
//!
//! Must never know: how marks lie on hosts. Stories: by hand, and the targets' own.

use super::terminal::{Ask, is_somebody_there};
use crate::args::runs::AdoptArgs;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use windlass_engine::effect::ClaimAnswer;
use windlass_engine::names::{MemberId, RunId};
use windlass_runner::ports::store::{LeaseOn, Leased};
use windlass_runner::ports::target::{Fence, Target};

/// The run in whose name marks are written where none lives; they are taken away again at once.
const NO_RUN: &str = "0";

/// `windlass adopt`
///
/// # Errors
/// Where the cluster is not registered or silent, or nobody can be asked.
pub async fn run(context: &Context, args: &AdoptArgs) -> Result<Exit, Failed> {
    let outlet = &context.outlet;
    let cluster = &args.cluster;
    let target = context.desk.target(cluster).await?;
    let claims = target.claims().await;
    let marked: Vec<&(MemberId, Option<String>)> =
        claims.iter().filter(|(_, whose)| whose.is_some()).collect();
    if marked.is_empty() {
        outlet.line(&format!(
            "no member of {cluster} carries a mark: nothing to adopt"
        ));
        return Ok(Exit::NothingToDo);
    }
    for (member, whose) in &claims {
        let whose = whose.as_deref().unwrap_or("nobody's");
        outlet.line(&outlet.wrapped(&format!("  member {member}  {whose}"), 4));
    }
    if !is_confirmed(context, args).await? {
        outlet.note("nothing is adopted");
        return Ok(Exit::Refused);
    }
    overwrite(context, args, target.as_ref()).await
}

async fn is_confirmed(context: &Context, args: &AdoptArgs) -> Result<bool, Failed> {
    if let Some(typed) = &args.confirm {
        return Ok(typed == &args.cluster);
    }
    if !is_somebody_there() {
        return Err(Failed::hinted(
            "there is no terminal to ask on",
            format!("type the name in advance: --confirm {}", args.cluster),
        ));
    }
    context.outlet.note(&context.outlet.wrapped(
        "Two stores that act on one cluster harm it. Only go on where the store of these marks is lost, or acts no more.",
        0,
    ));
    let typed = Ask::question("Type the cluster's name to adopt it:")
        .answer()
        .await;
    Ok(typed.as_deref() == Some(args.cluster.as_str()))
}

async fn overwrite(
    context: &Context,
    args: &AdoptArgs,
    target: &dyn Target,
) -> Result<Exit, Failed> {
    let outlet = &context.outlet;
    let store = &context.world.store;
    let identity = target
        .identity()
        .await
        .map_err(|why| Failed::says(format!("the cluster does not answer: {why}")))?;
    let on = LeaseOn::Identity(identity.clone());
    let lease = match store.lease(&on, &context.world.holder).await? {
        Leased::Ours(lease) => lease,
        Leased::Held(holder) => {
            return Err(Failed::says(format!(
                "{} is carried from this store already, by {holder}",
                args.cluster
            )));
        }
    };
    let live = store.live().await?;
    let run = live.iter().find(|row| row.cluster == args.cluster);
    let fence = Fence {
        store: store.id(),
        run: run.map_or_else(|| RunId::from(NO_RUN), |row| row.run.clone()),
        cluster: args.cluster.clone(),
        identity,
        epoch: lease.epoch(),
        holder: context.world.holder.clone(),
    };
    let exit = match target.adopt(&fence).await {
        ClaimAnswer::Claimed => {
            outlet.line(&format!(
                "{} {} is adopted",
                outlet.style.ok(),
                args.cluster
            ));
            match run {
                Some(row) => outlet.note(&format!("  go on    windlass carry {}", row.run)),
                None => target.release(&fence).await,
            }
            Exit::Done
        }
        ClaimAnswer::Foreign { member, whose } => {
            outlet.told(&format!(
                "not now: at member {member} a deed of {whose} is still being done; try again when it has ended"
            ));
            Exit::Refused
        }
        ClaimAnswer::Fenced { member } => {
            outlet.told(&format!(
                "member {member} carries a newer mark of this very store: a carrier has taken it meanwhile"
            ));
            Exit::Refused
        }
        ClaimAnswer::Unreachable { member, why } => {
            outlet.told(&format!("member {member} cannot be reached: {why}"));
            Exit::Inconclusive
        }
    };
    drop(lease);
    Ok(exit)
}
