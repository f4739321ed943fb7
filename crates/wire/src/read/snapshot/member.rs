//! Members of a snapshot file: one by one as they were seen, or many of a kind by their count.
//!
//! Must never know: what the components mean. Stories: `tests/it/snapshot.rs`.

use super::whole;
use crate::diagnostic::{Code, Report};
use crate::field::{Field, Fields};
use crate::node::Value;
use crate::stamp;
use crate::value::{self, choice};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::catalog::Catalog;
use windlass_engine::names::{Component, MemberId};
use windlass_engine::snapshot::{Health, Member};
use windlass_engine::version::Version;

/// Ten times the largest cluster that plans are measured on; a count beyond it is a slip of the pen.
const MEMBERS_MAX_COUNT: usize = 50_000;

/// One entry of the list: a member, or many that are alike.
struct Entry<'n> {
    field: Field<'n>,
    /// Its own id; none: numbered by its stem and zone.
    id: Option<String>,
    name: Option<String>,
    count: usize,
    like: Member,
}

impl Entry<'_> {
    /// What numbered members are called: the name given, else the first component; with the zone.
    fn stem(&self) -> String {
        let first = self.like.carries().next().map(ToString::to_string);
        let stem = self.name.clone().or(first).unwrap_or_default();
        match &self.like.zone {
            Some(zone) if *zone != stem => format!("{stem}-{zone}"),
            Some(_) | None => stem,
        }
    }
}

pub(super) fn members(
    field: &Field<'_>,
    catalog: &Catalog,
    report: &mut Report<'_>,
) -> Option<BTreeMap<MemberId, Arc<Member>>> {
    let read: Vec<Option<Entry<'_>>> = field
        .list(report)?
        .into_iter()
        .map(|item| entry(item, catalog, report))
        .collect();
    let entries: Vec<Entry<'_>> = read.into_iter().collect::<Option<_>>()?;
    let mut totals: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = 0;
    for entry in &entries {
        all += entry.count;
        if all > MEMBERS_MAX_COUNT {
            let message = format!("more than {MEMBERS_MAX_COUNT} members");
            entry
                .field
                .say(report, Code::TooLarge, message, "reading ends here", None);
            return None;
        }
        if entry.id.is_none() {
            *totals.entry(entry.stem()).or_default() += entry.count;
        }
    }
    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    let mut members = BTreeMap::new();
    for entry in entries {
        let stem = entry.stem();
        for _ in 0..entry.count {
            let (id, name) = match &entry.id {
                Some(id) => {
                    let kind = entry.like.carries().next();
                    let called = kind.map(|kind| format!("{kind} {id}"));
                    (
                        id.clone(),
                        entry.name.clone().or(called).unwrap_or_else(|| id.clone()),
                    )
                }
                None => {
                    let total = totals.get(&stem).copied().unwrap_or(1);
                    let number = next.entry(stem.clone()).or_default();
                    *number += 1;
                    let wide = total.to_string().len();
                    let id = match total {
                        1 => stem.clone(),
                        _ => format!("{stem}-{number:0wide$}"),
                    };
                    (id.clone(), id)
                }
            };
            if entry.id.is_none()
                && let Err(wrong) = value::member_id(&id)
            {
                let label = "ids of numbered members are made of `name` (or component) and `zone`";
                let help = Some("shorten them, leave out blanks and `/`, or give `id`".to_owned());
                entry
                    .field
                    .say(report, Code::BadValue, wrong.says, label, help);
                return None;
            }
            let id = MemberId::from(id);
            if members.contains_key(&id) {
                let message = format!("two members have the id `{id}`");
                let label = "it stands above already";
                entry
                    .field
                    .say(report, Code::DuplicateName, message, label, None);
                return None;
            }
            let member = Member {
                id: id.clone(),
                name,
                ..entry.like.clone()
            };
            members.insert(id, member.into());
        }
    }
    Some(members)
}

fn entry<'n>(item: Field<'n>, catalog: &Catalog, report: &mut Report<'_>) -> Option<Entry<'n>> {
    let mut fields = item.fields(report)?;
    let id = fields
        .get("id")
        .map(|field| field.value(value::member_id, report));
    let name = fields.get("name").map(|field| field.text(report));
    let carried = carried(&mut fields, catalog, report);
    let count_field = fields.get("count");
    let count = count_field
        .as_ref()
        .map(|field| field.value(whole::<usize>, report));
    if let (Some(_), Some(field)) = (&id, &count_field) {
        let label = "a member with an id of its own is one";
        let help = Some("leave out `id`: members are numbered then".to_owned());
        field.say(
            report,
            Code::BadValue,
            "`count` beside `id`".into(),
            label,
            help,
        );
    }
    let host = fields.get("host").map(|field| field.text(report));
    let zone = fields.get("zone").map(|field| field.text(report));
    let health = health(&mut fields, report);
    let state = fields.get("state").map(|field| field.text(report));
    let active = fields
        .get("active")
        .map(|field| field.value(value::flag, report));
    let load = fields
        .get("load")
        .map(|field| field.value(whole::<u32>, report));
    let since = fields
        .get("since")
        .map(|field| field.value(stamp::parse, report));
    fields.end(report);
    let owned = |text: Option<Option<&str>>| match text {
        Some(text) => text.map(|text| Some(text.to_owned())),
        None => Some(None),
    };
    let (components, unversioned) = carried?;
    let like = Member {
        components,
        unversioned,
        host: owned(host)?,
        zone: owned(zone)?,
        health: health?,
        since: super::super::upgrade::given(since)?,
        active: super::super::upgrade::given(active)?.unwrap_or(false),
        load: super::super::upgrade::given(load)?.unwrap_or(0),
        state: owned(state)?.unwrap_or_default(),
        ..Member::named(MemberId::from(""), String::new())
    };
    Some(Entry {
        field: item,
        id: super::super::upgrade::given(id)?,
        name: owned(name)?,
        count: super::super::upgrade::given(count)?.unwrap_or(1),
        like,
    })
}

type Carried = (BTreeMap<Component, Version>, BTreeSet<Component>);

/// `component: dp` or `components: [kubelet, kube-proxy]` with `version`, or `components: {kubelet: 1.28.4}`;
/// a version that is left empty could not be told.
fn carried(fields: &mut Fields<'_>, catalog: &Catalog, report: &mut Report<'_>) -> Option<Carried> {
    let known: Vec<(&str, &Component)> = catalog
        .components
        .iter()
        .map(|facts| (facts.name.as_str(), &facts.name))
        .collect();
    let read = |text: &str| choice(text, &known);
    let one = fields.get("component");
    let many = fields.get("components");
    let version = fields.get_even_empty("version");
    let mut names: Vec<&Component> = Vec::new();
    let mut each: Carried = Carried::default();
    match (&one, &many) {
        (Some(one), None) => names.push(one.value(read, report)?),
        (None, Some(many)) if matches!(many.node.value, Value::List(_)) => {
            names = many.values(read, report)?;
        }
        (None, Some(many)) => {
            for (entry, field) in many.pairs(report)? {
                let name = match read(&entry.key) {
                    Ok(name) => name.clone(),
                    Err(wrong) => {
                        let label = wrong
                            .help
                            .unwrap_or_else(|| format!("expected {}", wrong.expected));
                        let system = &catalog.system;
                        let message =
                            format!("the {system} catalog knows no component `{}`", entry.key);
                        field.say_of_name(report, message, label);
                        continue;
                    }
                };
                match field.node.value {
                    Value::Empty => {
                        each.1.insert(name);
                    }
                    Value::Text(_) | Value::List(_) | Value::Map(_) => {
                        each.0.insert(name, field.value(value::version, report)?);
                    }
                }
            }
            if let Some(version) = version {
                let label = "each component of this member has its own already";
                version.say(
                    report,
                    Code::BadValue,
                    "`version` beside versions".into(),
                    label,
                    None,
                );
            }
            return Some(each);
        }
        (Some(_), Some(many)) => {
            let label = "a member has the one or the other";
            many.say(
                report,
                Code::BadValue,
                "`components` beside `component`".into(),
                label,
                None,
            );
            return None;
        }
        (None, None) => {
            fields.missing("component", "what it carries, as `component: broker`");
            return None;
        }
    }
    match version {
        None => {
            fields.missing("version", "the release that it runs");
            return None;
        }
        Some(field) if matches!(field.node.value, Value::Empty) => {
            each.1 = names.into_iter().cloned().collect();
        }
        Some(field) => {
            let version = field.value(value::version, report)?;
            each.0 = names
                .into_iter()
                .map(|name| (name.clone(), version.clone()))
                .collect();
        }
    }
    Some(each)
}

#[derive(Clone, Copy)]
enum Word {
    Healthy,
    Settling,
    Down,
    Unknown,
}

const WORDS: &[(&str, Word)] = &[
    ("healthy", Word::Healthy),
    ("settling", Word::Settling),
    ("down", Word::Down),
    ("unknown", Word::Unknown),
];

/// A member of which nothing else is said is healthy.
fn health(fields: &mut Fields<'_>, report: &mut Report<'_>) -> Option<Health> {
    let word = fields
        .get("health")
        .map(|field| field.choice(WORDS, report));
    let why = fields.get("why").map(|field| field.text(report));
    let why = match why {
        Some(why) => why?.to_owned(),
        None => String::new(),
    };
    Some(match word {
        None => Health::Healthy,
        Some(word) => match word? {
            Word::Healthy => Health::Healthy,
            Word::Settling => Health::Settling(why),
            Word::Down => Health::Down(why),
            Word::Unknown => Health::Unknown(why),
        },
    })
}
