//! The objects of a catalog by name, for whoever looks one up or compares two catalogs.
//!
//! Must never know: what the objects mean. Stories: `tests/it/diff.rs`.

use crate::diff::{Change, diff};
use serde_json::{Map, Value};
use windlass_engine::catalog::{Catalog, Part};

/// Every list of a catalog, in the order of its file.
const PARTS: [Part; 15] = [
    Part::Components,
    Part::Releases,
    Part::Lines,
    Part::Levels,
    Part::Paths,
    Part::Edges,
    Part::Risks,
    Part::Blocked,
    Part::Skew,
    Part::Facts,
    Part::Checks,
    Part::Hazards,
    Part::Actions,
    Part::Offers,
    Part::Advisories,
];

/// An object of a catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The list in which it stands.
    pub part: Part,
    /// What tells it from others there: of a hop `A to B`.
    pub name: String,
    /// What it says.
    pub says: Map<String, Value>,
}

/// All objects of a catalog, in its order.
///
/// # Errors
/// Where a catalog cannot be written as JSON, which would be a bug.
pub fn named(catalog: &Catalog) -> Result<Vec<Named>, serde_json::Error> {
    let whole = serde_json::to_value(catalog)?;
    let mut all = Vec::new();
    for part in PARTS {
        let items = whole.get(part.list()).and_then(Value::as_array);
        for item in items.into_iter().flatten() {
            if let Value::Object(says) = item {
                all.push(Named {
                    part,
                    name: name(part, says),
                    says: says.clone(),
                });
            }
        }
    }
    Ok(all)
}

/// What turns the one catalog into the other: `releases.4.4.0`, `checks.java.version.severity`.
///
/// # Errors
/// As [`named`].
pub fn changes(old: &Catalog, new: &Catalog) -> Result<Vec<Change>, serde_json::Error> {
    Ok(diff(&by_name(old)?, &by_name(new)?))
}

fn by_name(catalog: &Catalog) -> Result<Value, serde_json::Error> {
    let mut whole = Map::new();
    let plain = serde_json::to_value(catalog)?;
    for (field, value) in plain.as_object().into_iter().flatten() {
        if !value.is_array() {
            whole.insert(field.clone(), value.clone());
        }
    }
    for Named { part, name, says } in named(catalog)? {
        let list = whole
            .entry(part.list())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(list) = list {
            list.insert(name, Value::Object(says));
        }
    }
    Ok(Value::Object(whole))
}

fn name(part: Part, says: &Map<String, Value>) -> String {
    let text = |field: &str| says.get(field).and_then(Value::as_str).unwrap_or_default();
    let mut name = match part {
        Part::Paths | Part::Edges | Part::Blocked => format!("{} to {}", text("from"), text("to")),
        Part::Releases => text("version").to_owned(),
        Part::Lines => text("line").to_owned(),
        Part::Skew | Part::Checks | Part::Hazards | Part::Offers | Part::Advisories => {
            text("id").to_owned()
        }
        Part::Components | Part::Levels | Part::Risks | Part::Facts | Part::Actions => {
            text("name").to_owned()
        }
    };
    if matches!(part, Part::Paths | Part::Blocked)
        && let Some(of) = says.get("of").and_then(Value::as_array)
    {
        let of: Vec<&str> = of.iter().filter_map(Value::as_str).collect();
        name.push_str(&format!(" of {}", of.join(", ")));
    }
    let track = text("track");
    if !track.is_empty() && part != Part::Components {
        name.push_str(&format!(" in {track}"));
    }
    name
}
