//! Where an object of a catalog stands in its file, for faults that were found in what was read.
//!
//! Must never know: what the faults are. Stories: `tests/it/extends.rs`, `crates/engine/tests/it/lint.rs`.

use crate::diagnostic::{Code, Diagnostic, Report, Told};
use crate::node::{self, Node, Value};
use std::ops::Range;
use windlass_engine::catalog::{About, Lint, Part};

/// Lint findings with their places in the file; one about an object that stands in another file (which
/// this one extends) is told at `extends`, or at the beginning.
#[must_use]
pub fn linted(file: &str, text: &str, lints: &[Lint]) -> Vec<Diagnostic> {
    let mut report = Report::new(file, text);
    let tree = tree(text);
    for lint in lints {
        // Each place is a walk over the file, and no more are shown.
        if report.is_full() {
            break;
        }
        let place = tree.as_ref().and_then(|tree| place(tree, &lint.about));
        report.say(Told {
            code: Code::Lint,
            field: lint.about.to_string(),
            span: place.unwrap_or(0..0),
            message: lint.to_string(),
            label: String::new(),
            help: None,
        });
    }
    report.into_found()
}

/// What is wrong with the `extends` of a file.
pub(super) fn extends(
    file: &str,
    text: &str,
    message: String,
    label: String,
    help: &str,
) -> Vec<Diagnostic> {
    let mut report = Report::new(file, text);
    let span = tree(text).and_then(|tree| Some(field(&tree, "extends")?.span.clone()));
    report.say(Told {
        code: Code::BadValue,
        field: "extends".into(),
        span: span.unwrap_or(0..0),
        message,
        label,
        help: Some(help.to_owned()),
    });
    report.into_found()
}

/// A list that is too long to be looked through.
pub(super) fn too_large(file: &str, text: &str, part: Part, message: String) -> Vec<Diagnostic> {
    let mut report = Report::new(file, text);
    let span = tree(text).and_then(|tree| Some(field(&tree, part.list())?.span.clone()));
    report.say(Told {
        code: Code::TooLarge,
        field: part.list().into(),
        span: span.unwrap_or(0..0),
        message,
        label: format!("most of them are {}", part.list()),
        help: None,
    });
    report.into_found()
}

fn tree(text: &str) -> Option<Node> {
    // Whoever asks has read the text without a fault before.
    let mut unheard = Report::new("", text);
    let tree = node::documents_within(text, super::CATALOG_MAX_BYTES, &mut unheard);
    tree.into_iter().next()
}

fn place(tree: &Node, about: &About) -> Option<Range<usize>> {
    let here = match about {
        About::Whole(name) => field(tree, name).map(|node| node.span.clone()),
        About::One(part, name) => one(tree, *part, name),
    };
    here.or_else(|| field(tree, "extends").map(|node| node.span.clone()))
}

/// The words that name an object.
fn one(tree: &Node, part: Part, name: &str) -> Option<Range<usize>> {
    let Value::List(items) = &field(tree, part.list())?.value else {
        return None;
    };
    // Of a step of a procedure: the level it belongs to.
    let name = name.split(", step `").next().unwrap_or(name);
    // A name may be followed by its scheme.
    let bare = name.split(" of ").next().unwrap_or(name);
    let found = |wanted: &str| {
        items.iter().find_map(|item| match part {
            Part::Paths | Part::Edges | Part::Blocked => {
                let (from, to) = (field(item, "from")?, field(item, "to")?);
                let named = format!("{} to {}", text_of(from)?, text_of(to)?);
                (named == wanted).then(|| from.span.clone())
            }
            Part::Components
            | Part::Releases
            | Part::Lines
            | Part::Levels
            | Part::Risks
            | Part::Skew
            | Part::Facts
            | Part::Checks
            | Part::Hazards
            | Part::Actions
            | Part::Offers
            | Part::Advisories => {
                let named = field(item, key(part))?;
                (text_of(named)? == wanted).then(|| named.span.clone())
            }
        })
    };
    found(name).or_else(|| found(bare))
}

/// The field that names an object of a list.
fn key(part: Part) -> &'static str {
    match part {
        Part::Releases => "version",
        Part::Lines => "line",
        Part::Skew | Part::Checks | Part::Hazards | Part::Offers | Part::Advisories => "id",
        Part::Components | Part::Levels | Part::Risks | Part::Facts | Part::Actions => "name",
        Part::Paths | Part::Edges | Part::Blocked => "from",
    }
}

fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let Value::Map(entries) = &node.value else {
        return None;
    };
    let entry = entries.iter().find(|entry| entry.key == name)?;
    Some(&entry.value)
}

fn text_of(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        Value::Empty | Value::List(_) | Value::Map(_) => None,
    }
}

/// One step down a tree.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Into a field.
    In(&'static str),
    /// To a place of a list, from 0.
    At(usize),
}

/// Where a part of a JSON text begins, or its nearest parent that can be found.
pub(super) fn json(text: &str, path: &[Step]) -> usize {
    let Some(tree) = tree(text) else {
        return 0;
    };
    let mut node = &tree;
    for step in path {
        let next = match (step, &node.value) {
            (Step::In(name), Value::Map(_)) => field(node, name),
            (Step::At(at), Value::List(items)) => items.get(*at),
            (
                Step::In(_) | Step::At(_),
                Value::Empty | Value::Text(_) | Value::List(_) | Value::Map(_),
            ) => None,
        };
        let Some(next) = next else {
            break;
        };
        node = next;
    }
    node.span.start
}
