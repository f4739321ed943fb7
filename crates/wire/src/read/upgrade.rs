//! Reads `kind: Upgrade`.
//!
//! Must never know: whether the cluster is registered. Stories: `tests/it/files.rs`.

use crate::diagnostic::{Code, Report};
use crate::field::Field;
use crate::hours::moment;
use crate::v1::API_VERSION;
use crate::v1::upgrade::{Key, Upgrade, UpgradeSpec};
use crate::value;

pub(super) fn upgrade(
    metadata: Option<Field<'_>>,
    spec: Option<Field<'_>>,
    report: &mut Report<'_>,
) -> Option<Upgrade> {
    let metadata = key(metadata, "the key of this request", report);
    let mut fields = spec?.fields(report)?;
    let cluster = fields
        .need("cluster", "the name of a registered cluster")
        .and_then(|field| field.value(value::name, report));
    let to = fields
        .need("to", "a release or a line of releases, as 4.1")
        .and_then(|field| field.value(value::version, report));
    let rollback = fields
        .get("rollback")
        .map(|field| field.value(value::flag, report));
    let via = fields.get("via");
    let finalize = fields.get("finalize");
    if rollback == Some(Some(true)) {
        let given = [("via", &via), ("finalize", &finalize)];
        for (name, field) in given
            .into_iter()
            .filter_map(|(n, f)| Some((n, f.as_ref()?)))
        {
            field.say(
                report,
                Code::BadValue,
                format!("`{name}` is for ways up, and `rollback` is set"),
                "no stop is made and no level is raised on the way back",
                Some("take it out".to_owned()),
            );
        }
    }
    let via = via.map(|field| field.values(value::version, report));
    let finalize = finalize.map(|field| super::hours::finalize(&field, report));
    let at = fields
        .get("at")
        .map(|field| field.value(|text| moment(text, None), report));
    let latest = fields
        .get("latest")
        .map(|field| field.value(|text| moment(text, None), report));
    let in_window = fields
        .get("inWindow")
        .map(|field| field.value(value::flag, report));
    let approve = fields
        .get("approve")
        .map(|field| field.value(value::flag, report));
    fields.end(report);
    Some(Upgrade {
        api_version: API_VERSION,
        metadata: metadata?,
        spec: UpgradeSpec {
            cluster: cluster?.into(),
            to: to?,
            rollback: given(rollback)?.unwrap_or(false),
            via: given(via)?,
            finalize: given(finalize)?,
            at: given(at)?,
            latest: given(latest)?,
            in_window: given(in_window)?.unwrap_or(false),
            approve: given(approve)?.unwrap_or(false),
        },
    })
}

/// `metadata` with nothing but a name.
pub(super) fn key(metadata: Option<Field<'_>>, what: &str, report: &mut Report<'_>) -> Option<Key> {
    let mut fields = metadata?.fields(report)?;
    let name = fields
        .need("name", what)
        .and_then(|field| field.value(value::name, report));
    fields.end(report);
    Some(Key { name: name? })
}

/// A field that may be left out, and was read if it was not: `None` where reading it failed.
pub(super) fn given<T>(field: Option<Option<T>>) -> Option<Option<T>> {
    match field {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}
