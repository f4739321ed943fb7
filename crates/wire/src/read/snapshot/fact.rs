//! Facts of a snapshot file: the catalog says which there are, and of what kind each is.
//!
//! Must never know: what must be true of them. Stories: `tests/it/snapshot.rs`.

use super::whole;
use crate::diagnostic::Report;
use crate::field::Field;
use crate::node::Value;
use crate::value;
use std::collections::BTreeMap;
use windlass_engine::catalog::{Catalog, FactKind, Risk};
use windlass_engine::nearest::nearest;
use windlass_engine::snapshot::{Fact, Found, Said};

/// Checks of the user's own answer under names of this kind; no catalog knows them.
const OWN: &str = "own.";

pub(super) fn facts(
    field: &Field<'_>,
    catalog: &Catalog,
    report: &mut Report<'_>,
) -> Option<BTreeMap<String, Fact>> {
    let known = known(catalog);
    let mut facts = BTreeMap::new();
    let mut is_whole = true;
    for (entry, value) in field.pairs(report)? {
        let kind = known.get(entry.key.as_str()).copied();
        // What a look tells besides is kept; a slip of the pen would be a question without an answer.
        let near = nearest(&entry.key, known.keys().map(String::as_str));
        if let (None, Some(near), false) = (kind, near, entry.key.starts_with(OWN)) {
            let label = format!("did you mean `{near}`?");
            let message = format!(
                "the {} catalog reads no fact `{}`",
                catalog.system, entry.key
            );
            value.say_of_name(report, message, label);
            continue;
        }
        match fact(&value, kind.flatten(), report) {
            Some(fact) => {
                facts.insert(entry.key.clone(), fact);
            }
            None => is_whole = false,
        }
    }
    is_whole.then_some(facts)
}

/// Every fact that is read, with its kind where the catalog tells it.
fn known(catalog: &Catalog) -> BTreeMap<String, Option<FactKind>> {
    let mut known = BTreeMap::new();
    let labels = catalog.offers.iter().flat_map(|offer| offer.only.keys());
    known.extend(labels.map(|label| (label.clone(), Some(FactKind::Word))));
    let risks = catalog.risks.iter().flat_map(Risk::facts);
    known.extend(risks.map(|name| (name, Some(FactKind::Truth))));
    let checks = catalog.checks.iter().map(|check| &check.fact);
    let by_hand = catalog
        .actions
        .iter()
        .filter_map(|action| action.by_hand.as_ref());
    let steps = catalog.levels.iter().flat_map(|level| &level.procedure);
    let proofs = steps.map(|step| &step.proof);
    let named = checks.chain(by_hand).chain(proofs);
    known.extend(named.map(|name| (name.clone(), None)));
    for fact in &catalog.facts {
        known.insert(fact.name.clone(), Some(fact.kind));
    }
    known
}

/// One answer. Without a kind the text itself tells what it is.
fn fact(field: &Field<'_>, kind: Option<FactKind>, report: &mut Report<'_>) -> Option<Fact> {
    let has = |name: &str| match &field.node.value {
        Value::Map(entries) => entries.iter().any(|entry| entry.key == name),
        Value::Empty | Value::Text(_) | Value::List(_) => false,
    };
    if has("unknown") {
        let mut fields = field.fields(report)?;
        let why = fields
            .need("unknown", "why it could not be looked at")
            .and_then(|field| field.text(report));
        fields.end(report);
        return Some(Fact::Unknown(why?.to_owned()));
    }
    if has("said") {
        let mut fields = field.fields(report)?;
        let said = fields
            .need("said", "pass, warn or fail")
            .and_then(|field| field.choice(SAID, report));
        let seen = fields.get("seen").map(|field| list(&field, report));
        fields.end(report);
        let seen = match seen {
            Some(seen) => seen?,
            None => Vec::new(),
        };
        return Some(Fact::Said(said?, seen));
    }
    let kind = kind.unwrap_or_else(|| match &field.node.value {
        Value::List(_) => FactKind::List,
        Value::Map(_) => FactKind::Versions,
        Value::Text(text) if matches!(text.as_str(), "true" | "false") => FactKind::Truth,
        Value::Text(text) if text.parse::<i64>().is_ok() => FactKind::Number,
        Value::Text(_) | Value::Empty => FactKind::Word,
    });
    Some(match kind {
        FactKind::Truth => Fact::Truth(field.value(value::flag, report)?),
        FactKind::Number => Fact::Number(field.value(whole, report)?),
        FactKind::Word => Fact::Word(field.text(report)?.to_owned()),
        FactKind::List => Fact::List(list(field, report)?),
        FactKind::Versions => versions(field, report)?,
    })
}

const SAID: &[(&str, Said)] = &[
    ("pass", Said::Pass),
    ("warn", Said::Warn),
    ("fail", Said::Fail),
];

/// `{east: 1.28.4}`, or the same below `versions` as `observe` prints it.
fn versions(field: &Field<'_>, report: &mut Report<'_>) -> Option<Fact> {
    let pairs = field.pairs(report)?;
    let inner = match pairs.as_slice() {
        [(entry, inner)] if entry.key == "versions" => match inner.node.value {
            Value::Map(_) => Some(inner.pairs(report)?),
            Value::Empty | Value::Text(_) | Value::List(_) => None,
        },
        [..] => None,
    };
    let mut versions = BTreeMap::new();
    for (entry, value) in inner.unwrap_or(pairs) {
        versions.insert(entry.key.clone(), value.value(value::version, report)?);
    }
    Some(Fact::Versions(versions))
}

/// Objects: each a word of its own, or with what was seen of it.
fn list(field: &Field<'_>, report: &mut Report<'_>) -> Option<Vec<Found>> {
    let items = field.list(report)?;
    let read: Vec<Option<Found>> = items.iter().map(|item| found(item, report)).collect();
    read.into_iter().collect()
}

fn found(item: &Field<'_>, report: &mut Report<'_>) -> Option<Found> {
    if let Value::Text(text) = &item.node.value {
        return Some(Found {
            object: text.clone(),
            seen: String::new(),
        });
    }
    let mut fields = item.fields(report)?;
    let object = fields
        .need("object", "the system's name of it")
        .and_then(|field| field.text(report));
    let seen = fields
        .get_even_empty("seen")
        .map(|field| match field.node.value {
            Value::Empty => Some(""),
            Value::Text(_) | Value::List(_) | Value::Map(_) => field.text(report),
        });
    fields.end(report);
    let seen = match seen {
        Some(seen) => seen?,
        None => "",
    };
    Some(Found {
        object: object?.to_owned(),
        seen: seen.to_owned(),
    })
}
