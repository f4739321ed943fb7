//! Small worlds in the engine's words: a catalog and a snapshot.
//!
//! Must never know: what is asked of them. Tests: one floor up.

use std::collections::BTreeMap;

use windlass_engine::catalog::{Catalog, ComponentFacts, Path, Release, Skew, SkewRule, Within};
use windlass_engine::names::MemberId;
use windlass_engine::snapshot::{Member, Snapshot};
use windlass_engine::time::{Ms, Wall};
use windlass_engine::version::{Range, Version};

use super::brute::{Facts, World};
use crate::workspace::NotSo;

pub(crate) fn name(component: usize) -> String {
    format!("part-{component}")
}

/// Each release is the only one of its line.
pub(crate) fn version(release: u8) -> Result<Version, NotSo> {
    Version::parse(&format!("1.{release}.0")).map_err(|error| NotSo(error.to_string()))
}

pub(crate) fn catalog(facts: &Facts) -> Result<Catalog, NotSo> {
    let source = || String::from("drawn");
    let mut catalog = Catalog {
        system: "small".into(),
        as_of: "2026-11-20".into(),
        ..Catalog::default()
    };
    for component in 0..facts.components {
        let name = name(component).as_str().into();
        let facts = ComponentFacts::of(name, Ms::seconds(1), "nobody".into(), source());
        catalog.components.push(facts);
    }
    for release in 0..facts.releases {
        catalog
            .releases
            .push(Release::of(version(release)?, source()));
    }
    for (from, to) in &facts.paths {
        let range = |release| {
            let end = version(release)?;
            Ok::<_, NotSo>(Range {
                from: Some(end.clone()),
                to: Some(end),
            })
        };
        catalog
            .paths
            .push(Path::of(range(*from)?, range(*to)?, source()));
    }
    for (index, rule) in facts.rules.iter().enumerate() {
        let (low, high) = rule.far;
        catalog.skew.push(SkewRule {
            id: format!("rule-{index}"),
            of: name(rule.of).as_str().into(),
            from: name(rule.from).as_str().into(),
            within: Within::Cluster,
            allow: match rule.far {
                (0, 0) => Skew::Equal,
                _ => Skew::Lines(low.into(), high.into()),
            },
            why: source(),
            source: source(),
        });
    }
    Ok(catalog)
}

pub(crate) fn cluster(world: &World) -> Result<Snapshot, NotSo> {
    let mut snapshot = Snapshot::empty("small", Wall(0));
    snapshot.identity = Some("drawn".into());
    for (place, runs) in world.start.iter().enumerate() {
        let id = MemberId::from(place.to_string());
        let mut components = BTreeMap::new();
        for (component, release) in runs.iter().enumerate() {
            if let Some(release) = release {
                components.insert(name(component).as_str().into(), version(*release)?);
            }
        }
        let member = Member {
            components,
            ..Member::named(id.clone(), place.to_string())
        };
        snapshot.members.insert(id, member.into());
    }
    Ok(snapshot)
}
