//! `plan-large`: 12 components, 6 hops, 5,000 members in 20 zones: plan and audit.
//!
//! Must never know: how a plan is made. Tests: the figure.

use std::collections::BTreeSet;
use std::time::Instant;

use windlass_engine::audit::audit;
use windlass_engine::catalog::{
    Catalog, ComponentFacts, Path, Release, Skew, SkewRule, Within,
};
use windlass_engine::plan::{Atlas, Goal, plan_by};
use windlass_engine::policy::Policy;
use windlass_engine::time::Ms;
use windlass_engine::version::{Range, Version};

use super::{add, cluster};
use crate::workspace::{NotSo, Trouble};

const COMPONENTS: usize = 12;
const HOPS: usize = 6;
const MEMBERS: usize = 5_000;
const ZONES: usize = 20;
/// Times: the best is told.
const TIMES: usize = 5;

pub(crate) fn measure() -> Result<f64, Trouble> {
    let catalog = catalog()?;
    let first = Version::parse("1.0.0")?;
    let goal = Goal::Version(Version::parse(&format!("1.{HOPS}"))?);
    let mut snapshot = cluster("large");
    let names: Vec<String> = (0..COMPONENTS).map(name).collect();
    for index in 0..MEMBERS {
        let zone = format!("zone-{}", index / COMPONENTS % ZONES);
        let name = names[index % COMPONENTS].as_str();
        // The first component is the one without a zone.
        let zone = (index % COMPONENTS > 0).then_some(zone.as_str());
        add(&mut snapshot, &[name], &first, zone);
    }
    let policy = Policy::default();
    let none = BTreeSet::new();
    let mut best = f64::MAX;
    for _ in 0..TIMES {
        let begun = Instant::now();
        let atlas = Atlas::of(&catalog);
        let plan = plan_by(&atlas, &policy, &snapshot, &goal, &none, None)
            .map_err(|refusal| NotSo(format!("refused: {}", refusal.says)))?;
        let planned = begun.elapsed().as_secs_f64() * 1e3;
        let objections = audit(&plan, &catalog, &policy, &snapshot, &none);
        let took = begun.elapsed().as_secs_f64() * 1e3;
        if let Some(first) = objections.first() {
            return Err(NotSo(format!("the second judge objects: {first}")).into());
        }
        if plan.hops.len() != HOPS || plan.moves() != MEMBERS * HOPS {
            return Err(NotSo(format!("{} hops, {} moves", plan.hops.len(), plan.moves())).into());
        }
        println!("plan {planned:.1} ms, with its audit {took:.1} ms");
        best = best.min(took);
    }
    Ok(best)
}

fn name(index: usize) -> String {
    format!("part-{index:02}")
}

/// Each part follows the one before it, the first in the cluster, the others in their zone; one line
/// at a time.
fn catalog() -> Result<Catalog, Trouble> {
    let source = || String::from("drawn");
    let mut catalog = Catalog {
        system: "large".into(),
        as_of: "2026-11-20".into(),
        ..Catalog::default()
    };
    for index in 0..COMPONENTS {
        let name = name(index).as_str().into();
        let facts = ComponentFacts::of(name, Ms::seconds(1), "nobody".into(), source());
        catalog.components.push(facts);
    }
    for line in 0..=HOPS {
        let version = Version::parse(&format!("1.{line}.0"))?;
        catalog.releases.push(Release::of(version, source()));
    }
    catalog.paths.push(Path {
        at_most: Some(1),
        ..Path::of(Range::parse("..")?, Range::parse("..")?, source())
    });
    for index in 1..COMPONENTS {
        catalog.skew.push(SkewRule {
            id: format!("follows-{index}"),
            of: name(index).as_str().into(),
            from: name(index - 1).as_str().into(),
            within: if index == 1 {
                Within::Cluster
            } else {
                Within::Zone
            },
            allow: Skew::Minors(-1, 0),
            why: "it follows".into(),
            source: source(),
        });
    }
    Ok(catalog)
}
