//! A cluster as it was seen.
//!
//! Must never know: how it was seen. Stories: `stories`.

use super::table::{Cell, Table};
use super::{count, flowing, labelled, names, whole};
use crate::outlet::Outlet;
use crate::outlet::style::Tone;
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::catalog::Catalog;
use windlass_engine::snapshot::{Gap, Health, Level, Member, Snapshot, Weight};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;
use windlass_wire::duration::short;

/// Stands for the one a gap is about, while gaps that say the same are put together.
const EACH: &str = "\u{1}";
/// Stands for the machine of the one that a gap is about.
const ITS_HOST: &str = "\u{2}";
/// Columns of the labels below the table.
const LABEL: usize = 9;

/// All of it.
#[must_use]
pub fn lines(
    outlet: &Outlet,
    shown: &str,
    snapshot: &Snapshot,
    catalog: &Catalog,
    now: Wall,
) -> Vec<String> {
    let mut lines = flowing(outlet, "", &head(outlet, shown, snapshot, now));
    if !snapshot.members.is_empty() {
        lines.extend(members(outlet, snapshot, now));
    }
    lines.extend(levels(outlet, snapshot, catalog));
    for trouble in &snapshot.troubles {
        lines.extend(flowing(
            outlet,
            &format!("  {} ", outlet.style.bad()),
            trouble,
        ));
    }
    lines.extend(gaps(outlet, snapshot));
    lines
}

fn head(outlet: &Outlet, shown: &str, snapshot: &Snapshot, now: Wall) -> String {
    let releases: BTreeSet<&Version> = releases(snapshot);
    let releases: Vec<String> = releases.into_iter().map(ToString::to_string).collect();
    let release = match releases.as_slice() {
        [] => "of unknown release".to_owned(),
        all => all.join(" and "),
    };
    let sick: Vec<&Member> = snapshot
        .members
        .values()
        .filter(|m| !m.health.is_healthy())
        .map(AsRef::as_ref)
        .collect();
    let members = count(snapshot.members.len(), "member");
    let health = match (snapshot.members.len(), sick.as_slice()) {
        (0, _) => "no members seen".to_owned(),
        (1, []) => format!("{members}, healthy"),
        (_, []) => format!("{members}, all healthy"),
        (_, some) => format!("{members}, {} not healthy", some.len()),
    };
    let seen = match snapshot.seen {
        // A file that does not say when.
        Wall(0) => "written by hand".to_owned(),
        seen => format!("seen {} ago", short(now.since(seen))),
    };
    format!(
        "{}   {} {release}   {health}   {}",
        outlet.style.bold(shown),
        snapshot.system,
        outlet.style.dim(&seen)
    )
}

fn releases(snapshot: &Snapshot) -> BTreeSet<&Version> {
    snapshot
        .members
        .values()
        .flat_map(|member| member.components.values())
        .collect()
}

fn members(outlet: &Outlet, snapshot: &Snapshot, now: Wall) -> Vec<String> {
    let mut table = Table::new(&[
        "MEMBER", "ROLE", "RELEASE", "HOST", "STATE", "SINCE", "NOTE",
    ]);
    for member in snapshot.members.values() {
        let (state, tone, why) = state(member);
        table.row(vec![
            Cell::toned(member.id.to_string(), Tone::Bold),
            Cell::plain(role(member)),
            release(member),
            Cell::plain(member.host.clone().unwrap_or_default()),
            Cell::toned(state, tone),
            Cell::toned(since(member, now), Tone::Dim),
            Cell::plain(note(&snapshot.system, member, why)),
        ]);
    }
    table.lines(outlet)
}

fn role(member: &Member) -> String {
    let parts: Vec<&str> = member
        .carries()
        .map(|component| component.as_str())
        .collect();
    parts.join("+")
}

fn release(member: &Member) -> Cell {
    let versions: BTreeSet<&Version> = member.components.values().collect();
    let mut texts: Vec<String> = versions.into_iter().map(ToString::to_string).collect();
    if !member.unversioned.is_empty() || texts.is_empty() {
        texts.push("?".into());
    }
    let tone = if member.unversioned.is_empty() {
        Tone::Plain
    } else {
        Tone::Warn
    };
    Cell::toned(texts.join(" "), tone)
}

fn state(member: &Member) -> (String, Tone, Option<&str>) {
    match &member.health {
        Health::Healthy => (member.state.clone(), Tone::Good, None),
        Health::Settling(owes) => (
            format!("! {}", or(&member.state, "settling")),
            Tone::Warn,
            Some(owes),
        ),
        Health::Down(why) => ("✗ down".into(), Tone::Bad, Some(why)),
        // All of it stands among the gaps.
        Health::Unknown(why) => ("? unknown".into(), Tone::Warn, why.split(": ").next()),
    }
}

fn or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

fn since(member: &Member, now: Wall) -> String {
    member
        .since
        .map(|at| whole(now.since(at)))
        .unwrap_or_default()
}

fn note(system: &str, member: &Member, why: Option<&str>) -> String {
    let mut parts: Vec<String> = why.map(str::to_owned).into_iter().collect();
    if member.load > 0 {
        let what = if system == "kafka" {
            "leader"
        } else {
            "unit of work"
        };
        parts.push(count(
            usize::try_from(member.load).unwrap_or(usize::MAX),
            what,
        ));
    }
    if let Some(zone) = &member.zone {
        parts.push(format!("rack {zone}"));
    }
    parts.join(", ")
}

/// Levels that were raised, one a line; those that never were, in one.
fn levels(outlet: &Outlet, snapshot: &Snapshot, catalog: &Catalog) -> Vec<String> {
    let mut lines = Vec::new();
    let mut never = Vec::new();
    let mut label = "levels";
    for (name, level) in &snapshot.levels {
        if level.finalized == 0 {
            never.push(name.as_str());
            continue;
        }
        let named = catalog.level_named(name, level.finalized);
        let text = format!("{name} {}", level_text(level, &named));
        lines.extend(labelled(outlet, label, LABEL, &text));
        label = "";
    }
    if !never.is_empty() {
        let text = format!("never raised: {}", never.join(", "));
        lines.extend(labelled(outlet, label, LABEL, &text));
    }
    lines
}

fn level_text(level: &Level, named: &str) -> String {
    let number = level.finalized;
    let name = if named == number.to_string() {
        named.to_owned()
    } else {
        format!("{named} ({number})")
    };
    match level.supported {
        Some((_, high)) if high > number => format!("{name}, members support up to {high}"),
        Some(_) => name,
        None => format!("{name}, what members support could not be told"),
    }
}

/// What a gap says, without whom it is about: their names, and those of their machines.
fn common(snapshot: &Snapshot, gap: &Gap) -> String {
    let what = gap.what.replace(&gap.about, EACH);
    let member = gap.member.as_ref().and_then(|id| snapshot.members.get(id));
    let at = member.and_then(|member| member.address.as_deref()?.rsplit_once(':'));
    let address = at.map(|(host, _)| host);
    let names = [member.and_then(|member| member.host.as_deref()), address];
    // A name of a letter or two stands in other words too.
    let names = names
        .into_iter()
        .flatten()
        .filter(|name| name.contains('.') || name.len() > 3);
    names.fold(what, |what, name| {
        what.replace(&format!("host {name}"), ITS_HOST)
            .replace(name, ITS_HOST)
    })
}

/// What could not be seen: the same of several members in one line.
fn gaps(outlet: &Outlet, snapshot: &Snapshot) -> Vec<String> {
    let gaps = snapshot.gaps.as_slice();
    if gaps.is_empty() {
        return labelled(outlet, "gaps", LABEL, "none");
    }
    let mut groups: BTreeMap<(String, &str), (Vec<&str>, bool)> = BTreeMap::new();
    for gap in gaps {
        let what = common(snapshot, gap);
        let group = groups.entry((what, gap.mend.as_str())).or_default();
        group.0.push(&gap.about);
        group.1 |= gap.weight == Weight::Bars;
    }
    let bars = gaps.iter().filter(|gap| gap.weight == Weight::Bars).count();
    let unseen = format!("{} could not be seen", count(gaps.len(), "thing"));
    let head = match bars {
        0 => format!("{unseen}; no upgrade is barred by that"),
        all if all == gaps.len() => format!("{unseen}, which bars an upgrade"),
        some => format!("{unseen}; {some} of them bar an upgrade"),
    };
    let mut lines = labelled(outlet, "gaps", LABEL, &head);
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, (_, bars))| !bars);
    for ((what, mend), (about, bars)) in groups {
        let alone = about.as_slice();
        let glyph = if bars {
            outlet.style.unknown()
        } else {
            outlet.style.dot()
        };
        let what = match gaps
            .iter()
            .find(|gap| alone == [gap.about.as_str()] && common(snapshot, gap) == what)
        {
            Some(gap) => gap.what.clone(),
            None => what.replace(EACH, "each").replace(ITS_HOST, "its host"),
        };
        let text = format!("{}: {what}", names(outlet, &about, ", "));
        lines.extend(flowing(outlet, &format!("  {glyph} "), &text));
        let mend = outlet.style.text(mend);
        lines.extend(flowing(
            outlet,
            &format!("      {}  ", outlet.style.dim("mend")),
            &mend,
        ));
    }
    lines
}
