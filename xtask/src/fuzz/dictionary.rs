//! Words that a driver which knows only bytes would hardly find: fields and words of the files.
//!
//! Those of catalogs are read off their schema, which is read off the types; the others are kept files.
//! Must never know: how they are used. Tests: below.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use windlass_wire::catalog::schema;

use crate::peers::cache::put;
use crate::workspace::{Trouble, root};

/// The dictionary of a target, where it has one.
///
/// # Errors
/// When it cannot be written.
pub(super) fn of(target: &str, leavings: &Path) -> Result<Option<PathBuf>, Trouble> {
    if target == "catalogs" {
        let file = leavings.join("dict").join("catalogs.dict");
        put(&file, written(&words(&schema())).as_bytes())?;
        return Ok(Some(file));
    }
    let kept = root().join("fuzz/dict").join(format!("{target}.dict"));
    Ok(kept.is_file().then_some(kept))
}

/// Names of properties, and the words of enumerations.
fn words(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                for (name, below) in fields {
                    match (name.as_str(), below) {
                        ("properties", Value::Object(properties)) => {
                            found.extend(properties.keys().cloned());
                        }
                        ("enum", Value::Array(all)) => {
                            found.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
                        }
                        ("const", Value::String(one)) => {
                            found.insert(one.clone());
                        }
                        _ => {}
                    }
                    open.push(below);
                }
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

/// A word a line; all of them are plain letters, digits and hyphens.
fn written(words: &BTreeSet<String>) -> String {
    let plain = |word: &&String| {
        word.chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
    };
    words
        .iter()
        .filter(plain)
        .fold(String::new(), |mut text, word| {
            // Writing to a text cannot fail.
            writeln!(text, "\"{word}\"").unwrap_or_default();
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_words_of_catalogs_are_in_it() {
        let text = written(&words(&schema()));
        for word in ["\"restartMs\"\n", "\"asOf\"\n", "\"on-finalize\"\n"] {
            assert!(text.contains(word), "{word}");
        }
    }
}
