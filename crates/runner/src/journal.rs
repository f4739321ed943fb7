//! The journal's tongue: events to text and back, large ones by the name of their content.
//!
//! A plan, and any event above [`INLINE_BYTES`], is kept once under its hash; the journal names it.
//! Must never know: where the text is kept. Stories: `crates/stores/tests/it/runner.rs`.

use crate::ports::store::{Recorded, Store, StoreError, Stored};
use crate::ports::target::Blob;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use windlass_engine::hash::Hash;
use windlass_engine::run::event::Event;
use windlass_engine::time::Wall;

/// Number of the event format that this windlass writes.
pub const FORMAT: u32 = 1;
/// Above this an event is kept as a blob, so that the journal's rows stay small; the promise is 64 KiB.
const INLINE_BYTES: usize = 16 * 1024;

/// An event that could not be read back.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It is of a kind or format that this windlass does not know.
    #[error("event {seq} has format {format}, this windlass knows {FORMAT}: use a newer windlass")]
    Newer {
        /// Its position.
        seq: u64,
        /// Its format.
        format: u32,
    },
    /// Its text is no event.
    #[error("event {seq} cannot be read")]
    Unreadable {
        /// Its position.
        seq: u64,
        /// What was wrong with it.
        source: serde_json::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a payload begins that only names its content; no event is called so.
const KEPT: &str = "{\"kept\":";

#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(rename = "kept")]
    hash: Hash,
}

/// An event as text, and the blob it names if it is large or a plan.
///
/// # Errors
/// Where the event cannot be written as JSON, which none of ours can be.
pub fn record(
    event: &Event,
    at: Wall,
    author: &str,
) -> Result<(Recorded, Option<Blob>), serde_json::Error> {
    let text = serde_json::to_string(event)?;
    let large = text.len() > INLINE_BYTES || matches!(event, Event::Planned(_));
    let (payload, blob) = if large {
        let bytes = text.into_bytes();
        let hash = Hash::of(&bytes);
        (
            serde_json::to_string(&Kept { hash })?,
            Some(Blob { hash, bytes }),
        )
    } else {
        (text, None)
    };
    Ok((
        Recorded {
            at,
            author: author.to_owned(),
            payload,
        },
        blob,
    ))
}

/// Where an event lies.
#[derive(Debug)]
pub(crate) enum Place {
    /// In its row.
    Here(Box<Event>),
    /// In the content of this name.
    Content(Hash),
}

/// What a journal row holds or names.
pub(crate) fn kept(stored: &Stored) -> Result<Place, JournalError> {
    if stored.format > FORMAT {
        return Err(JournalError::Newer {
            seq: stored.seq,
            format: stored.format,
        });
    }
    let unreadable = |source| JournalError::Unreadable {
        seq: stored.seq,
        source,
    };
    if stored.payload.starts_with(KEPT) {
        let Kept { hash } = serde_json::from_str(&stored.payload).map_err(unreadable)?;
        return Ok(Place::Content(hash));
    }
    let event = serde_json::from_str(&stored.payload).map_err(unreadable)?;
    Ok(Place::Here(Box::new(event)))
}

/// The event in the content that a journal row names.
pub(crate) fn read_content(stored: &Stored, bytes: &[u8]) -> Result<Event, JournalError> {
    serde_json::from_slice(bytes).map_err(|source| JournalError::Unreadable {
        seq: stored.seq,
        source,
    })
}

/// The event that a journal row holds or names.
///
/// # Errors
/// [`JournalError`]: a newer format, a damaged text, a missing blob.
pub async fn recall(store: &dyn Store, stored: &Stored) -> Result<Event, JournalError> {
    match kept(stored)? {
        Place::Here(event) => Ok(*event),
        Place::Content(hash) => read_content(stored, &store.blob(hash).await?),
    }
}
