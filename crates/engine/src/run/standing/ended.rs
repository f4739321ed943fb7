//! How a run ended, in words.
//!
//! Must never know: terminals. Stories: `tests/it/standing.rs`.

use super::names::some;
use super::{Motion, Standing, waits};
use crate::run::Run;
use crate::run::event::End;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

impl Run {
    pub(super) fn ended_words(&self, end: &End) -> Standing {
        let (reason, sentence) = match end {
            End::Finished => ("finished", "the goal holds, seen".to_string()),
            End::FinishedWithout(left) => {
                let names: Vec<String> = left.iter().map(|subject| self.call(subject)).collect();
                (
                    "finished-without",
                    format!("the goal holds but for {}", some(&names)),
                )
            }
            End::Refused => (
                "refused",
                self.refusal
                    .as_ref()
                    .map_or_else(|| "there was no way".to_string(), |r| r.says.clone()),
            ),
            End::Cancelled => ("cancelled", "cancelled: what is done stays".to_string()),
            End::Stopped(left) if left.is_empty() => {
                ("stopped", "stopped with nothing in flight".to_string())
            }
            End::Stopped(left) => {
                let lines: Vec<String> = left
                    .iter()
                    .map(|(subject, step)| format!("{} ({step})", self.call(subject)))
                    .collect();
                ("stopped", format!("stopped, and left {}", some(&lines)))
            }
            End::Expired => (
                "expired",
                "it was paused for longer than its limit; nothing done is undone".to_string(),
            ),
        };
        Standing {
            motion: Motion::Ended,
            ..waits(reason, sentence, &[])
        }
    }
}
