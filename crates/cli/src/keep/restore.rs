//! `windlass restore`: a backup takes the store's place.
//!
//! Must never know: how it is put there. Stories: `tests/it/keep.rs`.

use super::refused;
use crate::args::keep::RestoreArgs;
use crate::context::{self, Bare};
use crate::exit::{Exit, Failed};
use crate::render::count;
use serde::Serialize;
use std::path::Path;
use windlass_engine::run::command::Command;
use windlass_stores::sqlite::keeping::{KeepError, LiveRun, Restored, Source, Word, restore};
use windlass_wire::stamp;
use windlass_wire::v1::API_VERSION;

/// A store that was restored, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Restore {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `Restore`
    kind: &'static str,
    /// The store that stands there now.
    store: String,
    /// Where the one that stood there lies now.
    aside: Option<String>,
    /// When the backup was taken; none: it is no backup, but a store that was kept aside.
    taken: Option<String>,
    /// Registered clusters.
    clusters: u64,
    /// Runs.
    runs: u64,
    /// Events in their journals.
    events: u64,
    /// Runs that live; all of them are paused.
    live: Vec<RestoredRun>,
    /// Runs of the store that stood there which the backup does not know.
    unknown: Vec<UnknownRun>,
}

/// A live run of a restored store, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RestoredRun {
    /// Which.
    run: String,
    /// Its cluster.
    cluster: String,
    /// The last event that the backup knows.
    seq: u64,
    /// The last event in the store that stood there; none: it could not be read, or has no such run.
    went_on_to: Option<u64>,
}

/// A run that only the replaced store knows, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnknownRun {
    /// Which.
    run: String,
    /// Its cluster.
    cluster: String,
}

/// Runs it.
///
/// # Errors
/// Where the file is no backup, or the store cannot be written.
pub fn run(bare: &Bare, store: &Path, args: &RestoreArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let source = if args.even_hurt {
        Source::EvenHurt
    } else {
        Source::Whole
    };
    let word = Word {
        by: format!("windlass restore, {}", context::who()),
        payload: serde_json::to_string(&Command::Pause)?,
    };
    let restored = match restore(&args.file, store, &word, source) {
        Ok(restored) => restored,
        Err(why) => {
            let help = match &why {
                KeepError::Held(_) => {
                    "end it first: `windlass pause` stops its runs, then end its process"
                }
                KeepError::Open => "end every `windlass` that runs on this store, then try again",
                KeepError::Hurt(_) => "take another backup; --even-hurt restores it as it is",
                KeepError::NoCopy { .. } => "name a file that `windlass backup` wrote",
                KeepError::Exists(_)
                | KeepError::Missing(_)
                | KeepError::File { .. }
                | KeepError::Store(_) => "",
            };
            return refused(outlet, why, help);
        }
    };
    if outlet.is_data() {
        outlet.data(&view(store, &restored));
    } else {
        say(bare, store, &restored);
    }
    Ok(if restored.report.is_whole() {
        Exit::Done
    } else {
        Exit::NeedsHuman
    })
}

fn view(store: &Path, restored: &Restored) -> Restore {
    let one = |live: &LiveRun| RestoredRun {
        run: live.run.to_string(),
        cluster: live.cluster.to_string(),
        seq: live.seq,
        went_on_to: live.went_on_to,
    };
    Restore {
        api_version: API_VERSION,
        kind: "Restore",
        store: store.display().to_string(),
        aside: restored
            .aside
            .as_ref()
            .map(|aside| aside.display().to_string()),
        taken: restored.report.taken.map(stamp::rfc3339),
        clusters: restored.report.clusters,
        runs: restored.report.runs,
        events: restored.report.events,
        live: restored.live.iter().map(one).collect(),
        unknown: restored
            .unknown
            .iter()
            .map(|(run, cluster)| UnknownRun {
                run: run.to_string(),
                cluster: cluster.to_string(),
            })
            .collect(),
    }
}

fn say(bare: &Bare, store: &Path, restored: &Restored) {
    let outlet = &bare.outlet;
    let tell = |text: &str| outlet.line(&outlet.wrapped(text, 2));
    let report = &restored.report;
    let taken = match report.taken {
        Some(at) => format!("as of {}", stamp::long(at, &bare.zone)),
        None => "from a store that was kept aside".into(),
    };
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    outlet.line(&format!(
        "{} {}   {taken}",
        outlet.style.ok(),
        store.display()
    ));
    tell(&format!(
        "  {}   {}, {} of them live   {}",
        count(number(report.clusters), "cluster"),
        count(number(report.runs), "run"),
        report.live,
        count(number(report.events), "event"),
    ));
    if let Some(aside) = &restored.aside {
        tell(&format!("  what stood there is kept: {}", aside.display()));
    }
    for (run, cluster) in &restored.unknown {
        tell(&format!(
            "  run {run} on {cluster} is not in the backup: what it did to the cluster stands"
        ));
    }
    tell(
        "  What was commanded or done after the backup was taken is not known here: pauses, waivers, \
         members moved.",
    );
    for live in &restored.live {
        let on = match live.went_on_to {
            Some(seq) if seq > live.seq => {
                format!("; the store that stood there had gone on to event {seq}")
            }
            Some(_) | None => String::new(),
        };
        let (run, cluster) = (&live.run, &live.cluster);
        tell(&format!(
            "  run {run} on {cluster} lives at event {}{on}. It is paused, and looks at the cluster before all else.",
            live.seq
        ));
        for (command, why) in [
            (
                format!("windlass adopt {cluster}"),
                "where its members carry the lost store's mark",
            ),
            (
                format!("windlass continue {cluster}"),
                "it looks, and says what went on without it",
            ),
            (format!("windlass carry {run}"), "somebody must carry it"),
        ] {
            tell(&format!("    {command:<28} {why}"));
        }
    }
}
