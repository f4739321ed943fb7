//! `spec.policy`, as it is written.
//!
//! Must never know: what the engine does with it. Stories: `tests/it/files.rs`.

use super::checks;
use crate::duration;
use crate::value::{FINALIZES, MODES, RAMPS, cap_text};
use serde::{Serialize, Serializer};
use windlass_engine::policy::Policy;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'p> {
    pace: Pace,
    soak: String,
    finalize: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    via: Vec<&'p str>,
    patience: String,
    pause_limit: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<checks::Written<'p>>,
}

#[derive(Serialize)]
struct Pace {
    ramp: &'static str,
    cap: String,
    mode: &'static str,
}

/// The policy in the words of the file.
///
/// # Errors
/// Those of the serializer.
pub fn write<S: Serializer>(policy: &Policy, s: S) -> Result<S::Ok, S::Error> {
    Written {
        pace: Pace {
            ramp: word(RAMPS, policy.pace.ramp),
            cap: cap_text(policy.pace.cap),
            mode: word(MODES, policy.pace.mode),
        },
        soak: duration::text(policy.soak),
        finalize: word(FINALIZES, policy.finalize),
        via: policy.via.iter().map(|v| v.as_str()).collect(),
        patience: duration::text(policy.patience),
        pause_limit: duration::text(policy.pause_limit),
        checks: policy.checks.iter().map(checks::Written::from).collect(),
    }
    .serialize(s)
}

/// The word that is written for a value.
pub(crate) fn word<T: PartialEq + Copy>(
    words: &'static [(&'static str, T)],
    value: T,
) -> &'static str {
    words
        .iter()
        .find(|(_, known)| *known == value)
        .map_or("", |(word, _)| word)
}
