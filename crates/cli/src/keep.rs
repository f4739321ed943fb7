//! Commands that keep the store. (Map of the room.)
//!
//! | file | holds |
//! |---|---|
//! | `backup`, `restore`, `prune`, `doctor` | one command each |
//! | `bundle`, `mask` | what whoever helps needs, and what they must not see |
//!
//! Must never know: how a store keeps anything. Stories: `tests/it/keep.rs`.

mod backup;
mod bundle;
mod doctor;
mod mask;
mod prune;
mod restore;

use crate::args::{Command, Global};
use crate::context::{self, Bare};
use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use windlass_stores::sqlite::keeping::{Found, KeepError, Subject, Weight};

/// Runs a command that keeps the store.
///
/// # Errors
/// As each command says.
pub async fn run(global: &Global, bare: Bare, command: Command) -> Result<Exit, Failed> {
    let store = context::store_path(global)?;
    match command {
        Command::Backup(args) => backup::run(&bare, &store, &args),
        Command::Restore(args) => restore::run(&bare, &store, &args),
        Command::Prune(args) => prune::run(&bare, &store, &args),
        Command::Doctor(args) => doctor::run(&bare, &store, &args),
        Command::Bundle(args) => bundle::run(global, bare, &store, &args).await,
        Command::Init(_)
        | Command::Apply(_)
        | Command::Clusters(_)
        | Command::Describe(_)
        | Command::Forget(_)
        | Command::Observe(_)
        | Command::Targets(_)
        | Command::Check(_)
        | Command::Plan(_)
        | Command::Upgrade(_)
        | Command::Finalize(_)
        | Command::Rollback(_)
        | Command::Window(_)
        | Command::Begin(_)
        | Command::Freeze(_)
        | Command::Status(_)
        | Command::Watch(_)
        | Command::Why(_)
        | Command::Events(_)
        | Command::Logs(_)
        | Command::Wait(_)
        | Command::Approve(_)
        | Command::Pause(_)
        | Command::Continue(_)
        | Command::Cancel(_)
        | Command::Stop(_)
        | Command::Retry(_)
        | Command::Skip(_)
        | Command::Confirm(_)
        | Command::Waive(_)
        | Command::Pace(_)
        | Command::Retarget(_)
        | Command::Runs(_)
        | Command::Replay(_)
        | Command::Serve(_)
        | Command::Carry(_)
        | Command::Adopt(_)
        | Command::Version(_)
        | Command::Completion(_) => Err(Failed::says("this command keeps no store")),
    }
}

/// What was not done, as a refusal where that is one; all else is trouble.
fn refused(outlet: &Outlet, why: KeepError, help: &str) -> Result<Exit, Failed> {
    let exit = match &why {
        KeepError::Exists(_) | KeepError::Held(_) | KeepError::Open => Exit::Refused,
        KeepError::Hurt(_) => Exit::NeedsHuman,
        KeepError::NoCopy { .. } => return Err(Failed::hinted(why.to_string(), help)),
        KeepError::Missing(_) => {
            return Err(Failed::hinted(
                why.to_string(),
                "name it with --store FILE or WINDLASS_STORE",
            ));
        }
        KeepError::File { .. } | KeepError::Store(_) => return Err(Failed::Keep(why)),
    };
    outlet.told(&format!("{}  {why}", outlet.notes.bad_word("refused")));
    if let KeepError::Hurt(found) = &why {
        for one in found {
            outlet.note(&outlet.wrapped(&format!("  {}", in_words(one)), 4));
        }
    }
    if !help.is_empty() {
        outlet.note(&outlet.wrapped(&format!("  {help}"), 2));
    }
    Ok(exit)
}

/// A finding with its place.
fn in_words(found: &Found) -> String {
    let place = match &found.subject {
        Subject::File => "the file".to_owned(),
        Subject::Folder => "its folder".to_owned(),
        Subject::Run(run, None) => format!("run {run}"),
        Subject::Run(run, Some(seq)) => format!("run {run}, event {seq}"),
        Subject::Row(run) => format!("the row of run {run}"),
        Subject::Content(hash) => format!("content {}", hash.short()),
        Subject::Cluster(name) => format!("cluster {name}"),
    };
    format!("{place}: {}", found.says)
}

/// The stable word of a weight.
fn word(weight: Weight) -> &'static str {
    match weight {
        Weight::Hurt => "hurt",
        Weight::Unseen => "unseen",
        Weight::Warning => "warning",
    }
}

/// `17 KiB`, `2.4 MiB`.
fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    match bytes {
        0..KIB => format!("{bytes} bytes"),
        KIB..1_048_576 => format!("{} KiB", bytes / KIB),
        1_048_576.. => {
            let tenths = bytes / (1_048_576 / 10);
            format!("{}.{} MiB", tenths / 10, tenths % 10)
        }
    }
}
