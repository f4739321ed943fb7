//! Reads `spec.policy.windows`, `freezes`, `fit` and `finalize`.
//!
//! Must never know: the present moment. Stories: `tests/it/hours.rs`.

use super::upgrade::given;
use crate::diagnostic::{Code, Report};
use crate::field::{Field, Fields};
use crate::hours::{self, EndsOf, rule};
use crate::node::Value;
use crate::value::{self, FINALIZES, Wrong};
use windlass_engine::calendar::zone::Zone;
use windlass_engine::calendar::{Stretch, When};
use windlass_engine::policy::Finalize;

/// A list of windows or freezes whose names differ from those in `names`, and from one another.
pub(super) fn stretches(
    field: &Field<'_>,
    names: &mut Vec<String>,
    report: &mut Report<'_>,
) -> Option<Vec<Stretch>> {
    let items = field.list(report)?;
    let read: Vec<Option<Stretch>> = items
        .iter()
        .map(|item| {
            let stretch = stretch(item, report)?;
            if names.contains(&stretch.name) {
                let message = format!("`{}` is given twice", stretch.name);
                item.say(
                    report,
                    Code::DuplicateName,
                    message,
                    "windows and freezes each need a name of their own",
                    None,
                );
                return None;
            }
            names.push(stretch.name.clone());
            Some(stretch)
        })
        .collect();
    read.into_iter().collect()
}

fn stretch(field: &Field<'_>, report: &mut Report<'_>) -> Option<Stretch> {
    let mut fields = field.fields(report)?;
    let name = fields
        .need("name", "a name for it, as nights")
        .and_then(|field| field.value(value::name, report));
    let zone = fields
        .need("zone", "a name of the tz database, as Europe/Berlin")
        .and_then(|field| field.value(hours::zone, report));
    let again = fields.get("rule");
    let once = fields.get("from");
    let when = match (again, once) {
        (Some(rule), None) => by_rule(&rule, zone, &mut fields, report),
        (None, Some(from)) => by_dates(&from, zone, &mut fields, report),
        (Some(_), Some(from)) => {
            let message = format!("`{}` and `rule` are given both", from.path);
            from.say(
                report,
                Code::BadValue,
                message,
                "keep one: `rule` comes again, `from` and `to` once",
                None,
            );
            for name in ["start", "duration", "to"] {
                fields.get(name);
            }
            None
        }
        (None, None) => {
            fields.missing("rule", "a rule as FREQ=WEEKLY;BYDAY=SA, or `from` and `to`");
            for name in ["start", "duration", "to"] {
                fields.get(name);
            }
            None
        }
    };
    fields.end(report);
    Some(Stretch {
        name: name?,
        when: when?,
    })
}

fn by_rule(
    field: &Field<'_>,
    zone: Option<Zone>,
    fields: &mut Fields<'_>,
    report: &mut Report<'_>,
) -> Option<When> {
    let parts = field.value(rule::parts, report);
    let start_field = fields.need("start", "a time of day as 22:00, or with a date");
    let start = start_field
        .as_ref()
        .and_then(|field| field.value(hours::start, report));
    let length = fields
        .need("duration", "how long it lasts each time, as 4h")
        .and_then(|field| field.value(value::positive_length, report));
    match parts?.rule(zone?, start?, length?) {
        Ok(rule) => Some(When::Rule(rule)),
        Err(wrong) => {
            told(field, wrong, report);
            None
        }
    }
}

fn by_dates(
    field: &Field<'_>,
    zone: Option<Zone>,
    fields: &mut Fields<'_>,
    report: &mut Report<'_>,
) -> Option<When> {
    let from = field.value(|text| hours::local(text, EndsOf::Start), report);
    let end = fields.need("to", "its end: a date holds its whole day");
    let to = end
        .as_ref()
        .and_then(|field| field.value(|text| hours::local(text, EndsOf::End), report));
    let zone = zone?;
    let (from, to) = (zone.moment(from?).0, zone.moment(to?).0);
    if from >= to {
        let wrong = Wrong::new("it ends before it begins", "an end after `from`");
        if let Some(end) = end {
            told(&end, wrong, report);
        }
        return None;
    }
    Some(When::Once { from, to, zone })
}

fn told(field: &Field<'_>, wrong: Wrong, report: &mut Report<'_>) {
    let message = format!("`{}`: {}", field.path, wrong.says);
    field.say(
        report,
        wrong.code,
        message,
        format!("expected {}", wrong.expected),
        wrong.help,
    );
}

/// `never`, `soon`, or `{after: 3d}`.
pub(super) fn finalize(field: &Field<'_>, report: &mut Report<'_>) -> Option<Finalize> {
    match field.node.value {
        Value::Map(_) => {
            let mut fields = field.fields(report)?;
            let after = fields
                .need("after", "how long after the upgrade, as 3d")
                .and_then(|field| field.value(value::positive_length, report));
            fields.end(report);
            given(Some(after))?.map(Finalize::After)
        }
        Value::Empty | Value::Text(_) | Value::List(_) => {
            let text = |text: &str| {
                value::choice(text, FINALIZES).map_err(|mut wrong| {
                    wrong.expected = "`never`, `soon` or {after: 3d}".into();
                    wrong
                })
            };
            field.value(text, report)
        }
    }
}
