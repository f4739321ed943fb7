//! `spec.policy`, as it is written.
//!
//! Must never know: what the engine does with it. Stories: `tests/it/files.rs`.

use super::checks;
use crate::duration;
use crate::hours::show::StretchView;
use crate::value::{FINALIZES, FITS, MODES, RAMPS, cap_text};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use windlass_engine::calendar::hours::Fit;
use windlass_engine::policy::{Finalize, Policy};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'p> {
    pace: Pace,
    soak: String,
    finalize: FinalizeView,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    via: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accept_risks: Vec<&'p str>,
    patience: String,
    pause_limit: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<checks::Written<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    windows: Vec<StretchView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    freezes: Vec<StretchView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fit: Option<&'static str>,
}

/// When levels are raised, in the words of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FinalizeView(pub Finalize);

impl Serialize for FinalizeView {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Finalize::After(length) => {
                BTreeMap::from([("after", duration::text(length))]).serialize(s)
            }
            Finalize::Never | Finalize::Soon => word(FINALIZES, self.0).serialize(s),
        }
    }
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
        finalize: FinalizeView(policy.finalize),
        via: policy.via.iter().map(|v| v.as_str()).collect(),
        accept_risks: policy.risks.iter().map(|risk| risk.as_str()).collect(),
        patience: duration::text(policy.patience),
        pause_limit: duration::text(policy.pause_limit),
        checks: policy.checks.iter().map(checks::Written::from).collect(),
        windows: policy.hours.windows.iter().map(StretchView::from).collect(),
        freezes: policy.hours.freezes.iter().map(StretchView::from).collect(),
        fit: (policy.hours.fit != Fit::default()).then(|| word(FITS, policy.hours.fit)),
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
