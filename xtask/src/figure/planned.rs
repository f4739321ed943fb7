//! Figures of the planner: catalogs made ready, small clusters drawn from a few words, plans timed.
//!
//! Must never know: which figure asks. Tests: the figures themselves.

pub(super) mod all_pairs;
pub(super) mod large;
pub(super) mod mix_checks;
pub(super) mod oracle_disagreements;
pub(super) mod p99;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Instant;

use windlass_engine::audit::{Book, audit_by};
use windlass_engine::catalog::Catalog;
use windlass_engine::names::{Component, MemberId};
use windlass_engine::plan::{Atlas, Goal, plan_by};
use windlass_engine::policy::Policy;
use windlass_engine::snapshot::{Member, Snapshot};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;
use windlass_wire::catalog::cincinnati::{Origin, import};
use windlass_wire::catalog::{Sheet, whole};
use windlass_wire::diagnostic::{Ink, render};

use crate::workspace::{NotSo, Trouble, root};

/// A catalog that ships, with all that it extends.
pub(crate) fn shipped(system: &str) -> Result<Catalog, Trouble> {
    let mut sheets = Vec::new();
    for entry in fs::read_dir(root().join("catalogs"))? {
        let path = entry?.path();
        if let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) {
            sheets.push(Sheet {
                system: stem.to_owned(),
                file: format!("catalogs/{stem}.yaml"),
                text: fs::read_to_string(&path)?,
            });
        }
    }
    let own = sheets.iter().find(|sheet| sheet.system == system);
    let own = own.ok_or_else(|| NotSo(format!("no catalog of {system}")))?;
    whole(&own.file, &own.text, &sheets).map_err(|found| NotSo(render(&found, Ink::Plain)).into())
}

/// The larger of the recorded graphs of OpenShift's update service.
pub(super) fn openshift() -> Result<Catalog, Trouble> {
    let file = "crates/wire/tests/data/cincinnati/eus-4.12.json";
    let text = fs::read_to_string(root().join(file))?;
    let origin = Origin {
        system: "openshift",
        as_of: "2026-11-20",
        source: "OpenShift update service",
    };
    import(file, &text, &origin).map_err(|found| NotSo(render(&found, Ink::Plain)).into())
}

/// A cluster without anything but members.
pub(super) fn cluster(system: &str) -> Snapshot {
    let mut snapshot = Snapshot::empty(system, Wall(0));
    snapshot.identity = Some("drawn".into());
    snapshot
}

/// Adds a member that carries these components, all at one release.
pub(super) fn add(snapshot: &mut Snapshot, carries: &[&str], at: &Version, zone: Option<&str>) {
    let id = MemberId::from((snapshot.members.len() + 1).to_string());
    let carried = carries
        .iter()
        .map(|name| (Component::from(*name), at.clone()));
    let member = Member {
        components: carried.collect::<BTreeMap<_, _>>(),
        zone: zone.map(str::to_owned),
        ..Member::named(id.clone(), format!("{} {id}", carries.join("+")))
    };
    snapshot.members.insert(id, member.into());
}

/// The newest advised release of each line of the main scheme, oldest first.
pub(super) fn newest(catalog: &Catalog) -> Vec<Version> {
    let lines = catalog.line_order();
    let lines = lines.all().iter();
    lines
        .filter_map(|line| catalog.newest(line))
        .map(|release| release.version.clone())
        .collect()
}

/// Times of whole plans, in microseconds: those that were found and audited, and those refused.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub found: Vec<f64>,
    pub refused: Vec<f64>,
}

impl Times {
    /// One plan with its audit, timed.
    ///
    /// # Errors
    /// Where the second judge objects.
    pub fn take(
        &mut self,
        atlas: &Atlas,
        book: &Book,
        policy: &Policy,
        snapshot: &Snapshot,
        goal: &Goal,
    ) -> Result<(), Trouble> {
        let none = BTreeSet::new();
        let begun = Instant::now();
        let plan = plan_by(atlas, policy, snapshot, goal, &none, None);
        let objections = match &plan {
            Ok(plan) => audit_by(book, plan, policy, snapshot, &none),
            Err(_) => Vec::new(),
        };
        let took = begun.elapsed().as_secs_f64() * 1e6;
        if let Some(first) = objections.first() {
            return Err(NotSo(format!("the second judge objects: {first}")).into());
        }
        match plan {
            Ok(_) => self.found.push(took),
            Err(_) => self.refused.push(took),
        }
        Ok(())
    }

    /// The time that 99 of 100 plans do not pass.
    pub fn p99(&mut self) -> f64 {
        self.found.sort_by(f64::total_cmp);
        let at = (self.found.len() * 99).div_ceil(100).saturating_sub(1);
        self.found.get(at).copied().unwrap_or(f64::MAX)
    }
}
