//! Reads `spec.policy`: what is left out is as the engine has it.
//!
//! Must never know: the cluster it is for. Stories: `tests/it/errors.rs`.

use super::checks;
use super::hours;
use super::upgrade::given;
use crate::diagnostic::Report;
use crate::field::Field;
use crate::value::{self, FITS, MODES, RAMPS};
use windlass_engine::calendar::hours::Hours;
use windlass_engine::policy::{Pace, Policy};

pub(super) fn policy(field: &Field<'_>, report: &mut Report<'_>) -> Option<Policy> {
    let default = Policy::default();
    let mut fields = field.fields(report)?;
    let pace = fields
        .get("pace")
        .map(|field| pace(&field, default.pace, report));
    let soak = fields
        .get("soak")
        .map(|field| field.value(value::length, report));
    let finalize = fields
        .get("finalize")
        .map(|field| hours::finalize(&field, report));
    let via = fields
        .get("via")
        .map(|field| field.values(value::version, report));
    let risks = fields
        .get("acceptRisks")
        .map(|field| field.values(value::risk, report));
    let patience = fields
        .get("patience")
        .map(|field| field.value(value::positive_length, report));
    let pause_limit = fields
        .get("pauseLimit")
        .map(|field| field.value(value::positive_length, report));
    let checks = fields
        .get("checks")
        .map(|field| checks::checks(&field, report));
    let mut names = Vec::new();
    let windows = fields
        .get("windows")
        .map(|field| hours::stretches(&field, &mut names, report));
    let freezes = fields
        .get("freezes")
        .map(|field| hours::stretches(&field, &mut names, report));
    let fit = fields.get("fit").map(|field| field.choice(FITS, report));
    fields.end(report);
    let hours = Hours {
        windows: given(windows)?.unwrap_or_default(),
        freezes: given(freezes)?.unwrap_or_default(),
        fit: given(fit)?.unwrap_or_default(),
        ..Hours::default()
    };
    Some(Policy {
        pace: given(pace)?.unwrap_or(default.pace),
        soak: given(soak)?.unwrap_or(default.soak),
        finalize: given(finalize)?.unwrap_or(default.finalize),
        via: given(via)?.unwrap_or(default.via),
        patience: given(patience)?.unwrap_or(default.patience),
        pause_limit: given(pause_limit)?.unwrap_or(default.pause_limit),
        risks: given(risks)?.unwrap_or_default().into_iter().collect(),
        checks: given(checks)?.unwrap_or_default(),
        hours,
    })
}

fn pace(field: &Field<'_>, default: Pace, report: &mut Report<'_>) -> Option<Pace> {
    let mut fields = field.fields(report)?;
    let ramp = fields.get("ramp").map(|field| field.choice(RAMPS, report));
    let cap = fields
        .get("cap")
        .map(|field| field.value(value::cap, report));
    let mode = fields.get("mode").map(|field| field.choice(MODES, report));
    fields.end(report);
    Some(Pace {
        ramp: given(ramp)?.unwrap_or(default.ramp),
        cap: given(cap)?.unwrap_or(default.cap),
        mode: given(mode)?.unwrap_or(default.mode),
    })
}
