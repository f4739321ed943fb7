//! `upgrade` and `finalize`: a request becomes a run, or finds the one that lives, and is attended.
//!
//! Must never know: how a run moves. Stories: `tests/it/live.rs`.

use super::attend::{Approves, Attend, Made, Manner, Until};
use super::background;
use super::crew::{Carries, bells};
use super::post;
use super::reading::Reading;
use super::screen::Telling;
use super::span::{Since, rest};
use super::terminal::is_somebody_there;
use super::why;
use crate::args::back::RollbackArgs;
use crate::args::runs::{FinalizeArgs, Start, UpgradeArgs, When};
use crate::context::Context;
use crate::data::look::{self, Way};
use crate::data::plan::diff;
use crate::exit::{Exit, Failed};
use crate::origin;
use crate::will;
use std::collections::BTreeSet;
use std::path::Path;
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, RiskName};
use windlass_engine::plan::{Goal, name, plan};
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::run::Phase;
use windlass_engine::run::event::Approval;
use windlass_engine::time::Ms;
use windlass_runner::desk::Asked;
use windlass_runner::ledger;
use windlass_runner::ports::store::{Created, RunRow};
use windlass_wire::hours::moment;
use windlass_wire::v1::plan::{PlanView, goal_word};
use windlass_wire::value::{Wrong, version};

/// With `-d` the first plan is waited for so long: whoever asked learns what bars it.
const PLANNED_WITHIN_MS: Ms = Ms::seconds(15);
/// A carrier that lives takes a new run within this time; one that is busy with others never does.
const OTHERS_WITHIN_MS: Ms = Ms(800);
/// The journal is looked at this often meanwhile.
const LOOK_EVERY_MS: Ms = Ms(50);

/// `windlass upgrade`
///
/// # Errors
/// Where nobody can be asked and nothing was said in advance, or the run cannot be carried.
pub async fn upgrade(context: &Context, args: UpgradeArgs) -> Result<Exit, Failed> {
    let policy = |of_cluster: &Policy| {
        let mut policy = of_cluster.clone();
        if !args.via.is_empty() {
            policy.via.clone_from(&args.via);
        }
        if args.finalize {
            policy.finalize = Finalize::Soon;
        }
        if let Some(soak) = args.soak {
            policy.soak = soak;
        }
        policy.pace = args.pace.over(policy.pace);
        policy
    };
    if let Some(path) = &args.plan {
        return by_plan(context, &args, path, policy).await;
    }
    let Some(to) = args.to.clone() else {
        return Err(Failed::says("no goal is named: --to or --plan"));
    };
    let policy = hours(context, &args.when, policy)?;
    begin(
        context,
        &args.cluster,
        Goal::Version(to),
        policy,
        &args.start,
        None,
    )
    .await
}

/// `windlass upgrade --plan`: the plan is made anew from what is seen now, and begun only where it is
/// the same.
async fn by_plan(
    context: &Context,
    args: &UpgradeArgs,
    path: &Path,
    willed: impl FnOnce(&Policy) -> Policy,
) -> Result<Exit, Failed> {
    let file = diff::read(path)?;
    let unread = |wrong: Wrong| Failed::says(format!("{}: {wrong}", path.display()));
    let goal = file.goal.read().map_err(unread)?;
    let mut via = Vec::new();
    let (mut risks, mut finalize) = (BTreeSet::new(), false);
    if let Some(asked) = &file.asked {
        for text in &asked.via {
            via.push(version(text).map_err(unread)?);
        }
        risks.extend(
            asked
                .accept_risks
                .iter()
                .map(|name| RiskName::from(name.as_str())),
        );
        finalize = asked.finalize;
    }
    let of_file = |of_cluster: &Policy| {
        let mut policy = willed(of_cluster);
        policy.via = via;
        policy.risks = risks;
        policy.finalize = match (finalize, policy.finalize) {
            (true, _) => Finalize::Soon,
            (false, Finalize::Soon) => Finalize::Never,
            (false, later) => later,
        };
        policy
    };
    let way = Way {
        goal: Some(&goal),
        via: &[],
    };
    let looked = look::registered(context, &args.cluster, way).await?;
    let policy = of_file(&looked.policy);
    let (catalog, seen) = (&looked.catalog, &looked.snapshot);
    let outlet = &context.outlet;
    let now = match plan(catalog, &policy, seen, &goal, &BTreeSet::new(), None) {
        Ok(now) => now,
        Err(refusal) => {
            outlet.told(&format!(
                "{} there is no such plan any more",
                outlet.notes.bad()
            ));
            return Ok(crate::data::plan::refused(outlet, &looked, &refusal));
        }
    };
    let view = PlanView::of(&now, looked.name());
    if view.hash != file.hash {
        outlet.told(&format!(
            "{} plan {} is no longer the plan of {}: nothing is done. Now it is {}:",
            outlet.notes.bad(),
            file.short,
            args.cluster,
            view.short
        ));
        outlet.lines(diff::lines(outlet, &file, &view));
        return Ok(Exit::Refused);
    }
    let hours = hours(context, &args.when, |_: &Policy| policy)?;
    let approved = Some(name(&now));
    begin(context, &args.cluster, goal, hours, &args.start, approved).await
}

/// `windlass finalize`
///
/// # Errors
/// As [`upgrade`].
pub async fn finalize(context: &Context, args: FinalizeArgs) -> Result<Exit, Failed> {
    let policy = hours(context, &args.when, Policy::clone)?;
    begin(
        context,
        &args.cluster,
        Goal::Finalize,
        policy,
        &args.start,
        None,
    )
    .await
}

/// `windlass rollback`
///
/// # Errors
/// As [`upgrade`]; where no release is named and the journals tell none.
pub async fn rollback(context: &Context, args: RollbackArgs) -> Result<Exit, Failed> {
    let policy = |of_cluster: &Policy| {
        let mut policy = of_cluster.clone();
        // Stops and levels are for ways up; the plan leaves them aside, and so does what is shown.
        policy.via.clear();
        policy.finalize = Finalize::Never;
        if let Some(soak) = args.soak {
            policy.soak = soak;
        }
        policy.pace = args.pace.over(policy.pace);
        policy
    };
    context.desk.registered(&args.cluster).await?;
    let policy = hours(context, &args.when, policy)?;
    let goal = origin::back(context, &args.cluster, args.to.as_ref()).await?;
    begin(context, &args.cluster, goal, policy, &args.start, None).await
}

/// A policy with the times that were asked for, and the answer to `--in-window`.
fn hours<P: FnOnce(&Policy) -> Policy>(
    context: &Context,
    when: &When,
    policy: P,
) -> Result<impl FnOnce(&Policy) -> Result<Policy, Failed> + use<P>, Failed> {
    let read = |text: &String| {
        moment(text, Some(&context.zone)).map_err(|wrong| Failed::says(wrong.to_string()))
    };
    let earliest = when.at.as_ref().map(read).transpose()?;
    let latest = when.latest.as_ref().map(read).transpose()?;
    let now = context.now().wall;
    if latest.is_some_and(|latest| latest <= earliest.unwrap_or(now).max(now)) {
        return Err(Failed::hinted(
            "nothing could begin: --latest lies in the past, or before --at",
            "give a later time",
        ));
    }
    let in_window = when.in_window;
    Ok(move |of_cluster: &Policy| {
        let mut policy = policy(of_cluster);
        if in_window && policy.hours.windows.is_empty() {
            return Err(Failed::hinted(
                "the cluster has no windows",
                "declare one as spec.policy.windows in its file, then: windlass apply -f FILE",
            ));
        }
        policy.hours.earliest = earliest;
        policy.hours.latest = latest;
        Ok(policy)
    })
}

async fn begin(
    context: &Context,
    cluster: &ClusterName,
    goal: Goal,
    policy: impl FnOnce(&Policy) -> Result<Policy, Failed>,
    start: &Start,
    approved: Option<Hash>,
) -> Result<Exit, Failed> {
    let registered = context.desk.registered(cluster).await?;
    let is_approved = start.yes || approved.is_some();
    if !is_approved && !start.detach && !is_somebody_there() {
        return Err(Failed::hinted(
            "there is no terminal to ask on",
            "approve in advance with --yes, or leave it in the background with -d and approve later",
        ));
    }
    let will = will::of(context, &registered)?;
    let asked = Asked {
        cluster: cluster.clone(),
        goal: goal.clone(),
        policy: policy(&will.policy)?,
        approval: match (approved, start.yes) {
            (Some(plan), _) => Approval::Of(plan),
            (None, true) => Approval::InAdvance,
            (None, false) => Approval::Asked,
        },
        waivers: will.waivers,
        by: context.user.clone(),
        key: start.key.clone().unwrap_or_else(|| post::key(context)),
    };
    let (run, made) = match context.desk.request(asked, &will.catalog).await? {
        Created::New(run) => (run, Made::Here),
        Created::Known(run) | Created::Busy(run) => (run, Made::Before),
    };
    let row = context.world.store.run(&run).await?;
    if made == Made::Before
        && let Some(exit) = other_goal(context, &row, &goal)
    {
        return Ok(exit);
    }
    if row.ended.is_none() {
        leave_to_others(context, &row).await?;
    }
    if start.detach {
        return detached(context, row).await;
    }
    attended(context, row, made, start, approved).await
}

/// Where a carrier lives (`serve`), the run is left to it: it takes what comes within a moment.
async fn leave_to_others(context: &Context, row: &RunRow) -> Result<(), Failed> {
    if windlass_runner::bell::ring_all(&bells(context)).await == 0 {
        return Ok(());
    }
    let begun = Since::now(context);
    while begun.gone(context) < OTHERS_WITHIN_MS
        && context.desk.carrier(&row.cluster).await?.is_none()
    {
        rest(context, LOOK_EVERY_MS).await;
    }
    Ok(())
}

/// A live run with another goal is named, and ways on are shown.
fn other_goal(context: &Context, row: &RunRow, goal: &Goal) -> Option<Exit> {
    let line = ledger::summary_of(row)?;
    let outlet = &context.outlet;
    let (run, cluster) = (&row.run, &row.cluster);
    if line.goal == *goal {
        if row.ended.is_none() {
            outlet.told(&format!(
                "run {run} has this goal already; it is gone on with"
            ));
        }
        return None;
    }
    outlet.note(&outlet.wrapped(
        &format!(
            "{} {cluster} has a live run already: run {run}, {} to {} ({})",
            outlet.notes.bad(),
            line.phase,
            goal_word(&line.goal),
            crate::outlet::spoken(&line.says, cluster.as_str()),
        ),
        2,
    ));
    outlet.note(&format!("  watch    windlass watch {cluster}"));
    let instead = match goal {
        Goal::Version(version) => Some(format!("--to {version}")),
        Goal::Back(version) => Some(format!("--rollback --to {version}")),
        Goal::Finalize | Goal::Of(_) => None,
    };
    if let Some(instead) = instead {
        // Only a run that stands still takes another goal.
        let label = if line.phase == "paused" {
            "or"
        } else {
            outlet.note(&format!("  or       windlass pause {cluster}"));
            "then"
        };
        outlet.note(&format!(
            "  {label:<7}  windlass retarget {cluster} {instead}"
        ));
    }
    outlet.note(&format!("  or       windlass cancel {cluster}"));
    Some(Exit::Refused)
}

async fn attended(
    context: &Context,
    row: RunRow,
    made: Made,
    start: &Start,
    approved: Option<Hash>,
) -> Result<Exit, Failed> {
    let manner = Manner {
        carries: Carries::IfNobody,
        until: if is_somebody_there() {
            Until::Ended
        } else {
            Until::Stuck
        },
        approves: if start.yes && approved.is_none() {
            Approves::InAdvance
        } else {
            Approves::Asked
        },
        made,
        telling: Telling::Notes,
    };
    let run = row.run.clone();
    let attend = Attend::begin(context, row, manner).await?;
    match attend.until_done().await {
        Err(failed) if made == Made::Here => {
            give_up(context, &run).await;
            Err(failed)
        }
        went => went,
    }
}

/// A run that never came to its cluster is not left in the way of the next try.
async fn give_up(context: &Context, run: &windlass_engine::names::RunId) {
    let Ok(row) = context.world.store.run(run).await else {
        return;
    };
    let untouched = row.ended.is_none() && row.identity.is_none();
    if !untouched {
        return;
    }
    let cancel = windlass_engine::run::command::Command::Cancel;
    // The error that led here is what the user hears; a run that stays is named by `windlass status`.
    if post::post(context, &row, &cancel).await.is_ok() {
        let _ = windlass_runner::keeper::answer_without_cluster(&context.world, run).await;
    }
}

async fn detached(context: &Context, row: RunRow) -> Result<Exit, Failed> {
    let outlet = &context.outlet;
    let store = context.world.store.as_ref();
    let mut reading = Reading::open(store, row, None, |_, _| {}).await?;
    let begun = Since::now(context);
    let mut is_left_to_one = false;
    loop {
        // The carrier of the run before this one may still hold the cluster, about to leave it.
        let ended = reading.run().ended().is_some();
        if !is_left_to_one && !ended && context.desk.carrier(&reading.row.cluster).await?.is_none()
        {
            let started = background::start(context, &reading.row).await?;
            background::tell(context, &reading.row, &started);
            is_left_to_one = true;
        }
        let has_no_plan = matches!(reading.run().phase(), Phase::Requested | Phase::Observing);
        if !has_no_plan || begun.gone(context) >= PLANNED_WITHIN_MS {
            break;
        }
        rest(context, LOOK_EVERY_MS).await;
        reading.catch_up(store).await?;
    }
    if outlet.is_data() {
        let carrier = context.desk.carrier(&reading.row.cluster).await?;
        outlet.data(&super::status::view(context, &reading, carrier));
    }
    match reading.run().phase() {
        Phase::Ended(end) => {
            outlet.lines(why::lines(context, &reading));
            Ok(super::wait::of_end(&end))
        }
        Phase::Barred => {
            if !outlet.is_data() {
                outlet.lines(super::attend::lines_of(context, &reading));
            }
            for line in why::lines(context, &reading) {
                outlet.note(&line);
            }
            Ok(Exit::Refused)
        }
        Phase::AwaitingApproval(plan) => {
            if !outlet.is_data() {
                outlet.lines(super::attend::lines_of(context, &reading));
            }
            let cluster = reading.cluster();
            outlet.note(&format!(
                "  approve  windlass approve {cluster} --plan {}",
                plan.short()
            ));
            Ok(Exit::Done)
        }
        Phase::Requested | Phase::Observing => {
            outlet.told(&format!(
                "it has no plan yet: the log and `windlass why {}` say what is waited for",
                reading.cluster()
            ));
            Ok(Exit::Done)
        }
        Phase::AwaitingWindow => {
            outlet.lines(why::lines(context, &reading));
            Ok(Exit::Done)
        }
        Phase::AwaitingHuman(_)
        | Phase::Rolling
        | Phase::Soaking
        | Phase::Pausing(_)
        | Phase::Paused
        | Phase::Cancelling
        | Phase::Stopping => Ok(Exit::Done),
    }
}
