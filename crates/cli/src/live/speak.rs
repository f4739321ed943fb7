//! A human's words to a run: `approve`, `pause`, `continue`, `cancel`, `stop`, `retry`, `skip`,
//! `confirm`, `waive`, `pace`, `retarget`.
//!
//! Must never know: when a word is taken; the engine answers. Stories: `tests/it/live.rs`.

use super::attend;
use super::post::say;
use super::reading::Reading;
use super::terminal::{Ask, is_somebody_there, is_yes};
use crate::args::runs::{
    ApproveArgs, OfRun, PaceArgs, RetargetArgs, RetryArgs, SkipArgs, WaiveArgs, is_named,
};
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::origin;
use windlass_engine::check::Waiver;
use windlass_engine::hash::Hash;
use windlass_engine::names::Subject;
use windlass_engine::plan::Goal;
use windlass_engine::run::command::{Command, Retry};
use windlass_engine::time::Wall;

/// A word that needs nothing besides.
///
/// # Errors
/// Where there is no such run, or it cannot be posted.
pub async fn word(context: &Context, of: &OfRun, command: Command) -> Result<Exit, Failed> {
    let row = context.run_ref(&of.of).await?;
    say(context, row, command).await
}

async fn open(context: &Context, of: &OfRun) -> Result<Reading, Failed> {
    let row = context.run_ref(&of.of).await?;
    Reading::open(context.world.store.as_ref(), row, None, |_, _| {}).await
}

/// `windlass approve`: the plan that was named, or the one that waits, after it was shown.
///
/// # Errors
/// Where no plan waits, another was named, or nobody can be asked.
pub async fn approve(context: &Context, args: &ApproveArgs) -> Result<Exit, Failed> {
    let reading = open(context, &args.run).await?;
    let outlet = &context.outlet;
    let id = &reading.row.run;
    let Some((present, _)) = reading.run().plan() else {
        outlet.note(&format!("not now: run {id} has no plan yet"));
        outlet.note(&format!("  next     windlass watch {}", reading.cluster()));
        return Ok(Exit::Refused);
    };
    let present = *present;
    if let Some(named) = &args.plan {
        let plan = named_plan(named, present)?;
        return say(context, reading.row, Command::Approve { plan }).await;
    }
    if !args.yes {
        if !is_somebody_there() {
            return Err(Failed::hinted(
                "there is no terminal to ask on",
                format!(
                    "name the plan you have read: --plan {}, or take whichever waits: --yes",
                    present.short()
                ),
            ));
        }
        outlet.lines(attend::lines_of(context, &reading));
        outlet.line("");
        let question = attend::question_of(&reading);
        if !is_yes(Ask::question(&question).answer().await.as_deref()) {
            outlet.note("not approved; the plan still waits");
            return Ok(Exit::Refused);
        }
    }
    say(context, reading.row, Command::Approve { plan: present }).await
}

fn named_plan(named: &str, present: Hash) -> Result<Hash, Failed> {
    if is_named(&present, named) {
        return Ok(present);
    }
    // A whole name is let through: the run itself says what it thinks of it.
    Hash::parse(&named.to_lowercase()).ok_or_else(|| {
        Failed::hinted(
            format!("`{named}` is not the present plan"),
            format!("the present one is {}", present.short()),
        )
    })
}

/// `windlass retry`
///
/// # Errors
/// As [`word`].
pub async fn retry(context: &Context, args: RetryArgs) -> Result<Exit, Failed> {
    let how = match (args.old, args.kill) {
        (true, _) => Retry::Old,
        (false, true) => Retry::Kill,
        (false, false) => Retry::Again,
    };
    let subject = args.subject;
    word(context, &args.run, Command::Retry { subject, how }).await
}

/// `windlass skip`: asked for, because what is left behind stays behind.
///
/// # Errors
/// As [`word`]; where nobody can be asked.
pub async fn skip(context: &Context, args: SkipArgs) -> Result<Exit, Failed> {
    let reading = open(context, &args.run).await?;
    if !args.yes {
        if !is_somebody_there() {
            return Err(Failed::hinted(
                "there is no terminal to ask on",
                "say it in advance with --yes",
            ));
        }
        let name = reading.run().call(&args.subject);
        let question = format!(
            "Leave {name} as it stands, and plan the rest of {} without it? [y/N]",
            reading.cluster()
        );
        if !is_yes(Ask::question(&question).answer().await.as_deref()) {
            context.outlet.note("nothing is skipped");
            return Ok(Exit::Refused);
        }
    }
    let subject: Subject = args.subject;
    say(context, reading.row, Command::Skip { subject }).await
}

/// `windlass waive`
///
/// # Errors
/// As [`word`]; an empty reason.
pub async fn waive(context: &Context, args: WaiveArgs) -> Result<Exit, Failed> {
    if args.reason.trim().is_empty() {
        return Err(Failed::hinted(
            "a waiver needs a reason",
            "whoever reads it later asks for it: --reason \"…\"",
        ));
    }
    let micros = i64::try_from(args.length.0.saturating_mul(1_000)).unwrap_or(i64::MAX);
    let at_length = || Wall(context.now().wall.0.saturating_add(micros));
    let waiver = Waiver {
        check: args.check,
        by: context.user.clone(),
        reason: args.reason,
        until: args.until.unwrap_or_else(at_length),
    };
    word(context, &args.run, Command::Waive(waiver)).await
}

/// `windlass pace`
///
/// # Errors
/// As [`word`]; nothing to change.
pub async fn pace(context: &Context, args: PaceArgs) -> Result<Exit, Failed> {
    let reading = open(context, &args.run).await?;
    let stood = reading.run().policy().pace;
    let asked = args.pace.over(stood);
    if asked == stood {
        return Err(Failed::hinted(
            "that is its pace already",
            "give at least one of --ramp, --cap, --mode",
        ));
    }
    say(context, reading.row, Command::Pace(asked)).await
}

/// `windlass retarget`
///
/// # Errors
/// As [`word`].
pub async fn retarget(context: &Context, args: RetargetArgs) -> Result<Exit, Failed> {
    let goal = match (args.rollback, args.to) {
        (false, Some(to)) => Goal::Version(to),
        (true, to) => {
            let row = context.run_ref(&args.run.of).await?;
            origin::back(context, &row.cluster, to.as_ref()).await?
        }
        (false, None) => return Err(Failed::says("no goal is named: --to or --rollback")),
    };
    word(context, &args.run, Command::Retarget(goal)).await
}
