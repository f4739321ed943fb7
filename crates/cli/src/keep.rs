//! Commands that keep the store. (Map of the room.)
//!
//! | file | holds |
//! |---|---|
//! | `backup`, `restore`, `prune`, `doctor` | one command each |
//! | `bundle`, `mask` | what whoever helps needs, and what they must not see |
//!
//! Must never know: how a store keeps anything. Stories: `tests/it/keep.rs`.

pub mod backup;
pub mod bundle;
pub mod doctor;
mod mask;
pub mod prune;
pub mod restore;

use crate::exit::{Exit, Failed};
use crate::outlet::Outlet;
use windlass_stores::sqlite::keeping::{Found, KeepError, Subject, Weight};

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
