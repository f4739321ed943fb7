//! Reading one field after the other: each asked for by name, what is left over is unknown.
//!
//! A reading answers `None` where the value cannot be had; then it has been reported, and reading
//! goes on with the next field, so that one look names all that is wrong.
//! Must never know: which kinds of objects there are. Stories: `tests/it/errors.rs`.

use crate::diagnostic::{Code, Report, Told};
use crate::node::{Entry, Node, Value};
use crate::value::Wrong;
use std::ops::Range;
use windlass_engine::nearest::nearest;

/// A value with its path and the place of its name.
#[derive(Clone, Debug)]
pub(crate) struct Field<'n> {
    pub(crate) node: &'n Node,
    pub(crate) path: String,
    /// Where its key stands; of an item of a list, where the item begins.
    pub(crate) named: Range<usize>,
}

impl<'n> Field<'n> {
    /// A whole document.
    pub(crate) fn root(node: &'n Node) -> Self {
        Self {
            node,
            path: String::new(),
            named: node.span.clone(),
        }
    }

    /// Says something about this value.
    pub(crate) fn say(
        &self,
        report: &mut Report<'_>,
        code: Code,
        message: String,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        let span = match self.node.value {
            Value::Empty => self.named.clone(),
            Value::Text(_) | Value::List(_) | Value::Map(_) => self.node.span.clone(),
        };
        report.say(Told {
            code,
            field: self.path.clone(),
            span,
            message,
            label: label.into(),
            help,
        });
    }

    /// Says something about the name of this value, which is the user's own.
    pub(crate) fn say_of_name(&self, report: &mut Report<'_>, message: String, label: String) {
        report.say(Told {
            code: Code::BadValue,
            field: self.path.clone(),
            span: self.named.clone(),
            message,
            label,
            help: None,
        });
    }

    fn wrong_type(&self, report: &mut Report<'_>, wanted: &str) {
        let found = match self.node.value {
            Value::Empty => "nothing",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
        };
        let whose = if self.path.is_empty() {
            "the document".to_owned()
        } else {
            format!("`{}`", self.path)
        };
        let help = self
            .unquoted()
            .map(|name| format!("braces need quotes: \"{{{name}}}\""));
        self.say(
            report,
            Code::WrongType,
            format!("{whose} must be {wanted}"),
            format!("found {found}"),
            help,
        );
    }

    /// The name in `{name}`, which YAML reads as an object unless it is quoted.
    pub(crate) fn unquoted(&self) -> Option<&'n str> {
        match &self.node.value {
            Value::Map(entries) => match entries.as_slice() {
                [only] if matches!(only.value.value, Value::Empty) => Some(&only.key),
                [] | [_] | [_, _, ..] => None,
            },
            Value::Empty | Value::Text(_) | Value::List(_) => None,
        }
    }

    /// A text, as written.
    pub(crate) fn text(&self, report: &mut Report<'_>) -> Option<&'n str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            Value::Empty | Value::List(_) | Value::Map(_) => {
                self.wrong_type(report, "a text");
                None
            }
        }
    }

    /// A text, read further.
    pub(crate) fn value<T>(
        &self,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
        report: &mut Report<'_>,
    ) -> Option<T> {
        match read(self.text(report)?) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let message = format!("`{}`: {}", self.path, wrong.says);
                let label = format!("expected {}", wrong.expected);
                self.say(report, wrong.code, message, label, wrong.help);
                None
            }
        }
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &self,
        choices: &[(&str, T)],
        report: &mut Report<'_>,
    ) -> Option<T> {
        self.value(|text| crate::value::choice(text, choices), report)
    }

    /// The items of a list.
    pub(crate) fn list(&self, report: &mut Report<'_>) -> Option<Vec<Field<'n>>> {
        let Value::List(items) = &self.node.value else {
            self.wrong_type(report, "a list");
            return None;
        };
        let item = |(at, node): (usize, &'n Node)| Field {
            node,
            path: format!("{}[{at}]", self.path),
            named: node.span.clone(),
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// A list of texts, each read further; none if any is wrong.
    pub(crate) fn values<T>(
        &self,
        read: impl Fn(&str) -> Result<T, Wrong>,
        report: &mut Report<'_>,
    ) -> Option<Vec<T>> {
        let items = self.list(report)?;
        let read: Vec<Option<T>> = items.iter().map(|item| item.value(&read, report)).collect();
        read.into_iter().collect()
    }

    /// The fields of an object whose names we know.
    pub(crate) fn fields(&self, report: &mut Report<'_>) -> Option<Fields<'n>> {
        let entries = self.entries(report)?;
        Some(Fields {
            entries,
            path: self.path.clone(),
            named: self.named.clone(),
            known: Vec::new(),
            lacking: Vec::new(),
        })
    }

    /// The fields of an object whose names are the user's own.
    pub(crate) fn pairs(&self, report: &mut Report<'_>) -> Option<Vec<(&'n Entry, Field<'n>)>> {
        let entries = self.entries(report)?;
        Some(entries.iter().map(|e| (e, below(&self.path, e))).collect())
    }

    fn entries(&self, report: &mut Report<'_>) -> Option<&'n [Entry]> {
        match &self.node.value {
            Value::Map(entries) => Some(entries),
            Value::Empty | Value::Text(_) | Value::List(_) => {
                self.wrong_type(report, "an object");
                None
            }
        }
    }
}

fn below<'n>(path: &str, entry: &'n Entry) -> Field<'n> {
    let dot = if path.is_empty() { "" } else { "." };
    Field {
        node: &entry.value,
        path: format!("{path}{dot}{}", entry.key),
        named: entry.key_span.clone(),
    }
}

/// The fields of an object; ask for each, then [`Fields::end`].
#[derive(Debug)]
#[must_use = "unknown fields are found by `end`"]
pub(crate) struct Fields<'n> {
    entries: &'n [Entry],
    pub(crate) path: String,
    pub(crate) named: Range<usize>,
    known: Vec<&'static str>,
    lacking: Vec<(&'static str, String)>,
}

impl<'n> Fields<'n> {
    /// A field that may be left out; one without a value counts as left out.
    pub(crate) fn get(&mut self, name: &'static str) -> Option<Field<'n>> {
        self.known.push(name);
        let entry = self.entries.iter().find(|entry| entry.key == name)?;
        (!matches!(entry.value.value, Value::Empty)).then(|| below(&self.path, entry))
    }

    /// A field whose presence says enough: `local:` is as good as `local: {}`.
    pub(crate) fn get_even_empty(&mut self, name: &'static str) -> Option<Field<'n>> {
        self.known.push(name);
        let entry = self.entries.iter().find(|entry| entry.key == name)?;
        Some(below(&self.path, entry))
    }

    /// A field that must be given; `what` says what belongs there.
    pub(crate) fn need(&mut self, name: &'static str, what: &str) -> Option<Field<'n>> {
        let field = self.get(name);
        if field.is_none() {
            self.missing(name, what);
        }
        field
    }

    /// Says that a field is not given: at the end, when it is known which names were meant for it.
    pub(crate) fn missing(&mut self, name: &'static str, what: &str) {
        self.lacking.push((name, what.to_owned()));
    }

    /// Says of a field that may be left out that it stands there without a value; whether it does.
    pub(crate) fn blank(&mut self, name: &'static str, what: &str) -> bool {
        let empty = |entry: &Entry| entry.key == name && matches!(entry.value.value, Value::Empty);
        let blank = self.entries.iter().any(empty);
        if blank {
            self.missing(name, what);
        }
        blank
    }

    fn tell_missing(&self, name: &str, what: &str, report: &mut Report<'_>) {
        let dot = if self.path.is_empty() { "" } else { "." };
        let field = format!("{}{dot}{name}", self.path);
        let blank = self.entries.iter().find(|entry| entry.key == name);
        let (span, message, label) = match blank {
            Some(entry) => (
                entry.key_span.clone(),
                format!("`{field}` has no value"),
                format!("expected {what}"),
            ),
            None => (
                self.named.clone(),
                format!("missing field `{field}`"),
                format!("`{name}` must be given here: {what}"),
            ),
        };
        report.say(Told {
            code: Code::MissingField,
            field,
            span,
            message,
            label,
            help: None,
        });
    }

    /// Reports the fields that nobody asked for, and those that were asked for and are not there.
    pub(crate) fn end(self, report: &mut Report<'_>) {
        let mut meant = Vec::new();
        for entry in self.entries {
            if report.is_full() {
                return;
            }
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let mut help = None;
            let label = match nearest(&entry.key, self.known.iter().copied()) {
                Some(name) => {
                    meant.push(name);
                    format!("did you mean `{name}`?")
                }
                None => {
                    // What `{rule: A,B}` comes to.
                    help = matches!(entry.value.value, Value::Empty)
                        .then(|| "within braces a text that holds a comma needs quotes".into());
                    format!("expected {}", one_of(&self.known))
                }
            };
            report.say(Told {
                code: Code::UnknownField,
                field: below(&self.path, entry).path,
                span: entry.key_span.clone(),
                message: format!("unknown field `{}`", entry.key),
                label,
                help,
            });
        }
        for (name, what) in &self.lacking {
            // A slip of the pen is told once, where it stands.
            if !meant.contains(name) {
                self.tell_missing(name, what, report);
            }
        }
    }
}

/// Names as a choice: `a`, `one of a, b, c`.
pub(crate) fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        [one, other] => format!("{one} or {other}"),
        more => format!("one of {}", more.join(", ")),
    }
}
