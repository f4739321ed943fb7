//! A word for the demo becomes the ordinary command, in the demo's store and about the cluster that is played.
//!
//! Must never know: what a command does. Stories: below, and `tests/it/demo.rs`.

use super::{bill, by_its_door};
use crate::args::help;
use crate::args::{Cli, Global};
use crate::context::Context;
use crate::exit::Failed;
use clap::FromArgMatches;
use clap::error::ErrorKind;
use std::path::Path;
use windlass_engine::names::ClusterName;

/// Commands that need no cluster, and say more without one.
const OF_ALL: [&str; 4] = ["status", "carry", "runs", "replay"];

/// What is meant by a word.
#[derive(Debug)]
pub enum Meant {
    /// An ordinary command.
    Command(Box<Cli>),
    /// Its help, by the demo's door.
    Help(String),
}

/// The command line that is meant.
///
/// # Errors
/// Where it cannot be told which cluster is meant.
pub fn meant(
    global: &Global,
    store: &Path,
    name: &str,
    rest: &[String],
    played: &[ClusterName],
) -> Result<Meant, Failed> {
    let words = with_cluster(name, rest, played)?;
    let typed = ["windlass".into(), name.into()].into_iter().chain(words);
    let matches = match help::command().try_get_matches_from(typed) {
        Ok(matches) => matches,
        Err(help) if help.kind() == ErrorKind::DisplayHelp => {
            return Ok(Meant::Help(by_its_door(&help.to_string())));
        }
        Err(wrong) => wrong.exit(),
    };
    let mut cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(wrong) => wrong.exit(),
    };
    let said = cli.global;
    cli.global = Global {
        output: if said.output == crate::args::Form::default() {
            global.output
        } else {
            said.output
        },
        color: if said.color == crate::args::Colour::default() {
            global.color
        } else {
            said.color
        },
        plain: said.plain || global.plain,
        strict: said.strict || global.strict,
        catalog: said.catalog.or_else(|| global.catalog.clone()),
        store: Some(store.to_owned()),
    };
    Ok(Meant::Command(Box::new(cli)))
}

/// The words behind the command, the cluster among them.
fn with_cluster(
    name: &str,
    rest: &[String],
    played: &[ClusterName],
) -> Result<Vec<String>, Failed> {
    let mut words = rest.to_vec();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        return Ok(words);
    }
    if let Some(first) = words.first_mut() {
        if let Some(bill) = bill::of(first) {
            *first = bill.cluster().to_string();
            return Ok(words);
        }
        if first.bytes().all(|byte| byte.is_ascii_digit()) && is_run(name, played) {
            return Ok(words);
        }
    }
    match played {
        _ if OF_ALL.contains(&name) => {}
        [one] => words.insert(0, one.to_string()),
        [] => {
            return Err(Failed::hinted(
                "nothing is played",
                "start one: windlass demo",
            ));
        }
        several => {
            let names: Vec<&str> = several.iter().map(ClusterName::as_str).collect();
            return Err(Failed::hinted(
                format!("several clusters are played: {}", names.join(", ")),
                format!("say which: windlass demo {name} {}", names[0]),
            ));
        }
    }
    Ok(words)
}

/// Whether a number is meant as a run: `retry 2` means a member where one cluster is played.
fn is_run(name: &str, played: &[ClusterName]) -> bool {
    let names_members = matches!(name, "retry" | "skip" | "logs" | "confirm");
    !(names_members && played.len() == 1)
}

/// The clusters that are meant where none is named: those with a live run, else the one that ran last.
///
/// # Errors
/// Where the store cannot be read.
pub async fn played(context: &Context) -> Result<Vec<ClusterName>, Failed> {
    let store = &context.world.store;
    let live: Vec<ClusterName> = store
        .live()
        .await?
        .into_iter()
        .map(|row| row.cluster)
        .collect();
    if !live.is_empty() {
        return Ok(live);
    }
    let last = store.runs(None, 1).await?;
    Ok(last.into_iter().map(|row| row.cluster).collect())
}
