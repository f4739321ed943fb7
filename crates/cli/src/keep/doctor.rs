//! `windlass doctor`: all of the store is read, and what is hurt is named.
//!
//! Must never know: how it is found. Stories: `tests/it/keep.rs`.

use super::{in_words, refused, size, word};
use crate::args::keep::DoctorArgs;
use crate::context::{Bare, beside};
use crate::exit::{Exit, Failed};
use crate::outlet::style::Tone;
use crate::render::count;
use serde::Serialize;
use std::path::Path;
use windlass_runner::bell;
use windlass_stores::sqlite::keeping::{Found, Mended, Report, Subject, Weight, examine, mend};
use windlass_wire::v1::API_VERSION;

/// What the doctor found, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Doctor {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `Doctor`
    kind: &'static str,
    /// The file.
    store: String,
    /// The store's id, as it stands in the marks at members.
    id: Option<String>,
    /// Whether nothing is hurt and all could be looked at.
    whole: bool,
    /// What is not well.
    found: Vec<Ailment>,
    /// Runs whose rows were written anew.
    mended: Vec<String>,
    /// Registered clusters.
    clusters: u64,
    /// Runs.
    runs: u64,
    /// Those of them that live.
    live: u64,
    /// Events in their journals.
    events: u64,
    /// Contents kept by hash.
    contents: u64,
    /// Bytes of the file.
    bytes: u64,
    /// Of these unused.
    unused_bytes: u64,
    /// Bytes free on its disk.
    free_bytes: Option<u64>,
}

/// One thing that is not well, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ailment {
    /// `hurt`, `unseen` (it could not be looked at), `warning`
    weight: &'static str,
    /// `file`, `folder`, `run`, `row`, `content`, `cluster`
    part: &'static str,
    /// Which run, content or cluster.
    name: Option<String>,
    /// Which event of the run.
    seq: Option<u64>,
    /// In words.
    says: String,
}

impl Doctor {
    /// A report as it is printed.
    pub fn of(store: &Path, report: &Report, mended: Option<&Mended>) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "Doctor",
            store: store.display().to_string(),
            id: report.id.clone(),
            whole: report.is_whole(),
            found: report.found.iter().map(ailment).collect(),
            mended: mended.map_or_else(Vec::new, |mended| {
                mended.rows.iter().map(ToString::to_string).collect()
            }),
            clusters: report.clusters,
            runs: report.runs,
            live: report.live,
            events: report.events,
            contents: report.contents,
            bytes: report.bytes,
            unused_bytes: report.unused_bytes,
            free_bytes: report.free_bytes,
        }
    }
}

fn ailment(found: &Found) -> Ailment {
    let (part, name, seq) = match &found.subject {
        Subject::File => ("file", None, None),
        Subject::Folder => ("folder", None, None),
        Subject::Run(run, seq) => ("run", Some(run.to_string()), *seq),
        Subject::Row(run) => ("row", Some(run.to_string()), None),
        Subject::Content(hash) => ("content", Some(hash.to_string()), None),
        Subject::Cluster(name) => ("cluster", Some(name.to_string()), None),
    };
    Ailment {
        weight: word(found.weight),
        part,
        name,
        seq,
        says: found.says.clone(),
    }
}

/// Runs it.
///
/// # Errors
/// Where there is no store.
pub fn run(bare: &Bare, store: &Path, args: &DoctorArgs) -> Result<Exit, Failed> {
    let outlet = &bare.outlet;
    let mended = if args.mend {
        match mend(store) {
            Ok(mended) => Some(mended),
            Err(why) => {
                let help = "nothing was mended; end its carrier first: `windlass status`";
                return refused(outlet, why, help);
            }
        }
    } else {
        None
    };
    let report = match examined(store) {
        Ok(report) => report,
        Err(why) => return refused(outlet, why, ""),
    };
    if outlet.is_data() {
        outlet.data(&Doctor::of(store, &report, mended.as_ref()));
    } else {
        say(bare, store, &report, mended.as_ref());
    }
    Ok(exit(bare, &report))
}

/// All that is found in the store and beside it.
pub(super) fn examined(
    store: &Path,
) -> Result<Report, windlass_stores::sqlite::keeping::KeepError> {
    let mut report = examine(store)?;
    for left in bell::left_over(&beside(store).join("bells")) {
        report.found.push(Found {
            weight: Weight::Warning,
            subject: Subject::Folder,
            says: format!(
                "{} was left by a carrier that died; the next command takes it away",
                left.display()
            ),
        });
    }
    Ok(report)
}

fn exit(bare: &Bare, report: &Report) -> Exit {
    match report.found.iter().map(|one| one.weight).min() {
        Some(Weight::Hurt) => Exit::NeedsHuman,
        Some(Weight::Unseen) => Exit::Inconclusive,
        Some(Weight::Warning) if bare.outlet.strict => Exit::Refused,
        Some(Weight::Warning) | None => Exit::Done,
    }
}

fn say(bare: &Bare, store: &Path, report: &Report, mended: Option<&Mended>) {
    let outlet = &bare.outlet;
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    outlet.line(&store.display().to_string());
    outlet.line(&outlet.wrapped(
        &format!(
            "  {}   {}, {} of them live   {}   {}   {}",
            count(number(report.clusters), "cluster"),
            count(number(report.runs), "run"),
            report.live,
            count(number(report.events), "event"),
            count(number(report.contents), "content"),
            size(report.bytes)
        ),
        2,
    ));
    if let Some(mended) = mended {
        let all: Vec<&str> = mended.rows.iter().map(|run| run.as_str()).collect();
        let text = if all.is_empty() {
            "no row was other than its journal says".to_owned()
        } else {
            format!("rows written anew: run {}", all.join(", "))
        };
        outlet.line(&outlet.wrapped(&format!("  {text}"), 4));
    }
    for found in &report.found {
        let tone = match found.weight {
            Weight::Hurt => Tone::Bad,
            Weight::Unseen | Weight::Warning => Tone::Warn,
        };
        let head = outlet
            .style
            .paint(tone, &format!("{:<8}", word(found.weight)));
        outlet.line(&outlet.wrapped(&format!("  {head} {}", in_words(found)), 11));
    }
    if report.is_whole() {
        outlet.line(&format!("  {} nothing is hurt", outlet.style.ok()));
        return;
    }
    let rows = report
        .found
        .iter()
        .any(|one| matches!(one.subject, Subject::Row(_)));
    let other = report
        .found
        .iter()
        .any(|one| one.weight == Weight::Hurt && !matches!(one.subject, Subject::Row(_)));
    if rows && mended.is_none() {
        outlet.line("  next     windlass doctor --mend   writes rows anew from their journals");
    }
    if other {
        outlet.line("  next     windlass restore FILE    puts a backup in its place");
    }
}
