//! Who writes: once a run was taken, only whoever took it last.
//!
//! Must never know: what is written. Stories: `tests/it/judge.rs`, `tests/it/freeze.rs`.

use super::Judge;
use windlass_runner::ports::store::Stored;

impl Judge {
    /// An event was written by somebody.
    pub(super) fn written(&mut self, stored: &Stored, at: u64) {
        let told = stored.payload.trim_start_matches('{');
        if told.starts_with("\"taken\"") {
            self.author = Some(stored.author.clone());
            return;
        }
        let Some(author) = self.author.as_ref().filter(|ours| **ours != stored.author) else {
            return;
        };
        let says = format!(
            "event {} is of {}, {author} has taken it",
            stored.seq, stored.author
        );
        self.objects(at, "only the newest epoch writes", says);
    }
}
