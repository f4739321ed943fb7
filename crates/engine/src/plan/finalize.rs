//! Raising levels: what a user asks for with `finalize`, and what is left when nobody asks.
//!
//! Must never know: how members move. Stories: `tests/it/kafka.rs`.

use super::seen::{Seen, list};
use super::{Hop, LevelLeft, Raise, Stage};
use crate::catalog::{Catalog, Raising};
use crate::names::LevelName;
use crate::refusal::{Because, Code, FactRef, Proof, Refusal};
use crate::snapshot::Member;
use crate::version::Version;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

/// The raises that bring levels to what a release's line supports, in the catalog's order. Levels
/// that are raised only when asked for by name are not among them.
pub(super) fn raises(
    catalog: &Catalog,
    release: &Version,
    levels: &BTreeMap<LevelName, u16>,
    why: &str,
) -> Vec<Raise> {
    let Some(line) = catalog.line(release) else {
        return Vec::new();
    };
    catalog
        .levels
        .iter()
        .filter(|facts| facts.raise == Raising::OnFinalize)
        .filter(|facts| catalog.counts(&facts.name, levels))
        .filter_map(|facts| {
            let (_, high) = *line.levels.get(&facts.name)?;
            let from = levels.get(&facts.name).copied().unwrap_or_default();
            (high > from).then(|| Raise {
                level: facts.name.clone(),
                from,
                to: high,
                named: (
                    catalog.level_named(&facts.name, from),
                    catalog.level_named(&facts.name, high),
                ),
                why: why.into(),
            })
        })
        .collect()
}

/// The hops of a run that only finalizes: one, or none where nothing is left to raise.
///
/// # Errors
/// [`Code::Level`] where members run different releases, or some member cannot live with the level.
pub(super) fn hops(catalog: &Catalog, seen: &Seen) -> Result<Vec<Hop>, Refusal> {
    let releases: Vec<Version> = seen.releases().into_iter().collect();
    let [release] = releases.as_slice() else {
        return Err(mixed(seen, &releases));
    };
    let raises = raises(catalog, release, &seen.levels, "finalizing was asked for");
    for raise in &raises {
        supported(seen, raise)?;
        if let Some(member) = cannot_live(catalog, seen, raise) {
            return Err(left_behind(raise, member));
        }
    }
    if raises.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Hop {
        to: release.clone(),
        stages: raises.into_iter().map(Stage::Raise).collect(),
    }])
}

/// A member that stays as it is and does not live with the level that is asked for.
pub(super) fn cannot_live<'a>(
    catalog: &Catalog,
    seen: &Seen<'a>,
    raise: &Raise,
) -> Option<&'a Member> {
    let mut members = seen.snapshot.members.values();
    let lives = |version: &Version| {
        let line = catalog.line(version);
        line.is_none_or(|line| line.supports(&raise.level, raise.to))
    };
    let member = members.find(|m| {
        let stays = seen.left.contains(&m.id);
        stays && (!m.unversioned.is_empty() || !m.components.values().all(lives))
    });
    member.map(AsRef::as_ref)
}

fn left_behind(raise: &Raise, member: &Member) -> Refusal {
    Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::Level,
        says: format!("{} cannot be raised to {}", raise.level, raise.named.1),
        because: vec![Because::seen(
            format!(
                "{} was left as it stands, and would end by itself",
                member.name
            ),
            vec![FactRef::Member {
                member: member.id.clone(),
            }],
        )],
        hints: vec!["bring it to the release of the others, or remove it".into()],
    }
}

fn mixed(seen: &Seen, releases: &[Version]) -> Refusal {
    let newest = releases.last();
    let because = releases
        .iter()
        .map(|release| {
            let members = seen.movers();
            let members: Vec<_> = members
                .filter(|m| m.components.values().any(|v| v == release))
                .collect();
            let names: Vec<&str> = members.iter().map(|m| m.name.as_str()).collect();
            let refs = members.iter().map(|m| FactRef::Member {
                member: m.id.clone(),
            });
            let text = format!("{release} runs on {}", list(&names));
            Because::seen(text, refs.collect())
        })
        .collect();
    Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::Level,
        says: "levels are raised only when every member runs the same release".into(),
        because,
        hints: newest
            .map(|newest| format!("first: windlass upgrade {{cluster}} --to {newest}"))
            .into_iter()
            .collect(),
    }
}

/// What the cluster itself says of a level stands above what the catalog says.
fn supported(seen: &Seen, raise: &Raise) -> Result<(), Refusal> {
    let told = seen
        .snapshot
        .levels
        .get(&raise.level)
        .and_then(|level| level.supported);
    match told {
        Some((low, high)) if high < raise.to => Err(Refusal {
            opens: Vec::new(),
            opener: Proof::Plain,
            proof: Proof::Plain,
            code: Code::Level,
            says: format!("{} cannot be raised to {}", raise.level, raise.named.1),
            because: vec![Because::seen(
                format!(
                    "the members together support {} {low} to {high}, and {} is asked for",
                    raise.level, raise.to
                ),
                vec![FactRef::Level {
                    level: raise.level.clone(),
                }],
            )],
            hints: vec![
                "a member that is registered and gone holds it back: windlass check {cluster}"
                    .into(),
            ],
        }),
        Some(_) | None => Ok(()),
    }
}

/// Levels that stay below what a release supports.
pub(super) fn left(
    catalog: &Catalog,
    release: &Version,
    levels: &BTreeMap<LevelName, u16>,
) -> Vec<LevelLeft> {
    let Some(line) = catalog.line(release) else {
        return Vec::new();
    };
    catalog
        .levels
        .iter()
        .filter(|facts| catalog.counts(&facts.name, levels))
        .filter_map(|facts| {
            let (_, high) = *line.levels.get(&facts.name)?;
            let at = levels.get(&facts.name).copied().unwrap_or_default();
            let open = facts.raise == Raising::OnFinalize;
            (high > at).then(|| LevelLeft {
                level: facts.name.clone(),
                at: catalog.level_named(&facts.name, at),
                could: open.then(|| catalog.level_named(&facts.name, high)),
                bars: barred(catalog, release, &facts.name, high),
            })
        })
        .collect()
}

/// The newest line before a release's own that cannot live with a level at this number.
fn barred(
    catalog: &Catalog,
    release: &Version,
    level: &LevelName,
    number: u16,
) -> Option<alloc::string::String> {
    let own = release.line();
    catalog
        .lines
        .iter()
        .filter(|line| line.line.line() < own && !line.supports(level, number))
        .map(|line| line.line.line())
        .max()
        .map(|line| line.to_string())
}
