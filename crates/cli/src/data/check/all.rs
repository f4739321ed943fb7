//! `windlass check --all`: every registered cluster, several at once, a line each.
//!
//! Must never know: how one cluster is asked. Stories: `tests/it/check.rs`.

use super::{Judged, exit, judged, junit, view};
use crate::args::Form;
use crate::args::data::CheckArgs;
use crate::context::Context;
use crate::data::look::{self, Looked, Want, Way};
use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use crate::outlet::style::columns;
use crate::render::findings::Tally;
use crate::render::flowing;
use crate::render::junit::{Came, Suite};
use futures_util::stream::{self, StreamExt};
use windlass_engine::ask::{Ask, meant};
use windlass_engine::check::{Finding, Verdict};
use windlass_engine::names::ClusterName;
use windlass_engine::plan::Goal;
use windlass_wire::v1::finding::{ClusterFindings, FindingsList};
use windlass_wire::v1::plan::goal_word;

/// Each look dials all nodes of a cluster at once: enough to hide a slow cluster behind others.
const AT_ONCE_CLUSTERS: usize = 8;
/// Checks named in a line before it says how many more there are.
const NAMED_MAX_COUNT: usize = 3;

enum Answer {
    Judged(Box<Looked>, Judged),
    Trouble(ClusterName, Failed),
}

/// Runs it; the exit code is that of the worst: not asked, refused, not seen, done.
///
/// # Errors
/// Where the store fails.
pub async fn run(context: &Context, args: &CheckArgs) -> Result<Exit, Failed> {
    let outlet = &context.outlet;
    let registrations = context.world.store.registrations().await?;
    let names: Vec<ClusterName> = registrations.into_iter().map(|one| one.name).collect();
    let wide = names.iter().map(|name| columns(name.as_str())).max();
    let wide = wide.unwrap_or_default();
    let mut answers = stream::iter(names)
        .map(|name| one(context, name, args))
        .buffered(AT_ONCE_CLUSTERS);
    let (mut all, mut worst) = (Vec::new(), Exit::Done);
    while let Some(answer) = answers.next().await {
        worst = worse(worst, of(outlet, &answer));
        if !outlet.is_data() && outlet.format != Form::Junit {
            outlet.lines(line(outlet, &answer, wide));
        }
        all.push(answer);
    }
    if outlet.format == Form::Junit {
        let suites: Vec<Suite<'_>> = all.iter().map(suite).collect();
        junit(outlet, &suites);
    } else if outlet.is_data() {
        let to = args.to.as_ref().map(word);
        let items = all
            .iter()
            .map(|answer| item(answer, to.as_deref()))
            .collect();
        outlet.data(&FindingsList::of(items));
    } else if all.is_empty() {
        outlet.note("no cluster is registered: windlass apply -f FILE registers one");
    }
    Ok(worst)
}

async fn one(context: &Context, name: ClusterName, args: &CheckArgs) -> Answer {
    match seen(context, &name, args).await {
        Ok((looked, goal)) => {
            let judged = judged(&looked, goal.as_ref());
            Answer::Judged(Box::new(looked), judged)
        }
        Err(why) => Answer::Trouble(name, why),
    }
}

async fn seen(
    context: &Context,
    name: &ClusterName,
    args: &CheckArgs,
) -> Result<(Looked, Option<Goal>), Failed> {
    let (want, via) = (
        Want {
            via: &args.via,
            risks: &args.accept_risk,
        },
        &args.via,
    );
    let goal = match &args.to {
        None => None,
        Some(Ask::Goal(goal)) => Some(goal.clone()),
        Some(ask) => {
            let looked = look::registered(context, name, Way::default()).await?;
            let looked = want.willed(looked);
            meant(ask, &looked.catalog, &looked.policy, &looked.snapshot)
        }
    };
    let way = Way {
        goal: goal.as_ref(),
        via,
    };
    Ok((
        want.willed(look::registered(context, name, way).await?),
        goal,
    ))
}

/// What was asked of all, in a few words.
fn word(ask: &Ask) -> String {
    match ask {
        Ask::Goal(goal) => goal_word(goal),
        Ask::Newest => "newest".into(),
        Ask::NewestPatch => "newest-patch".into(),
        Ask::Parts(parts) => parts.keys().cloned().collect::<Vec<_>>().join(", "),
    }
}

fn of(outlet: &Outlet, answer: &Answer) -> Exit {
    match answer {
        Answer::Judged(_, judged) => exit(outlet, judged),
        Answer::Trouble(..) => Exit::Trouble,
    }
}

fn worse(one: Exit, other: Exit) -> Exit {
    let weight = |exit: Exit| match exit {
        Exit::Trouble => 3,
        Exit::Refused => 2,
        Exit::Inconclusive => 1,
        Exit::Done
        | Exit::NothingToDo
        | Exit::NeedsHuman
        | Exit::Ended
        | Exit::Signal
        | Exit::Changes => 0,
    };
    if weight(other) > weight(one) {
        other
    } else {
        one
    }
}

fn line(outlet: &Outlet, answer: &Answer, wide: usize) -> Vec<String> {
    let style = &outlet.style;
    let (glyph, name, text) = match answer {
        Answer::Judged(looked, Judged { found, refusal }) => {
            let tally = Tally::of(found);
            let no_way = usize::from(refusal.is_some());
            let glyph = match (tally.fail + no_way, tally.unknown, tally.warn) {
                (0, 0, 0) => style.ok(),
                (0, 0, _) => style.warn(),
                (0, _, _) => style.unknown(),
                (_, _, _) => style.bad(),
            };
            let no_way = refusal
                .as_ref()
                .map(|refusal| format!("no way: {}; ", refusal.says));
            let text = format!("{}{}", no_way.unwrap_or_default(), said(found, tally));
            (glyph, looked.shown.as_str(), text)
        }
        Answer::Trouble(name, why) => (style.bad(), name.as_str(), why.to_string()),
    };
    let pad = " ".repeat(wide.saturating_sub(columns(name)));
    let head = format!("{glyph} {}{pad}  ", style.bold(name));
    flowing(outlet, &head, &style.text(&text))
}

/// How many of each, and the names of what bars, else of what is warned of.
fn said(found: &[Finding], tally: Tally) -> String {
    let told = |finding: &&Finding| match (&finding.verdict, tally.bars()) {
        (_, true) => finding.bars(),
        (verdict, false) => matches!(verdict, Verdict::Warn | Verdict::Unknown(_)),
    };
    let names: Vec<&str> = found
        .iter()
        .filter(told)
        .map(|one| one.check.as_str())
        .collect();
    let shown = names
        .iter()
        .take(NAMED_MAX_COUNT)
        .copied()
        .collect::<Vec<_>>();
    let more = match names.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    if shown.is_empty() {
        tally.words()
    } else {
        format!("{}: {}{more}", tally.words(), shown.join(", "))
    }
}

fn suite(answer: &Answer) -> Suite<'_> {
    match answer {
        Answer::Judged(looked, judged) => super::suite(looked, judged),
        Answer::Trouble(name, why) => Suite {
            name: name.as_str(),
            typed: name.as_str(),
            came: Came::Trouble(why.to_string()),
        },
    }
}

fn item(answer: &Answer, to: Option<&str>) -> ClusterFindings {
    match answer {
        Answer::Judged(looked, judged) => ClusterFindings {
            cluster: looked.shown.clone(),
            findings: Some(view(looked, judged, to)),
            trouble: None,
        },
        Answer::Trouble(name, why) => ClusterFindings {
            cluster: name.to_string(),
            findings: None,
            trouble: Some(why.to_string()),
        },
    }
}
