//! Reads `policy.checks`: the user's own checks.
//!
//! Must never know: how they are asked. Stories: `tests/it/checks.rs`.

use super::upgrade::given;
use crate::diagnostic::{Code, Report, Told};
use crate::expression;
use crate::field::Field;
use crate::value::{self, BINDS, SEVERITIES, Wrong};
use windlass_engine::catalog::{Binds, Severity};
use windlass_engine::check::{Asks, OwnCheck};
use windlass_engine::time::Ms;

/// A check that is asked at each look must not hold it up.
const TIMEOUT: Ms = Ms::seconds(10);
/// A look that takes longer than this decides nothing any more.
const TIMEOUT_MAX: Ms = Ms::minutes(1);

pub(super) fn checks(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<OwnCheck>> {
    let items = field.list(report)?;
    let mut names: Vec<String> = Vec::new();
    let read: Vec<_> = items
        .iter()
        .map(|item| check(item, &mut names, report))
        .collect();
    read.into_iter().collect()
}

fn check(item: &Field<'_>, names: &mut Vec<String>, report: &mut Report<'_>) -> Option<OwnCheck> {
    let mut fields = item.fields(report)?;
    let name = fields
        .need("name", "the name of the check")
        .and_then(|field| {
            let name = field.value(value::name, report)?;
            if names.contains(&name) {
                field.say(
                    report,
                    Code::DuplicateName,
                    format!("check `{name}` is given twice"),
                    "another check has this name",
                    None,
                );
            }
            names.push(name.clone());
            Some(name)
        });
    let title = fields.get("title").map(|field| field.value(line, report));
    let timeout = fields.get("timeout");
    let severity = fields
        .get("severity")
        .map(|field| field.choice(SEVERITIES, report));
    let binds = fields.get("binds").map(|field| field.choice(BINDS, report));
    let mend = fields.get("mend").map(|field| field.value(line, report));
    let asks = match (fields.get("command"), fields.get("cel")) {
        (Some(field), None) => {
            let limit = timeout.as_ref().map(|field| field.value(limit, report));
            command(&field, report)
                .zip(given(limit).map(|limit| limit.unwrap_or(TIMEOUT)))
                .map(|(list, timeout)| Asks::Command { list, timeout })
        }
        (None, Some(field)) => {
            if let Some(timeout) = &timeout {
                timeout.say(
                    report,
                    Code::BadValue,
                    format!("`{}` is for commands", timeout.path),
                    "an expression is evaluated at once",
                    None,
                );
            }
            cel(&field, report).map(Asks::Cel)
        }
        (None, None) => {
            fields.missing("command", "an argument list, or `cel`");
            None
        }
        (Some(_), Some(_)) => {
            item.say(
                report,
                Code::BadValue,
                format!("`{}` has both `command` and `cel`", item.path),
                "expected one of them",
                None,
            );
            None
        }
    };
    fields.end(report);
    Some(OwnCheck {
        name: name?,
        title: given(title)?,
        asks: asks?,
        severity: given(severity)?.unwrap_or(Severity::Fail),
        binds: given(binds)?.unwrap_or(Binds::Now),
        mend: given(mend)?.unwrap_or_default(),
    })
}

fn command(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    let list = field.values(line, report)?;
    if list.first().is_none_or(|program| program.is_empty()) {
        field.say(
            report,
            Code::BadValue,
            format!("`{}` names no program", field.path),
            "expected an argument list, the program first",
            None,
        );
        return None;
    }
    Some(list)
}

/// A text without what a process list or a terminal cannot show.
fn line(text: &str) -> Result<String, Wrong> {
    if text.chars().any(char::is_control) {
        return Err(Wrong::new(
            "it holds a control character",
            "text in one line",
        ));
    }
    Ok(text.to_owned())
}

fn limit(text: &str) -> Result<Ms, Wrong> {
    let limit = value::positive_length(text)?;
    if limit > TIMEOUT_MAX {
        return Err(Wrong::new(
            format!("`{text}` is too long"),
            "at most 1m: it is asked at each look",
        ));
    }
    Ok(limit)
}

/// An expression; each of its flaws is shown where it stands in the file.
fn cel(field: &Field<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = field.text(report)?;
    let flaws = expression::flaws(text);
    if flaws.is_empty() {
        return Some(text.to_owned());
    }
    for flaw in flaws {
        let span = report
            .within(&field.node.span, text, flaw.at)
            .map_or_else(|| field.node.span.clone(), |at| at..at + flaw.length);
        report.say(Told {
            code: Code::BadExpression,
            field: field.path.clone(),
            span,
            message: format!("`{}` is no expression that can be evaluated", field.path),
            label: flaw.says,
            help: flaw.help,
        });
    }
    None
}
