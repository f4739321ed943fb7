//! A catalog on a terminal: components, releases by line, hops, what may stand side by side.
//!
//! Must never know: where it lies. Stories: `tests/it/catalogs.rs`.

use super::table::{Cell, Table};
use super::{count, labelled};
use crate::catalogs::Source;
use crate::outlet::Outlet;
use crate::outlet::style::Tone;
use serde_json::Value;
use std::collections::BTreeMap;
use windlass_engine::catalog::{Catalog, Moved, Path, Release, Skew, SkewRule, Within};
use windlass_engine::names::{Component, Track};
use windlass_engine::version::Version;
use windlass_wire::catalog::Named;
use windlass_wire::diff::Change;

/// The widest label of what an object says.
const LABEL_COLUMNS: usize = 12;
/// Of graphs with thousands of hops only the count is shown.
const HOPS_SHOWN: usize = 40;

/// All of it.
#[must_use]
pub fn lines(outlet: &Outlet, source: &Source) -> Vec<String> {
    let catalog = &source.catalog;
    let style = &outlet.style;
    let mut lines = vec![format!(
        "{}   as of {}   {}",
        style.bold(&catalog.system),
        catalog.as_of,
        style.dim(&source.from)
    )];
    section(
        outlet,
        &mut lines,
        "components, in the order in which a hop moves them",
        components(catalog),
    );
    section(outlet, &mut lines, "releases", releases(catalog));
    section(outlet, &mut lines, "hops that are supported", hops(catalog));
    section(
        outlet,
        &mut lines,
        "hops that are forbidden",
        blocked(catalog),
    );
    section(
        outlet,
        &mut lines,
        "what may stand side by side",
        skew(catalog),
    );
    section(outlet, &mut lines, "offered only", offers(catalog));
    let counts: Vec<String> = [
        (catalog.edges.len(), "edge"),
        (catalog.risks.len(), "risk"),
        (catalog.levels.len(), "level"),
        (catalog.checks.len(), "check"),
        (catalog.hazards.len(), "hazard"),
        (catalog.actions.len(), "action"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, one)| count(number, one))
    .collect();
    lines.push(String::new());
    if !counts.is_empty() {
        lines.push(counts.join(" · "));
    }
    let typed = format!("windlass catalog explain NAME --system {}", catalog.system);
    lines.push(style.dim(&format!("{typed} tells one")));
    lines
}

fn section(outlet: &Outlet, lines: &mut Vec<String>, title: &str, table: Option<Table>) {
    if let Some(table) = table {
        lines.push(String::new());
        lines.push(title.to_owned());
        lines.extend(table.lines(outlet));
    }
}

fn scheme(track: &Track) -> Cell {
    Cell::plain(track.to_string())
}

fn some<T>(all: &[T], table: Table) -> Option<Table> {
    (!all.is_empty()).then_some(table)
}

fn components(catalog: &Catalog) -> Option<Table> {
    let mut table = Table::new(&[
        "COMPONENT",
        "RESTART",
        "SCHEME",
        "MOVED",
        "WHAT IT DISTURBS",
    ]);
    for one in &catalog.components {
        let restart = if one.restart_ms.0 == 0 {
            String::new()
        } else {
            windlass_wire::duration::short(one.restart_ms)
        };
        let moved = match one.moved {
            Moved::Here => "",
            Moved::Elsewhere => "elsewhere",
        };
        table.row(vec![
            Cell::plain(one.name.to_string()),
            Cell::plain(restart),
            scheme(&one.track),
            Cell::plain(moved),
            Cell::plain(one.disturbs.clone()),
        ]);
    }
    some(&catalog.components, table)
}

fn releases(catalog: &Catalog) -> Option<Table> {
    let mut lines: BTreeMap<(&Track, Version), Vec<&Release>> = BTreeMap::new();
    for release in &catalog.releases {
        let line = (&release.track, release.version.line());
        lines.entry(line).or_default().push(release);
    }
    let mut table = Table::new(&[
        "LINE",
        "RELEASES",
        "SCHEME",
        "NEWEST",
        "SUPPORT ENDS",
        "REMARKS",
    ]);
    for ((track, line), of) in lines {
        let advised = of.iter().filter(|r| r.avoid.is_none());
        let newest = advised.max_by(|a, b| a.version.cmp(&b.version));
        let ends = of.iter().filter_map(|r| r.support_ends.as_deref()).max();
        let mut remarks: Vec<String> = of.iter().flat_map(|r| r.tags.iter().cloned()).collect();
        remarks.extend(
            of.iter()
                .filter_map(|r| Some(format!("{}: {}", r.version, r.avoid.as_deref()?))),
        );
        table.row(vec![
            Cell::plain(line.to_string()),
            Cell::plain(of.len().to_string()),
            scheme(track),
            Cell::plain(newest.map(|r| r.version.to_string()).unwrap_or_default()),
            Cell::plain(ends.unwrap_or_default()),
            Cell::toned(remarks.join("; "), Tone::Dim),
        ]);
    }
    some(&catalog.releases, table)
}

fn joined(names: &[Component]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}

fn hops(catalog: &Catalog) -> Option<Table> {
    let mut table = Table::new(&["FROM", "TO", "SCHEME", "BACK", "OF", "IF"]);
    for path in &catalog.paths {
        table.row(vec![
            Cell::plain(path.from.to_string()),
            Cell::plain(path.to.to_string()),
            scheme(&path.track),
            Cell::plain(if path.back.is_some() { "yes" } else { "" }),
            Cell::plain(joined(&path.of)),
            Cell::plain(conditions(path)),
        ]);
    }
    if catalog.paths.is_empty() && catalog.edges.len() <= HOPS_SHOWN {
        for edge in &catalog.edges {
            let risks: Vec<String> = edge.risks.iter().map(ToString::to_string).collect();
            table.row(vec![
                Cell::plain(edge.from.to_string()),
                Cell::plain(edge.to.to_string()),
                Cell::plain(""),
                Cell::plain(""),
                Cell::plain(""),
                Cell::plain(risks.join(", ")),
            ]);
        }
        return some(&catalog.edges, table);
    }
    some(&catalog.paths, table)
}

fn conditions(path: &Path) -> String {
    let mut all = Vec::new();
    match path.at_most {
        Some(0) => all.push("the same minor".to_owned()),
        Some(most) => all.push(format!("at most {}", count(most as usize, "minor"))),
        None => {}
    }
    if path.from_newest {
        all.push("from the newest of its line".into());
    }
    all.extend(
        path.needs
            .iter()
            .map(|(name, least)| format!("{name} at {least} or more")),
    );
    all.extend(path.risks.iter().map(|risk| format!("risk {risk}")));
    all.join(", ")
}

fn blocked(catalog: &Catalog) -> Option<Table> {
    let mut table = Table::new(&["FROM", "TO", "SCHEME", "WHY"]);
    for one in &catalog.blocked {
        table.row(vec![
            Cell::plain(one.from.to_string()),
            Cell::plain(one.to.to_string()),
            scheme(&one.track),
            Cell::plain(format!("{}; {}", one.why, one.mend)),
        ]);
    }
    some(&catalog.blocked, table)
}

fn skew(catalog: &Catalog) -> Option<Table> {
    let mut table = Table::new(&["RULE", "WHAT MAY BE"]);
    for rule in &catalog.skew {
        table.row(vec![
            Cell::plain(rule.id.clone()),
            Cell::plain(allowed(rule)),
        ]);
    }
    some(&catalog.skew, table)
}

/// A rule as a sentence.
#[must_use]
pub fn allowed(rule: &SkewRule) -> String {
    let place = match rule.within {
        Within::Cluster => "",
        Within::Zone => " of its zone",
        Within::Node => " of its node",
    };
    let (of, from) = (&rule.of, &rule.from);
    let far = |low: i32, high: i32, one: &str| match (low, high) {
        (0, 0) => format!("{of} in the {one} of {from}{place}"),
        (low, 0) if low < 0 => format!(
            "{of} at most {} older than {from}{place}, never newer",
            count(low.unsigned_abs() as usize, one)
        ),
        (0, high) if high > 0 => format!(
            "{of} at most {} newer than {from}{place}, never older",
            count(high.unsigned_abs() as usize, one)
        ),
        (low, high) if low == -high => format!(
            "{of} at most {} from {from}{place}, either way",
            count(high.unsigned_abs() as usize, one)
        ),
        (low, high) => format!("{of} from {low} to {high} {one}s from {from}{place}"),
    };
    match &rule.allow {
        Skew::NotNewer => format!("{of} never newer than {from}{place}"),
        Skew::Equal => format!("{of} the same as {from}{place}"),
        Skew::Lines(low, high) => far(*low, *high, "line"),
        Skew::Minors(low, high) => far(*low, *high, "minor"),
        Skew::Pairs(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|pair| format!("{} beside {}", pair.of, pair.from))
                .collect();
            format!("{of} beside {from}{place}: {}", pairs.join(", "))
        }
    }
}

fn offers(catalog: &Catalog) -> Option<Table> {
    let mut table = Table::new(&["OFFER", "WHERE", "SCHEME", "ELSE"]);
    for one in &catalog.offers {
        let labels: Vec<String> = one
            .only
            .iter()
            .map(|(label, values)| format!("{label} {}", values.join(", ")))
            .collect();
        table.row(vec![
            Cell::plain(one.id.clone()),
            Cell::plain(labels.join("; ")),
            scheme(&one.track),
            Cell::plain(one.otherwise.clone()),
        ]);
    }
    some(&catalog.offers, table)
}

/// One object with all that it says.
#[must_use]
pub fn explained(outlet: &Outlet, source: &Source, one: &Named) -> Vec<String> {
    let style = &outlet.style;
    let mut lines = vec![format!(
        "{} {}   {}",
        one.part.one(),
        style.bold(&one.name),
        style.dim(&format!("{}, as of {}", source.from, source.catalog.as_of))
    )];
    let rule = source.catalog.skew.iter().find(|rule| rule.id == one.name);
    if let Some(rule) = rule.filter(|_| one.part.one() == "skew") {
        lines.extend(labelled(outlet, "rule", LABEL_COLUMNS, &allowed(rule)));
    }
    for (field, value) in &one.says {
        let named = value.as_str() == Some(one.name.as_str());
        if !named && !is_bare(value) {
            lines.extend(labelled(outlet, field, LABEL_COLUMNS, &said(value)));
        }
    }
    lines
}

fn is_bare(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value in one line, without the marks of JSON.
fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(said).collect();
            let deep = value
                .as_array()
                .is_some_and(|all| all.iter().any(Value::is_object));
            items.join(if deep { "; " } else { ", " })
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name} {}", said(value)))
                .collect();
            fields.join(", ")
        }
    }
}

/// One difference.
#[must_use]
pub fn change(outlet: &Outlet, change: &Change) -> String {
    let style = &outlet.style;
    let field = &change.field;
    match (&change.old, &change.new) {
        (None, Some(new)) => format!("{} {field}: {}", style.paint(Tone::Good, "+"), said(new)),
        (Some(old), None) => format!("{} {field}: {}", style.paint(Tone::Bad, "-"), said(old)),
        (Some(old), Some(new)) => format!("~ {field}: {} → {}", said(old), said(new)),
        (None, None) => field.clone(),
    }
}
