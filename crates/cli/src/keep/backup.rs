//! `windlass backup`: the store as it is at one moment, in a file of its own.
//!
//! Must never know: how it is copied. Stories: `tests/it/keep.rs`.

use super::{refused, size};
use crate::args::keep::BackupArgs;
use crate::context::Bare;
use crate::exit::{Exit, Failed};
use crate::render::count;
use serde::Serialize;
use std::path::Path;
use windlass_stores::sqlite::keeping::{Existing, KeepError, Source, backup};
use windlass_wire::stamp;
use windlass_wire::v1::API_VERSION;

/// A backup that was written, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Backup {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `Backup`
    kind: &'static str,
    /// The file that was written.
    file: String,
    /// The store that was copied.
    store: String,
    /// When.
    taken: Option<String>,
    /// Its length.
    bytes: u64,
    /// Registered clusters in it.
    clusters: u64,
    /// Runs in it.
    runs: u64,
    /// Those of them that live.
    live: u64,
    /// Events in their journals.
    events: u64,
    /// Whether all of it was read and found as it was written.
    whole: bool,
}

/// Runs it.
///
/// # Errors
/// Where there is no store, or a file cannot be written.
pub fn run(bare: &Bare, store: &Path, args: &BackupArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let existing = if args.force {
        Existing::Replaced
    } else {
        Existing::Stays
    };
    let source = if args.even_hurt {
        Source::EvenHurt
    } else {
        Source::Whole
    };
    let report = match backup(store, &args.file, existing, source) {
        Ok(made) => made.report,
        Err(why) => {
            let help = match &why {
                KeepError::Exists(_) => "give another name, or --force to take its place",
                KeepError::Hurt(_) => {
                    "windlass doctor names all of it; --even-hurt copies it as it is"
                }
                KeepError::NoCopy { .. } => "give another name",
                KeepError::Held(_)
                | KeepError::Open
                | KeepError::Missing(_)
                | KeepError::File { .. }
                | KeepError::Store(_) => "",
            };
            return refused(outlet, why, help);
        }
    };
    let whole = report.is_whole();
    if outlet.is_data() {
        outlet.data(&Backup {
            api_version: API_VERSION,
            kind: "Backup",
            file: args.file.display().to_string(),
            store: store.display().to_string(),
            taken: report.taken.map(stamp::rfc3339),
            bytes: report.bytes,
            clusters: report.clusters,
            runs: report.runs,
            live: report.live,
            events: report.events,
            whole,
        });
    } else {
        let style = outlet.style;
        outlet.line(&format!("{} {}", style.ok(), args.file.display()));
        let taken = report.taken.map(|at| stamp::long(at, &bare.zone));
        outlet.line(&outlet.wrapped(
            &format!(
                "  {}   {}   {}, {} of them live   {}   taken {}",
                size(report.bytes),
                count(usize(report.clusters), "cluster"),
                count(usize(report.runs), "run"),
                report.live,
                count(usize(report.events), "event"),
                taken.unwrap_or_default()
            ),
            2,
        ));
        if whole {
            outlet.line("  all of it was read again and is as it was written");
        } else {
            outlet.line("  it is hurt: windlass doctor says where");
        }
    }
    Ok(if whole { Exit::Done } else { Exit::NeedsHuman })
}

fn usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
