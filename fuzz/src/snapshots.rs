//! Snapshot files: any text is a snapshot or is told what is wrong with it and where; what was read comes
//! back equal, and whatever plan is made from it the second judge passes.
//!
//! The system of the file picks a catalog of the house. What is asked for stands in comments of the file,
//! so that a kept input can be read and planned by hand: `# to 1.34`, `# back 1.33`, `# finalize`,
//! `# part kubelet 1.34`, `# via 1.33`, `# soon`, `# accept RISK`.
//! Must never know: real clusters. Tests: `cargo xtask fuzz snapshots`.

use crate::place;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use windlass_engine::audit::{Book, audit_by};
use windlass_engine::catalog::Catalog;
use windlass_engine::check::{Verdict, judge};
use windlass_engine::names::Component;
use windlass_engine::plan::{Atlas, Goal, Plan, plan_by};
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::refusal::Refusal;
use windlass_engine::snapshot::{Fact, Snapshot};
use windlass_engine::time::Wall;
use windlass_engine::version::Version;
use windlass_wire::catalog::{Sheet, whole};
use windlass_wire::read::plan as plan_file;
use windlass_wire::read::snapshot::{SnapshotFile, snapshot, system};
use windlass_wire::v1::plan::PlanView;
use windlass_wire::v1::snapshot::SnapshotView;

const FILE: &str = "snapshot.yaml";
/// Few bytes can stand for very many members; each costs the same again, and teaches the driver nothing.
const MEMBERS_PLANNED_MAX_COUNT: usize = 300;

const TEXTS: [(&str, &str); 9] = [
    ("ack", include_str!("../../catalogs/ack.yaml")),
    ("acp", include_str!("../../catalogs/acp.yaml")),
    ("ckafka", include_str!("../../catalogs/ckafka.yaml")),
    ("istio", include_str!("../../catalogs/istio.yaml")),
    ("kafka", include_str!("../../catalogs/kafka.yaml")),
    ("kong-mesh", include_str!("../../catalogs/kong-mesh.yaml")),
    (
        "kubedb-kafka",
        include_str!("../../catalogs/kubedb-kafka.yaml"),
    ),
    ("kubernetes", include_str!("../../catalogs/kubernetes.yaml")),
    ("kuma", include_str!("../../catalogs/kuma.yaml")),
];

/// A catalog of the house, read once.
struct House {
    catalog: &'static Catalog,
    atlas: Atlas<'static>,
    book: Book<'static>,
}

/// Panics where a property does not hold.
pub fn hold(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let names = TEXTS.map(|(name, _)| name);
    let house = system(&text).and_then(|name| house(&name));
    let catalog = house.map(|house| house.catalog);
    let file = match snapshot(FILE, &text, &names, catalog) {
        Ok(file) => file,
        Err(found) => return place::fit(&found, &text),
    };
    let Some(house) = house else {
        panic!("a snapshot of a system without a catalog was read");
    };
    if file.snapshot.members.len() > MEMBERS_PLANNED_MAX_COUNT {
        return;
    }
    written(&file, &names, house.catalog);
    planned(&text, house, &file.snapshot);
}

fn house(name: &str) -> Option<&'static House> {
    static HOUSES: [OnceLock<House>; TEXTS.len()] = [const { OnceLock::new() }; TEXTS.len()];
    let at = TEXTS.iter().position(|(known, _)| *known == name)?;
    Some(HOUSES[at].get_or_init(|| {
        let sheets = TEXTS.map(|(name, text)| Sheet {
            system: name.into(),
            file: name.into(),
            text: text.into(),
        });
        let catalog = whole(name, TEXTS[at].1, &sheets).expect("catalogs of the house are good");
        let catalog: &'static Catalog = Box::leak(Box::new(catalog));
        House {
            catalog,
            atlas: Atlas::of(catalog),
            book: Book::of(catalog),
        }
    }))
}

fn written(file: &SnapshotFile, names: &[&str], catalog: &Catalog) {
    let view = SnapshotView::of(&file.snapshot, file.cluster.as_deref());
    let json = serde_json::to_string(&view).expect("a snapshot is JSON");
    let yaml = serde_saphyr::to_string(&view).expect("a snapshot is YAML");
    for text in [json, yaml] {
        match snapshot("written", &text, names, Some(catalog)) {
            Ok(again) => assert_eq!(&again, file, "{text}"),
            Err(found) => panic!("what was written is refused: {found:?}\n{text}"),
        }
    }
}

fn planned(text: &str, house: &House, seen: &Snapshot) {
    let (goal, policy) = asked(text, house.catalog);
    let left = BTreeSet::new();
    match plan_by(&house.atlas, &policy, seen, &goal, &left, None) {
        Ok(plan) => {
            let objections = audit_by(&house.book, &plan, &policy, seen, &left);
            assert!(
                objections.is_empty(),
                "{goal:?}: the second judge objects: {objections:?}"
            );
            told(&plan, &policy);
            judged(house.catalog, seen, Some(&plan));
        }
        Err(refusal) => {
            assert!(!refusal.says.is_empty(), "refused without a word");
            let json = serde_json::to_string(&refusal).expect("a refusal is JSON");
            let back: Refusal = serde_json::from_str(&json).expect("and is read again");
            assert_eq!(back, refusal);
            judged(house.catalog, seen, None);
        }
    }
}

/// What was not seen is never a pass.
fn judged(catalog: &Catalog, seen: &Snapshot, plan: Option<&Plan>) {
    for finding in judge(catalog, &[], seen, plan, &[], Wall(0)) {
        let mut checks = catalog.checks.iter();
        let Some(check) = checks.find(|check| check.id == finding.check) else {
            continue;
        };
        let is_seen = !matches!(seen.facts.get(&check.fact), None | Some(Fact::Unknown(_)));
        assert!(
            is_seen || finding.verdict != Verdict::Pass,
            "{} passes unseen",
            check.id
        );
    }
}

/// A plan's file says the same plan.
fn told(plan: &Plan, policy: &Policy) {
    let view = PlanView::of(plan, None).with(policy);
    let json = serde_json::to_string(&view).expect("a plan is JSON");
    match plan_file::plan("plan.json", &json) {
        Ok(again) => assert_eq!(again, view, "{json}"),
        Err(found) => panic!("a plan that was written is refused: {found:?}\n{json}"),
    }
    assert!(
        view.goal.read().is_ok_and(|goal| goal == plan.goal),
        "the goal is another"
    );
}

/// What the comments ask for; the newest release where they say nothing.
fn asked(text: &str, catalog: &Catalog) -> (Goal, Policy) {
    let newest = || {
        let main = catalog.releases.iter().filter(|r| r.track.is_main());
        main.map(|r| r.version.clone()).max()
    };
    let mut goal = None;
    let mut policy = Policy::default();
    for line in text.lines() {
        let Some(said) = line.strip_prefix('#') else {
            continue;
        };
        let words: Vec<&str> = said.split_whitespace().collect();
        let version = words.last().and_then(|word| Version::parse(word).ok());
        match (words.as_slice(), version) {
            (["to", _], Some(to)) => goal = Some(Goal::Version(to)),
            (["back", _], Some(to)) => goal = Some(Goal::Back(to)),
            (["finalize"], _) => goal = Some(Goal::Finalize),
            (["part", name, _], Some(to)) => {
                let name = Component::from(*name);
                let mut ends = match goal.take() {
                    Some(Goal::Of(ends)) => ends,
                    Some(Goal::Version(_) | Goal::Back(_) | Goal::Finalize) | None => {
                        std::collections::BTreeMap::new()
                    }
                };
                ends.insert(name, to);
                goal = Some(Goal::Of(ends));
            }
            (["via", _], Some(via)) => policy.via.push(via),
            (["soon"], _) => policy.finalize = Finalize::Soon,
            (["accept", risk], _) => {
                policy.risks.insert((*risk).into());
            }
            _ => {}
        }
    }
    let goal = goal.or_else(|| newest().map(Goal::Version));
    (goal.unwrap_or(Goal::Finalize), policy)
}
