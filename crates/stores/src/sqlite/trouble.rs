//! What went wrong, told apart by what it means for who asked: full, unknown, or nothing written.
//!
//! Must never know: which request it hit. Stories: `tests/it/full.rs`.

use rusqlite::ErrorCode;
use rusqlite::ffi;
use windlass_runner::ports::store::{AppendError, StoreError};

/// What became of a group that was not committed.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// The disk is full; nothing was written.
    Full,
    /// The commit's fate is not known.
    Unknown(String),
    /// The file itself is not what it should be; nothing was written.
    Damaged(String),
    /// Nothing was written.
    Failed(String),
}

impl Trouble {
    /// Before the commit: nothing was written, whatever it was.
    pub(super) fn before_commit(why: &rusqlite::Error) -> Self {
        match why.sqlite_error() {
            // A full disk shows itself too where the WAL's index file cannot grow.
            Some(error)
                if error.code == ErrorCode::DiskFull
                    || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE =>
            {
                Self::Full
            }
            Some(error)
                if error.code == ErrorCode::DatabaseCorrupt
                    || error.code == ErrorCode::NotADatabase =>
            {
                Self::Damaged(why.to_string())
            }
            Some(_) | None => Self::Failed(why.to_string()),
        }
    }

    /// At the commit: only a full disk tells that nothing was written.
    pub(super) fn at_commit(why: &rusqlite::Error) -> Self {
        match Self::before_commit(why) {
            Self::Full => Self::Full,
            Self::Unknown(words) | Self::Damaged(words) | Self::Failed(words) => {
                Self::Unknown(words)
            }
        }
    }

    /// A thread of ours ended before it answered.
    pub(super) fn gone(who: &str) -> Self {
        Self::Unknown(format!("its {who} has ended"))
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Full => Self::Full,
            Trouble::Unknown(why) => {
                Self::Failed(format!("whether it was written is unknown: {why}"))
            }
            Trouble::Damaged(what) => Self::Damaged(what),
            Trouble::Failed(why) => Self::Failed(why),
        }
    }
}

impl From<Trouble> for AppendError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Full => Self::Full,
            Trouble::Unknown(why) => Self::Unknown(why),
            Trouble::Damaged(what) => Self::Store(format!("the store is damaged: {what}")),
            Trouble::Failed(why) => Self::Store(why),
        }
    }
}

/// For reads and for opening, where nothing is written.
pub(super) fn failed(why: rusqlite::Error) -> StoreError {
    Trouble::before_commit(&why).into()
}
