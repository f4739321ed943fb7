//! `windlass demo fail`: a member of the false cluster fails its next move.
//!
//! Must never know: how a failure looks to a run. Stories: `tests/it/demo.rs`.

use super::hosts::{Doom, What};
use super::{bill, pass};
use crate::args::demo::FailArgs;
use crate::context::Context;
use crate::exit::{Exit, Failed};
use windlass_engine::names::{ClusterName, MemberId};
use windlass_engine::nearest::nearest;
use windlass_engine::snapshot::Snapshot;

/// Runs it.
///
/// # Errors
/// Where no cluster is played, several are and none is named, or there is no such member.
pub async fn run(context: &Context, args: &FailArgs) -> Result<Exit, Failed> {
    let Some(stage) = &context.stage else {
        return Err(Failed::hinted(
            "nothing is played",
            "start one: windlass demo",
        ));
    };
    let cluster = match &args.of {
        Some(of) => {
            let bill = bill::of(of).ok_or_else(|| {
                Failed::hinted(
                    format!("there is no false cluster of `{of}`"),
                    "windlass demo --list names them",
                )
            })?;
            bill.cluster()
        }
        None => one(pass::played(context).await?)?,
    };
    if !stage.plays(&cluster) {
        let of = cluster.as_str().trim_start_matches("false-");
        return Err(Failed::hinted(
            format!("{cluster} is not played"),
            format!("start it: windlass demo {of}"),
        ));
    }
    let book = stage.book(&cluster).map_err(in_words)?;
    let member = member(&cluster, &book.head.snapshot, &args.member)?;
    let doomed = What::Doomed(member.clone(), args.how);
    book.with(|pen| pen.tell(doomed)).map_err(in_words)?;
    let name = &book.head.snapshot.members[&member].name;
    let how = match args.how {
        Doom::CannotStart => "it will not start",
        Doom::DoesNotStay => "it will start and end by itself",
        Doom::DoesNotStop => "it will not stop when it is told to",
        Doom::Slow => "it will take five times as long",
    };
    context.outlet.told(&format!(
        "{name} of {cluster} meets trouble with its next move: {how}"
    ));
    if args.how != Doom::Slow {
        let of = match pass::played(context).await?.as_slice() {
            [_, _, ..] => format!(" {cluster}"),
            [] | [_] => String::new(),
        };
        context
            .outlet
            .note(&format!("  then     windlass demo why{of}"));
        context
            .outlet
            .note(&format!("  mend     windlass demo retry{of}"));
    }
    Ok(Exit::Done)
}

fn in_words(why: impl std::fmt::Display) -> Failed {
    Failed::hinted(why.to_string(), "windlass demo --fresh begins anew")
}

fn one(played: Vec<ClusterName>) -> Result<ClusterName, Failed> {
    match played.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failed::hinted(
            "nothing is played",
            "start one: windlass demo",
        )),
        several => {
            let names: Vec<&str> = several.iter().map(ClusterName::as_str).collect();
            Err(Failed::hinted(
                format!("several clusters are played: {}", names.join(", ")),
                "say which: --of SYSTEM",
            ))
        }
    }
}

/// The member that is meant: by its id, or by what it is called with a hyphen or a blank.
fn member(cluster: &ClusterName, seen: &Snapshot, asked: &str) -> Result<MemberId, Failed> {
    let called = asked.replace(' ', "-").to_lowercase();
    let is = |id: &MemberId, name: &str| {
        id.as_str() == asked || name.replace(' ', "-").to_lowercase() == called
    };
    let found = seen
        .members
        .iter()
        .find(|(id, member)| is(id, &member.name));
    if let Some((id, _)) = found {
        return Ok(id.clone());
    }
    let ids: Vec<&str> = seen.members.keys().map(MemberId::as_str).collect();
    let hint = match nearest(asked, ids.iter().copied()) {
        Some(near) => format!("did you mean {near}? there are {}", ids.join(", ")),
        None => format!("there are {}", ids.join(", ")),
    };
    Err(Failed::hinted(
        format!("{cluster} has no member `{asked}`"),
        hint,
    ))
}
