//! A file becomes objects, or a list of all that is wrong with it.
//!
//! Must never know: where the text came from; the name is only shown. Stories: `tests/it/errors.rs`.

mod checks;
mod cluster;
mod hours;
mod member;
pub mod plan;
mod policy;
mod reach;
pub(crate) mod security;
pub mod snapshot;
pub mod story;
mod supervisor;
mod upgrade;
mod waiver;

use crate::diagnostic::{Code, Diagnostic, Report, Told};
use crate::field::{Field, Fields};
use crate::node;
use crate::v1::{API_VERSION, Object};
use crate::value::{Wrong, choice};
use std::collections::BTreeMap;

/// Reads all documents of a file (`---` between two). JSON is read as well.
///
/// # Errors
/// All that is wrong, by line.
pub fn read(file: &str, text: &str) -> Result<Vec<Object>, Vec<Diagnostic>> {
    let mut report = Report::new(file, text);
    let nodes = node::documents(text, &mut report);
    let mut objects = Vec::new();
    let mut names: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for node in &nodes {
        let document = Field::root(node);
        let Some(object) = object(&document, &mut report) else {
            continue;
        };
        let name = (object.kind(), object.name().to_owned());
        match names.get(&name) {
            Some(first) => {
                let line = report.line_of(*first);
                document.say(
                    &mut report,
                    Code::DuplicateName,
                    format!("{} `{}` is given twice", name.0, name.1),
                    format!("the first begins on line {line}"),
                    None,
                );
            }
            None => {
                names.insert(name, node.span.start);
            }
        }
        objects.push(object);
    }
    let found = report.into_found();
    if !found.is_empty() {
        return Err(found);
    }
    if objects.is_empty() {
        let help = "windlass init kafka --bootstrap HOST:PORT writes a cluster file";
        return Err(empty(file, text, help));
    }
    Ok(objects)
}

/// A kind of file that holds one object.
struct Only {
    /// What it holds, said where another one begins.
    holds: &'static str,
    /// What writes one, said where there is none.
    written_by: &'static str,
}

/// Reads the one object of a file.
fn only<T>(
    file: &str,
    text: &str,
    of: &Only,
    read: impl FnOnce(&Field<'_>, &mut Report<'_>) -> Option<T>,
) -> Result<T, Vec<Diagnostic>> {
    let mut report = Report::new(file, text);
    let nodes = node::documents(text, &mut report);
    let read = match nodes.as_slice() {
        [] => None,
        [only] => read(&Field::root(only), &mut report),
        [_, second, ..] => {
            Field::root(second).say(
                &mut report,
                Code::BadValue,
                of.holds.into(),
                "here begins another document",
                Some("give each a file of its own".into()),
            );
            None
        }
    };
    let found = report.into_found();
    match read {
        Some(read) if found.is_empty() => Ok(read),
        None if found.is_empty() => Err(empty(file, text, of.written_by)),
        Some(_) | None => Err(found),
    }
}

/// `apiVersion`, and the only kind that it may be.
fn head(fields: &mut Fields<'_>, kind: &'static str, report: &mut Report<'_>) -> Option<()> {
    let mut is = |name: &'static str, word: &'static str| {
        let read = |text: &str| coded(choice(text, &[(word, ())]), Code::UnknownKind);
        let field = fields.need(name, word);
        field.and_then(|field| field.value(read, report))
    };
    let (version, kind) = (is("apiVersion", API_VERSION), is("kind", kind));
    version.and(kind)
}

fn coded<T>(answer: Result<T, Wrong>, code: Code) -> Result<T, Wrong> {
    answer.map_err(|mut wrong| {
        wrong.code = code;
        wrong
    })
}

/// A file without any object.
fn empty(file: &str, text: &str, help: &str) -> Vec<Diagnostic> {
    let mut report = Report::new(file, text);
    report.say(Told {
        code: Code::MissingField,
        field: String::new(),
        span: 0..0,
        message: "the file is empty".into(),
        label: "expected an object with `apiVersion` and `kind`".into(),
        help: Some(help.into()),
    });
    report.into_found()
}

#[derive(Clone, Copy)]
enum Kind {
    Cluster,
    Upgrade,
    Waiver,
}

const KINDS: &[(&str, Kind)] = &[
    ("Cluster", Kind::Cluster),
    ("Upgrade", Kind::Upgrade),
    ("Waiver", Kind::Waiver),
];

fn object(document: &Field<'_>, report: &mut Report<'_>) -> Option<Object> {
    let mut fields = document.fields(report)?;
    let version = fields.need("apiVersion", API_VERSION).and_then(|field| {
        field.value(
            |text| coded(choice(text, &[(API_VERSION, ())]), Code::UnknownKind),
            report,
        )
    });
    let kind = fields
        .need("kind", "Cluster, Upgrade or Waiver")
        .and_then(|field| {
            field.value(|text| coded(choice(text, KINDS), Code::UnknownKind), report)
        });
    let metadata = fields.need("metadata", "an object with `name`");
    let spec = fields.need("spec", "an object");
    fields.end(report);
    version?;
    match kind? {
        Kind::Cluster => cluster::cluster(metadata, spec, report)
            .map(|cluster| Object::Cluster(Box::new(cluster))),
        Kind::Upgrade => upgrade::upgrade(metadata, spec, report)
            .map(|upgrade| Object::Upgrade(Box::new(upgrade))),
        Kind::Waiver => {
            waiver::waiver(metadata, spec, report).map(|waiver| Object::Waiver(Box::new(waiver)))
        }
    }
}
