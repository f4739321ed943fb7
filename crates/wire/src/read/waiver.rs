//! Reads `kind: Waiver`.
//!
//! Must never know: whether the cluster is registered, or has the check. Stories: `tests/it/waiver.rs`.

use super::upgrade::{given, key};
use crate::diagnostic::Report;
use crate::field::Field;
use crate::hours::moment;
use crate::v1::API_VERSION;
use crate::v1::waiver::{Waiver, WaiverSpec};
use crate::value::{self, Wrong};

pub(super) fn waiver(
    metadata: Option<Field<'_>>,
    spec: Option<Field<'_>>,
    report: &mut Report<'_>,
) -> Option<Waiver> {
    let metadata = key(metadata, "the name of this waiver", report);
    let mut fields = spec?.fields(report)?;
    let cluster = fields
        .need("cluster", "the name of a registered cluster")
        .and_then(|field| field.value(value::name, report));
    let check = fields
        .need("check", "a check, as `windlass check` names it")
        .and_then(|field| field.value(words, report));
    let reason = fields
        .need("reason", "why it may pass")
        .and_then(|field| field.value(words, report));
    let by = fields.get("by").map(|field| field.value(words, report));
    let until = fields
        .need("until", "a moment with its zone, as 2026-12-01T08:00:00Z")
        .and_then(|field| field.value(|text| moment(text, None), report));
    fields.end(report);
    Some(Waiver {
        api_version: API_VERSION,
        metadata: metadata?,
        spec: WaiverSpec {
            cluster: cluster?.into(),
            check: check?.as_str().into(),
            reason: reason?,
            by: given(by)?,
            until: until?,
        },
    })
}

fn words(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Wrong::new(
            "it says nothing, or not in one line",
            "text in one line",
        ));
    }
    Ok(text.to_owned())
}
