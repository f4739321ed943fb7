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
use crate::field::Field;
use crate::node;
use crate::v1::{API_VERSION, Object};
use crate::value::Wrong;
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
            |text| known(crate::value::choice(text, &[(API_VERSION, ())])),
            report,
        )
    });
    let kind = fields
        .need("kind", "Cluster, Upgrade or Waiver")
        .and_then(|field| field.value(|text| known(crate::value::choice(text, KINDS)), report));
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

fn known<T>(answer: Result<T, Wrong>) -> Result<T, Wrong> {
    answer.map_err(|mut wrong| {
        wrong.code = Code::UnknownKind;
        wrong
    })
}
