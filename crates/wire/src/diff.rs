//! The difference of two JSON objects: `field: old → new` (`apply --dry-run`).
//!
//! Items of lists are told apart by their `name` or `id` where they have one, else by their place.
//! Must never know: what the fields mean. Stories: `tests/it/diff.rs`.

use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Where: `spec.hosts[k1].members[101].dir`.
    pub field: String,
    /// What stood there; none: nothing.
    pub old: Option<Value>,
    /// What will stand there; none: nothing.
    pub new: Option<Value>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new) {
            (None, Some(new)) => write!(f, "+ {}: {}", self.field, shown(new)),
            (Some(old), None) => write!(f, "- {}: {}", self.field, shown(old)),
            (Some(old), Some(new)) => {
                write!(f, "~ {}: {} → {}", self.field, shown(old), shown(new))
            }
            (None, None) => write!(f, "  {}", self.field),
        }
    }
}

/// What turns the one into the other, in the order of the fields; nothing where they are the same.
#[must_use]
pub fn diff(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    walk("", Some(old), Some(new), &mut changes);
    changes
}

fn walk(field: &str, old: Option<&Value>, new: Option<&Value>, changes: &mut Vec<Change>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let dot = if field.is_empty() { "" } else { "." };
            for (key, value) in a {
                walk(
                    &format!("{field}{dot}{key}"),
                    Some(value),
                    b.get(key),
                    changes,
                );
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                walk(&format!("{field}{dot}{key}"), None, Some(value), changes);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => match (named(a), named(b)) {
            (Some(a), Some(b)) => {
                for (name, value) in &a {
                    let other = b.iter().find(|(other, _)| other == name);
                    let other = other.map(|(_, value)| *value);
                    walk(&format!("{field}[{name}]"), Some(value), other, changes);
                }
                for (name, value) in b.iter().filter(|(n, _)| !a.iter().any(|(o, _)| o == n)) {
                    walk(&format!("{field}[{name}]"), None, Some(value), changes);
                }
            }
            // Lists of plain values read best whole.
            (_, _) => changed(field, old, new, changes),
        },
        (_, _) => changed(field, old, new, changes),
    }
}

fn changed(field: &str, old: Option<&Value>, new: Option<&Value>, changes: &mut Vec<Change>) {
    changes.push(Change {
        field: field.to_owned(),
        old: old.cloned(),
        new: new.cloned(),
    });
}

/// The items by name, if all have one and no two the same.
fn named(items: &[Value]) -> Option<Vec<(&str, &Value)>> {
    let mut out: Vec<(&str, &Value)> = Vec::new();
    for item in items {
        let name = item.get("name").or_else(|| item.get("id"))?.as_str()?;
        if out.iter().any(|(other, _)| *other == name) {
            return None;
        }
        out.push((name, item));
    }
    Some(out)
}

/// Texts bare, all else as JSON in one line.
fn shown(value: &Value) -> String {
    match value.as_str() {
        Some(text) if !text.is_empty() && !text.contains('\n') => text.to_owned(),
        Some(_) | None => value.to_string(),
    }
}
