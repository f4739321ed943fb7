//! Reads `kind: Snapshot`: what `observe -o yaml` prints, and the short form that is written by hand.
//!
//! The system of the file picks the catalog, whose components, levels and facts are the names that can
//! be meant. Must never know: where the text came from. Stories: `tests/it/snapshot.rs`.

mod fact;
mod member;

use super::Only;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::field::{Field, Fields};
use crate::node;
use crate::stamp;
use crate::value::{self, Wrong, choice};
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::catalog::Catalog;
use windlass_engine::names::{Identity, LevelName, MemberId};
use windlass_engine::snapshot::{Budget, Gap, Level, Snapshot, Weight};
use windlass_engine::time::Wall;

/// Who a cluster is whose file does not say it: a plan needs a name to stand for it.
const UNNAMED: &str = "snapshot";

/// A cluster as a file tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFile {
    /// The name by which the file calls it.
    pub cluster: Option<String>,
    /// What was seen, or made up.
    pub snapshot: Snapshot,
}

/// The system that a snapshot or a story names, right or wrong: whose catalog is to be had for reading it.
#[must_use]
pub fn system(text: &str) -> Option<String> {
    let nodes = node::documents(text, &mut Report::new("", text));
    let node::Value::Map(entries) = &nodes.first()?.value else {
        return None;
    };
    let entry = entries.iter().find(|entry| entry.key == "system")?;
    match &entry.value.value {
        node::Value::Text(text) => Some(text.clone()),
        node::Value::Empty | node::Value::List(_) | node::Value::Map(_) => None,
    }
}

/// Reads the one snapshot of a file, of a system among those that are known, whose catalog is given.
///
/// # Errors
/// All that is wrong, by line.
pub fn snapshot(
    file: &str,
    text: &str,
    systems: &[&str],
    catalog: Option<&Catalog>,
) -> Result<SnapshotFile, Vec<Diagnostic>> {
    super::only(file, text, &SNAPSHOT, |field, report| {
        document(field, systems, catalog, report)
    })
}

const SNAPSHOT: Only = Only {
    holds: "a snapshot file holds one snapshot",
    written_by: "windlass observe CLUSTER -o yaml writes a snapshot file",
};

fn document(
    document: &Field<'_>,
    systems: &[&str],
    catalog: Option<&Catalog>,
    report: &mut Report<'_>,
) -> Option<SnapshotFile> {
    let mut fields = document.fields(report)?;
    let head = super::head(&mut fields, "Snapshot", report);
    let told = told(&mut fields, systems, catalog, report);
    fields.end(report);
    head?;
    told
}

/// The cluster that a file tells, in the fields of an object that may have others besides.
pub(super) fn told(
    fields: &mut Fields<'_>,
    systems: &[&str],
    catalog: Option<&Catalog>,
    report: &mut Report<'_>,
) -> Option<SnapshotFile> {
    let systems: Vec<(&str, ())> = systems.iter().map(|system| (*system, ())).collect();
    let system = fields
        .need("system", "the kind of thing, as kafka")
        .and_then(|field| {
            field.value(
                |text| super::coded(choice(text, &systems), Code::UnknownSystem),
                report,
            )
        });
    let cluster = fields
        .get("cluster")
        .and_then(|field| field.text(report).map(str::to_owned));
    let identity = fields.get_even_empty("identity");
    let seen = fields
        .get("seen")
        .map(|field| field.value(stamp::parse, report));
    let members = fields.need("members", "a list of members");
    let levels = fields.get("levels");
    let budgets = fields.get("budgets");
    let facts = fields.get("facts");
    let troubles = fields
        .get("troubles")
        .map(|field| field.values(|text| Ok(text.to_owned()), report));
    let gaps = fields.get("gaps");
    system?;
    let catalog = catalog?;
    let mut snapshot = Snapshot::empty(&catalog.system, Wall(0));
    snapshot.identity = match &identity {
        None => Some(Identity::from(cluster.as_deref().unwrap_or(UNNAMED))),
        Some(field) if matches!(field.node.value, node::Value::Empty) => None,
        Some(field) => field.text(report).map(Identity::from),
    };
    if let Some(seen) = seen {
        snapshot.seen = seen?;
    }
    // All are read before any is missed: one look names all that is wrong.
    let members = members.and_then(|field| member::members(&field, catalog, report));
    let levels = levels.map(|field| self::levels(&field, catalog, report));
    let facts = facts.map(|field| fact::facts(&field, catalog, report));
    snapshot.members = members?;
    if let Some(levels) = levels {
        snapshot.levels = levels?;
    }
    if let Some(facts) = facts {
        snapshot.facts = facts?;
    }
    if let Some(field) = budgets {
        snapshot.budgets = self::budgets(&field, &snapshot, report)?;
    }
    if let Some(troubles) = troubles {
        snapshot.troubles = troubles?;
    }
    if let Some(field) = gaps {
        snapshot.gaps = self::gaps(&field, &snapshot, report)?;
    }
    Some(SnapshotFile { cluster, snapshot })
}

/// `{metadata.version: 25}`, or the list that `observe` prints.
fn levels(
    field: &Field<'_>,
    catalog: &Catalog,
    report: &mut Report<'_>,
) -> Option<BTreeMap<LevelName, Level>> {
    let known: Vec<(&str, &LevelName)> = catalog
        .levels
        .iter()
        .map(|facts| (facts.name.as_str(), &facts.name))
        .collect();
    let mut levels = BTreeMap::new();
    if matches!(field.node.value, node::Value::List(_)) {
        let read: Vec<Option<(LevelName, Level)>> = field
            .list(report)?
            .iter()
            .map(|item| {
                let mut fields = item.fields(report)?;
                let name = fields
                    .need("name", "the name of a level")
                    .and_then(|field| field.value(|text| choice(text, &known), report));
                let finalized = fields
                    .need("finalized", "a number")
                    .and_then(|field| field.value(|text| number(text, catalog, name), report));
                let supported = fields.get("supported").map(|field| span(&field, report));
                fields.end(report);
                let supported = match supported {
                    Some(span) => Some(span?),
                    None => None,
                };
                let level = Level {
                    finalized: finalized?,
                    supported,
                };
                Some((name?.clone(), level))
            })
            .collect();
        for one in read {
            let (name, level) = one?;
            levels.insert(name, level);
        }
        return Some(levels);
    }
    for (entry, value) in field.pairs(report)? {
        let name = match choice(&entry.key, &known) {
            Ok(name) => name,
            Err(wrong) => {
                let label = wrong
                    .help
                    .unwrap_or_else(|| format!("expected {}", wrong.expected));
                let message = format!(
                    "the {} catalog knows no level `{}`",
                    catalog.system, entry.key
                );
                value.say_of_name(report, message, label);
                continue;
            }
        };
        if let Some(finalized) = value.value(|text| number(text, catalog, Some(name)), report) {
            levels.insert(
                name.clone(),
                Level {
                    finalized,
                    supported: None,
                },
            );
        }
    }
    Some(levels)
}

/// A number of a level, or the name that it has.
fn number(text: &str, catalog: &Catalog, of: Option<&LevelName>) -> Result<u16, Wrong> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let named = of.and_then(|name| catalog.level(name));
    let names: Vec<(&str, u16)> = named
        .into_iter()
        .flat_map(|facts| &facts.names)
        .map(|(number, name)| (name.as_str(), *number))
        .collect();
    let found = choice(text, &names);
    found.map_err(|wrong| {
        let mut said = Wrong::new(
            format!("`{text}` is no number of this level"),
            "a whole number from 0 to 65535, or its name",
        );
        said.help = wrong.help;
        said
    })
}

fn span(field: &Field<'_>, report: &mut Report<'_>) -> Option<(u16, u16)> {
    let mut fields = field.fields(report)?;
    let mut end = |name: &'static str, report: &mut Report<'_>| {
        fields
            .need(name, "a number")
            .and_then(|field| field.value(whole::<u16>, report))
    };
    let least = end("min", report);
    let most = end("max", report);
    fields.end(report);
    Some((least?, most?))
}

/// A whole number.
pub(super) fn whole<T: std::str::FromStr>(text: &str) -> Result<T, Wrong> {
    text.parse().map_err(|_| {
        Wrong::new(
            format!("`{text}` is no number that fits here"),
            "a whole number",
        )
    })
}

pub(super) fn known_member(text: &str, snapshot: &Snapshot) -> Result<MemberId, Wrong> {
    let id = MemberId::from(text);
    if snapshot.members.contains_key(&id) {
        return Ok(id);
    }
    let ids: Vec<(&str, ())> = snapshot
        .members
        .keys()
        .map(|id| (id.as_str(), ()))
        .collect();
    let near = choice(text, &ids).err().and_then(|wrong| wrong.help);
    let mut wrong = Wrong::new(
        format!("no member of this file has the id `{text}`"),
        "an id that stands under `members`",
    );
    wrong.help = near;
    Err(wrong)
}

fn budgets(field: &Field<'_>, snapshot: &Snapshot, report: &mut Report<'_>) -> Option<Vec<Budget>> {
    let items = field.list(report)?;
    let read: Vec<Option<Budget>> = items
        .iter()
        .map(|item| {
            let mut fields = item.fields(report)?;
            let members = fields
                .need("members", "ids of members")
                .and_then(|field| field.values(|text| known_member(text, snapshot), report));
            let need = fields
                .need("need", "how many of them must stay up")
                .and_then(|field| field.value(whole, report));
            let reason = fields
                .need("reason", "whose budget it is")
                .and_then(|field| field.text(report));
            fields.end(report);
            let members: BTreeSet<MemberId> = members?.into_iter().collect();
            Some(Budget {
                members,
                need: need?,
                reason: reason?.to_owned(),
            })
        })
        .collect();
    read.into_iter().collect()
}

fn gaps(field: &Field<'_>, snapshot: &Snapshot, report: &mut Report<'_>) -> Option<Vec<Gap>> {
    let items = field.list(report)?;
    let read: Vec<Option<Gap>> = items
        .iter()
        .map(|item| {
            let mut fields = item.fields(report)?;
            let member = fields
                .get("member")
                .map(|field| field.value(|text| known_member(text, snapshot), report));
            let about = fields.get("about").map(|field| field.text(report));
            let what = fields
                .need("what", "what could not be seen, and why")
                .and_then(|field| field.text(report));
            let mend = fields.get("mend").map(|field| field.text(report));
            let bars = fields
                .get("bars")
                .map(|field| field.value(value::flag, report));
            fields.end(report);
            let member = match member {
                Some(member) => Some(member?),
                None => None,
            };
            let about = match (about, &member) {
                (Some(about), _) => about?.to_owned(),
                (None, Some(member)) => member.to_string(),
                (None, None) => "cluster".to_owned(),
            };
            let mend = match mend {
                Some(mend) => mend?.to_owned(),
                None => String::new(),
            };
            let weight = match bars {
                Some(bars) if !bars? => Weight::Informs,
                Some(_) | None => Weight::Bars,
            };
            Some(Gap {
                about,
                member,
                what: what?.to_owned(),
                mend,
                weight,
            })
        })
        .collect();
    read.into_iter().collect()
}
