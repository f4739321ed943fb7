//! `windlass window` and `windlass freeze`: when windows open, when freezes hold, and what of what.
//!
//! Must never know: how that is reckoned. Stories: `tests/it/hours.rs`.

use crate::args::data::HoursArgs;
use crate::assemble::declared;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use crate::render::hours;
use windlass_engine::calendar::hours::Hours;
use windlass_engine::time::{Ms, Wall};
use windlass_wire::hours::moment;
use windlass_wire::v1::hours::OpeningView;
use windlass_wire::v1::list;

/// `windlass window`
///
/// # Errors
/// Where the cluster is not registered, or `--from` is no moment.
pub async fn windows(context: &Context, args: &HoursArgs) -> Result<Exit, Failed> {
    let (found, from) = read(context, args).await?;
    let outlet = &context.outlet;
    let openings = found.openings(from, args.last);
    if outlet.is_data() {
        let views = openings.iter().map(OpeningView::of).collect();
        outlet.data(&list::openings(args.cluster.as_str(), views));
        return Ok(Exit::Done);
    }
    let cluster = &args.cluster;
    if found.windows.is_empty() {
        outlet.line(&format!(
            "{cluster} has no windows: members move at any time"
        ));
        return Ok(Exit::Done);
    }
    outlet.line(&format!(
        "{cluster}   members begin to move only in these windows"
    ));
    outlet.lines(hours::declared(outlet, &found.windows));
    if openings.is_empty() {
        outlet.line("  none opens any more");
        return Ok(Exit::Done);
    }
    outlet.lines(hours::table(outlet, "WINDOW", &openings));
    let then = args.from.as_ref().map_or("now", |_| "then");
    if let Some(begins) = hours::begins(&found, from, Ms(0)) {
        outlet.lines(crate::render::flowing(
            outlet,
            "  ",
            &format!("a run that is asked for {then} begins {begins}"),
        ));
    }
    Ok(Exit::Done)
}

/// `windlass freeze`
///
/// # Errors
/// As [`windows`].
pub async fn freezes(context: &Context, args: &HoursArgs) -> Result<Exit, Failed> {
    let (found, from) = read(context, args).await?;
    let outlet = &context.outlet;
    let frozen = found.frozen(from, args.last);
    if outlet.is_data() {
        let views = frozen.iter().map(OpeningView::of).collect();
        outlet.data(&list::freezes(args.cluster.as_str(), views));
        return Ok(Exit::Done);
    }
    let cluster = &args.cluster;
    if found.freezes.is_empty() {
        outlet.line(&format!("{cluster} has no freezes"));
        return Ok(Exit::Done);
    }
    outlet.line(&format!(
        "{cluster}   nothing begins in these freezes, whatever else is said"
    ));
    outlet.lines(hours::declared(outlet, &found.freezes));
    if frozen.is_empty() {
        outlet.line("  none comes any more");
    } else {
        outlet.lines(hours::table(outlet, "FREEZE", &frozen));
    }
    Ok(Exit::Done)
}

async fn read(context: &Context, args: &HoursArgs) -> Result<(Hours, Wall), Failed> {
    let registration = context.desk.registered(&args.cluster).await?;
    let policy = declared(&registration)?.spec.policy;
    let from = match &args.from {
        None => context.now().wall,
        Some(text) => {
            moment(text, Some(&context.zone)).map_err(|wrong| Failed::says(wrong.to_string()))?
        }
    };
    Ok((policy.hours, from))
}
